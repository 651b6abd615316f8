"""M1: three centres invite at once, with ten threads, six hundred people, sixty of whom all three know: each gets one letter."""

import threading
from datetime import date
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from accounts.models import Company, User
from contacts.arbiter import actions
from contacts.arbiter.actions import Holding
from contacts.arbiter.models import Hold
from contacts.consent.models import Consent, hash_of
from contacts.models import Person, PersonAddress, VehicleUser
from events import gates as event_gates
from events.actions import choosing, inviting
from events.actions.choosing import invitable
from events.actions.holders import holder_words, holders
from events.actions.inviting import run_inviting, start_inviting
from events.models import Event, Invitation
from fleetportal.core.outbox import gates
from fleetportal.core.outbox.message import Message, MessageState
from fleetportal.core.outbox.sending import send_due
from tests.factories.accounts import make_centre, make_company, make_user
from tests.factories.events import make_event
from tests.races import race

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
THREADS, OWN, SHARED = 10, 180, 60


def crowd(companies: list[Company], own: int, shared: int) -> list[Person]:
    """`own` willing users of each company and `shared` of all; the shared ones."""
    people = [Person(last_name=f"Guest{number}") for number in range(len(companies) * own + shared)]
    for person in people:
        person.refold()
    Person.objects.bulk_create(people)
    addresses = [PersonAddress(person=one, channel="email", value=f"guest{one.pk}@customer.example") for one in people]
    for address in addresses:
        address.refold()
    PersonAddress.objects.bulk_create(addresses)
    said = {
        "purpose": "invitations",
        "is_given": True,
        "wording": "Yes.",
        "wording_hash": hash_of("Yes."),
        "language": "en",
        "source": "test",
    }
    Consent.objects.bulk_create([Consent(address=address, **said) for address in addresses])
    roles = [
        VehicleUser(person=person, company=company, may_choose=True, starts_on=date(2020, 1, 1))
        for number, company in enumerate(companies)
        for person in (*people[:shared], *people[shared + number * own : shared + (number + 1) * own])
    ]
    VehicleUser.objects.bulk_create(roles)
    return people[:shared]


class Launch:
    def __init__(self, *, own: int, shared: int) -> None:
        companies = [make_company(make_centre(f"c{number}", name=f"Centre {number}")) for number in range(3)]
        self.shared = crowd(companies, own, shared)
        self.events = [make_event(company.centre, capacity=1000) for company in companies]
        self.dora: User = make_user("dora", role="marketing", at=[company.centre for company in companies])

    def invite(self) -> None:
        """Everybody at once: ten threads, each with the event of its centre."""
        jobs = [start_inviting(self.events[number % 3], by=self.dora) for number in range(THREADS)]
        outcomes = race(*(partial(run_inviting, job, float("inf")) for job in jobs))
        assert outcomes == [True] * THREADS

    def send(self) -> None:
        Message.objects.filter(state=MessageState.WAITING).update(due_at=timezone.now())
        while send_due(seconds=20):
            pass


@pytest.fixture(autouse=True)
def fresh_gates() -> Any:
    """A gate that a test takes out is known by the prepared last look too."""
    gates.last_look.cache_clear()
    yield
    gates.last_look.cache_clear()


def test_three_centres_at_once_write_to_each_person_once() -> None:
    launch = Launch(own=OWN, shared=SHARED)

    launch.invite()
    launch.send()

    assert len(mail.outbox) == 3 * OWN + SHARED == 600
    assert len({message.to[0] for message in mail.outbox}) == 600
    assert Invitation.objects.count() == Hold.objects.open().count() == 600
    kept = {event: {one.person_id for one in event.invitations.all()} for event in launch.events}
    for event in launch.events:
        missing = [person.pk for person in launch.shared if person.pk not in kept[event]]
        words = holder_words(event, missing)
        for pk in missing:
            holder = next(other for other in launch.events if pk in kept[other])
            assert words[pk].startswith(f"Held by {holder.centre}: {holder.title}, ")
        assert sum(holder.count for holder in holders(event, launch.dora)) == len(missing)
        assert not invitable(event, launch.dora).exists()
    assert sum(SHARED - len(kept[event] & {person.pk for person in launch.shared}) for event in launch.events) == 2 * SHARED

    launch.invite()
    launch.send()

    assert len(mail.outbox) == Message.objects.count() == 600


def everybody(occasion: Any, people: dict[int, int], *, by: Any) -> Holding:
    """The guard taken out: whoever is asked for is held, by nobody's leave."""
    return Holding(set(people), {})


def together(monkeypatch: pytest.MonkeyPatch) -> None:
    """All three centres have chosen before the first of them invites, and none looks again."""
    chosen, barrier, mine = choosing.invitable, threading.Barrier(3), threading.local()

    def chosen_at_once(event: Event, *args: Any) -> Any:
        if not hasattr(mine, "people"):
            mine.people = list(chosen(event, *args).values_list("pk", flat=True))
            barrier.wait(30)
        return Person.objects.filter(pk__in=mine.people)

    for module in (choosing, inviting):
        monkeypatch.setattr(module, "invitable", chosen_at_once)


def invite_small(monkeypatch: pytest.MonkeyPatch) -> Launch:
    launch = Launch(own=2, shared=4)
    together(monkeypatch)
    jobs = [start_inviting(event, by=launch.dora) for event in launch.events]
    assert race(*(partial(run_inviting, job, float("inf")) for job in jobs)) == [True] * 3
    return launch


def test_whoever_all_have_chosen_is_held_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    launch = invite_small(monkeypatch)
    launch.send()

    assert len(mail.outbox) == Invitation.objects.count() == 3 * 2 + 4


def see_nobody(*_asked: Any, **_when: Any) -> list[Hold]:
    """What whoever looks a moment too early sees of the others' holds."""
    return []


def test_the_constraint_decides_where_nobody_saw_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "holds_of", see_nobody)
    launch = invite_small(monkeypatch)
    launch.send()

    assert len(mail.outbox) == Invitation.objects.count() == 3 * 2 + 4


def test_canary_without_the_constraint_somebody_is_invited_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "holds_of", see_nobody)
    constraint = next(one for one in Hold._meta.constraints if one.name == "one_holder_each")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Hold, constraint)
    try:
        invite_small(monkeypatch)
        assert Invitation.objects.count() == 3 * (2 + 4)
    finally:
        Hold.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Hold, constraint)


def test_canary_without_the_first_asking_too_many_are_invited_and_the_gate_keeps_their_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inviting, "hold_many", everybody)
    launch = invite_small(monkeypatch)
    launch.send()

    assert Invitation.objects.count() == 3 * (2 + 4)
    assert mail.outbox == [], "nobody holds anybody, so nothing leaves"
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.HELD_BACK}


def test_canary_without_both_askings_somebody_gets_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inviting, "hold_many", everybody)
    monkeypatch.setitem(gates.gates._entries, "invitation", (100, event_gates.inviting))
    launch = invite_small(monkeypatch)
    launch.send()

    assert len(mail.outbox) == 3 * (2 + 4) > len({message.to[0] for message in mail.outbox})
