"""Today: whom to speak to, in which order, what stands beside it, and that nobody sees another's."""

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from guardian.shortcuts import assign_perm

from accounts.customers.actions import companies
from accounts.models import Centre, Company, Tier, User
from contacts.memory.forms.contact import next_working_day
from contacts.models import Direction, Group, Interaction, Reason
from contacts.templatetags.today import late
from contacts.today import actions
from contacts.today import day as day_module
from contacts.today.day import SHOWN, CalendarLine, Day, Moved
from contacts.today.statements import CONTACTS_A_DAY
from tests.contacts.today import TODAY, on, words
from tests.factories.accounts import assign, make_company, make_user, make_vehicle
from tests.factories.contacts import make_person, make_role
from tests.factories.reasons import make_reason, make_silent, make_task


@pytest.mark.parametrize(
    ("days", "said"),
    [(1, "1 day overdue"), (59, "59 days overdue"), (60, "2 months overdue"), (729, "24 months overdue"), (730, "2 years overdue")],
)
def test_how_late_is_said_in_the_largest_unit_that_fits_twice(days: int, said: str) -> None:
    assert late(days) == said


# --- the list -----------------------------------------------------------------------------------------------------------------


def test_the_most_valuable_comes_first_and_is_open(as_anna: Client, anna: User, north: Centre) -> None:
    bronze, diamond, gold = (
        make_company(north, name=f"{tier} AG", tier=tier, looked_after_by=anna) for tier in ("bronze", "diamond", "gold")
    )
    for company in (bronze, diamond, gold):
        make_reason(company)
    response = as_anna.get(TODAY)
    queue = [reason.company for reason in response.context["queue"] if reason.rule == "contract_end"]
    assert queue == [diamond, gold, bronze]
    assert response.context["opened"].company == diamond
    page = words(response)
    assert page.count('aria-current="true" data-row id="open"') == 1
    assert "can wait, for when there is time." in page, "found as soon as they were entered"


def test_another_card_opens_by_its_address(as_anna: Client, north_ag: Company) -> None:
    make_reason(north_ag, rule="silence")
    second = make_reason(north_ag, rule="coverage")
    assert as_anna.get(f"{TODAY}?open={second.pk}").context["opened"] == second


@pytest.mark.parametrize("asked", ["0", "x", "²", "99999999999999999999999", ""])
def test_a_card_that_is_not_there_opens_the_first(as_anna: Client, north_ag: Company, asked: str) -> None:
    reason = make_reason(north_ag, rule="coverage")
    assert as_anna.get(TODAY, {"open": asked, "do": asked, "done": asked}).context["opened"].company == reason.company


def test_anna_sees_her_own_and_those_she_stands_in_for_and_not_a_letter_of_the_souths(
    as_anna: Client, anna: User, boris: User, north: Centre, north_ag: Company, south_ag: Company
) -> None:
    theirs, ended = make_company(south_ag.centre, name="Vertretung AG"), make_company(north, name="Frueher AG")
    assign(theirs, boris)
    assign(theirs, anna, kind="stand_in", ends_on=on() + timedelta(days=3))
    assign(ended, anna, ends_on=on() - timedelta(days=1))
    for company in (north_ag, south_ag, theirs, ended):
        make_reason(company, rule="coverage")
    response = as_anna.get(TODAY)
    assert {reason.company for reason in response.context["queue"]} == {north_ag, theirs}
    page = words(response)
    assert "Kanarienvogel" not in page
    assert f"You are standing in for {boris}" in page
    alone = as_anna.get(TODAY, {"for": boris.pk})
    assert {reason.company for reason in alone.context["queue"]} == {theirs}


def test_a_centre_manager_sees_all_of_the_centre(client: Client, carla: User, north_ag: Company, south_ag: Company) -> None:
    for company in (north_ag, south_ag):
        make_reason(company, rule="coverage")
    client.force_login(carla)
    assert {reason.company for reason in client.get(TODAY).context["queue"]} == {north_ag}


@pytest.mark.parametrize("name", ["emil", "wanda", "dora"])
def test_who_serves_nobody_has_no_such_page(client: Client, request: pytest.FixtureRequest, name: str) -> None:
    client.force_login(request.getfixturevalue(name))
    assert client.get(TODAY).status_code == 404


def test_visitors_sign_in_first(client: Client, db: None) -> None:
    assert client.get(TODAY).headers["Location"].startswith("/login/")


def test_several_reasons_for_one_person_are_one_card(as_anna: Client, north_ag: Company) -> None:
    person = make_silent(north_ag, on=on())
    make_vehicle(north_ag, use="personal", contract="lease", contract_ends_on=on() + timedelta(days=100))
    make_reason(north_ag, rule="coverage")
    response = as_anna.get(TODAY)
    mine = [reason for reason in response.context["queue"] if reason.person == person]
    assert [reason.rule for reason in mine] == ["contract_end"]
    assert "We haven’t been in touch for two years." in words(response), "the other thing to say stands on the open card"


def test_groups_narrow_the_list_and_their_counts_add_up(as_anna: Client, north_ag: Company) -> None:
    make_silent(north_ag, on=on(), group=Group.USER)
    make_reason(north_ag, rule="coverage")
    response = as_anna.get(TODAY)
    counts = dict(response.context["day"].groups)
    assert counts == {Group.DECISION_MAKER: 1, Group.USER: 1, Group.DRIVER: 1}
    users = as_anna.get(TODAY, {"group": "user"})
    assert {reason.group for reason in users.context["queue"]} == {"user"}
    assert 'aria-current="true"' in words(users)


def test_a_full_day_shows_the_first_and_says_how_many_follow(as_anna: Client, anna: User, north: Centre) -> None:
    for number in range(SHOWN + 3):
        make_reason(make_company(north, name=f"C{number}", looked_after_by=anna), rule="coverage")
    response = as_anna.get(TODAY)
    assert len(response.context["queue"]) == SHOWN
    day = response.context["day"]
    assert day.count == min(CONTACTS_A_DAY, 2 * (SHOWN + 3))
    assert f"Show {day.count - SHOWN} more" in words(response)
    assert len(as_anna.get(TODAY, {"more": "1"}).context["queue"]) == day.count


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_for_one_card_and_for_three(
    as_anna: Client, anna: User, north: Centre, rows: int, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        company = make_company(north, name=f"C{number}", looked_after_by=anna)
        make_reason(company)
        make_task(company, anna)
        Interaction.log(company, person=None, channel="email", outcome="", text="Yes.", by=None, direction="in")
    as_anna.get(TODAY)
    with django_assert_num_queries(19):
        assert as_anna.get(TODAY).status_code == 200


def test_private_addresses_are_shown_by_the_right_over_that_company(client: Client, north: Centre, south: Centre) -> None:
    server = make_user("server")
    assign_perm("accounts.serve_customers", server, north)
    assign_perm("accounts.see_private", server, south)
    make_reason(make_company(north))
    client.force_login(server)
    assert "see_private" not in client.get(TODAY).context["held"]


def test_no_name_of_a_closed_card_reaches_the_page_as_html(as_anna: Client, anna: User, north: Centre) -> None:
    evil = "<script>alert(1)</script>&"
    for number in range(3):
        company = make_company(north, name=f"{evil}{number}", looked_after_by=anna)
        make_role("decision_maker", company, make_person(evil), job_title=evil)
        make_reason(company)
    response = as_anna.get(TODAY, {"group": "decision_maker"})
    closed = [reason for reason in response.context["queue"] if reason != response.context["opened"]]
    assert len(closed) == 2
    page = response.content.decode()
    assert "<script>alert" not in page
    for reason in closed:
        assert f"<span>{escape(reason.company.name)}</span>" in page
        assert f"{escape(evil)}</strong>, {escape(evil)}</span>" in page
        assert f'href="/today/?group=decision_maker&amp;open={reason.pk}"' in page


def test_an_empty_day_teaches(as_anna: Client, north_ag: Company) -> None:
    page = words(as_anna.get(TODAY))
    assert "No reasons to contact anyone yet" in page
    assert "No open tasks." in page
    assert "Nothing in the calendar today." in page


def test_why_first_adds_up(as_anna: Client, north_ag: Company) -> None:
    companies.edit(north_ag, by=None, tier=Tier.DIAMOND)
    reason = make_reason(north_ag)
    response = as_anna.get(TODAY)
    assert response.context["opened"] == reason
    assert sum(weight.points for weight in response.context["weights"]) == reason.weight
    assert "Why first?" in words(response)


def test_a_card_has_telephone_and_e_mail_one_tap_away(as_anna: Client, north_ag: Company) -> None:
    make_role("decision_maker", north_ag, make_person("Albers", email="albers@nordhafen.example", phone="+49 40 66969 12", title="Frau"))
    make_reason(north_ag)
    page = words(as_anna.get(TODAY))
    assert 'href="tel:+494066969' in page
    assert 'href="mailto:albers@nordhafen.example"' in page
    assert re.search(r"Frau \S+ Albers", page), "the whole name"


def test_the_past_names_the_year_where_it_is_another(as_anna: Client, anna: User, north_ag: Company) -> None:
    person = make_silent(north_ag, on=on(), days=800)
    Interaction.log(north_ag, person=person, channel="phone", outcome="not_reached", text="Nobody there.", by=anna)
    actions.compute([north_ag.pk], on=on())
    silence = Reason.objects.get(rule="silence")
    page = words(as_anna.get(TODAY, {"open": silence.pk}))
    long_ago, now = timezone.localtime() - timedelta(days=800), timezone.localtime()
    assert f"> {long_ago:%b %Y} </time>" in page
    assert f"> {now.day} {now:%b} </time>" in page


def test_htmx_gets_the_part_and_everyone_else_the_page(as_anna: Client, north_ag: Company) -> None:
    make_reason(north_ag)
    part = as_anna.get(TODAY, headers={"HX-Request": "true"})
    assert words(part).startswith('<div id="day">')
    assert "HX-Request" in part.headers["Vary"]
    assert words(as_anna.get(TODAY)).startswith("<!doctype html>")


# --- beside it ----------------------------------------------------------------------------------------------------------------


def test_appointments_and_news_of_higher_apps_stand_beside(as_anna: Client, north_ag: Company, monkeypatch: Any) -> None:
    soon = timezone.now() + timedelta(seconds=30)

    def meetings(user: User, day: date) -> list[CalendarLine]:
        return [CalendarLine(soon, "Annual meeting, Hansebogen", "room Alster", "/there/"), CalendarLine(None, "Trade fair")]

    def news(user: User, since: datetime) -> list[Moved]:
        return [Moved(timezone.now(), "ticket", "3 registrations", "Preview evening", "/events/1/")]

    monkeypatch.setattr(day_module.appointments, "_entries", {"meetings": (100, meetings)})
    monkeypatch.setattr(day_module.moved, "_entries", {"news": (100, news)})
    page = words(as_anna.get(TODAY))
    for said in ("Annual meeting, Hansebogen", "room Alster", "Trade fair", "3 registrations", "Preview evening"):
        assert said in page


def test_what_customers_did_since_yesterday_stands_beside_and_strangers_do_not(
    as_anna: Client, north_ag: Company, south_ag: Company
) -> None:
    person = make_role("user", north_ag, make_person("Ferraris")).person
    facts = {"channel": "email", "outcome": "", "by": None, "direction": "in"}
    Interaction.log(north_ag, person=person, text="Tuesday suits me.", **facts)
    Interaction.log(south_ag, person=None, text="Kanarienvogel answered.", **facts)
    Interaction.log(north_ag, person=person, text="Long ago.", happened_at=timezone.now() - timedelta(days=3), **facts)
    day = Day(User.objects.get(username="anna"))
    (moved,) = day.moved
    assert "Tuesday suits me." in str(moved.words)
    assert (moved.title, "Ferraris" in str(moved.words)) == (north_ag.name, True)


@pytest.mark.parametrize(("day", "expected"), [(26, 27), (27, 30), (28, 30), (29, 30)])
def test_the_next_working_day_is_no_weekend(day: int, expected: int) -> None:
    assert next_working_day(date(2026, 11, day)) == date(2026, 11, expected)


def test_a_colleague_who_is_nobody_narrows_to_nothing(as_anna: Client, north_ag: Company) -> None:
    make_reason(north_ag)
    assert as_anna.get(TODAY, {"for": make_user().pk}).context["queue"] == []
    assert as_anna.get(reverse("contacts:today")).context["queue"] != []


@pytest.mark.django_db
def test_what_customers_did_is_found_by_an_index_of_its_own_whatever_else_ever_happened() -> None:
    """A million interactions were read to show six."""
    since = timezone.now() - timedelta(days=1)
    rows = Interaction.objects.filter(direction=Direction.IN, happened_at__gte=since).order_by("-happened_at", "-id")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
    plan = rows.explain()
    assert "interaction_from_customers" in plan
    assert "Sort" not in plan and "TEMP B-TREE" not in plan
