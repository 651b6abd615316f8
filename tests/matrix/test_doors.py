"""What holds for every address alike: headers, cross-site requests, forged hosts, foreign redirects, second doors, tokens in logs."""

import io
import logging

import pytest
from django.db import transaction
from django.test import Client

from fleetportal.core.web.logs import JsonLine, PlainLine
from tests.matrix.addresses import Address
from tests.matrix.columns import COLUMNS, PLACES
from tests.matrix.test_matrix import ALL_ADDRESSES, ANONYMOUS, LINKS, OURS
from tests.matrix.trees import SAMPLES
from tests.matrix.world import MISSING, World
from tests.matrix.writes import written

pytestmark = [pytest.mark.matrix, pytest.mark.once]
ADMINISTRATOR = COLUMNS[-1]
# POST without our token is right here, and why.
WITHOUT_TOKEN = {"preferences/%(token)s/": "A mail program's one click has no cookie (RFC 8058); every other POST of the page is checked."}
FOREIGN_ADDRESSES = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "//evil.example\\@testserver/",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
    " https://evil.example",
    "\thttps://evil.example",
    "/%0d%0aLocation:https://evil.example",
]


def own_path(world: World, address: Address) -> str:
    """The address, with rows of the first place for its kwargs."""
    if address.tree:
        return address.path({kwarg: SAMPLES.get(kwarg, MISSING) for kwarg in address.kwargs})
    if address.access.kind == "link":
        return address.path({"token": world.token(address.access.scope)})
    return address.path({kwarg: world.row(address, kwarg, PLACES[0], ADMINISTRATOR) for kwarg in address.kwargs})


@pytest.mark.parametrize("address", OURS, ids=str)
def test_every_answer_carries_the_headers(world, address):
    """R33, for visitors and for the administrator; what is personal is kept by no cache."""
    for column in (ANONYMOUS, ADMINISTRATOR):
        with transaction.atomic():
            answer = world.clients[column].get(own_path(world, address))
            b"".join(answer.streaming_content) if answer.streaming else answer.content
            transaction.set_rollback(True)
        policy = answer["Content-Security-Policy"]
        assert "unsafe" not in policy or "sandbox" in policy
        assert "frame-ancestors" in policy or "sandbox" in policy
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["X-Request-ID"]
        if column is ADMINISTRATOR or address.access.kind == "link":
            assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("address", OURS, ids=str)
def test_a_request_from_another_site_has_no_effect(world, address):
    """A POST without our token, with the administrator's cookies, for an own row."""
    client = Client(enforce_csrf_checks=True)
    client.cookies = world.clients[ADMINISTRATOR].cookies.copy()
    with transaction.atomic(), written() as tables:
        status = client.post(own_path(world, address)).status_code
        transaction.set_rollback(True)
    assert tables == set()
    assert status in (403, 405) or address.shape in WITHOUT_TOKEN


def test_only_what_is_named_goes_without_a_token():
    exempt = [address.shape for address in OURS if address.is_csrf_exempt]
    assert exempt == list(WITHOUT_TOKEN)


@pytest.mark.parametrize("to", FOREIGN_ADDRESSES)
def test_no_redirect_leads_to_another_site(world, to):
    user = world.users[COLUMNS[5]]
    with transaction.atomic():
        answers = [
            Client().post("/login/", {"login": user.username, "password": "demo", "next": to}),
            Client().post(f"/login/?next={to}", {"login": user.username, "password": "demo"}),
            Client().post("/theme/", {"theme": "dark", "next": to}),
            Client().post("/language/", {"language": "de", "next": to}),
        ]
        transaction.set_rollback(True)
    assert [answer.status_code in (302, 303) for answer in answers] == [True] * 4
    for answer in answers:
        assert answer["Location"].startswith("/"), answer["Location"]
        assert answer["Location"][1:2] not in ("/", "\\")


@pytest.mark.parametrize("header", ["HTTP_HOST", "HTTP_X_FORWARDED_HOST", "HTTP_X_HOST", "HTTP_FORWARDED"])
def test_a_forged_host_stands_in_no_answer(world, header, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    forged = {header: "host=evil.example" if header == "HTTP_FORWARDED" else "evil.example"}
    for path in ("/login/", "/today/", "/theme/", own_path(world, LINKS[0])):
        with transaction.atomic():
            answer = Client(raise_request_exception=False).get(path, **forged)
            transaction.set_rollback(True)
        assert b"evil.example" not in answer.content
        assert "evil.example" not in str(dict(answer.headers))
        assert answer.status_code == 400 or header != "HTTP_HOST"


@pytest.mark.parametrize("address", [address for address in ALL_ADDRESSES if "login" in address.shape], ids=str)
def test_there_is_one_door(world, address):
    """Every address with a sign-in in its name but ours: a right password opens nothing."""
    if address in OURS and address.shape == "login/":
        return
    user, client = world.users[ADMINISTRATOR], Client()
    with transaction.atomic():
        answer = client.post(own_path(world, address), {"username": user.username, "login": user.username, "password": "demo"})
        is_in = "_auth_user_id" in client.session
        transaction.set_rollback(True)
    assert not is_in
    assert answer.status_code in (302, 404, 405)
    assert answer.get("Location", "/login/").startswith("/login/")


def test_no_token_gets_into_the_log(world):
    """R31: every page of every link, opened and posted to, right and wrong tokens; what stdout would get is read."""
    handler = next(handler for handler in logging.getLogger().handlers if isinstance(handler.formatter, PlainLine | JsonLine))
    log, tokens = io.StringIO(), set()
    before = handler.setStream(log)
    try:
        for address, method in ((address, method) for address in LINKS for method in ("GET", "POST", "PUT")):
            for token in (world.token(address.access.scope), f"{world.token(address.access.scope)[:-1]}-"):
                tokens.add(token)
                with transaction.atomic():
                    Client(raise_request_exception=False).generic(method, address.path({"token": token}))
                    transaction.set_rollback(True)
    finally:
        handler.setStream(before)
    lines = log.getvalue()
    assert "/voucher/…" in lines
    assert [token for token in tokens if token in lines] == []
