"""A company's surroundings: the company above it, who looks after it and did before, where else it is."""

from datetime import date, timedelta
from functools import partial

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.customers.actions import companies
from accounts.customers.actions.companies import CircleOfCompanies
from accounts.customers.models import assignment as assignments
from accounts.customers.models.assignment import AlreadyAssigned, AssignmentQuerySet, OnlyWhoLeads
from accounts.models import Address, Assignment, Centre, Company, User, responsible_for, serving
from fleetportal.core.audit import Change, Entry
from tests.factories.accounts import assign, make_company, make_user
from tests.races import race, won
from tests.selection import repetitions

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
PARTS = ("parent", "assign", "addresses/new")


@pytest.fixture
def as_anna(client: Client, anna: User) -> Client:
    client.force_login(anna)
    return client


@pytest.fixture
def antje(north: Centre) -> User:
    return make_user("antje", role="account_manager", at=[north], last_name="Blohm", home_centre=north)


# --- The parent


def test_the_parent_is_chosen_among_companies_that_one_may_find(as_anna: Client, anna: User, north_ag: Company, south_ag: Company) -> None:
    holding = make_company(north_ag.centre, name="Nordhafen Holding SE", looked_after_by=anna)
    page = as_anna.get(f"/companies/{north_ag.pk}/parent/").content.decode()
    assert "Nordhafen Holding SE" in page
    assert "Kanarienvogel" not in as_anna.get(f"/companies/{north_ag.pk}/parent/?q=Südwerk").content.decode()
    assert as_anna.post(f"/companies/{north_ag.pk}/parent/", {"parent": holding.pk})["Location"] == f"/companies/{north_ag.pk}/"
    north_ag.refresh_from_db()
    assert north_ag.parent == holding
    assert Entry.objects.filter(action="company.edited", actor_id=anna.pk).count() == 1
    assert f'href="/companies/{holding.pk}/"' in as_anna.get(f"/companies/{north_ag.pk}/").content.decode()
    assert as_anna.post(f"/companies/{north_ag.pk}/parent/", {"parent": ""}).status_code == 303
    north_ag.refresh_from_db()
    assert north_ag.parent is None


def test_a_company_out_of_reach_is_no_parent_and_one_that_is_stays_unsaid(as_anna: Client, north_ag: Company, south_ag: Company) -> None:
    assert as_anna.post(f"/companies/{north_ag.pk}/parent/", {"parent": south_ag.pk}).status_code == 422
    companies.edit(north_ag, by=None, parent=south_ag)
    page = as_anna.get(f"/companies/{north_ag.pk}/parent/").content.decode()
    assert "Kanarienvogel" not in page
    assert f'"{south_ag.pk}"' not in page
    assert 'name="_shown"' not in page
    assert as_anna.post(f"/companies/{north_ag.pk}/parent/", {"parent": ""}).status_code == 303
    north_ag.refresh_from_db()
    assert north_ag.parent == south_ag, "nobody takes away what they were not shown"


def test_a_company_never_stands_above_its_own_parent(as_anna: Client, anna: User, north_ag: Company) -> None:
    middle = make_company(north_ag.centre, name="Nordhafen Mitte", looked_after_by=anna, parent=north_ag)
    below = make_company(north_ag.centre, name="Nordhafen unten", looked_after_by=anna, parent=middle)
    entries = Entry.objects.count()
    answer = as_anna.post(f"/companies/{north_ag.pk}/parent/", {"parent": below.pk})
    assert answer.status_code == 409
    assert "Nordhafen unten belongs to Nordhafen Logistik SE" in answer.content.decode()
    with pytest.raises(CircleOfCompanies):
        companies.edit(north_ag, by=anna, parent=Company.objects.get(pk=north_ag.pk))
    assert Entry.objects.count() == entries
    assert Company.objects.get(pk=north_ag.pk).parent is None


def test_the_second_who_chooses_a_parent_is_told(as_anna: Client, anna: User, carla: User, north_ag: Company) -> None:
    one, other = (make_company(north_ag.centre, name=name, looked_after_by=anna) for name in ("Holding A", "Holding B"))
    companies.edit(north_ag, by=carla, parent=one)
    answer = as_anna.post(f"/companies/{north_ag.pk}/parent/", {"parent": other.pk, "_shown": '{"parent": null}'})
    assert answer.status_code == 422
    assert "Holding A" in answer.content.decode()


def ring(north: Centre) -> list[Company]:
    """Four companies that want to stand in a circle, two links of it far apart."""
    four = [make_company(north, name=f"Ring {n}") for n in range(4)]
    companies.edit(four[0], by=None, parent=four[1])
    companies.edit(four[2], by=None, parent=four[3])
    return [Company.objects.get(pk=company.pk) for company in four]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_changes_far_apart_close_no_circle(north: Centre) -> None:
    for _turn in range(repetitions()):
        one, two, three, four = ring(north)
        outcomes = race(lambda: companies.edit(two, by=None, parent=three), lambda: companies.edit(four, by=None, parent=one))  # noqa: B023
        assert len(won(outcomes)) == 1
        assert [type(outcome) for outcome in outcomes if outcome is not None] == [CircleOfCompanies]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_circle_closes_when_nobody_looks(north: Centre, monkeypatch) -> None:
    """The canary."""
    one, two, three, four = ring(north)
    monkeypatch.setattr(companies, "closes_circle", lambda child, parent, parent_of: False)
    assert len(won(race(lambda: companies.edit(two, by=None, parent=three), lambda: companies.edit(four, by=None, parent=one)))) == 2


# --- Who looks after it


def hand_over(client: Client, company: Company, user: User, **values: object):
    given = {"user": user.pk, "kind": "responsible", "starts_on": TODAY.isoformat(), "ends_on": "", **values}
    return client.post(f"/companies/{company.pk}/assign/", given)


def test_a_company_is_handed_to_a_colleague_from_a_day_on(as_anna: Client, anna: User, antje: User, north_ag: Company) -> None:
    soon = TODAY + timedelta(days=3)
    assert hand_over(as_anna, north_ag, antje, starts_on=soon.isoformat())["Location"] == f"/companies/{north_ag.pk}/"
    assert list(north_ag.assignments.order_by("starts_on").values_list("user", "ends_on")) == [
        (anna.pk, soon - timedelta(days=1)),
        (antje.pk, None),
    ]
    entry = Entry.objects.filter(action="company.assigned").latest("pk")
    assert (entry.actor_id, entry.facts["user"]) == (anna.pk, antje.pk)
    page = as_anna.get(f"/companies/{north_ag.pk}/assign/").content.decode()
    assert "Anna Reinhardt, responsible" in page
    assert "Antje Blohm, responsible" in page


def test_who_hands_over_today_is_led_to_the_list(as_anna: Client, antje: User, north_ag: Company) -> None:
    assert hand_over(as_anna, north_ag, antje)["Location"] == "/companies/"
    assert as_anna.get(f"/companies/{north_ag.pk}/").status_code == 404


def test_a_hand_over_of_today_is_mended_today(anna: User, antje: User, carla: User, north_ag: Company) -> None:
    for user in (antje, carla):
        assign(north_ag, user, starts_on=TODAY)
    assert list(north_ag.assignments.order_by("pk").values_list("user", "starts_on", "ends_on"))[1:] == [(carla.pk, TODAY, None)]


def test_the_same_hand_over_twice_is_one(antje: User, north_ag: Company) -> None:
    assert assign(north_ag, antje, starts_on=TODAY) == assign(north_ag, antje, starts_on=TODAY + timedelta(days=2))


def test_a_stand_in_ends_by_itself_and_may_be_ended_before(as_anna: Client, antje: User, north_ag: Company) -> None:
    assert hand_over(as_anna, north_ag, antje, kind="stand_in").status_code == 422
    assert hand_over(as_anna, north_ag, antje, kind="stand_in", ends_on=(TODAY + timedelta(days=9)).isoformat()).status_code == 303
    stand_in = north_ag.assignments.get(kind="stand_in")
    for _click in range(2):
        assert as_anna.post(f"/assignments/{stand_in.pk}/stop/").status_code == 303
    stand_in.refresh_from_db()
    assert stand_in.ends_on == TODAY
    assert Change.objects.filter(entry__action="company.stand_in_ended").count() == 1


def test_nobody_prolongs_their_own_reach(client: Client, antje: User, anna: User, carla: User, north_ag: Company) -> None:
    """A stand-in makes themselves nothing more, and takes back no hand-over; who leads the centre may."""
    assign(north_ag, antje, kind="stand_in", starts_on=TODAY, ends_on=TODAY)
    planned = assign(north_ag, carla, starts_on=TODAY + timedelta(days=5))
    client.force_login(antje)
    assert hand_over(client, north_ag, antje, starts_on=(TODAY + timedelta(days=1)).isoformat()).status_code == 422
    assert client.post(f"/assignments/{planned.pk}/stop/").status_code == 409
    with pytest.raises(OnlyWhoLeads):
        planned.stop(by=anna, on=TODAY)
    client.force_login(carla)
    assert client.post(f"/assignments/{planned.pk}/stop/").status_code == 303
    assert north_ag.assignments.responsible().get().ends_on is None
    assert hand_over(client, north_ag, carla).status_code == 303


def test_it_is_handed_only_to_those_who_may_serve_it(
    as_anna: Client,
    anna: User,
    antje: User,
    carla: User,
    boris: User,
    dora: User,
    emil: User,
    north: Centre,
    south: Centre,
    north_ag: Company,
) -> None:
    assert set(serving(north)) == {anna, antje, carla}
    assert set(serving(south)) == {boris}
    for user in (boris, dora, emil, anna):
        assert hand_over(as_anna, north_ag, user).status_code == 422
    assert responsible_for(north_ag, on=TODAY) == anna


def test_what_was_is_not_written_anew(as_anna: Client, antje: User, north_ag: Company) -> None:
    assert hand_over(as_anna, north_ag, antje, starts_on=(TODAY - timedelta(days=1)).isoformat()).status_code == 422
    assert hand_over(as_anna, north_ag, antje, ends_on=(TODAY - timedelta(days=1)).isoformat()).status_code == 422


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_hand_overs_at_once_one_is_responsible(anna: User, antje: User, carla: User, north: Centre) -> None:
    for _turn in range(repetitions()):
        company = make_company(north)
        rows = [Company.objects.get(pk=company.pk) for _racer in range(2)]
        race(*[lambda row=row, user=user: assign(row, user, starts_on=TODAY) for row, user in zip(rows, (antje, carla), strict=True)])
        assert company.assignments.responsible().running(on=TODAY).count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_who_hand_over_several_at_once_one_has_them_all(antje: User, carla: User, north: Centre) -> None:
    for _turn in range(repetitions()):
        several = [make_company(north) for _row in range(3)]
        both = zip((several, several[::-1]), (antje, carla), strict=True)  # in one order for the one, in the other for the other
        outcomes = race(*[partial(Assignment.assign_many, rows, to, starts_on=TODAY, by=None) for rows, to in both])
        assert [len(outcome) for outcome in outcomes] == [3, 3], "each handed over all: one after the other, in one order of locks"
        assert responsible_of(several) in ([[antje.pk]] * 3, [[carla.pk]] * 3)


def responsible_of(companies: list[Company]) -> list[list[int]]:
    """Who is responsible today, for each company."""
    return [list(company.assignments.responsible().running(on=TODAY).values_list("user", flat=True)) for company in companies]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("several", [False, True])
def test_two_would_be_responsible_where_nobody_asks_who_is_at_the_same_moment(
    antje: User, carla: User, north: Centre, monkeypatch: pytest.MonkeyPatch, several: bool
) -> None:
    """The canary: neither the lock and what it makes visible nor the constraint; each goes on what it saw before the other."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE accounts_assignment DROP CONSTRAINT one_responsible_at_a_time")
    companies = [make_company(north) for _row in range(3 if several else 1)]
    monkeypatch.setattr(assignments, "lock", lambda row: row)
    monkeypatch.setattr(assignments, "lock_many", lambda rows: None)
    monkeypatch.setattr(assignments.NoOverlap, "clashes", lambda constraint, model, row, using="default": model.objects.none())
    monkeypatch.setattr(AssignmentQuerySet, "running", lambda rows, *, on: rows.none())
    if several:
        race(*[partial(Assignment.assign_many, companies, to, starts_on=TODAY, by=None) for to in (antje, carla)])
    else:
        race(*[partial(assign, Company.objects.get(pk=companies[0].pk), to, starts_on=TODAY) for to in (antje, carla)])
    monkeypatch.undo()
    assert [len(who) for who in responsible_of(companies)] == [2] * len(companies)


def test_a_later_hand_over_stands_in_the_way(antje: User, carla: User, north_ag: Company) -> None:
    assign(north_ag, antje, starts_on=TODAY + timedelta(days=9))
    with pytest.raises(AlreadyAssigned):
        assign(north_ag, carla, starts_on=TODAY)
    assert north_ag.assignments.count() == 2


# --- Where else it is


def test_a_further_address_is_entered_edited_and_removed(as_anna: Client, anna: User, north_ag: Company) -> None:
    values = {"kind": "branch", "street": "Hafenstraße 9", "postcode": "24103", "city": "Kiel", "country": "de"}
    assert as_anna.post(f"/companies/{north_ag.pk}/addresses/new/", values).status_code == 303
    address = north_ag.addresses.get()
    assert "Hafenstraße 9" in as_anna.get(f"/companies/{north_ag.pk}/").content.decode()
    assert as_anna.post(f"/company-addresses/{address.pk}/edit/", {**values, "city": "Eutin"}).status_code == 303
    address.refresh_from_db()
    assert (address.city, address.country) == ("Eutin", "DE")
    assert f"/company-addresses/{address.pk}/remove/" in as_anna.get(f"/company-addresses/{address.pk}/edit/").content.decode()
    assert as_anna.post(f"/company-addresses/{address.pk}/remove/").status_code == 303
    assert not Address.objects.exists()
    address.remove(by=anna)
    actions = [f"company.address_{what}" for what in ("entered", "edited", "removed")]
    assert list(Entry.objects.filter(action__in=actions).order_by("pk").values_list("action", flat=True)) == actions
    assert Change.objects.get(entry__action="company.address_removed", field="city").before == "Eutin"


def test_an_address_without_a_place_is_asked_for_one(as_anna: Client, north_ag: Company) -> None:
    assert as_anna.post(f"/companies/{north_ag.pk}/addresses/new/", {"kind": "branch", "country": "DE"}).status_code == 422


# --- For all of them


@pytest.mark.parametrize("part", PARTS)
def test_each_opens_in_the_side_panel_for_those_who_serve(
    client: Client, anna: User, dora: User, emil: User, north_ag: Company, south_ag: Company, part: str
) -> None:
    address = f"/companies/{north_ag.pk}/{part}/"
    assert client.get(address).status_code == 302
    for user in (dora, emil):
        client.force_login(user)
        assert client.get(address).status_code == 404
    client.force_login(anna)
    panel = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "fp-panel__head" in panel
    assert "<html" not in panel
    assert client.get(address).status_code == 200
    assert client.put(address).status_code == 405
    assert client.get(f"/companies/{south_ag.pk}/{part}/").status_code == 404
    assert client.get(f"/companies/999999/{part}/").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_panels_cost_the_same_for_one_row_and_three(
    as_anna: Client, anna: User, antje: User, north_ag: Company, rows: int, django_assert_num_queries
) -> None:
    for number in range(rows):
        make_company(north_ag.centre, name=f"Nordhafen {number}", looked_after_by=anna)
        assign(
            north_ag, antje, kind=Assignment.Kind.STAND_IN, starts_on=TODAY + timedelta(days=number), ends_on=TODAY + timedelta(days=number)
        )
    with django_assert_num_queries(4):
        as_anna.get(f"/companies/{north_ag.pk}/parent/")
    with django_assert_num_queries(5):
        as_anna.get(f"/companies/{north_ag.pk}/assign/")


# --- What somebody brings in


def test_a_company_that_an_account_manager_enters_is_theirs_to_look_after(anna: User, carla: User, north: Centre) -> None:
    mine, hers = (companies.enter(by=user, name=f"{user}'s AG", centre=north) for user in (anna, carla))
    assert responsible_for(mine, on=TODAY) == anna
    assert Entry.objects.about(mine).get(action="company.assigned").facts == {"user": anna.pk, "kind": "responsible"}
    assert responsible_for(hers, on=TODAY) is None, "who serves the whole centre reaches it all the same"


def test_a_company_entered_by_nobody_or_without_the_right_to_serve_is_nobodys(emil: User, north: Centre) -> None:
    assert [responsible_for(companies.enter(by=user, name="AG", centre=north), on=TODAY) for user in (None, emil)] == [None, None]


# --- Many at once


def test_of_many_edits_those_that_would_close_a_circle_are_refused_and_the_others_kept(carla: User, north: Centre) -> None:
    one, two, three, four = ring(north)
    edits = [(two, {"parent": three}), (four, {"parent": one, "city": "Kiel"}), (one, {"city": "Plön"})]
    edited, refused = companies.edit_many(edits, by=carla)
    assert [one.row for one in edited] == [two, one]
    assert [(company, type(refusal)) for company, refusal in refused] == [(four, CircleOfCompanies)]
    assert Company.objects.get(pk=four.pk).city == "" and Company.objects.get(pk=two.pk).parent == three


def test_a_circle_among_new_companies_enters_none_of_them(carla: User, north: Centre) -> None:
    one, two, three = (Company(name=f"New {n}", centre=north) for n in range(3))
    one.parent, two.parent, three.parent = two, one, one
    with pytest.raises(CircleOfCompanies):
        companies.enter_many([three, one, two], by=carla)
    assert not Company.objects.filter(name__startswith="New").exists()


def test_new_companies_may_belong_to_each_other(carla: User, north: Centre) -> None:
    below, middle, top = (Company(name=f"New {n}", centre=north) for n in range(3))
    below.parent, middle.parent = middle, top
    companies.enter_many([below, middle, top], by=carla)
    assert Company.objects.get(pk=below.pk).parent == middle and Company.objects.get(pk=middle.pk).parent == top


@pytest.mark.parametrize("rows", [1, 30])
def test_entering_and_editing_many_costs_the_same_however_many(anna: User, north: Centre, rows: int, django_assert_num_queries) -> None:
    new = [Company(name=f"New {n}", centre=north) for n in range(rows)]
    anna.rights  # noqa: B018  read once, as for a request
    with django_assert_num_queries(23):
        companies.enter_many(new, by=anna)
    with django_assert_num_queries(9):
        companies.edit_many([(company, {"city": "Kiel"}) for company in new], by=anna)
    with django_assert_num_queries(2):
        companies.edit_many([(company, {"city": "Kiel"}) for company in new], by=anna)


def test_many_assignments_are_entered_at_their_own_time_or_none_is(north: Centre, anna: User, carla: User) -> None:
    company, then = make_company(north), timezone.now() - timedelta(days=900)
    first = {"company": company, "user": anna, "starts_on": date(2025, 1, 1), "ends_on": date(2025, 12, 31)}
    second = {"company": company, "user": carla, "starts_on": date(2025, 12, 31)}
    with pytest.raises(AlreadyAssigned):
        Assignment.enter_many([Assignment(**first), Assignment(**second)], by=None)
    Assignment.enter_many([Assignment(**first)], by=None, at=[then])
    with pytest.raises(AlreadyAssigned):
        Assignment.enter_many([Assignment(**second)], by=None)
    assert list(company.assignments.values_list("user", flat=True)) == [anna.pk]
    assert list(Entry.objects.filter(action="company.assigned").values_list("at", flat=True)) == [then]
