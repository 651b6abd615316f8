"""Pages leave compressed for whoever accepts it; what a cache is told, and what a page's length tells, stays right."""

import gzip
from typing import Any

import pytest
from django.conf import settings
from django.http import FileResponse, HttpResponse, HttpResponseNotModified
from django.test import Client

from accounts.models import Company, User
from fleetportal.core.web.compression import Compression

pytestmark = pytest.mark.django_db
ZIPPED = {"Accept-Encoding": "gzip, deflate, br"}


def test_a_page_is_compressed_for_whoever_accepts_it_and_is_the_same(client: Client, north_ag: Company, anna: User) -> None:
    client.force_login(anna)
    plain, zipped = client.get("/companies/"), client.get("/companies/", headers=ZIPPED)
    assert (plain.get("Content-Encoding"), zipped["Content-Encoding"]) == (None, "gzip")
    for page in (plain, zipped):
        assert "Accept-Encoding" in page["Vary"] and "HX-Request" in page["Vary"]
        assert page["Cache-Control"] == "no-store"
    words = gzip.decompress(zipped.content).decode()
    assert north_ag.name in words and words.endswith(plain.content.decode()[-40:])
    assert int(zipped["Content-Length"]) == len(zipped.content) < len(plain.content) / 3


def test_a_part_for_htmx_and_a_refused_page_are_compressed_too(client: Client, north_ag: Company, anna: User) -> None:
    client.force_login(anna)
    part = client.get("/companies/", headers={**ZIPPED, "HX-Request": "true"})
    gone = client.get("/companies/999999999/", headers=ZIPPED)
    assert (part["Content-Encoding"], gone["Content-Encoding"]) == ("gzip", "gzip")
    assert (part.status_code, gone.status_code) == (200, 404)
    assert part["HX-Push-Url"] == "/companies/"


def test_the_length_of_a_page_tells_nothing_of_what_stands_in_it(rf: Any) -> None:
    """The same bytes, a token among them, come in many lengths (BREACH)."""
    answer = Compression(lambda _request: HttpResponse("<p>token 1234</p>" * 100))
    lengths = {len(answer(rf.get("/", headers=ZIPPED)).content) for _turn in range(60)}
    assert len(lengths) > 20


@pytest.mark.parametrize(
    ("kind", "is_compressed"),
    [
        ("text/html; charset=utf-8", True),
        ("text/css", True),
        ("text/csv; charset=utf-8", True),
        ("image/svg+xml", True),
        ("application/json", True),
        ("image/webp", False),
        ("application/pdf", False),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", False),
    ],
)
def test_text_is_compressed_and_what_is_compressed_already_is_not(rf: Any, kind: str, is_compressed: bool) -> None:
    response = Compression(lambda _request: HttpResponse(b"word " * 500, content_type=kind))(rf.get("/", headers=ZIPPED))
    assert (response.get("Content-Encoding") == "gzip") is is_compressed
    assert (response.get("Vary") == "Accept-Encoding") is is_compressed


def test_a_streamed_file_and_an_empty_answer_leave_as_they_are(rf: Any, tmp_path: Any) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"name;city\n" * 500)
    file = Compression(lambda _request: FileResponse(path.open("rb"), content_type="text/csv"))(rf.get("/", headers=ZIPPED))
    assert file.get("Content-Encoding") is None and file["Content-Length"] == "5000"
    assert b"".join(file.streaming_content) == path.read_bytes()
    file.close()
    assert Compression(lambda _request: HttpResponseNotModified())(rf.get("/", headers=ZIPPED)).content == b""


def test_a_strong_tag_becomes_a_weak_one(rf: Any) -> None:
    answer = Compression(lambda _request: HttpResponse("word " * 500, headers={"ETag": '"one"'}))
    assert answer(rf.get("/", headers=ZIPPED))["ETag"] == 'W/"one"'
    assert answer(rf.get("/"))["ETag"] == '"one"'


def test_what_keeps_answers_stands_before_what_compresses_them() -> None:
    """A kept page is compressed once, and static files, which lie there compressed, never."""
    order = [name.rpartition(".")[2] for name in settings.MIDDLEWARE]
    assert order.index("WhiteNoiseMiddleware") < order.index("KeptPages") < order.index("Compression") < order.index("SessionMiddleware")
