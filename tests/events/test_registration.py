"""Seats, companions, waiting list: register, change, cancel."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from contacts.models import Interaction
from events.actions import planning, registering
from events.models import (
    ChangeClosed,
    Event,
    EventState,
    NotComing,
    NotEnoughSeats,
    Registration,
    RegistrationClosed,
    SeatsTaken,
    Status,
    TooManyGuests,
)
from fleetportal.core.audit import Change, Entry
from fleetportal.core.outbox.message import Message
from tests.events.work import run_jobs
from tests.factories.accounts import make_company
from tests.factories.contacts import make_person
from tests.factories.events import in_days, make_event, make_guest, make_registration

pytestmark = pytest.mark.django_db


def seats(event: Event) -> tuple[int, int]:
    """Taken seats and waiting parties."""
    seating = event.seating()
    return seating.taken, seating.waiting


def everything() -> tuple[int, ...]:
    """What a refusal must leave alone."""
    return (
        Registration.objects.count(),
        Entry.objects.count(),
        Change.objects.count(),
        Message.objects.count(),
        Interaction.objects.count(),
    )


def steps(registration: Registration) -> list[str]:
    keys = Message.objects.about(registration).order_by("pk").values_list("template", flat=True)
    return [key.rpartition("/")[2] for key in keys]


def test_a_party_sits_together_when_there_are_seats() -> None:
    event = make_event(capacity=5)

    registration = make_registration(event, party=4, companions=["Katrin", "Jonte", "Mia", "one too many"])

    assert (registration.status, registration.companions) == (Status.SEATED, ["Katrin", "Jonte", "Mia"])
    assert seats(event) == (4, 0)
    assert steps(registration) == ["seated"]
    assert Entry.objects.filter(action="event.registered", object_id=registration.pk).count() == 1
    assert list(Interaction.objects.filter(company=registration.company).values_list("kind", flat=True)) == ["event.registered"]


def test_asking_again_returns_what_stands_and_takes_no_seat() -> None:
    event = make_event(capacity=5)
    first = make_registration(event, party=2)
    before = everything()

    again = registering.register(event, first.person, company=first.company, seating=event.seating(), party=3, by=None)

    assert (again, again.party) == (first, 2)
    assert seats(event) == (2, 0)
    assert everything() == before


def test_a_party_that_does_not_fit_waits_and_so_does_whoever_comes_after_it() -> None:
    event = make_event(capacity=5)
    make_registration(event, party=3)
    waits, behind = make_registration(event, party=4), make_registration(event, party=1)

    assert [waits.status, behind.status] == [Status.WAITING, Status.WAITING]
    assert [waits.rank, behind.rank] == [1, 2]
    assert seats(event) == (3, 2)
    assert steps(waits) == ["waiting"]


def test_a_cancellation_promotes_the_list_in_order_once() -> None:
    event = make_event(capacity=4)
    coming = make_registration(event, party=4)
    first, second, third = (make_registration(event, party=party) for party in (2, 1, 3))

    registering.cancel(coming, by=None)
    registering.cancel(coming, by=None)

    for registration in (first, second, third, coming):
        registration.refresh_from_db()
    assert [first.status, second.status, third.status, coming.status] == [Status.SEATED, Status.SEATED, Status.WAITING, Status.CANCELLED]
    assert seats(event) == (3, 1)
    assert steps(first) == ["waiting", "promoted"]
    assert steps(third) == ["waiting"]
    assert steps(coming) == ["seated", "cancelled"]
    entry = Entry.objects.get(action="registration.cancelled")
    assert entry.facts == {"promoted": [first.pk, second.pk]}


def test_nobody_is_overtaken_by_default() -> None:
    event = make_event(capacity=4)
    coming = make_registration(event, party=2)
    make_registration(event, party=2)
    big, small = make_registration(event, party=4), make_registration(event, party=1)

    registering.cancel(coming, by=None)

    big.refresh_from_db()
    small.refresh_from_db()
    assert [big.status, small.status] == [Status.WAITING, Status.WAITING]


def test_a_smaller_party_goes_before_a_bigger_one_as_often_as_the_event_allows() -> None:
    event = make_event(capacity=4, overtaking_limit=1)
    coming = make_registration(event, party=4)
    big, small, late = (make_registration(event, party=party) for party in (4, 1, 1))

    registering.change(coming, by=None, party=1)

    for registration in (big, small, late):
        registration.refresh_from_db()
    assert [big.status, small.status, late.status] == [Status.WAITING, Status.SEATED, Status.WAITING]
    assert (big.overtaken, seats(event)) == (1, (2, 2))


def test_a_waiting_party_that_leaves_lets_the_next_one_in() -> None:
    event = make_event(capacity=3)
    make_registration(event, party=2)
    big, small = make_registration(event, party=3), make_registration(event, party=1)

    registering.cancel(big, by=None)

    small.refresh_from_db()
    assert small.status == Status.SEATED
    assert seats(event) == (3, 0)


def test_a_waiting_party_that_shrinks_to_what_is_free_gets_its_seats() -> None:
    event = make_event(capacity=3)
    make_registration(event, party=2)
    waits = make_registration(event, party=3)

    registering.change(waits, by=None, party=1)

    waits.refresh_from_db()
    assert (waits.status, waits.waiting_number, seats(event)) == (Status.SEATED, None, (3, 0))
    assert steps(waits) == ["waiting", "changed"]


def test_a_party_grows_into_free_seats_and_not_past_who_waits() -> None:
    event = make_event(capacity=5)
    grows = make_registration(event, party=2)
    registering.change(grows, by=None, party=3)
    waits = make_registration(event, party=4)
    before = everything()

    with pytest.raises(NotEnoughSeats) as refused:
        registering.change(grows, by=None, party=4)

    grows.refresh_from_db()
    assert (grows.party, refused.value.facts, seats(event)) == (3, {"free": 0}, (3, 1))
    assert waits.rank == 1
    assert everything() == before


def test_a_party_that_shrinks_gives_its_seats_to_who_waits() -> None:
    event = make_event(capacity=4)
    shrinks, waits = make_registration(event, party=4, companions=["A", "B", "C"]), make_registration(event, party=2)

    registering.change(shrinks, by=None, party=2)

    waits.refresh_from_db()
    assert (waits.status, seats(event)) == (Status.SEATED, (4, 0))
    assert shrinks.companions == ["A"]
    assert steps(shrinks) == ["seated", "changed"]


def test_a_change_that_changes_nothing_leaves_no_trace() -> None:
    registration = make_registration(party=2, companions=["Katrin"], wishes="vegetarian")
    before = everything()

    registering.change(registration, by=None, party=2, companions=["Katrin"], wishes="vegetarian")

    assert everything() == before


def test_words_are_kept_and_a_cancelled_registration_takes_none() -> None:
    registration = make_registration(party=2)
    registering.change(registration, by=None, wishes="two child seats", question="How long is the boot?")
    assert Registration.objects.get().wishes == "two child seats"
    registering.cancel(registration, by=None)
    before = everything()

    with pytest.raises(NotComing):
        registering.change(registration, by=None, wishes="a pony")

    assert everything() == before


def closed_events() -> list[dict[str, Any]]:
    now = timezone.now()
    return [
        {"published": False},
        {"state": EventState.CANCELLED, "published": False},
        {"starts_at": now - timedelta(minutes=1)},
        {"registration_opens_at": now + timedelta(days=1)},
        {"registration_closes_at": now - timedelta(minutes=1)},
    ]


@pytest.mark.parametrize("facts", closed_events(), ids=["draft", "cancelled", "begun", "not yet open", "closed"])
def test_a_closed_event_takes_no_guest(facts: dict[str, Any]) -> None:
    event = make_event(**facts)
    person, company = make_guest(), make_company(event.centre)
    before = everything()

    with pytest.raises(RegistrationClosed):
        registering.register(event, person, company=company, seating=event.seating(), party=1, by=None)

    assert (everything(), seats(event)) == (before, (0, 0))


def test_staff_register_after_the_window_until_the_event_ends(anna: Any, north: Any) -> None:
    event = make_event(north, registration_closes_at=timezone.now() - timedelta(days=1))
    company = make_company(north)

    registration = registering.register(event, make_guest(company), company=company, seating=event.seating(), party=2, by=anna)

    assert registration.status == Status.SEATED


@pytest.mark.parametrize("party", [0, 7])
def test_a_party_has_somebody_and_no_more_than_the_event_takes(party: int) -> None:
    event = make_event(largest_party=6)
    company = make_company(event.centre)
    guest = make_guest(company)
    before = everything()

    with pytest.raises(TooManyGuests):
        registering.register(event, guest, company=company, seating=event.seating(), party=party, by=None)

    assert everything() == before


def test_nothing_is_cancelled_once_the_event_has_begun() -> None:
    event = make_event()
    registration = make_registration(event)
    Event.objects.filter(pk=event.pk).update(starts_at=timezone.now() - timedelta(minutes=1))
    registration = Registration.objects.get(pk=registration.pk)
    before = everything()

    with pytest.raises(ChangeClosed):
        registering.cancel(registration, by=None)

    assert (everything(), seats(event)) == (before, (1, 0))


def test_after_the_window_a_guest_may_cancel_but_not_grow() -> None:
    event = make_event()
    registration = make_registration(event)
    Event.objects.filter(pk=event.pk).update(registration_closes_at=timezone.now() - timedelta(minutes=1))
    registration = Registration.objects.get(pk=registration.pk)

    with pytest.raises(ChangeClosed):
        registering.change(registration, by=None, party=2)
    registering.cancel(registration, by=None)

    assert seats(event) == (0, 0)


def test_who_cancelled_may_come_after_all() -> None:
    event = make_event(capacity=2)
    first = make_registration(event, party=2)
    registering.cancel(first, by=None)

    again = registering.register(event, first.person, company=first.company, seating=event.seating(), party=1, by=None)

    assert again.pk != first.pk
    assert seats(event) == (1, 0)


def test_more_seats_go_to_who_waits_and_fewer_than_taken_are_refused() -> None:
    event = make_event(capacity=2)
    make_registration(event, party=2)
    waits, alone = make_registration(event, party=2), make_registration(event, party=1)

    planning.offer_seats(event.seating(), 5, by=None)
    registering.cancel(alone, by=None)
    waits.refresh_from_db()
    before = everything()
    with pytest.raises(SeatsTaken):
        planning.offer_seats(event.seating(), 3, by=None)

    assert (waits.status, seats(event), event.seating().capacity) == (Status.SEATED, (4, 0), 5)
    assert everything() == before


def test_calling_the_event_off_tells_everybody_and_empties_seats_and_list() -> None:
    event = make_event(capacity=2)
    coming, waits = make_registration(event, party=2), make_registration(event, party=2)

    planning.call_off(event, by=None, reason="The car is not here yet.")
    planning.call_off(event, by=None)

    assert seats(event) == (0, 0)
    run_jobs()
    assert (steps(coming)[-1], steps(waits)[-1]) == ("called_off", "called_off")
    assert "The car is not here yet." in Message.objects.about(coming).order_by("pk").last().text
    assert Entry.objects.filter(action="event.cancelled").count() == 1


def test_a_guest_without_an_address_is_registered_and_not_written_to() -> None:
    event = make_event()

    registration = make_registration(event, make_person(email=""))

    assert (registration.status, steps(registration)) == (Status.SEATED, [])


def test_a_draft_is_published_once(dora: Any, north: Any) -> None:
    event = make_event(north, published=False, starts_at=in_days(5))

    planning.publish(event, by=dora)
    planning.publish(event, by=dora)

    assert Entry.objects.filter(action="event.published").count() == 1


def test_guests_of_an_event_that_is_over_are_entered_at_their_own_time_and_nobody_is_written_to() -> None:
    event, then = make_event(capacity=2, starts_at=in_days(-20)), in_days(-30)
    company = make_company(event.centre)
    known = {"event": event, "company": company, "seating": event.seating(), "registered_at": then, "changed_at": then}
    pair, late = Registration(person=make_guest(company), party=2, **known), Registration(person=make_guest(company), party=1, **known)
    registering.enter_afterwards(pair, by=None)
    pair.check_in(by=None, now=event.starts_at)
    with pytest.raises(RegistrationClosed):
        registering.enter_afterwards(late, by=None)
    assert (seats(event), pair.status, pair.check_ins.get().at) == ((2, 0), Status.SEATED, event.starts_at)
    assert list(Interaction.objects.values_list("kind", "happened_at")) == [("event.attended", event.starts_at)]
    acts = Entry.objects.filter(object_type="events.registration").values_list("action", "at").order_by("pk")
    assert list(acts) == [("event.registered", then), ("registration.checked_in", event.starts_at)]
    assert not Message.objects.exists()
    company.refresh_from_db()
    assert company.last_contact_at == event.starts_at
