"""Who is entitled, who may be invited, each once; consent asked again when the letter leaves; the second delivery's window."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from django.core import mail
from django.utils import timezone

from contacts.models import Interaction
from events.actions import planning, registering
from events.actions.choosing import invitable, proposed
from events.actions.circle import circle
from events.actions.inviting import NotInviting, invite, nudge, run_inviting, start_inviting, start_nudging
from events.actions.sessions import draft_second_delivery, remind_coming
from events.models import Audience, Event, EventKind, EventState, Invitation
from fleetportal.core.audit import Entry
from fleetportal.core.jobs import queue as jobs
from fleetportal.core.outbox.message import Message
from fleetportal.core.outbox.message import MessageState as MessageState
from fleetportal.core.outbox.sending import send_due
from tests.events.work import run_jobs
from tests.factories.accounts import make_company, make_vehicle
from tests.factories.contacts import give_consent, make_holder, make_person, make_role
from tests.factories.events import in_days, make_event, make_guest, make_invitation, make_registration

pytestmark = pytest.mark.django_db


def people(rows: Any) -> set[int]:
    return set(rows.values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("audience", "groups"),
    [
        (Audience.CHOOSERS, {"chooser"}),
        (Audience.USERS, {"chooser", "user"}),
        (Audience.DECISION_MAKERS, {"decision-maker"}),
        (Audience.DRIVERS, {"driver"}),
    ],
)
def test_the_audience_rule_says_who_is_entitled(north_ag: Any, south_ag: Any, audience: str, groups: set[str]) -> None:
    known = {
        "chooser": make_role("user", north_ag, make_guest(north_ag, group="user")).person,
        "decision-maker": make_guest(north_ag, group="decision_maker"),
        "driver": make_guest(north_ag, group="driver"),
    }
    bound = make_person()
    make_role("user", north_ag, bound, may_choose=False)
    give_consent(bound)
    known["user"] = bound
    make_guest(south_ag, group="user")
    make_guest(south_ag, group="driver")
    event = make_event(north_ag.centre, audience=audience)

    assert people(invitable(event, None)) == {known[group].pk for group in groups}


def test_only_those_whose_contract_ends_soon_where_the_event_asks_for_it(north_ag: Any) -> None:
    today = timezone.localdate()
    soon, late = make_guest(north_ag), make_guest(north_ag)
    for person, months in ((soon, 6), (late, 20)):
        car = make_vehicle(north_ag, use="personal", contract_ends_on=today + relativedelta(months=months))
        make_holder(person.user_roles.get(), car)
    event = make_event(north_ag.centre, contract_ends_within_months=12)

    assert people(invitable(event, None)) == {soon.pk}


def test_each_who_is_held_back_is_counted_with_the_reason(north_ag: Any, south_ag: Any, anna: Any) -> None:
    event = make_event(north_ag.centre)
    make_guest(north_ag)
    make_guest(north_ag, consent=False)
    make_role("user", north_ag, make_person(email=""))
    elsewhere = make_guest(north_ag)
    invite(make_event(south_ag.centre, starts_at=event.starts_at + timedelta(days=3)), elsewhere, company=south_ag, by=None)
    invite(event, make_guest(north_ag), company=north_ag, by=anna)
    make_guest(make_company(north_ag.centre))  # a colleague's customer: none of Anna's business

    found = circle(event, anna)

    assert (found.entitled, found.invited, found.invitable) == (5, 1, 1)
    assert (found.without_consent, found.without_address, found.invited_elsewhere) == (1, 1, 1)


def test_pressing_invite_twice_sends_once(north_ag: Any, anna: Any) -> None:
    event, guests = make_event(north_ag.centre), [make_guest(north_ag) for _one in range(3)]

    for job in (start_inviting(event, by=anna), start_inviting(event, by=anna)):
        assert run_inviting(job, float("inf"))

    assert set(Invitation.objects.values_list("person", flat=True)) == {guest.pk for guest in guests}
    assert Message.objects.count() == Interaction.objects.filter(kind="event.invited").count() == 3


def test_the_job_goes_on_where_it_stopped_and_leaves_out_who_was_unticked(north_ag: Any, anna: Any) -> None:
    event, guests = make_event(north_ag.centre), [make_guest(north_ag) for _one in range(3)]
    job = start_inviting(event, by=anna, without=[guests[0].pk])

    assert run_inviting(job, 0.0) is False
    assert not Invitation.objects.exists()
    assert jobs.run_due()

    assert set(Invitation.objects.values_list("person", flat=True)) == {guests[1].pk, guests[2].pk}


def test_who_lost_the_right_meanwhile_invites_nobody_with_a_job_begun_before(north_ag: Any, carla: Any) -> None:
    event, _guest = make_event(north_ag.centre, audience="users"), make_guest(north_ag)
    job = start_inviting(event, by=carla)
    carla.groups.clear()

    assert run_inviting(jobs.Job.objects.get(pk=job.pk), float("inf"))
    assert not Invitation.objects.exists()


def test_consent_taken_back_before_the_letter_leaves_holds_it_back(north_ag: Any) -> None:
    event, stays, goes = make_event(north_ag.centre), make_guest(north_ag), make_guest(north_ag)
    for person in (stays, goes):
        invite(event, person, company=north_ag, by=None)
    give_consent(stays, is_given=False)

    send_due(seconds=20)

    assert [message.to for message in mail.outbox] == [[goes.email]]
    assert Message.objects.get(recipient=stays.email).state == MessageState.HELD_BACK


@pytest.mark.parametrize("facts", [{"published": False}, {"starts_at": in_days(-1)}], ids=["draft", "past"])
def test_no_invitation_to_what_is_not_public_or_has_begun(north_ag: Any, facts: dict[str, Any]) -> None:
    event, guest = make_event(north_ag.centre, **facts), make_guest(north_ag)
    before = Entry.objects.count()

    with pytest.raises(NotInviting):
        invite(event, guest, company=north_ag, by=None)

    assert (Invitation.objects.count(), Message.objects.count(), Entry.objects.count()) == (0, 0, before)


def test_an_event_called_off_since_it_was_read_invites_and_reminds_nobody(north_ag: Any, anna: Any) -> None:
    event, guest = make_event(north_ag.centre), make_guest(north_ag)
    silent = make_invitation(event, make_guest(north_ag), company=north_ag)
    planning.call_off(Event.objects.get(pk=event.pk), by=None)
    run_jobs()
    before = Message.objects.count()
    job = jobs.Job.objects.get()  # of the letters that call it off

    for verb in (lambda: invite(event, guest, company=north_ag, by=None), lambda: nudge(silent, by=None)):
        with pytest.raises(NotInviting):
            verb()
    with pytest.raises(NotInviting):
        start_inviting(event, by=anna)

    assert (Invitation.objects.count(), Message.objects.count(), list(jobs.Job.objects.all())) == (1, before, [job])


def test_an_invitation_that_has_not_left_stays_when_the_event_is_called_off(north_ag: Any, anna: Any) -> None:
    event = make_event(north_ag.centre)
    invite(event, make_guest(north_ag), company=north_ag, by=anna)
    planning.call_off(event, by=anna)
    assert list(Message.objects.values_list("state", flat=True)) == [MessageState.HELD_BACK]
    send_due()
    assert mail.outbox == []


def test_the_silent_are_reminded_once_and_who_answered_never(north_ag: Any, anna: Any) -> None:
    event = make_event(north_ag.centre)
    silent, coming, declined = (make_invitation(event, make_guest(north_ag), company=north_ag) for _one in range(3))
    make_registration(event, coming.person, company=north_ag)
    registering.decline(declined, by=None)

    for job in (start_nudging(event, by=anna), start_nudging(event, by=anna)):
        jobs.kinds[job.kind](job, float("inf"))
    nudge(silent, by=anna)

    assert list(Message.objects.filter(template="events/mail/nudge").values_list("about_id", flat=True)) == [silent.pk]


# --- second delivery ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def session(north_ag: Any) -> Event:
    zone = north_ag.centre.zone
    starts_at = datetime.combine(timezone.localdate() + timedelta(days=40), time(17, 30), zone)
    return make_event(north_ag.centre, kind=EventKind.SECOND_DELIVERY, audience=Audience.DELIVERED, starts_at=starts_at)


@pytest.mark.parametrize(("days_before", "is_in"), [(0, False), (1, True), (28, True), (29, False)])
def test_the_window_is_the_twenty_eight_days_before(session: Event, north_ag: Any, days_before: int, is_in: bool) -> None:
    guest = make_guest(north_ag)
    delivered_on = session.on - timedelta(days=days_before)
    make_holder(guest.user_roles.get(), make_vehicle(north_ag, use="personal", delivered_on=delivered_on), starts_on=date(2024, 1, 1))

    assert people(invitable(session, None)) == ({guest.pk} if is_in else set())


def test_two_cars_are_one_invitation(session: Event, north_ag: Any) -> None:
    guest = make_guest(north_ag)
    for days in (3, 9):
        make_holder(guest.user_roles.get(), make_vehicle(north_ag, use="personal", delivered_on=session.on - timedelta(days=days)))

    assert [role.person for role in proposed(session, None)] == [guest]


def test_the_day_is_the_centres_own(north_ag: Any) -> None:
    """22:30 in UTC is the next day in Berlin: the window moves with it."""
    day = timezone.localdate() + timedelta(days=40)
    event = make_event(north_ag.centre, audience=Audience.DELIVERED, starts_at=datetime.combine(day, time(0, 30), north_ag.centre.zone))

    assert event.starts_at.astimezone(timezone.get_default_timezone()).date() == day
    assert event.on == day


def test_next_months_session_is_drafted_once(north: Any, dora: Any) -> None:
    now = datetime(2026, 11, 30, 23, 30, tzinfo=north.zone)

    first = draft_second_delivery(north, by=dora, now=now)
    again = draft_second_delivery(north, by=dora, now=now)

    assert first == again
    assert (first.on, first.begins.time(), first.state) == (date(2026, 12, 17), time(17, 30), EventState.DRAFT)
    assert first.audience == Audience.DELIVERED


# --- the day before ----------------------------------------------------------------------------------------------------------


def test_who_comes_is_reminded_on_the_day_before_from_nine_once(north_ag: Any) -> None:
    zone = north_ag.centre.zone
    event = make_event(north_ag.centre, starts_at=datetime(2027, 3, 28, 18, 30, tzinfo=zone), capacity=2)
    coming = make_registration(event, company=north_ag, party=2)
    make_registration(event, company=north_ag)  # waits: is told nothing

    assert remind_coming(now=datetime(2027, 3, 27, 8, 59, tzinfo=zone)) == 0
    assert remind_coming(now=datetime(2027, 3, 27, 9, 0, tzinfo=zone)) == 1
    assert remind_coming(now=datetime(2027, 3, 27, 9, 10, tzinfo=zone)) == 0
    run_jobs()
    assert Message.objects.filter(template="events/mail/reminder").get().about_id == coming.pk
