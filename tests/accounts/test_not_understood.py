"""A value that is no choice of a filter (C5): nothing matches, the page says which word, an export refuses; on every list."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from accounts.models import Company, User
from fleetportal.core.audit import Entry
from fleetportal.core.web.lists.page import ListPage, listed
from tests.factories.accounts import make_company, make_vehicle
from tests.factories.contacts import make_person, make_role

pytestmark = pytest.mark.django_db


def pages() -> dict[str, type[ListPage[Any]]]:
    """The lists without arguments, by their address."""
    return dict(pages_under(get_resolver().url_patterns, "/"))


def pages_under(routes: Sequence[Any], start: str) -> Iterator[tuple[str, type[ListPage[Any]]]]:
    for route in routes:
        address = f"{start}{route.pattern}"
        page = getattr(getattr(route, "callback", None), "view_class", None)
        if page and issubclass(page, ListPage) and "<" not in address:
            yield address, page
        yield from pages_under(getattr(route, "url_patterns", ()), address)


WORDS = [(address, word.name) for address, page in pages().items() for word in page.filterset_class.words if word.name != "q"]


@pytest.fixture
def rows(north_ag: Company, carla: User) -> Company:
    make_role("user", north_ag, make_person("Muster"))
    make_vehicle(north_ag, plate="HH-M 1")
    return north_ag


def test_every_list_is_here() -> None:
    assert {page.name for page in pages().values()} == set(listed)


@pytest.mark.parametrize(("address", "word"), WORDS)
@pytest.mark.parametrize("value", ["99999", "foo"])
def test_it_matches_nothing_and_the_page_says_which_word(
    client: Client, admin: User, rows: Company, address: str, word: str, value: str
) -> None:
    client.force_login(admin)
    answer = client.get(address, {word: value})
    assert answer.status_code == 200
    assert list(answer.context["rows"]) == []
    assert f'data-not-understood="{word}"' in answer.content.decode()
    assert f"“{value}”" in answer.content.decode()
    assert "““" not in answer.content.decode()
    export = client.get(address, {word: value, "_export": "csv"})
    assert export.status_code == 422, "an address typed by hand exports nothing either"


@pytest.mark.parametrize(
    "address",
    [
        "/companies/?by=99999",
        "/companies/?tier=foo",
        "/companies/?tier=gold&tier=foo",
        "/vehicles/?company=999999",
        "/people/?company=999999",
    ],
)
def test_an_export_refuses_with_the_words(client: Client, carla: User, rows: Company, address: str) -> None:
    client.force_login(carla)
    for kind in ("csv", "xlsx"):
        assert client.get(f"{address}&_export={kind}").status_code == 422
        answer = client.post(f"{address}&_export={kind}", {"reason": "Round in December"})
        assert answer.status_code == 422
        assert "not understood" in answer.content.decode()
    assert not Entry.objects.filter(action="list.exported").exists()


def test_a_kept_view_of_a_colleague_who_has_nothing_left_is_empty(client: Client, carla: User, boris: User, rows: Company) -> None:
    client.force_login(carla)
    page = client.get("/companies/", {"by": boris.pk}).content.decode()
    assert rows.name not in page
    assert 'data-not-understood="by"' in page


def test_a_company_out_of_reach_is_no_choice(client: Client, anna: User, south_ag: Company, rows: Company) -> None:
    make_vehicle(make_company(looked_after_by=anna), plate="HH-X 1")
    client.force_login(anna)
    for address in ("/vehicles/", "/people/"):
        answer = client.get(address, {"company": south_ag.pk})
        assert list(answer.context["rows"]) == []
        assert south_ag.name not in answer.content.decode()


@pytest.mark.parametrize("address", sorted(pages()))
def test_a_filter_that_the_list_does_not_have_is_no_filter_that_is_passed_over(
    client: Client, admin: User, rows: Company, address: str
) -> None:
    """A kept view may hold a word of an older release (C5)."""
    client.force_login(admin)
    answer = client.get(address, {"tire": "gold"})
    page = answer.content.decode()
    assert list(answer.context["rows"]) == [] and 'data-not-understood="tire"' in page and "gold" in page
    assert client.get(address, {"tire": "gold", "_export": "csv"}).status_code == 422
    assert client.post(f"{address}?tire=gold&_export=csv", {"reason": "Round in December"}).status_code == 422
    plain = client.get(address, {"sort": "-pk", "page": "1", "rows": "20"})
    assert "data-not-understood" not in plain.content.decode()
