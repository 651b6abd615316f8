"""Seats: any order of coming, changing, leaving, more seats, checking in and undoing, held against the child's count."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from events.actions import planning, registering
from events.models import (
    AlreadyCheckedIn,
    CheckIn,
    NotComing,
    NotEnoughSeats,
    Registration,
    SeatsTaken,
    Status,
    StillInside,
    TooManyGuests,
)
from events.models.seating import Seating, SeatingQuerySet
from tests.events.seats import SeatModel
from tests.factories.accounts import make_company
from tests.factories.contacts import make_person
from tests.factories.events import make_event
from tests.selection import LONG

pytestmark = pytest.mark.django_db
RUN = settings(
    max_examples=1000 if LONG else 10,
    stateful_step_count=50 if LONG else 20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
number, parties = st.integers(0, 10**6), st.integers(1, 4)


class Seats(RuleBasedStateMachine):
    """The world is taken back when its run ends."""

    def __init__(self) -> None:
        super().__init__()
        self.world = transaction.atomic()
        self.world.__enter__()
        self.company = make_company()
        self.event = make_event(self.company.centre, capacity=6)
        self.model = SeatModel(6)
        self.inside: dict[int, int] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.world.__exit__(None, None, None)

    def pick(self, which: int) -> int:
        standing = sorted(self.model.seated | self.model.waiting)
        return standing[which % len(standing)]

    @property
    def is_empty(self) -> bool:
        return not self.model.seated and not self.model.waiting

    @rule(party=parties)
    def somebody_comes(self, party: int) -> None:
        if party > self.model.capacity:
            with pytest.raises(TooManyGuests):
                registering.register(self.event, make_person(), company=self.company, seating=self.event.seating(), party=party, by=None)
            return
        registration = registering.register(
            self.event, make_person(), company=self.company, seating=self.event.seating(), party=party, by=None
        )
        assert self.model.register(registration.pk, party) == registration.status

    @precondition(lambda self: not self.is_empty)
    @rule(which=number, party=parties)
    def a_party_changes(self, which: int, party: int) -> None:
        who = self.pick(which)
        if party < self.inside.get(who, 0):
            with pytest.raises(StillInside):
                registering.change(Registration.objects.get(pk=who), by=None, party=party)
            return
        try:
            self.model.change(who, party)
        except ValueError:
            with pytest.raises((NotEnoughSeats, TooManyGuests)):
                registering.change(Registration.objects.get(pk=who), by=None, party=party)
        else:
            registering.change(Registration.objects.get(pk=who), by=None, party=party)

    @precondition(lambda self: not self.is_empty)
    @rule(which=number)
    def a_party_leaves(self, which: int) -> None:
        who = self.pick(which)
        if who in self.inside:
            with pytest.raises(StillInside):
                registering.cancel(Registration.objects.get(pk=who), by=None)
            return
        self.model.cancel(who)
        registering.cancel(Registration.objects.get(pk=who), by=None)

    @rule(capacity=st.integers(1, 12))
    def staff_change_the_number_of_seats(self, capacity: int) -> None:
        if capacity < sum(self.model.seated.values()):
            with pytest.raises(SeatsTaken):
                planning.offer_seats(self.event.seating(), capacity, by=None)
            return
        planning.offer_seats(self.event.seating(), capacity, by=None)
        self.model.capacity = capacity
        self.model.promote()

    @precondition(lambda self: not self.is_empty)
    @rule(which=number)
    def a_party_stands_at_the_door(self, which: int) -> None:
        who = self.pick(which)
        registration = Registration.objects.get(pk=who)
        if who in self.inside:
            with pytest.raises(AlreadyCheckedIn):
                registration.check_in(by=None)
        elif who in self.model.seated:
            registration.check_in(by=None)
            self.inside[who] = self.model.seated[who]
        else:
            with pytest.raises(NotComing):
                registration.check_in(by=None)

    @precondition(lambda self: self.inside)
    @rule(which=number)
    def a_check_in_is_undone(self, which: int) -> None:
        who = sorted(self.inside)[which % len(self.inside)]
        CheckIn.objects.not_undone().get(registration=who).undo(by=None)
        del self.inside[who]

    @invariant()
    def seats_add_up(self) -> None:
        seating = Seating.objects.get(event=self.event)
        assert seating.taken == sum(self.model.seated.values()) <= seating.capacity == self.model.capacity
        assert seating.waiting == len(self.model.queue)

    @invariant()
    def everybody_sits_or_waits_where_the_model_says(self) -> None:
        rows = self.event.registrations
        assert dict(rows.seated().values_list("pk", "party")) == self.model.seated
        assert dict(rows.waiting().in_order().values_list("pk", "party")) == self.model.waiting
        assert list(rows.waiting().in_order().values_list("pk", flat=True)) == list(self.model.waiting)

    @invariant()
    def nobody_who_fits_waits_first(self) -> None:
        seating = self.event.seating()
        first = self.event.registrations.waiting().filter(party__lte=seating.capacity).in_order().first()
        assert first is None or first.party > seating.free

    @invariant()
    def who_is_inside_is_known(self) -> None:
        assert set(CheckIn.objects.not_undone().values_list("registration", flat=True)) == self.inside.keys()
        left = self.event.registrations.filter(status=Status.CANCELLED).values_list("waiting_number", flat=True)
        assert set(left) <= {None}


def test_seats_and_waiting_list_hold_in_any_order_of_acts() -> None:
    run_state_machine_as_test(Seats, settings=RUN)


def test_the_machine_notices_when_the_list_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its canary: who comes takes free seats although others wait."""

    def take_free(rows: SeatingQuerySet, heads: int) -> bool:
        return any(row.free >= heads and rows.filter(pk=row.pk).update(taken=row.taken + heads) for row in rows)

    monkeypatch.setattr(SeatingQuerySet, "take_seats", take_free)

    with pytest.raises((AssertionError, pytest.fail.Exception)):  # the second: a refusal that did not come
        run_state_machine_as_test(Seats, settings=settings(RUN, max_examples=500, phases=[Phase.generate], report_multiple_bugs=False))
