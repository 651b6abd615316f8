"""Holds: any order of holding, answering, giving up, calling off and days that pass, held against a plain list."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from contacts.arbiter.actions import HeldFor, call_off_holds, hold_many, release_many, release_over
from contacts.arbiter.models import Hold, Release
from events.models import Event
from tests.factories.accounts import make_centre, make_company
from tests.factories.contacts import make_person
from tests.factories.events import make_event
from tests.selection import LONG

pytestmark = pytest.mark.django_db
RUN = settings(
    max_examples=500 if LONG else 8,
    stateful_step_count=50 if LONG else 20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
NEAR = timedelta(days=30)
number = st.integers(0, 10**6)


class Holds(RuleBasedStateMachine):
    """Three centres, six occasions of two kinds, four people; the world is taken back when its run ends."""

    def __init__(self) -> None:
        super().__init__()
        self.world = transaction.atomic()
        self.world.__enter__()
        companies = [make_company(make_centre(f"c{place}")) for place in range(3)]
        self.company = {company.centre_id: company.pk for company in companies}
        now = timezone.now()
        self.occasions = [
            make_event(companies[place % 3].centre, kind=kind, starts_at=now + timedelta(days=20 + 17 * place)).occasion
            for place, kind in enumerate(["preview"] * 4 + ["test_drive"] * 2)
        ]
        self.people = [make_person().pk for _one in range(4)]
        self.invited: set[tuple[int, int]] = set()  # person, occasion: approached, and not taken back

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.world.__exit__(None, None, None)

    def pick(self, which: int) -> HeldFor:
        return self.occasions[which % len(self.occasions)]

    def of(self, one: HeldFor) -> set[int]:
        return {person for person, event in self.invited if event == one.about.pk}

    @rule(which=number, people=st.sets(st.integers(0, 3)))
    def somebody_chooses(self, which: int, people: set[int]) -> None:
        one, chosen = self.pick(which), [self.people[place] for place in people]
        free = {person for person in chosen if not self.is_kept_out(person, one)}

        found = hold_many(one, dict.fromkeys(chosen, self.company[one.centre]), by=None)

        assert found.held == free, "whoever is free, or was released, can be held"
        assert set(found.others) == set(chosen) - free
        self.invited |= {(person, one.about.pk) for person in found.held}

    def is_kept_out(self, person: int, one: HeldFor) -> bool:
        rows = Hold.objects.filter(person=person, kind=one.kind).exclude(centre=one.centre)
        return any(
            (row.is_open and row.until > timezone.now())
            or (row.released_because not in (Release.GIVEN_UP, Release.CALLED_OFF) and -NEAR <= row.until - one.at < NEAR)
            for row in rows
        )

    @rule(which=number, person=st.integers(0, 3), because=st.sampled_from([Release.ANSWERED, Release.GIVEN_UP]))
    def somebody_answers_or_is_given_up(self, which: int, person: int, because: Release) -> None:
        one, pk = self.pick(which), self.people[person]
        released = release_many(Hold.objects.about(one.about).of([pk]), because=because, by=None)
        if released and because == Release.GIVEN_UP:
            self.invited.discard((pk, one.about.pk))

    @rule(which=number)
    def one_is_called_off(self, which: int) -> None:
        one = self.pick(which)
        call_off_holds(one.about, by=None)
        self.invited -= {(person, one.about.pk) for person in self.of(one)}

    @rule(days=st.integers(1, 20))
    def days_pass(self, days: int) -> None:
        """The world moves instead of the clock."""
        for hold in Hold.objects.all():
            Hold.objects.filter(pk=hold.pk).update(until=hold.until - timedelta(days=days))
        self.occasions = [HeldFor(one.kind, one.centre, one.about, one.at - timedelta(days=days)) for one in self.occasions]

    @rule()
    def the_clock_strikes(self) -> None:
        release_over(now=timezone.now())
        assert not Hold.objects.over(now=timezone.now()).exists()

    @invariant()
    def nobody_is_held_twice(self) -> None:
        rows = list(Hold.objects.open().values_list("person", "kind"))
        assert len(rows) == len(set(rows))

    @invariant()
    def nobody_is_approached_by_two_centres_at_about_the_same_time(self) -> None:
        at: dict[int, tuple[str, int, datetime]] = {one.about.pk: (one.kind, one.centre, one.at) for one in self.occasions}
        for person, event in self.invited:
            kind, centre, when = at[event]
            for other in (event for whose, event in self.invited if whose == person):
                its_kind, its_centre, its_time = at[other]
                if its_kind == kind and its_centre != centre:
                    assert abs(its_time - when) >= NEAR


def test_holds_in_any_order() -> None:
    run_state_machine_as_test(Holds, settings=RUN)
    assert not Event.objects.exists()
