"""People: the list, one person, and what is entered about them; nothing of a company out of reach is ever said."""

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from accounts.models import Centre, Company, User
from contacts.consent.models import reachable
from contacts.models import Consent, DecisionMaker, Driver, Interaction, Person, PersonAddress
from fleetportal.core.audit import Entry
from tests.factories.accounts import assign, make_centre, make_company, make_user, make_vehicle
from tests.factories.contacts import give_consent, make_person, make_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def albers(north_ag: Company) -> Person:
    person = make_person("Albers", first_name="Petra", born_on=date(1975, 4, 2), family="Mia and Jonas")
    PersonAddress.enter(person, channel="phone", value="+49 171 5550123", is_private=True, by=None)
    make_role("decision_maker", north_ag, person, job_title="fleet manager")
    return person


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


# --- The list


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_row_and_three(
    client: Client, anna: User, north_ag: Company, rows: int, django_assert_num_queries
) -> None:
    for _number in range(rows):
        person = make_person()
        give_consent(person)
        for group in ("decision_maker", "user", "driver"):
            make_role(group, north_ag, person)
    client.force_login(anna)
    with django_assert_num_queries(9):
        page = client.get("/people/")
    assert len(page.context["rows"]) == rows


def test_the_list_names_own_people_and_only_their_roles_in_reach(client: Client, anna: User, albers: Person, south_ag: Company) -> None:
    make_role("user", south_ag, albers)
    make_role("user", south_ag, make_person("Fremd"))
    client.force_login(anna)
    page = text(client, "/people/")
    assert "Petra Albers" in page
    assert "Nordhafen Logistik SE" in page
    assert "Fremd" not in page
    assert "Kanarienvogel" not in page


def test_names_stand_by_the_last_name_as_a_reader_expects(client: Client, anna: User, north_ag: Company) -> None:
    for name in ("Zander", "Özil", "van Dyk", "Äpfel", "Иванов", "Anders", "Ёлкин", "O'Brien"):
        make_role("user", north_ag, make_person(name, first_name="A"))
    client.force_login(anna)
    names = [person.last_name for person in client.get("/people/").context["rows"]]
    assert names == ["Anders", "Äpfel", "O'Brien", "Özil", "van Dyk", "Zander", "Ёлкин", "Иванов"]


def test_the_sentence_asks_for_group_company_and_channel(
    client: Client, carla: User, north_ag: Company, albers: Person, north: Centre
) -> None:
    driver = make_person("Mirko")
    make_role("driver", make_company(north), driver)
    give_consent(driver)
    client.force_login(carla)

    def found(query: str) -> set[str]:
        return {person.last_name for person in client.get(f"/people/?{query}").context["rows"]}

    assert found("group=driver") == {"Mirko"}
    assert found(f"company={north_ag.pk}") == {"Albers"}
    assert found("channel=email") == {"Mirko"}
    assert found("q=alb") == {"Albers"}
    assert "at</span><input" in text(client, f"/people/?company={north_ag.pk}").replace("\n", "")


def test_private_addresses_never_leave_by_a_list(client: Client, anna: User, albers: Person) -> None:
    client.force_login(anna)
    assert "5550123" not in text(client, "/people/")
    sheet = client.post("/people/", {"_export": "csv", "reason": "Birthday cards"}).content.decode()
    assert "Albers" in sheet
    assert "5550123" not in sheet


@pytest.mark.parametrize("address", ["/people/", "/people/1/", "/people/1/edit/", "/people/1/timeline/", "/people/1/consents/new/"])
def test_visitors_sign_in_first_and_the_wash_sees_nothing(client: Client, wanda: User, address: str) -> None:
    assert client.get(address)["Location"].startswith("/login/")
    client.force_login(wanda)
    assert client.get(address).status_code == 404


# --- One person


def test_a_person_with_roles_addresses_consents_and_timeline(client: Client, anna: User, albers: Person, north_ag: Company) -> None:
    give_consent(albers)
    Interaction.log(north_ag, person=albers, channel="phone", outcome="reached", text="Wants prices.", by=anna)
    client.force_login(anna)
    page = " ".join(text(client, f"/people/{albers.pk}/").split())
    for words in (
        "Petra Albers",
        "fleet manager",
        "Wants prices.",
        "Invitations: consent given, e-mail",
        "Yes, write to me.",
        "E-mail: allowed",
    ):
        assert words in page, words


def test_private_data_is_for_those_who_may_see_it(client: Client, anna: User, dora: User, emil: User, albers: Person) -> None:
    private = ("5550123", "Mia and Jonas", "2 Apr 1975")
    client.force_login(anna)
    assert all(words in text(client, f"/people/{albers.pk}/") for words in private)
    for user in (dora, emil):
        client.force_login(user)
        page = text(client, f"/people/{albers.pk}/")
        assert not any(words in page for words in private)
        assert "One private address is shown only to those" in page


def test_what_happened_elsewhere_is_not_said(client: Client, anna: User, albers: Person, south_ag: Company) -> None:
    make_role("user", south_ag, albers)
    Interaction.log(south_ag, person=albers, channel="phone", outcome="reached", text="A secret of the south.", by=None)
    address = albers.addresses.get(channel="email")
    Consent.enter(address, "news", is_given=True, wording="Said in the south.", source="x", by=None, language="en", company=south_ag)
    client.force_login(anna)
    page = text(client, f"/people/{albers.pk}/") + text(client, f"/people/{albers.pk}/timeline/")
    for words in ("Kanarienvogel", "A secret of the south.", "Said in the south."):
        assert words not in page


@pytest.mark.parametrize("rows", [1, 3])
def test_a_person_costs_the_same_for_one_of_each_and_three(
    client: Client, anna: User, albers: Person, north: Centre, rows: int, django_assert_num_queries
) -> None:
    for _number in range(rows):
        company = make_company(north, looked_after_by=anna)
        make_role("user", company, albers)
        give_consent(albers)
        Interaction.log(company, person=albers, channel="phone", outcome="reached", text="Yes.", by=anna)
    client.force_login(anna)
    with django_assert_num_queries(12):
        client.get(f"/people/{albers.pk}/")


@pytest.mark.parametrize("end", ["", "edit/", "roles/new/", "addresses/new/", "consents/new/", "timeline/"])
def test_somebody_out_of_reach_and_somebody_missing_are_both_not_there(client: Client, anna: User, south_ag: Company, end: str) -> None:
    stranger = make_person("Fremd")
    make_role("user", south_ag, stranger)
    client.force_login(anna)
    for pk in (stranger.pk, 999_999):
        assert client.get(f"/people/{pk}/{end}").status_code == 404
        assert client.post(f"/people/{pk}/{end}").status_code in (404, 405)


def test_who_has_no_role_belongs_to_the_centre_that_met_them(client: Client, carla: User, anna: User, north: Centre, south: Centre) -> None:
    here, there = make_person("Hier", centre=north), make_person("Dort", centre=south)
    client.force_login(carla)
    assert client.get(f"/people/{here.pk}/").status_code == 200
    assert client.get(f"/people/{there.pk}/").status_code == 404
    client.force_login(anna)
    assert client.get(f"/people/{here.pk}/").status_code == 404


# --- Entering and editing


def test_who_serves_every_centre_reaches_everybody_of_them_and_nobody_of_a_new_one(north: Centre, south: Centre, north_ag: Company) -> None:
    every = make_user(role="centre_manager", at=[north, south])
    attached, met, nowhere = make_person("Attached"), make_person("Met", centre=south), make_person("Nowhere")
    make_role("driver", north_ag, attached)
    assert {*Person.objects.visible_to(every)} == {attached, met}
    opened = make_centre("new")
    of_new = [make_person("New", centre=opened), make_role("driver", make_company(opened), make_person("Driver")).person]
    assert {*Person.objects.visible_to(User.objects.get(pk=every.pk))} == {attached, met}
    assert {*Person.objects.visible_to(make_user(role="administrator", at=Centre.objects.all()))} == {attached, met, *of_new}
    assert nowhere.centre is None


def test_no_value_of_a_row_reaches_the_list_as_html(client: Client, carla: User, north: Centre) -> None:
    evil = "<script>alert(1)</script>&"
    person = make_person(evil, email="a&b@x.example", phone="+49 40 66969 12")
    company = make_company(north, name=evil, city=evil)
    make_role("driver", company, person)
    make_vehicle(company, make="<b>x")
    client.force_login(carla)
    for address, said in {
        "/people/": [f">{escape(evil)}</a>", 'href="mailto:a&amp;b@x.example"', 'href="tel:+494066969'],
        "/companies/": [f'title="{escape(evil)}">{escape(evil)}</a>', f'<td class="fp-wide fp-xwide">{escape(evil)}</td>'],
        "/vehicles/": [f">{escape(evil)}</a>", "&lt;b&gt;x"],
    }.items():
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<b>x" not in page
        for words in said:
            assert words in page, (address, words)


def test_a_new_person_gets_a_role_at_once(client: Client, anna: User, north_ag: Company) -> None:
    client.force_login(anna)
    values = {"group": "driver", "first_name": "Mirko", "last_name": "Ilić", "language": "de", "email": "mirko@nordhafen.example"}
    answer = client.post(f"/companies/{north_ag.pk}/people/new/", values)
    assert answer["Location"] == f"/companies/{north_ag.pk}/"
    role = Driver.objects.get()
    assert (role.person.name, role.company, role.person.email) == ("Mirko Ilić", north_ag, "mirko@nordhafen.example")
    assert role.starts_on == timezone.localdate()


def test_somebody_known_in_reach_is_pointed_to_and_somebody_out_of_reach_is_not(
    client: Client, anna: User, albers: Person, north_ag: Company, south_ag: Company
) -> None:
    stranger = make_person("Fremd", email="fremd@south.example")
    make_role("user", south_ag, stranger)
    client.force_login(anna)
    values = {"group": "user", "last_name": "Neu", "language": "de"}
    known = client.post(f"/companies/{north_ag.pk}/people/new/", {**values, "email": albers.email.upper()})
    assert known.status_code == 422
    assert "Petra Albers" in known.content.decode()
    taken = client.post(f"/companies/{north_ag.pk}/people/new/", {**values, "email": "fremd@south.example"})
    assert taken.status_code == 303
    assert Person.objects.filter(last_name="Neu").count() == 1


def test_a_person_without_a_name_is_asked_for_one(client: Client, anna: User, north_ag: Company) -> None:
    client.force_login(anna)
    answer = client.post(f"/companies/{north_ag.pk}/people/new/", {"group": "user", "language": "de"})
    assert answer.status_code == 422
    assert "Enter a first name or a last name" in answer.content.decode()
    assert not Person.objects.exists()


def test_a_telephone_that_is_none_is_refused_and_kept_in_its_field(client: Client, anna: User, north_ag: Company) -> None:
    client.force_login(anna)
    values = {"group": "user", "last_name": "Neu", "language": "de"}
    answer = client.post(f"/companies/{north_ag.pk}/people/new/", {**values, "phone": "after lunch"})
    assert answer.status_code == 422
    assert "This is not a telephone number" in answer.content.decode()
    assert 'value="after lunch"' in answer.content.decode()
    assert not Person.objects.exists()
    assert client.post(f"/companies/{north_ag.pk}/people/new/", {**values, "phone": "0171 2345678"}).status_code == 303


def test_editing_a_person_needs_the_right_and_is_in_the_history(client: Client, anna: User, dora: User, albers: Person) -> None:
    values = {"first_name": "Petra", "last_name": "Albers-Voss", "language": "de", "family": "Mia and Jonas", "born_on": "1975-04-02"}
    client.force_login(dora)
    assert client.post(f"/people/{albers.pk}/edit/", values).status_code == 404
    client.force_login(anna)
    assert client.post(f"/people/{albers.pk}/edit/", values).status_code == 303
    albers.refresh_from_db()
    assert (albers.name, albers.name_folded) == ("Petra Albers-Voss", "albers-voss petra")
    changed = {change.field for change in Entry.objects.get(action="person.edited").changes.all()}
    assert changed == {"last_name", "language"}


def test_roles_are_added_edited_and_ended(
    client: Client, anna: User, albers: Person, north_ag: Company, north: Centre, south_ag: Company
) -> None:
    other = make_company(north, looked_after_by=anna)
    client.force_login(anna)
    values = {"group": "user", "company": other.pk, "on": "2026-01-01"}
    assert client.post(f"/people/{albers.pk}/roles/new/", values).status_code == 303
    assert albers.user_roles.get().company == other
    assert client.post(f"/people/{albers.pk}/roles/new/", {**values, "company": south_ag.pk}).status_code == 422
    role = DecisionMaker.objects.get()
    edit = f"/decision-makers/{role.pk}/edit/"
    assert client.post(edit, {"kind": "owner", "starts_on": "2020-01-01", "ends_on": "2019-01-01"}).status_code == 422
    assert client.post(edit, {"kind": "owner", "starts_on": "2020-01-01", "ends_on": "2026-06-30"}).status_code == 303
    role.refresh_from_db()
    assert (role.kind, role.ends_on) == ("owner", date(2026, 6, 30))
    assert Entry.objects.filter(action="decision_maker.edited").count() == 1


def test_a_foreign_role_is_not_there(client: Client, anna: User, south_ag: Company) -> None:
    roles = {group: make_role(group, south_ag) for group in ("decision_maker", "user", "driver")}
    client.force_login(anna)
    for group, at in (("decision_maker", "decision-makers"), ("user", "users"), ("driver", "drivers")):
        assert client.get(f"/{at}/{roles[group].pk}/edit/").status_code == 404
        assert client.post(f"/{at}/{roles[group].pk}/edit/", {"starts_on": "2020-01-01"}).status_code == 404


def test_addresses_are_added_once_and_their_state_changes(client: Client, anna: User, albers: Person) -> None:
    client.force_login(anna)
    at = f"/people/{albers.pk}/addresses/new/"
    assert client.post(at, {"channel": "email", "value": "no address"}).status_code == 422
    assert client.post(at, {"channel": "phone", "value": "five"}).status_code == 422
    for _twice in range(2):
        assert client.post(at, {"channel": "phone", "value": "040 66969 112"}).status_code == 303
    address = albers.addresses.get(value="+49 40 66969112")
    assert address.value_folded == "+494066969112"
    assert client.post(f"/addresses/{address.pk}/edit/", {"state": "withdrawn"}).status_code == 303
    address.refresh_from_db()
    assert (address.state, address.value) == ("withdrawn", "+49 40 66969112")


def test_private_and_foreign_addresses_are_not_edited_by_others(
    client: Client, anna: User, dora: User, albers: Person, south_ag: Company
) -> None:
    foreign = make_person("Fremd")
    make_role("user", south_ag, foreign)
    client.force_login(anna)
    assert client.get(f"/addresses/{foreign.addresses.get().pk}/edit/").status_code == 404
    client.force_login(dora)
    assert client.get(f"/addresses/{albers.addresses.get(is_private=True).pk}/edit/").status_code == 404


def test_a_consent_is_recorded_with_wording_source_and_who(client: Client, emil: User, albers: Person, north_ag: Company) -> None:
    client.force_login(emil)
    address = albers.addresses.get(channel="email")
    values = {"address": address.pk, "purposes": ["invitations", "news"], "answer": "yes", "source": "counter", "wording": "Write to me."}
    assert client.post(f"/people/{albers.pk}/consents/new/", values).status_code == 303
    for consent in Consent.objects.all():
        assert (consent.address, consent.is_given, consent.recorded_by, consent.company) == (address, True, emil, north_ag)
        assert (consent.wording, consent.source) == ("Write to me.", "in person at the counter")
    assert set(reachable(Person.objects.all(), "email", "news")) == {albers}
    client.post(f"/people/{albers.pk}/consents/new/", {**values, "answer": "no"})
    assert set(reachable(Person.objects.all(), "email", "news")) == set()
    assert Consent.objects.count() == 4


def test_a_consent_for_somebody_elses_address_is_refused(client: Client, anna: User, albers: Person) -> None:
    other = make_person("Other")
    client.force_login(anna)
    values = {"address": other.addresses.get().pk, "purposes": ["news"], "answer": "yes", "source": "counter", "wording": "Yes."}
    assert client.post(f"/people/{albers.pk}/consents/new/", values).status_code == 422
    assert not Consent.objects.exists()


def test_a_stand_in_reaches_people_only_while_it_lasts(client: Client, boris: User, albers: Person, north_ag: Company) -> None:
    client.force_login(boris)
    assert client.get(f"/people/{albers.pk}/").status_code == 404
    assign(north_ag, boris, kind="stand_in", starts_on=timezone.localdate())
    assert client.get(f"/people/{albers.pk}/").status_code == 200
