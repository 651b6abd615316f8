"""Who reaches which centre, company and person: the querysets against guardian and against a slow definition in plain words."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.db.models import Q
from django.utils import timezone
from guardian.shortcuts import get_objects_for_user

from accounts.customers.actions import companies
from accounts.models import (
    Assignment,
    Centre,
    CentreGroupPermission,
    CentreUserPermission,
    Company,
    User,
    Vehicle,
    rights_over,
    ways_in,
)
from contacts.models import Interaction, Person
from tests.factories.accounts import assign, make_centre, make_company, make_user, make_vehicle
from tests.factories.contacts import make_person, make_role
from tests.selection import repetitions

pytestmark = pytest.mark.django_db
SOME = ["meet_customers", "see_customers", "see_value", "redeem"]


def fresh(user):
    """The user as the next request sees them."""
    return User.objects.get(pk=user.pk)


class World:
    """Centres, users and groups with grants, companies with dated assignments, people with dated roles, all by chance."""

    def __init__(self, chance):
        self.chance, self.today = chance, timezone.localdate()
        self.centres = [make_centre() for _ in range(4)]
        self.permissions = {p.codename: p for p in Permission.objects.filter(codename__in=SOME)}
        self.groups = [Group.objects.create(name=f"group {n}") for n in range(3)]
        self.users = [self.user(n) for n in range(5)]
        for group in self.groups:
            group.permissions.set(self.some(self.permissions.values()))
            for codename in self.some(SOME):
                self.grant(CentreGroupPermission, codename, group=group)
        self.companies = [self.company() for _ in range(8)]
        self.people = [self.person() for _ in range(12)]

    def some(self, things):
        return [thing for thing in things if self.chance.random() < 0.4]

    def day(self):
        return self.today + timedelta(days=self.chance.choice([-400, -30, -1, 0, 1, 30]))

    def user(self, number):
        user = make_user(is_superuser=number == 4, is_active=number != 3)
        user.groups.set(self.some(self.groups))
        user.user_permissions.set(self.some(self.permissions.values()))
        for codename in self.some(SOME):
            self.grant(CentreUserPermission, codename, user=user)
        return user

    def grant(self, table, codename, **to):
        table.objects.get_or_create(permission=self.permissions[codename], content_object=self.chance.choice(self.centres), **to)

    def company(self):
        """A company with two responsible ones after each other, perhaps with a gap, and stand-ins."""
        company = make_company(self.chance.choice(self.centres))
        first, last = sorted([self.day(), self.day()])
        gap = timedelta(days=self.chance.choice([1, 2, 40]))
        Assignment.objects.create(company=company, user=self.chance.choice(self.users), starts_on=first, ends_on=last)
        Assignment.objects.create(company=company, user=self.chance.choice(self.users), starts_on=last + gap)
        for user in self.some(self.users):
            starts_on, ends_on = sorted([self.day(), self.day()])
            Assignment.objects.create(company=company, user=user, kind="stand_in", starts_on=starts_on, ends_on=ends_on)
        return company

    def person(self):
        person = make_person(centre=self.chance.choice([None, *self.centres]))
        for group in self.some(["decision_maker", "user", "driver"]):
            role = make_role(group, self.chance.choice(self.companies), person, on=self.today - timedelta(days=500))
            if self.chance.random() < 0.5:
                role.end(by=None, on=self.today - timedelta(days=300))
        return person


def centres_by_guardian(user, may):
    return (
        set(get_objects_for_user(user, f"accounts.{may}", Centre, accept_global_perms=False, with_superuser=False))
        if user.is_active
        else set()
    )


def holds_in_general(user, may):
    held = [*user.user_permissions.all(), *(p for group in user.groups.all() for p in group.permissions.all())]
    return user.is_active and may in {permission.codename for permission in held}


def looks_after(user, company, today):
    for assignment in company.assignments.all():
        has_begun, has_ended = assignment.starts_on <= today, assignment.ends_on is not None and assignment.ends_on < today
        if assignment.user_id == user.pk and has_begun and not has_ended:
            return True
    return False


class Slow:
    """The rule: *all* counts on the group's centres, *own* for the companies assigned to that user today."""

    def __init__(self, user, may, today):
        self.user, self.today = user, today
        self.centres, self.in_general = centres_by_guardian(user, may), holds_in_general(user, may)

    def reaches(self, company):
        return company.centre in self.centres or (self.in_general and looks_after(self.user, company, self.today))

    def knows(self, person):
        roles = [*person.decision_maker_roles.all(), *person.user_roles.all(), *person.driver_roles.all()]
        if roles:
            return any(self.reaches(role.company) for role in roles)
        return person.centre in self.centres


@pytest.mark.parametrize("turn", range(repetitions()))
def test_reach_is_what_guardian_and_the_slow_definition_say(chance, turn):
    chance.seed(f"{chance.random()} {turn}")
    world = World(chance)
    for user in map(fresh, world.users):
        for may in SOME:
            slow = Slow(user, may, world.today)
            assert set(Centre.objects.where(user, may=may)) == slow.centres
            assert set(Company.objects.where(user, may=may)) == set(filter(slow.reaches, world.companies))
            assert set(Person.objects.where(user, may=may)) == set(filter(slow.knows, world.people))
            assert user.may(may) is (slow.in_general or bool(slow.centres))
        assert set(Company.objects.visible_to(user)) == set(Company.objects.where(user, may="meet_customers"))


def test_each_row_is_reached_once(north, anna, north_ag):
    """Reach by centre and by assignment at once, and by three roles, gives no row twice."""
    CentreUserPermission.objects.create(user=anna, permission=Permission.objects.get(codename="meet_customers"), content_object=north)
    person = make_person()
    for group in ("decision_maker", "user", "driver"):
        make_role(group, north_ag, person)
    assert [company.pk for company in Company.objects.visible_to(fresh(anna))] == [north_ag.pk]
    assert [p.pk for p in Person.objects.visible_to(fresh(anna))] == [person.pk]


def test_a_general_right_opens_no_centre(north, anna):
    assert anna.may("see_customers")
    assert not Centre.objects.where(anna, may="see_customers").exists()


def test_an_own_company_is_out_of_reach_for_what_the_role_may_not(north, wanda):
    """A wash attendant stays one, even where somebody assigned a company to them."""
    company = make_company(north, looked_after_by=wanda)
    assert company not in Company.objects.visible_to(fresh(wanda))


MODELS = [Centre, Company, Person, Vehicle, Interaction]


@pytest.mark.parametrize("model", MODELS)
def test_visitors_reach_nothing(model, north_ag):
    make_vehicle(north_ag)
    assert not model.objects.where(AnonymousUser(), may="meet_customers").exists()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", ["anna", "carla"])
def test_an_inactive_user_reaches_nothing(model, name, north_ag, carla):
    person = make_person()
    make_role("driver", north_ag, person)
    make_vehicle(north_ag)
    Interaction.log(north_ag, person=person, channel="phone", outcome="reached", text="called", by=None)
    assert model is Centre or model.objects.where(User.objects.get(username=name), may="meet_customers").exists()
    User.objects.filter(username=name).update(is_active=False)
    assert not model.objects.where(User.objects.get(username=name), may="meet_customers").exists()


def test_a_superuser_reaches_no_more_than_was_granted(north_ag):
    assert not Company.objects.visible_to(make_user(is_superuser=True, is_staff=True)).exists()


def test_a_right_taken_away_is_gone_at_the_next_request(carla, north_ag):
    assert north_ag in Company.objects.visible_to(fresh(carla))
    carla.groups.clear()
    assert north_ag not in Company.objects.visible_to(fresh(carla))
    assert not fresh(carla).may("meet_customers")


def test_a_company_handed_on_is_out_of_reach_from_that_day(anna, boris, north_ag):
    assign(north_ag, boris, starts_on=timezone.localdate())
    assert north_ag not in Company.objects.visible_to(fresh(anna))
    assert north_ag in Company.objects.visible_to(fresh(boris))


def test_a_company_moved_to_another_centre_follows_it(carla, north_ag, south):
    companies.edit(north_ag, by=None, centre=south)
    assert north_ag not in Company.objects.visible_to(fresh(carla))


@pytest.mark.parametrize(("starts", "ends", "reached"), [(-5, 5, True), (0, 0, True), (-5, -1, False), (1, 5, False)])
def test_a_stand_in_reaches_the_company_during_those_days(boris, north_ag, starts, ends, reached):
    today = timezone.localdate()
    assign(north_ag, boris, kind="stand_in", starts_on=today + timedelta(days=starts), ends_on=today + timedelta(days=ends))
    assert (north_ag in Company.objects.visible_to(fresh(boris))) is reached


def test_vehicles_and_interactions_follow_their_company(anna, north_ag, south_ag):
    ours, theirs = make_vehicle(north_ag), make_vehicle(south_ag)
    person = make_person()
    for company in (north_ag, south_ag):
        make_role("user", company, person)
        Interaction.log(company, person=person, channel="phone", outcome="reached", text="called", by=None)
    assert set(Vehicle.objects.visible_to(anna)) == {ours}
    assert theirs not in Vehicle.objects.visible_to(anna)
    assert {i.company for i in Interaction.objects.visible_to(anna)} == {north_ag}


def test_a_person_known_in_both_places_is_one_and_shows_each_side_its_own(anna, boris, north_ag, south_ag):
    person = make_person()
    make_role("driver", north_ag, person)
    make_role("driver", south_ag, person)
    for user, company in ((anna, north_ag), (boris, south_ag)):
        assert list(Person.objects.visible_to(user)) == [person]
        assert {role.company for role in person.driver_roles.visible_to(user)} == {company}


def test_rights_cost_one_query_once(carla, north_ag, django_assert_num_queries):
    user = fresh(carla)
    with django_assert_num_queries(1):
        user.may("redeem")
        user.may("export")
        Company.objects.visible_to(user)


class OfTheTown:
    """A way in for a test: whoever may serve customers anywhere sees the companies of one town."""

    def condition(self, user, may):
        return Q(city="Kiel") if may == "meet_customers" and user.rights.anywhere("serve_customers") else None

    def add_to(self, held, user):
        if user.rights.anywhere("serve_customers"):
            for pk in Company.objects.filter(city="Kiel", pk__in=held).values_list("pk", flat=True):
                held[pk].add("meet_customers")


def test_a_further_way_in_opens_queryset_and_dossier_alike_for_one_query_more(anna, south_ag, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(ways_in, "_entries", {**ways_in._entries, "town": (100, OfTheTown())})
    Company.objects.filter(pk=south_ag.pk).update(city="Kiel")
    anna = fresh(anna)

    assert south_ag in Company.objects.visible_to(anna)
    assert south_ag not in Company.objects.where(anna, may="see_customers")
    with django_assert_num_queries(2):  # one for each way in, whatever the number of rights
        assert rights_over([south_ag], anna) == {south_ag.pk: {"meet_customers"}}
