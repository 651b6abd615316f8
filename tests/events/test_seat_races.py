"""R3, R12: many guests at once for fifty seats, two who press "invite" together; on both databases, each with its canary."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.db.models import F, Model

from contacts.models import Interaction
from events.actions import inviting, registering
from events.actions.inviting import invite, run_inviting, start_inviting
from events.actions.registering import ReplySoFar
from events.models import CheckIn, Event, Invitation, NotEnoughSeats, Registration, Status
from events.models.seating import Seating, SeatingQuerySet
from fleetportal.core.audit import Entry
from fleetportal.core.db import bulk
from fleetportal.core.outbox.message import Message
from tests.events.seats import SeatModel
from tests.factories.contacts import make_person
from tests.factories.events import make_event, make_guest, make_registration
from tests.races import race
from tests.selection import LONG, repetitions

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
SEATS, CLIENTS, ACTS = 50, 20, 25 if LONG else 6
ACTIONS = {"event.registered", "registration.changed", "registration.cancelled"}


def passed_the_guard(outcomes: list[Any]) -> int:
    """How many were let through, those included whom only the constraint beneath stopped."""
    return sum(isinstance(one, IntegrityError) or not isinstance(one, Exception) for one in outcomes)


def act_at_random(event: Event, company: Any, person: Any, dice: random.Random) -> None:
    """One guest's history: comes, changes the party, leaves, comes again."""
    for _act in range(ACTS):
        standing = Registration.objects.active().filter(event=event, person=person).first()
        party = dice.randint(1, 3)
        if standing is None:
            registering.register(event, person, company=company, seating=event.seating(), party=party, by=None)
        elif dice.random() < 0.5:
            registering.cancel(standing, by=None)
        else:
            try:
                registering.change(standing, by=None, party=party)
            except NotEnoughSeats:
                continue


def replay(event: Event) -> SeatModel:
    """The history in the order of its entries, which every verb writes while it holds the seats; each step as the model says."""
    model = SeatModel(event.seating().capacity)
    for entry in Entry.objects.filter(action__in=ACTIONS).order_by("pk"):
        who, promoted = entry.object_id, entry.facts.get("promoted", [])
        if entry.action == "event.registered":
            assert model.register(who, entry.facts["party"]) == entry.facts["status"]
        elif entry.action == "registration.cancelled":
            assert model.cancel(who) == promoted
        else:
            change = entry.changes.filter(field="party").first()
            assert (model.change(who, change.after) if change else []) == promoted
    return model


@pytest.mark.parametrize("_round", range(repetitions()))
def test_a_random_history_of_twenty_guests_is_one_that_could_have_happened_in_turn(
    north_ag: Any, chance: random.Random, _round: int
) -> None:
    event = make_event(north_ag.centre, capacity=SEATS - 20, largest_party=3)
    people = [make_person() for _one in range(CLIENTS)]
    dice = [random.Random(chance.random()) for _one in people]

    outcomes = race(*(partial(act_at_random, event, north_ag, person, own) for person, own in zip(people, dice, strict=True)))

    assert outcomes == [None] * CLIENTS
    model, seating = replay(event), event.seating()
    assert seating.taken == sum(model.seated.values()) <= seating.capacity
    assert dict(event.registrations.seated().values_list("pk", "party")) == model.seated
    assert list(event.registrations.waiting().in_order().values_list("pk", flat=True)) == list(model.waiting)
    assert seating.waiting == len(model.waiting)


def coming(event: Event, company: Any, parties: list[int]) -> list[Any]:
    people = [make_person() for _one in parties]
    seating = event.seating()
    return [
        partial(registering.register, event, person, company=company, seating=seating, party=party, by=None)
        for person, party in zip(people, parties, strict=True)
    ]


@pytest.mark.parametrize("_round", range(repetitions()))
def test_fifty_seats_are_never_overbooked(north_ag: Any, _round: int) -> None:
    event = make_event(north_ag.centre, capacity=SEATS)

    race(*coming(event, north_ag, [1, 2, 3] * 12))

    heads = sum(event.registrations.seated().values_list("party", flat=True))
    assert event.seating().taken == heads <= SEATS
    assert event.seating().waiting == event.registrations.waiting().count() > 0


def test_without_its_guard_an_event_is_overbooked(north_ag: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The canary: the same race, seats taken without asking."""
    monkeypatch.setattr(SeatingQuerySet, "take_seats", lambda rows, heads: bool(rows.update(taken=F("taken") + heads)))
    event = make_event(north_ag.centre, capacity=5)

    assert passed_the_guard(race(*coming(event, north_ag, [1] * 10))) > 5


def test_a_double_tap_takes_one_seat(north_ag: Any) -> None:
    event, person = make_event(north_ag.centre, capacity=SEATS), make_person()
    tap = partial(registering.register, event, person, company=north_ag, seating=event.seating(), party=2, by=None)

    outcomes = race(*[tap] * 8)

    assert len({outcome.pk for outcome in outcomes}) == 1
    assert (event.seating().taken, Message.objects.count()) == (2, 1)


@contextmanager
def without(model: type[Model], constraint: str) -> Iterator[None]:
    """The table of `model` without that constraint; its rows are deleted at the end, since some break it."""
    named = next(one for one in model._meta.constraints if one.name == constraint)
    with connection.schema_editor() as editor:
        editor.remove_constraint(model, named)
    try:
        yield
    finally:
        model._default_manager.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(model, named)


def test_without_the_question_what_stands_a_double_tap_registers_twice(north_ag: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The canary: nobody looks under the lock whether the guest is registered, and no constraint lies beneath."""
    monkeypatch.setattr(registering, "reply_so_far", lambda event, person: ReplySoFar(None, has_declined=False))
    event, person = make_event(north_ag.centre, capacity=SEATS), make_person()
    with without(Registration, "one_standing_registration"):
        outcomes = race(*[partial(registering.register, event, person, company=north_ag, seating=event.seating(), party=2, by=None)] * 4)

        assert len({outcome.pk for outcome in outcomes}) == Registration.objects.active().filter(person=person).count() == 4
        assert event.seating().taken == 8


def test_without_the_question_the_constraint_stops_a_double_tap(north_ag: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registering, "reply_so_far", lambda event, person: ReplySoFar(None, has_declined=False))
    event, person = make_event(north_ag.centre, capacity=SEATS), make_person()

    outcomes = race(*[partial(registering.register, event, person, company=north_ag, seating=event.seating(), party=2, by=None)] * 4)

    assert {outcome.pk for outcome in outcomes} == {event.registrations.get().pk}
    assert event.seating().taken == 2


def at_two_seatings(event: Event, company: Any) -> tuple[Any, Any]:
    """One guest who registers at two seatings of the event, the second of which has one seat left: the two would wait there."""
    person, late = make_person(), Seating.objects.create(event=event, name="late", capacity=2)
    registering.register(event, make_person(), company=company, seating=late, party=1, by=None)
    tap = partial(registering.register, event, person, company=company, party=2, by=None)
    return partial(tap, seating=event.seating()), partial(tap, seating=late)


@pytest.mark.parametrize("_round", range(repetitions()))
@pytest.mark.parametrize("asks", [True, False])
def test_a_guest_at_two_seatings_at_once_gets_one_registration(
    north_ag: Any, monkeypatch: pytest.MonkeyPatch, asks: bool, _round: int
) -> None:
    """Each seating has a lock of its own, so both may find nobody registered, as both do here unless one of them `asks`."""
    event = make_event(north_ag.centre, capacity=SEATS)
    taps = at_two_seatings(event, north_ag)
    if not asks:
        monkeypatch.setattr(registering, "reply_so_far", lambda event, person: ReplySoFar(None, has_declined=False))

    outcomes = race(*taps, *taps)

    (registration,) = {outcome.pk: outcome for outcome in outcomes}.values()
    assert event.registrations.active().filter(person=registration.person).count() == 1
    first, late = event.seatings.order_by("pk")
    assert (first.taken, late.taken, late.waiting) == ((2, 1, 0) if registration.is_seated else (0, 1, 1))
    assert Message.objects.to(registration.person).count() == 1


def test_a_plain_insert_of_a_second_registration_is_an_error(north_ag: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The canary: whoever comes second writes without looking at the constraint."""
    monkeypatch.setattr(registering, "reply_so_far", lambda event, person: ReplySoFar(None, has_declined=False))
    monkeypatch.setattr(bulk, "add_unless_there", lambda row: row.save(force_insert=True) is None)
    event = make_event(north_ag.centre, capacity=SEATS)

    outcomes = race(*at_two_seatings(event, north_ag))

    assert sum(isinstance(one, IntegrityError) for one in outcomes) == 1


def test_one_party_comes_in_once_however_many_doors_scan_it(north_ag: Any, emil: Any) -> None:
    event = make_event(north_ag.centre)
    registration = registering.register(event, make_person(), company=north_ag, seating=event.seating(), party=2, by=None)

    outcomes = race(*(partial(Registration.objects.get(pk=registration.pk).check_in, by=emil) for _door in range(6)))

    assert Counter(type(one).__name__ for one in outcomes) == {"CheckIn": 1, "AlreadyCheckedIn": 5}


@pytest.mark.parametrize("_round", range(repetitions()))
def test_parties_of_one_company_come_in_at_many_doors_at_once(north_ag: Any, emil: Any, _round: int) -> None:
    """All of them change the company's last contact, in the statement that writes their rows."""
    event = make_event(north_ag.centre)
    parties = [make_registration(event, make_guest(north_ag), company=north_ag) for _one in range(8)]

    outcomes = race(*(partial(Registration.objects.get(pk=party.pk).check_in, by=emil) for party in parties))

    assert {type(one) for one in outcomes} == {CheckIn}
    came = dict(Interaction.objects.filter(kind="event.attended").values_list("about_id", "happened_at"))
    assert came == {one.pk: one.at for one in outcomes}
    north_ag.refresh_from_db()
    assert north_ag.last_contact_at == max(came.values())


def test_without_the_constraint_doors_at_once_let_a_party_in_again(north_ag: Any, emil: Any) -> None:
    """The canary: nothing says that a party is inside already."""
    event = make_event(north_ag.centre)
    registration = registering.register(event, make_person(), company=north_ag, seating=event.seating(), party=2, by=None)
    with without(CheckIn, "inside_once"):
        race(*(partial(Registration.objects.get(pk=registration.pk).check_in, by=emil) for _door in range(4)))

        assert CheckIn.objects.not_undone().filter(registration=registration).count() == 4


@pytest.mark.parametrize("_round", range(repetitions()))
def test_two_who_press_invite_at_once_send_each_letter_once(north_ag: Any, anna: Any, carla: Any, _round: int) -> None:
    event = make_event(north_ag.centre, audience="users")
    guests = [make_guest(north_ag) for _one in range(6)]
    jobs = [start_inviting(event, by=user) for user in (anna, carla)]

    outcomes = race(*(partial(run_inviting, job, float("inf")) for job in jobs))

    assert outcomes == [True, True]
    assert Invitation.objects.count() == Message.objects.count() == Interaction.objects.filter(kind="event.invited").count() == len(guests)


def test_ten_invitations_of_one_person_are_one(north_ag: Any, anna: Any) -> None:
    event, person = make_event(north_ag.centre), make_guest(north_ag)

    outcomes = race(*[partial(invite, event, person, company=north_ag, by=anna)] * 10)

    assert len({outcome.pk for outcome in outcomes}) == 1
    assert Message.objects.count() == 1


def test_without_asking_who_is_invited_two_presses_invite_twice(north_ag: Any, anna: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The canary: only the constraint is left, and it stops all but one."""
    monkeypatch.setattr(inviting, "already_invited", lambda event, people: set())
    event, person = make_event(north_ag.centre), make_guest(north_ag)

    outcomes = race(*[partial(invite, event, person, company=north_ag, by=anna)] * 4)

    assert sum(isinstance(one, IntegrityError) for one in outcomes) == 3


def test_a_cancellation_while_others_register_leaves_nobody_waiting_for_free_seats(north_ag: Any) -> None:
    event = make_event(north_ag.centre, capacity=2)
    first = registering.register(event, make_person(), company=north_ag, seating=event.seating(), party=2, by=None)

    race(partial(registering.cancel, Registration.objects.get(pk=first.pk), by=None), *coming(event, north_ag, [1, 1]))

    statuses = Counter(event.registrations.values_list("status", flat=True))
    assert statuses == {Status.CANCELLED: 1, Status.SEATED: 2}
