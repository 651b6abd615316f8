"""The arbiter: of several centres with the same kind of occasion, one has a person; the others are told who."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Centre, Company
from contacts.arbiter.actions import HeldFor, call_off_holds, follow, hold_many, move_holds, release_many, release_over
from contacts.arbiter.models import Hold, Release
from contacts.arbiter.naming import named
from contacts.models import Person
from contacts.tasks import release_holds
from fleetportal.core.audit import Entry
from tests.factories.contacts import make_person
from tests.factories.events import make_event

pytestmark = pytest.mark.django_db


def occasion(centre: Centre, *, days: int = 28, kind: str = "preview") -> HeldFor:
    return make_event(centre, starts_at=timezone.now() + timedelta(days=days), kind=kind).occasion


def hold(one: HeldFor, company: Company, *people: Person) -> Any:
    return hold_many(one, {person.pk: company.pk for person in people}, by=None)


def held(one: HeldFor) -> set[int]:
    return set(Hold.objects.open().about(one.about).values_list("person", flat=True))


@pytest.fixture
def brandt(db: None) -> Person:
    return make_person("Brandt")


def test_the_first_keeps_a_person_and_the_other_is_told_who(north_ag: Company, south_ag: Company, brandt: Person) -> None:
    first, second, free = occasion(south_ag.centre), occasion(north_ag.centre, days=200), make_person()
    hold(first, south_ag, brandt)

    found = hold(second, north_ag, brandt, free)

    assert (found.held, set(found.others)) == ({free.pk}, {brandt.pk})
    assert named(found.others.values()).popitem()[1].startswith(f"Held by Süd: {first.about}, ")
    assert (held(first), held(second)) == ({brandt.pk}, {free.pk})


def test_another_kind_and_the_same_occasion_again_change_nothing(north_ag: Company, south_ag: Company, brandt: Person) -> None:
    first = occasion(south_ag.centre)
    hold(first, south_ag, brandt)
    entries = Entry.objects.count()

    assert hold(first, south_ag, brandt).held == {brandt.pk}
    assert Entry.objects.count() == entries
    assert hold(occasion(north_ag.centre, kind="test_drive"), north_ag, brandt).held == {brandt.pk}


@pytest.mark.parametrize("because", [Release.ANSWERED, Release.OVER, Release.GIVEN_UP, Release.CALLED_OFF])
@pytest.mark.parametrize("apart", [-31, -29, 29, 31])
def test_within_thirty_days_nobody_is_approached_twice_unless_they_never_were(
    north_ag: Company, south_ag: Company, brandt: Person, because: Release, apart: int
) -> None:
    first = occasion(south_ag.centre, days=60)
    hold(first, south_ag, brandt)
    release_many(Hold.objects.about(first.about), because=because, by=None)

    found = hold(occasion(north_ag.centre, days=60 + apart), north_ag, brandt)

    is_free = because in (Release.GIVEN_UP, Release.CALLED_OFF) or abs(apart) > 30
    assert found.held == ({brandt.pk} if is_free else set())
    if not is_free:
        assert named(found.others.values()).popitem()[1].startswith("Invited by Süd: ")


def test_the_newer_occasion_of_a_centre_takes_its_people_over(north_ag: Company, south_ag: Company, brandt: Person) -> None:
    first, second = occasion(north_ag.centre, days=20), occasion(north_ag.centre, days=70)
    hold(first, north_ag, brandt)

    assert hold(second, north_ag, brandt).held == {brandt.pk}
    assert (held(first), held(second)) == (set(), {brandt.pk})
    release_many(Hold.objects.about(second.about), because=Release.GIVEN_UP, by=None)
    assert not hold(occasion(south_ag.centre, days=21), south_ag, brandt).held, "the first one still invites"


def test_what_has_begun_holds_nobody_before_the_clock_says_so(north_ag: Company, south_ag: Company, brandt: Person) -> None:
    first, second = occasion(south_ag.centre), occasion(north_ag.centre, days=90)
    hold(first, south_ag, brandt)
    Hold.objects.update(until=timezone.now() - timedelta(minutes=1))

    assert hold(second, north_ag, brandt).held == {brandt.pk}
    assert Hold.objects.about(first.about).get().released_because == Release.OVER


def test_the_clock_releases_what_is_over_and_nothing_else(north_ag: Company, brandt: Person) -> None:
    over, ahead, other = occasion(north_ag.centre), occasion(north_ag.centre, days=90, kind="test_drive"), make_person()
    hold(over, north_ag, brandt, other)
    hold(ahead, north_ag, brandt)
    Hold.objects.about(over.about).update(until=timezone.now())

    release_holds()

    assert (held(over), held(ahead)) == (set(), {brandt.pk})
    assert set(Hold.objects.about(over.about).values_list("released_because", flat=True)) == {Release.OVER}
    assert Entry.objects.filter(action="hold.ended").count() == 2
    assert release_over(now=timezone.now()) == 0


def test_an_occasion_called_off_never_was(north_ag: Company, south_ag: Company, brandt: Person) -> None:
    first, other = occasion(south_ag.centre), make_person()
    hold(first, south_ag, brandt, other)
    release_many(Hold.objects.of([brandt.pk]), because=Release.ANSWERED, by=None)

    call_off_holds(first.about, by=None)

    assert hold(occasion(north_ag.centre), north_ag, brandt, other).held == {brandt.pk, other.pk}


def test_holds_follow_the_day_the_centre_and_the_kind(north_ag: Company, south_ag: Company, brandt: Person) -> None:
    moved, test_drive, other = occasion(north_ag.centre), occasion(south_ag.centre, kind="test_drive"), make_person()
    hold(moved, north_ag, brandt, other)
    hold(test_drive, south_ag, brandt)

    follow(HeldFor("test_drive", south_ag.centre_id, moved.about, moved.at + timedelta(days=7)), by=None)

    assert held(moved) == {other.pk}
    assert Hold.objects.about(moved.about).get(person=brandt).released_because == Release.GIVEN_UP
    row = Hold.objects.about(moved.about).get(person=other)
    assert (row.kind, row.centre, row.until) == ("test_drive", south_ag.centre, moved.at + timedelta(days=7))


def test_the_constraint_lets_nobody_be_held_twice(north_ag: Company, south_ag: Company, brandt: Person) -> None:
    first = occasion(south_ag.centre)
    hold(first, south_ag, brandt)
    row = Hold.objects.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        Hold.objects.create(
            person=brandt, kind="preview", centre=north_ag.centre, company=north_ag, about_type="events.event", about_id=0, until=row.until
        )


@pytest.mark.parametrize("people", [1, 300])
def test_a_thousand_cost_as_many_statements_as_one(
    north_ag: Company, south_ag: Company, people: int, django_assert_num_queries: Any
) -> None:
    rows = [Person(last_name=f"P{number}") for number in range(3 * people)]
    for row in rows:
        row.refold()
    Person.objects.bulk_create(rows)
    mine, theirs, new = rows[:people], rows[people : 2 * people], rows[2 * people :]
    first, again, foreign = occasion(north_ag.centre), occasion(north_ag.centre), occasion(south_ag.centre)
    hold(first, north_ag, *mine)
    hold(foreign, south_ag, *theirs)

    with django_assert_num_queries(7 if people > 1 else 6):  # read; released 3, for one 2; held 3
        found = hold(again, north_ag, *rows)
    with django_assert_num_queries(1):
        assert hold(again, north_ag, *rows).held == found.held

    assert found.held == {person.pk for person in (*mine, *new)}
    assert set(found.others) == {person.pk for person in theirs}


# --- two records of one human ------------------------------------------------------------------------------------------------


def test_of_two_records_the_first_holder_keeps_the_human(north_ag: Company, south_ag: Company, brandt: Person) -> None:
    double, first, second = make_person("Brand"), occasion(south_ag.centre), occasion(north_ag.centre)
    hold(first, south_ag, double)
    hold(second, north_ag, brandt)

    with transaction.atomic():
        move_holds(double, brandt)

    assert (held(first), held(second)) == ({brandt.pk}, set())
    assert Hold.objects.about(second.about).get().released_because == Release.GIVEN_UP


def test_of_two_records_an_answer_keeps_the_other_centre_out(north_ag: Company, south_ag: Company, brandt: Person) -> None:
    double, first, second = make_person("Brand"), occasion(south_ag.centre), occasion(north_ag.centre, days=40)
    hold(first, south_ag, double)
    release_many(Hold.objects.open(), because=Release.ANSWERED, by=None)
    hold(second, north_ag, brandt)

    with transaction.atomic():
        move_holds(double, brandt)

    assert held(second) == set()


def test_of_two_records_at_one_centre_the_later_occasion_goes_on(north_ag: Company, brandt: Person) -> None:
    double, first, second = make_person("Brand"), occasion(north_ag.centre), occasion(north_ag.centre, days=40)
    hold(first, north_ag, brandt)
    hold(second, north_ag, double)

    with transaction.atomic():
        move_holds(double, brandt)

    assert (held(first), held(second)) == (set(), {brandt.pk})
    assert Hold.objects.about(first.about).get().released_because == Release.TAKEN_OVER
