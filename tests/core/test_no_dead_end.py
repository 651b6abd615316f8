"""Issue 7 §3: every verb leaves a state that another verb can leave. What events, guests and those who ask for an invitation go through.

Each row of a table is played with the real verbs, from the beginning; states that no verb leaves are named as final.
"""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import models
from django.utils import timezone

from events.actions import inviting, planning, registering
from events.actions import requests as asking
from events.actions.sessions import remind_now
from events.models import CheckIn, Event, EventState, Invitation, InvitationRequest, Registration, RequestState, Status
from fleetportal.core.jobs.queue import Job
from fleetportal.core.outbox.message import Message, MessageState
from fleetportal.core.outbox.sending import send_due
from tests.core.machines import Machine, each, each_verb
from tests.events.work import run_jobs
from tests.factories.accounts import make_company, make_user
from tests.factories.contacts import give_consent
from tests.factories.events import in_days, make_event, make_guest

pytestmark = pytest.mark.django_db
World = SimpleNamespace


# --- an event --------------------------------------------------------------------------------------------------------------


def event_state(world: World) -> str:
    world.event = Event.objects.select_related("centre", "host").get(pk=world.event.pk)
    past = " past" if world.event.is_over and not world.event.is_cancelled else ""
    return f"{world.event.state}{past}"


def its_day_passes(world: World) -> None:
    gone = timezone.now() - timedelta(days=2)
    Event.objects.filter(pk=world.event.pk).update(starts_at=gone, ends_at=gone + timedelta(hours=1))


def move(world: World) -> None:
    planning.edit(world.event, by=None, starts_at=in_days(40), ends_at=in_days(41))


def call_off(world: World) -> None:
    planning.call_off(world.event, by=None)


EVENT = Machine(
    name="event",
    begin=lambda: World(event=make_event(published=False)),
    state=event_state,
    first="draft",
    verbs={
        ("draft", "published"): lambda world: planning.publish(world.event, by=None),
        ("draft", "cancelled"): call_off,
        ("draft", "draft past"): its_day_passes,
        ("draft past", "draft"): move,
        ("draft past", "cancelled"): call_off,
        ("published", "cancelled"): call_off,
        ("published", "published"): move,
        ("published", "published past"): its_day_passes,
    },
    final=frozenset({"cancelled", "published past"}),
)


# --- a guest ---------------------------------------------------------------------------------------------------------------


def guest_of_a_small_house() -> World:
    company = make_company()
    world = World(company=company, event=make_event(company.centre, capacity=4), guest=make_guest(company), other=None)
    world.seating = world.event.seating()
    return world


def guest_state(world: World) -> str:
    found = Registration.objects.filter(person=world.guest).order_by("-pk").first()
    if found is None:
        return "none"
    if CheckIn.objects.not_undone().filter(registration=found).exists():
        return "inside"
    is_too_large = found.is_waiting and found.party > world.event.seating().capacity
    return "waiting, larger than the house" if is_too_large else found.status


def comes(world: World, party: int = 3) -> Registration:
    facts: dict[str, Any] = {"company": world.company, "seating": world.event.seating(), "party": party, "by": None}
    return registering.register(world.event, world.guest, **facts)


def comes_when_full(world: World) -> None:
    facts: dict[str, Any] = {"company": world.company, "seating": world.event.seating(), "party": 2, "by": None}
    world.other = registering.register(world.event, make_guest(world.company), **facts)
    comes(world)


def current(world: World) -> Registration:
    found: Registration = Registration.objects.select_related("event__centre", "seating").filter(person=world.guest).latest("pk")
    return found


def seats(count: int) -> Callable[[World], object]:
    return lambda world: planning.offer_seats(world.event.seating(), count, by=None)


def leaves(world: World) -> None:
    registering.cancel(current(world), by=None)


GUEST = Machine(
    name="registration",
    begin=guest_of_a_small_house,
    state=guest_state,
    first="none",
    verbs={
        ("none", "seated"): comes,
        ("none", "waiting"): comes_when_full,
        ("seated", "cancelled"): leaves,
        ("seated", "inside"): lambda world: current(world).check_in(by=None),
        ("inside", "seated"): lambda world: CheckIn.objects.not_undone().get().undo(by=None),
        ("waiting", "seated"): lambda world: registering.cancel(world.other, by=None),
        ("waiting", "cancelled"): leaves,
        ("waiting", "waiting, larger than the house"): seats(2),
        ("waiting, larger than the house", "waiting"): lambda world: registering.change(current(world), by=None, party=2),
        ("waiting, larger than the house", "seated"): seats(6),
        ("waiting, larger than the house", "cancelled"): leaves,
        ("cancelled", "seated"): lambda world: comes(world, party=1),
    },
)


# --- an invitation ---------------------------------------------------------------------------------------------------------


def somebody_to_invite() -> World:
    company = make_company()
    user = make_user(role="centre_manager", at=[company.centre])
    return World(company=company, user=user, event=make_event(company.centre), guest=make_guest(company), job=None)


def invitation_state(world: World) -> str:
    invitation = Invitation.objects.filter(person=world.guest).first()
    if invitation is None:
        return "none"
    if registration := invitation.active_registration():
        return "accepted" if registration.is_seated else "waits"
    if invitation.declined_at:
        return "declined"
    letter = Message.objects.get(key=invitation.message_key)
    if invitation.nudged_at:
        return "nudged"
    return {MessageState.WAITING: "called back until it leaves", MessageState.SENT: "silent"}.get(MessageState(letter.state), "held back")


def invites(world: World) -> None:
    world.job = inviting.start_inviting(world.event, by=world.user)
    run_jobs()


def no_longer_agrees(world: World) -> None:
    give_consent(world.guest, is_given=False)
    letter_leaves(world)


def letter_leaves(world: World) -> None:
    Message.objects.update(due_at=timezone.now())
    send_due()


def agrees_and_is_reminded(world: World) -> None:
    give_consent(world.guest)
    reminds(world)


def reminds(world: World) -> None:
    inviting.nudge(Invitation.objects.select_related("event__centre", "event__host", "person").get(), by=None)


def declines(world: World) -> None:
    registering.decline(Invitation.objects.select_related("event__centre", "person", "company").get(), by=None)


INVITATION = Machine(
    name="invitation",
    begin=somebody_to_invite,
    state=invitation_state,
    first="none",
    verbs={
        ("none", "called back until it leaves"): invites,
        ("called back until it leaves", "none"): lambda world: inviting.call_back(Job.objects.get(pk=world.job.pk), by=world.user),
        ("called back until it leaves", "silent"): letter_leaves,
        ("called back until it leaves", "held back"): no_longer_agrees,
        ("held back", "nudged"): agrees_and_is_reminded,
        ("silent", "nudged"): reminds,
        ("silent", "accepted"): comes,
        ("silent", "declined"): declines,
        ("nudged", "accepted"): comes,
        ("nudged", "declined"): declines,
        ("accepted", "declined"): declines,
        ("declined", "accepted"): comes,
    },
)


# --- a request for an invitation ---------------------------------------------------------------------------------------------


def asks(world: World) -> None:
    facts: dict[str, str] = {"name": "Jana Petersen", "company_name": "Petersen Bau", "how_known": "", "language": "en"}
    world.asked = asking.ask(world.event, by_mail="jana@petersen.example", **facts)


def request_state(world: World) -> str:
    return InvitationRequest.objects.values_list("state", flat=True).first() or "none"


def is_invited(world: World) -> None:
    asking.invite_asked(InvitationRequest.objects.get(), company=world.company, group="user", by=world.user)


def the_event_begins(world: World) -> None:
    Event.objects.update(starts_at=timezone.now() - timedelta(minutes=1))
    remind_now()


REQUEST = Machine(
    name="invitation request",
    begin=somebody_to_invite,
    state=request_state,
    first="none",
    verbs={
        ("none", "open"): asks,
        ("open", "invited"): is_invited,
        ("open", "refused"): lambda world: asking.refuse(InvitationRequest.objects.get(), by=world.user),
        ("refused", "open"): asks,
        ("invited", "open"): asks,  # the letter was lost
    },
)

MACHINES = (EVENT, GUEST, INVITATION, REQUEST)
CHOICES: dict[str, type[models.TextChoices]] = {"event": EventState, "registration": Status, "invitation request": RequestState}


@each(MACHINES)
def test_each_state_is_reached_and_left(machine: Machine) -> None:
    machine.check_states(CHOICES.get(machine.name, ()))


@each_verb(MACHINES)
def test_a_verb_leads_on(machine: Machine, edge: tuple[str, str], settings: Any) -> None:
    settings.INVITATIONS_WAIT_SECONDS = 60
    machine.step(machine.bring_to(edge[0]), edge)


def test_whoever_is_left_over_when_the_event_begins_is_refused_by_the_clock() -> None:
    world = REQUEST.bring_to("open")
    the_event_begins(world)
    assert request_state(world) == "refused"


def test_an_answer_to_a_request_is_neither_called_back_nor_in_the_way(settings: Any) -> None:
    """Whoever sends many invitations and answers a request meanwhile calls back the many only, also after that answer has left."""
    settings.INVITATIONS_WAIT_SECONDS = 60
    world = INVITATION.bring_to("called back until it leaves")
    asks(world)
    is_invited(world)
    send_due()

    assert inviting.call_back(Job.objects.get(pk=world.job.pk), by=world.user) == 1
    assert inviting.call_back(Job.objects.get(pk=world.job.pk), by=world.user) == 0

    assert InvitationRequest.objects.get().invitation == Invitation.objects.get()
    assert Message.objects.get(template="events/mail/asked").state == MessageState.SENT


def test_a_draft_whose_day_has_passed_says_what_can_be_done(client: Any) -> None:
    world = EVENT.bring_to("draft past")
    client.force_login(make_user(role="centre_manager", at=[world.event.centre]))
    page = client.get(f"/events/{world.event.pk}/").content.decode()
    assert "Move it to a later date, or call it off." in page
    assert "Publish the event" not in page
    assert f"/events/{world.event.pk}/cancel/" in page
