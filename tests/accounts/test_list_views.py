"""What a list keeps for one user, and what may be done with the rows they choose."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.customers.models.assignment import AlreadyAssigned
from accounts.models import Assignment, Centre, Company, User, responsible_for
from accounts.staff.models import user as users
from accounts.staff.models.user import MOST_VIEWS
from fleetportal.core.audit import Entry
from tests.factories.accounts import assign, make_company, make_user
from tests.races import race

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def keep(client: Client, name: str = "Gold", query: str = "tier=gold&sort=-name&page=3", page: str = "companies"):
    return client.post("/views/keep/", {"page": page, "name": name, "query": query, "next": f"/{page}/?{query}"})


def drop(client: Client, name: str = "Gold", page: str = "companies"):
    return client.post("/views/drop/", {"page": page, "name": name, "next": "/companies/"})


def test_a_view_is_kept_shown_renewed_and_dropped(client: Client, anna: User, north_ag: Company) -> None:
    client.force_login(anna)
    assert "Save this view" not in client.get("/companies/").content.decode()
    assert "Save this view" in client.get("/companies/?tier=gold").content.decode()
    assert keep(client)["Location"] == "/companies/?tier=gold&sort=-name&page=3"
    keep(client, query="tier=silver")
    anna.refresh_from_db()
    assert anna.views == {"companies": {"Gold": "tier=silver"}}
    page = client.get("/companies/?tier=silver").content.decode()
    assert '<a class="fp-view" href="/companies/?tier=silver" aria-current="page">' in page
    assert drop(client)["Location"] == "/companies/"
    anna.refresh_from_db()
    assert anna.views == {"companies": {}}
    entries = Entry.objects.filter(action__startswith="view.").order_by("pk")
    assert list(entries.values_list("action", flat=True)) == ["view.kept", "view.kept", "view.dropped"]


def test_a_view_is_its_owners_alone_and_of_one_list(client: Client, anna: User, carla: User) -> None:
    carla.keep_view(page="companies", name="Carla’s own", query="tier=gold")
    client.force_login(anna)
    assert "Carla’s own" not in client.get("/companies/").content.decode()
    assert drop(client, "Carla’s own").status_code == drop(client, "nothing").status_code == 404
    client.force_login(carla)
    assert "Carla’s own" in client.get("/companies/").content.decode()
    assert "Carla’s own" not in client.get("/vehicles/").content.decode()


def test_one_view_too_many_is_refused_and_says_what_to_do(client: Client, anna: User) -> None:
    full = {f"View {n}": "tier=gold" for n in range(MOST_VIEWS - 1)}
    User.objects.filter(pk=anna.pk).update(views={"companies": full, "people": {"Mine": "q=x"}})
    client.force_login(anna)
    refused = keep(client, "One more")
    assert refused.status_code == 409
    assert "You already have 50 saved views. Delete one you no longer need" in refused.content.decode()
    anna.refresh_from_db()
    assert anna.views["companies"] == full
    assert not Entry.objects.filter(action="view.kept").exists()
    assert keep(client, "View 7", query="tier=silver").status_code == 303, "one that is there is renewed"
    drop(client, "View 8")
    assert keep(client, "One more").status_code == 303


@pytest.mark.parametrize("values", [{"name": ""}, {"query": ""}, {"page": "nothing"}, {"name": "x" * 61}, {"query": "q=" + "x" * 2000}])
def test_what_is_no_view_is_not_kept(client: Client, anna: User, values: dict[str, str]) -> None:
    client.force_login(anna)
    assert keep(client, **values).status_code == 404
    anna.refresh_from_db()
    assert anna.views == {}
    assert client.get("/views/keep/").status_code == client.get("/views/drop/").status_code == 405


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_views_kept_at_once_are_both_kept(anna: User, monkeypatch) -> None:
    def two() -> int:
        rows = [User.objects.get(pk=anna.pk) for _tab in range(2)]
        race(*[lambda row=row, n=n: row.keep_view(page="companies", name=f"View {n}", query="q=x") for n, row in enumerate(rows)])
        return len(User.objects.get(pk=anna.pk).views["companies"])

    assert two() == 2
    User.objects.update(views={})
    monkeypatch.setattr(users, "lock", lambda row: row)
    assert two() == 1, "the canary: nobody reads again under a lock"


# --- The number of rows of each view


def counted(client: Client, query: str = "") -> list[tuple[str, bool]]:
    """The tabs that are loaded after the page, each with its number."""
    page = client.get(f"/companies/?{query}").content.decode()
    address = html.unescape(re.search(r'class="fp-views"[^>]*data-hx-get="([^"]+)"', page)[1])
    assert not re.search(r"<b>\d", page.partition("fp-views")[2].partition("</nav>")[0]), "the page waits for no count"
    answer = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert answer.count("<nav") == 1 and "data-hx-get" not in answer
    return [(" ".join(re.sub("<[^>]+>", " ", tab).split()), "aria-current" in tab) for tab in re.findall(r"<a .*?</a>", answer, re.DOTALL)]


def test_each_view_says_how_many_rows_it_has(client: Client, anna: User, north: Centre, south_ag: Company) -> None:
    for n in range(3):
        make_company(north, name=f"Firm {n}", looked_after_by=anna, tier="gold" if n else "", phase="at_risk" if n else "new")
    client.force_login(anna)
    keep(client, "Number one", query="q=Firm+1")
    tabs = counted(client, "tier=diamond&tier=platinum&tier=gold&phase=at_risk&sort=-company")
    assert tabs == [("All 3", False), ("Contracts ending 0", False), ("At risk, worth keeping 2", True), ("Number one 1", False)]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_counts_cost_a_query_for_each_view(
    client: Client, anna: User, north: Centre, rows: int, django_assert_num_queries: Any
) -> None:
    for _n in range(rows):
        make_company(north, looked_after_by=anna)
    client.force_login(anna)
    with django_assert_num_queries(5):
        client.get("/companies/?_counts=yes", headers={"HX-Request": "true"})


def test_the_address_of_the_counts_is_the_list_to_everybody_else(client: Client, anna: User, north_ag: Company) -> None:
    client.force_login(anna)
    page = client.get("/companies/?_counts=yes").content.decode()
    assert north_ag.name in page and "<html" in page


# --- Handing several companies over


@pytest.fixture
def antje(north: Centre) -> User:
    return make_user("antje", role="account_manager", at=[north], last_name="Blohm", home_centre=north)


@pytest.fixture
def three(north: Centre, anna: User) -> list[Company]:
    return [make_company(north, name=f"Company {n}", looked_after_by=anna) for n in range(3)]


def hand(client: Client, companies: list[Company], to: User):
    return client.post("/companies/hand-over/", {"row": [c.pk for c in companies], "user": to.pk, "starts_on": TODAY.isoformat()})


def test_chosen_companies_are_handed_to_a_colleague(client: Client, anna: User, antje: User, three: list[Company]) -> None:
    client.force_login(anna)
    listed = client.get("/companies/").content.decode()
    assert listed.count('class="form-check-input fp-pick"') == 3
    asked = client.get(f"/companies/hand-over/?row={three[0].pk}&row={three[1].pk}").content.decode()
    assert "Hand over 2 companies" in asked
    assert "Company 0, Company 1" in asked
    assert hand(client, three[:2], antje)["Location"] == "/companies/"
    assert [responsible_for(company, on=TODAY) for company in three] == [antje, antje, anna]
    assert Entry.objects.filter(action="company.assigned", actor_id=anna.pk).count() == 2
    assert "2 companies have been handed over to Antje Blohm." in client.get("/companies/").content.decode()


def test_a_foreign_company_among_the_chosen_changes_and_says_nothing(
    client: Client, anna: User, antje: User, boris: User, three: list[Company], south_ag: Company
) -> None:
    client.force_login(anna)
    assert "Kanarienvogel" not in client.get(f"/companies/hand-over/?row={south_ag.pk}&row={three[0].pk}&row=x").content.decode()
    assert hand(client, [south_ag, three[0]], antje).status_code == 303
    assert (responsible_for(south_ag, on=TODAY), responsible_for(three[0], on=TODAY)) == (boris, antje)
    assert hand(client, [south_ag], antje).status_code == 422
    assert hand(client, three[1:], boris).status_code == 422
    assert hand(client, three[1:], anna).status_code == 422


def test_handing_over_is_for_those_who_serve(client: Client, dora: User, north_ag: Company) -> None:
    client.force_login(dora)
    assert client.get("/companies/hand-over/").status_code == 404


def test_a_planned_hand_over_of_one_keeps_all_as_they_were(anna: User, antje: User, carla: User, three: list[Company]) -> None:
    assign(three[2], carla, starts_on=TODAY + timedelta(days=9))
    entries = Entry.objects.count()
    with pytest.raises(AlreadyAssigned, match="Company 2"):
        Assignment.assign_many(three, antje, starts_on=TODAY, by=anna)
    assert [responsible_for(company, on=TODAY) for company in three] == [anna] * 3
    assert Entry.objects.count() == entries


@pytest.mark.parametrize("rows", [1, 3])
def test_a_hand_over_costs_the_same_for_one_and_three(
    anna: User, antje: User, three: list[Company], rows: int, django_assert_num_queries
) -> None:
    with django_assert_num_queries(12):
        assert len(Assignment.assign_many(three[:rows], antje, starts_on=TODAY, by=anna)) == rows
    assert Assignment.assign_many(three[:rows], antje, starts_on=TODAY, by=anna) == []
