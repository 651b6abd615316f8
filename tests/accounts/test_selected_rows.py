"""Rows selected in a list: on every list alike, only what the user may see, and a GET changes nothing."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import models
from django.test import Client
from django.utils import timezone

from accounts.models import Assignment, Company, CompanyPair, User, responsible_for
from accounts.staff.actions.roles import give_role
from contacts.models import Person, PersonPair
from fleetportal.core.audit import Entry
from fleetportal.core.web.lists import selection
from tests.accounts.test_not_understood import pages
from tests.factories.accounts import make_company, make_user, make_vehicle
from tests.factories.contacts import make_person, make_role
from tests.factories.events import make_event, make_guest, make_registration
from tests.factories.gifts import make_programme
from tests.factories.meetings import make_meeting

pytestmark = pytest.mark.django_db
EXPORTED = ["/companies/", "/people/", "/vehicles/", "/meetings/"]
BOX = re.compile(r'class="form-check-input fp-pick" type="checkbox" form="bulk" name="row" value="(\d+)"')


def made(group: str, company: Company) -> Person:
    return make_role(group, company, make_person(company.name)).person


def row_at(address: str, company: Company) -> models.Model:
    """A row of that list at `company`, called after it."""
    make: dict[str, Callable[[], models.Model]] = {
        "/companies/": lambda: company,
        "/people/": lambda: made("user", company),
        "/vehicles/": lambda: make_vehicle(company, plate=company.name[:8]),
        "/meetings/": lambda: make_meeting(company),
        "/events/": lambda: make_event(company.centre),
        "/events/guests/": lambda: make_registration(make_event(company.centre), make_guest(company), company=company),
        "/vouchers/": lambda: make_programme(company.centre),
        "/duplicates/": lambda: PersonPair.objects.create(one=made("user", company), other=made("driver", company), found_by="email"),
        "/duplicates/companies/": lambda: CompanyPair.objects.create(one=company, other=make_company(company.centre), found_by="name"),
    }
    return make[address]()


@pytest.fixture
def companies(north_ag: Company) -> list[Company]:
    return [make_company(north_ag.centre, name=f"Row{n}") for n in range(3)]


def exported(client: Client, address: str) -> list[str]:
    """The lines of the sheet that is made at `address`."""
    answer = client.post(address, {"_export": "csv", "reason": "Round in December"})
    assert answer.status_code == 200
    return [" ".join(line) for line in csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))][1:]


@pytest.mark.parametrize("address", pages())
def test_each_row_has_a_box_and_the_bar_exports(client: Client, admin: User, companies: list[Company], address: str) -> None:
    keys = {row_at(address, company).pk for company in companies}
    client.force_login(admin)
    page = client.get(address).content.decode()
    assert keys <= {int(key) for key in BOX.findall(page)}
    head, first = page.partition("<thead>")[2], page.partition("<tr data-row>")[2]
    assert head.partition("</thead>")[0].count("<th ") == first.partition("</tr>")[0].count("<td")
    assert 'name="_export" value="xlsx"' in page.partition('id="bulk"')[2].partition("</form>")[0]


@pytest.mark.parametrize("address", EXPORTED)
def test_only_the_selected_rows_are_exported(
    client: Client, carla: User, companies: list[Company], south_ag: Company, address: str
) -> None:
    rows = [row_at(address, company) for company in companies]
    foreign = row_at(address, south_ag)
    client.force_login(carla)
    query = f"?row={rows[0].pk}&row={rows[2].pk}&row={foreign.pk}&row=x"
    page = client.get(f"{address}{query}&_export=xlsx").content.decode()
    assert "Export 2 rows" in page and f"row={rows[2].pk}" in page
    assert Entry.objects.filter(action="list.exported").count() == 0
    lines = sorted(exported(client, address + query))
    assert ["Row0" in lines[0], "Row2" in lines[1], len(lines)] == [True, True, 2]
    assert Entry.objects.get(action="list.exported").facts["rows"] == 2
    assert exported(client, f"{address}?row=x") == [], "nothing selected is not everything"


def test_all_that_match_are_exported_whatever_is_ticked(client: Client, carla: User, companies: list[Company]) -> None:
    client.force_login(carla)
    query = f"?q=Row&all=yes&row={companies[0].pk}"
    assert [line.split()[0] for line in exported(client, f"/companies/{query}")] == ["Row0", "Row1", "Row2"]
    asked = client.get(f"/companies/{query}&_export=xlsx")
    assert asked.context["back"] == "/companies/?q=Row" and "Export 3 rows" in asked.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_an_export_of_selected_rows_costs_the_same_for_one_and_three(
    client: Client, carla: User, companies: list[Company], rows: int, django_assert_num_queries: Any
) -> None:
    client.force_login(carla)
    query = "&".join(f"row={company.pk}" for company in companies[:rows])
    with django_assert_num_queries(8):
        assert len(exported(client, f"/companies/?{query}")) == rows


def test_the_boxes_are_for_those_who_may_do_something(client: Client, dora: User, emil: User, north_ag: Company) -> None:
    client.force_login(dora)
    page = client.get("/companies/").content.decode()
    assert "Export selected" in page and "Hand over" not in page
    make_event(north_ag.centre, title="Evening")
    client.force_login(emil)
    page = client.get("/events/").content.decode()
    assert "Evening" in page and not BOX.search(page) and "data-choose-all" not in page


def test_the_bar_carries_the_filter_and_no_page(client: Client, carla: User, companies: list[Company]) -> None:
    client.force_login(carla)
    bar = (
        client.get("/companies/?q=row&sort=-company&page=1&row=7&all=yes")
        .content.decode()
        .partition('id="bulk"')[2]
        .partition("</form>")[0]
    )
    assert re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', bar) == [("q", "row"), ("sort", "-company")]
    assert 'name="all" value="yes" data-matching="3"' in bar


# --- Handing over


@pytest.fixture
def antje(north_ag: Company) -> User:
    return make_user("antje", role="account_manager", at=[north_ag.centre], last_name="Blohm", home_centre=north_ag.centre)


def test_all_that_match_are_handed_over_as_they_were_shown(client: Client, carla: User, antje: User, companies: list[Company]) -> None:
    client.force_login(carla)
    page = client.get("/companies/hand-over/?q=Row&all=yes")
    assert "Hand over 3 companies" in page.content.decode()
    assert not Assignment.objects.filter(company__in=companies).exists(), "a GET changes nothing"
    shown = page.context["form"].initial["row"]
    later = make_company(companies[0].centre, name="Row9")
    client.post("/companies/hand-over/", {"row": shown, "user": antje.pk, "starts_on": timezone.localdate().isoformat()})
    assert [responsible_for(company, on=timezone.localdate()) for company in [*companies, later]] == [antje] * 3 + [None]


def test_more_than_can_be_changed_at_once_are_refused(
    client: Client, carla: User, companies: list[Company], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "AT_ONCE", 2)
    client.force_login(carla)
    refused = client.get("/companies/hand-over/?q=Row&all=yes", headers={"HX-Request": "true"})
    assert refused.status_code == 422
    assert "No more than 2 rows" in refused.content.decode()


def test_what_may_be_seen_and_not_handed_over_is_said(client: Client, carla: User, companies: list[Company], south_ag: Company) -> None:
    give_role(carla, "marketing", [south_ag.centre], by=None)
    client.force_login(carla)
    page = client.get("/companies/hand-over/?all=yes&q=row").content.decode()
    assert "You may not hand over" not in page
    page = client.get(f"/companies/hand-over/?row={south_ag.pk}&row={companies[0].pk}").content.decode()
    assert "Hand over 1 company" in page and "You may not hand over one of the selected companies." in page


def test_a_filter_that_is_none_selects_nothing(client: Client, carla: User, companies: list[Company]) -> None:
    client.force_login(carla)
    assert client.get("/companies/hand-over/?tier=foo&all=yes", headers={"HX-Request": "true"}).status_code == 422
