"""The dossier: everything about a company on one page, for those who may; its front page for the others."""

import re
from datetime import datetime, time, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from accounts.customers.actions import companies
from accounts.customers.models.vehicle import ORDER_LEAD_MONTHS, order_by
from accounts.models import Centre, Company, ServiceVisit, User, responsible_for
from contacts.models import Interaction, Meeting
from fleetportal.core.audit import Entry
from tests.factories.accounts import make_company, make_vehicle
from tests.factories.contacts import give_consent, make_person, make_role
from tests.factories.meetings import make_meeting

pytestmark = pytest.mark.django_db


LATER = re.compile(r'data-hx-get="([^"]+)" data-hx-trigger="load"')


def dossier(client: Client, company: Company) -> str:
    """The page, and what a browser loads into its places once it stands."""
    page = client.get(f"/companies/{company.pk}/").content.decode()
    return "".join([page, *(client.get(address, headers={"HX-Request": "true"}).content.decode() for address in LATER.findall(page))])


@pytest.fixture
def full(north_ag: Company) -> Company:
    """A company with a decision-maker and a user, no driver, vehicles and a call."""
    albers = make_person("Albers", first_name="Petra")
    make_role("decision_maker", north_ag, albers, job_title="fleet manager", responsibilities=["orders"])
    make_role("user", north_ag, make_person("Matthiesen", first_name="Ingo"))
    make_vehicle(north_ag, plate="HH-NL 418", use="functional")
    Interaction.log(north_ag, person=albers, channel="phone", outcome="reached", text="Wants prices for seven estates.", by=None)
    return north_ag


def test_the_three_groups_stand_side_by_side_with_the_empty_chair(client: Client, anna: User, full: Company) -> None:
    client.force_login(anna)
    page = dossier(client, full)
    assert "Petra Albers" in page
    assert "fleet manager" in page
    assert "Ingo Matthiesen" in page
    assert page.count("No contact yet.") == 1
    assert "There is 1 functional vehicle, but we don’t know its driver." in page
    assert "HH-NL 418" in page
    assert "Wants prices for seven estates." in page


@pytest.mark.parametrize("rows", [1, 3])
def test_the_dossier_costs_the_same_for_one_of_each_and_three(
    client: Client, anna: User, north_ag: Company, rows: int, django_assert_num_queries
) -> None:
    for group in ("decision_maker", "user", "driver"):
        for _number in range(rows):
            person = make_person()
            make_role(group, north_ag, person)
            give_consent(person)
            make_vehicle(north_ag)
            Interaction.log(north_ag, person=person, channel="phone", outcome="reached", text="Yes.", by=anna)
    client.force_login(anna)
    with django_assert_num_queries(27):
        client.get(f"/companies/{north_ag.pk}/")
    for part, queries in (("why-now", 15), ("timeline", 5), ("events", 8)):
        with django_assert_num_queries(queries):
            client.get(f"/companies/{north_ag.pk}/{part}/", headers={"HX-Request": "true"})


@pytest.mark.parametrize("part", ["why-now", "events"])
def test_a_panel_that_comes_later_is_a_page_of_its_own_without_script(
    client: Client, anna: User, dora: User, emil: User, full: Company, south_ag: Company, part: str
) -> None:
    address = f"/companies/{full.pk}/{part}/"
    assert client.get(address).status_code == 302
    client.force_login(emil)
    assert client.get(address).status_code == 404
    client.force_login(anna)
    assert f'<a href="{address}">' in client.get(f"/companies/{full.pk}/").content.decode()
    assert "<html" in client.get(address).content.decode()
    assert "<html" not in client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert client.post(address).status_code == 405
    assert client.get(f"/companies/{south_ag.pk}/{part}/").status_code == client.get(f"/companies/999999/{part}/").status_code == 404
    client.force_login(dora)
    assert client.get(address).status_code == (200 if part == "events" else 404)


def test_a_service_adviser_gets_the_front_page_alone(client: Client, emil: User, full: Company) -> None:
    client.force_login(emil)
    page = dossier(client, full)
    assert "Petra Albers" in page
    assert 'id="log"' in page
    for hidden in ("HH-NL 418", "Wants prices for seven estates.", "/companies/new/", f"/companies/{full.pk}/edit/", "Company details"):
        assert hidden not in page


def test_a_foreign_company_and_a_missing_one_are_both_not_there(
    client: Client, anna: User, emil: User, wanda: User, south_ag: Company
) -> None:
    for user in (anna, emil, wanda):
        client.force_login(user)
        assert client.get(f"/companies/{south_ag.pk}/").status_code == 404
        assert client.get("/companies/999999/").status_code == 404


def test_a_parent_company_is_named_only_within_reach(
    client: Client, anna: User, north_ag: Company, south_ag: Company, north: Centre
) -> None:
    companies.edit(north_ag, by=None, parent=south_ag)
    client.force_login(anna)
    assert "Kanarienvogel" not in dossier(client, north_ag)
    companies.edit(north_ag, by=None, parent=make_company(north, name="Nordhafen Holding SE", looked_after_by=anna))
    assert "Nordhafen Holding SE" in dossier(client, north_ag)


def test_visitors_sign_in_and_other_methods_are_refused(client: Client, anna: User, full: Company) -> None:
    assert client.get(f"/companies/{full.pk}/").status_code == 302
    client.force_login(anna)
    assert client.post(f"/companies/{full.pk}/").status_code == 405


def test_what_the_user_may_with_a_company_agrees_with_where(
    anna: User, boris: User, carla: User, dora: User, emil: User, wanda: User, admin: User, north_ag: Company, south_ag: Company
) -> None:
    for user in (anna, boris, carla, dora, emil, wanda, admin):
        codenames = user.rights.granted.keys() | user.rights.general
        for company in (north_ag, south_ag):
            asked = {name for name in codenames if Company.objects.where(user, may=name).filter(pk=company.pk).exists()}
            assert company.rights_of(user) == asked, (user, company)


# --- Logging a contact


def log(client: Client, company: Company, **values: str):
    words = {"channel": "phone", "outcome": "reached", "text": "Calls back on Friday."}
    return client.post(f"/companies/{company.pk}/log/", {**words, **values})


def test_a_call_is_logged_in_one_sentence(client: Client, anna: User, full: Company) -> None:
    albers = full.decision_makers.get().person
    client.force_login(anna)
    answer = log(client, full, person=str(albers.pk))
    assert (answer.status_code, answer["Location"]) == (303, f"/companies/{full.pk}/")
    newest = Interaction.objects.for_timeline().first()
    assert (newest.company, newest.person, newest.by, newest.is_real_contact) == (full, albers, anna, True)
    assert newest.text == "Calls back on Friday."
    assert Entry.objects.filter(action="interaction.logged", actor_id=anna.pk).count() == 1
    assert "Logged. The interaction now appears on the timeline." in dossier(client, full)


def test_a_service_adviser_logs_too(client: Client, emil: User, full: Company) -> None:
    client.force_login(emil)
    assert log(client, full, channel="in_person").status_code == 303


def test_a_double_click_logs_once(client: Client, anna: User, full: Company) -> None:
    client.force_login(anna)
    before = Interaction.objects.count()
    for _click in range(2):
        assert log(client, full, _key="the-same-key").status_code == 303
    assert Interaction.objects.count() == before + 1


def test_a_conversation_without_a_word_is_asked_about_and_kept(client: Client, anna: User, full: Company) -> None:
    client.force_login(anna)
    answer = log(client, full, text="", outcome="wants_meeting")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Write one sentence about what was said" in page
    assert re.search(r'value="wants_meeting"[^>]* checked', page)
    assert Interaction.objects.count() == 1


def test_htmx_stays_in_the_panel_and_is_sent_on(client: Client, anna: User, full: Company) -> None:
    client.force_login(anna)
    answer = client.post(
        f"/companies/{full.pk}/log/", {"channel": "phone", "outcome": "reached", "text": "Yes."}, headers={"HX-Request": "true"}
    )
    assert (answer.status_code, answer["HX-Redirect"]) == (204, f"/companies/{full.pk}/")
    refused = client.post(f"/companies/{full.pk}/log/", {"channel": "phone", "outcome": "reached"}, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    assert "<html" not in refused.content.decode()


def test_nobody_logs_at_a_foreign_company(client: Client, anna: User, south_ag: Company) -> None:
    client.force_login(anna)
    assert log(client, south_ag).status_code == 404
    assert Interaction.objects.count() == 0


def test_somebody_of_another_company_cannot_be_chosen(client: Client, anna: User, full: Company, south_ag: Company) -> None:
    stranger = make_person("Kanarienvogel")
    make_role("user", south_ag, stranger)
    client.force_login(anna)
    assert log(client, full, person=str(stranger.pk)).status_code == 422
    assert "Kanarienvogel" not in client.get(f"/companies/{full.pk}/log/").content.decode()


# --- The timeline


def test_the_timeline_goes_back_page_by_page(client: Client, anna: User, north_ag: Company) -> None:
    for number in range(45):
        Interaction.log(
            north_ag, person=None, channel="phone" if number % 2 else "email", outcome="reached", text=f"No. {number}.", by=anna
        )
    client.force_login(anna)
    address, seen = f"/companies/{north_ag.pk}/timeline/", []
    for _page in range(3):
        context = client.get(address).context
        seen += [shown.interaction.text for shown in context["lines"]]
        address = f"/companies/{north_ag.pk}/timeline/?before={context['earlier']}"
    assert seen == [f"No. {number}." for number in reversed(range(45))]
    assert context["earlier"] is None
    calls = client.get(f"/companies/{north_ag.pk}/timeline/?channel=phone").context
    assert {shown.interaction.channel for shown in calls["lines"]} == {"phone"}
    assert [(chip.channel, chip.count) for chip in calls["chips"]] == [("phone", 22), ("email", 23)]


def test_the_timeline_is_for_those_who_see_customers(client: Client, emil: User, anna: User, full: Company, south_ag: Company) -> None:
    client.force_login(emil)
    assert client.get(f"/companies/{full.pk}/timeline/").status_code == 404
    client.force_login(anna)
    assert client.get(f"/companies/{south_ag.pk}/timeline/").status_code == 404
    assert client.get(f"/companies/{full.pk}/timeline/?channel=smoke&before=x").status_code == 200


# --- Entering and editing a company


def test_an_account_manager_enters_a_company_and_looks_after_it(client: Client, anna: User) -> None:
    client.force_login(anna)
    values = {"name": "Neue Werft GmbH", "centre": anna.home_centre_id, "country": "de", "vat_number": "136 695 976"}
    answer = client.post("/companies/new/", values)
    company = Company.objects.get(name="Neue Werft GmbH")
    assert answer["Location"] == f"/companies/{company.pk}/"
    assert (company.vat_number, company.country, responsible_for(company, on=timezone.localdate())) == ("DE136695976", "DE", anna)
    assert company.assignments.get().starts_on == timezone.localdate()


def test_a_wrong_vat_number_is_said_at_its_field_and_nothing_is_lost(client: Client, carla: User) -> None:
    client.force_login(carla)
    answer = client.post(
        "/companies/new/", {"name": "Neue Werft", "centre": carla.home_centre_id, "country": "DE", "vat_number": "DE136695977"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Not saved yet: please check one field." in page
    assert 'value="Neue Werft"' in page
    assert 'aria-invalid="true"' in page
    assert not Company.objects.exists()


def test_editing_writes_what_differs_and_keeps_the_history(client: Client, anna: User, north_ag: Company) -> None:
    client.force_login(anna)
    values = {"name": "Nordhafen Logistik AG", "centre": north_ag.centre_id, "country": "DE", "city": "Hamburg"}
    assert client.post(f"/companies/{north_ag.pk}/edit/", values).status_code == 303
    north_ag.refresh_from_db()
    assert (north_ag.name, north_ag.city) == ("Nordhafen Logistik AG", "Hamburg")
    entry = Entry.objects.get(action="company.edited")
    assert {change.field: change.after for change in entry.changes.all()} == {"name": "Nordhafen Logistik AG", "city": "Hamburg"}


def test_nobody_edits_a_foreign_company_or_enters_one_elsewhere(client: Client, anna: User, dora: User, south_ag: Company) -> None:
    client.force_login(anna)
    assert client.post(f"/companies/{south_ag.pk}/edit/", {"name": "Mine now"}).status_code == 404
    assert client.post("/companies/new/", {"name": "There", "centre": south_ag.centre_id, "country": "DE"}).status_code == 422
    client.force_login(dora)
    assert client.get("/companies/new/").status_code == 404
    assert client.get(f"/companies/{south_ag.pk}/edit/").status_code == 404
    south_ag.refresh_from_db()
    assert south_ag.name == "Südwerk Kanarienvogel GmbH"


def test_the_head_says_what_was_spent_when_to_order_and_when_we_meet(client: Client, anna: User, carla: User, full: Company) -> None:
    today = timezone.localdate()
    lead = relativedelta(months=ORDER_LEAD_MONTHS.default)
    make_vehicle(full, contract_ends_on=today + timedelta(days=20))
    ends_on = today + lead + timedelta(days=40)
    van = make_vehicle(full, contract_ends_on=ends_on)
    for number, (days, cents) in enumerate(((10, 40_000), (300, 10_050), (500, 90_000), (900, 7))):
        ServiceVisit.objects.create(
            company=full,
            vehicle=van,
            centre=full.centre,
            visited_on=today - timedelta(days=days),
            order_number=str(number),
            amount_cents=cents,
        )
    starts_at = timezone.make_aware(datetime.combine(today + timedelta(days=9), time(10)))
    Meeting.objects.filter(pk=make_meeting(full, director=carla).pk).update(state="fixed", starts_at=starts_at)
    client.force_login(anna)
    page = re.sub(r"\s+", " ", client.get(f"/companies/{full.pk}/").content.decode())
    assert "€500" in page
    assert "€900 in the year before" in page
    assert date_format(order_by(ends_on, today=today), "SHORT_DATE_FORMAT") in page
    assert "too late for 1 contract" in page
    assert "annual, with" in page and "Hellwege" in page


def test_money_is_for_those_who_may_see_it(client: Client, anna: User, dora: User, emil: User, full: Company) -> None:
    for user, sees in ((anna, True), (dora, False), (emil, False)):
        client.force_login(user)
        assert ("Service, 12 months" in client.get(f"/companies/{full.pk}/").content.decode()) is sees
