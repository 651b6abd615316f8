"""Many guests are told by a job: at once true, each guest once for each change, however often a worker dies (R12)."""

import math
from collections import Counter
from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Company
from contacts.models import Interaction
from events.actions import choosing, inviting, planning, registering, telling
from events.actions.inviting import run_inviting, start_inviting
from events.actions.sessions import remind_coming
from events.models import Event, Invitation, Registration, Status
from fleetportal.core.jobs.queue import Job
from fleetportal.core.links import Link
from fleetportal.core.outbox.message import Message, MessageState
from tests.events.work import run_jobs
from tests.factories.events import in_days, make_event, make_guest, make_invitation, make_registration
from tests.races import race

pytestmark = pytest.mark.django_db
MOST_IN_A_REQUEST = 40


class Killed(BaseException):
    """The worker is gone."""


def full(company: Company, guests: int, **facts: Any) -> Event:
    event = make_event(company.centre, capacity=guests, area="part", location=f"Room {guests}", **facts)
    for _guest in range(guests):
        make_registration(event, company=company)
    return event


def move(event: Event, *, days: int = 7) -> None:
    event = Event.objects.get(pk=event.pk)
    later = {"starts_at": event.starts_at + timedelta(days=days), "ends_at": event.ends_at + timedelta(days=days)}
    planning.edit(event, by=None, **later)


def call_off(event: Event) -> None:
    planning.call_off(Event.objects.get(pk=event.pk), by=None)


def letters(step: str) -> list[Message]:
    return list(Message.objects.filter(template=f"events/mail/{step}").order_by("pk"))


def slice_of(job: Job) -> bool:
    """One batch: the deadline has passed when it is done."""
    return telling.run_telling(Job.objects.get(pk=job.pk), 0)


@pytest.mark.parametrize("change", [move, call_off])
def test_the_request_costs_the_same_for_three_guests_and_for_thirty(north_ag: Company, change: Any) -> None:
    costs = []
    for guests in (3, 30):
        event = full(north_ag, guests)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            change(event)
        costs.append(len(asked))
    assert costs[0] == costs[1] <= MOST_IN_A_REQUEST


def test_what_changed_is_true_at_once_and_the_letters_follow(north_ag: Company) -> None:
    event = full(north_ag, 3)
    waits = make_registration(event, company=north_ag)

    call_off(event)

    assert set(event.registrations.values_list("status", "revision", "to_tell")) == {(Status.CANCELLED, 1, "called_off")}
    assert (event.seating().taken, event.seating().waiting) == (0, 0)
    assert letters("called_off") == []
    run_jobs()
    assert len(letters("called_off")) == 4
    assert Message.objects.about(waits).filter(template="events/mail/called_off").exists()
    assert Interaction.objects.filter(kind="event.called_off").count() == 4
    assert not Registration.objects.to_be_told().exists()


def test_a_batch_costs_the_same_for_two_guests_and_for_twenty(north_ag: Company) -> None:
    costs = []
    for guests in (2, 20):
        event = full(north_ag, guests)
        move(event)
        job = Job.objects.latest("pk")
        with CaptureQueriesContext(connection) as asked:
            assert telling.tell_next(job) == guests
        costs.append(len(asked))
    assert costs[0] == costs[1] <= 16


@pytest.mark.parametrize("change", [move, call_off])
def test_a_worker_that_dies_half_way_leaves_nobody_out_and_tells_nobody_twice(
    north_ag: Company, monkeypatch: pytest.MonkeyPatch, change: Any
) -> None:
    monkeypatch.setattr(telling, "AT_ONCE", 2)
    event = full(north_ag, 5)
    change(event)
    job, calls, queue_many = Job.objects.get(), Counter(), telling.queue_many

    def dies(drafts: Any) -> Any:
        calls["batches"] += 1
        queued = queue_many(drafts)
        if calls["batches"] == 2:
            raise Killed
        return queued

    monkeypatch.setattr(telling, "queue_many", dies)
    with pytest.raises(Killed):
        telling.run_telling(job, math.inf)
    step = "moved" if change is move else "called_off"
    assert len(letters(step)) == 2

    assert telling.run_telling(Job.objects.get(pk=job.pk), math.inf)

    assert len(letters(step)) == len({message.about_id for message in letters(step)}) == 5
    assert Interaction.objects.filter(kind=f"event.{step}").count() == 5


def test_a_second_move_while_the_job_runs_leaves_each_guest_with_the_last_truth(north_ag: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "AT_ONCE", 2)
    event = full(north_ag, 4)
    move(event)
    assert slice_of(Job.objects.get()) is False
    early = {message.about_id for message in letters("moved")}

    move(event, days=14)
    run_jobs()

    counts = Counter(message.about_id for message in letters("moved"))
    assert {pk: counts[pk] for pk in counts} == {pk: 2 if pk in early else 1 for pk in counts} and len(counts) == 4
    day = Event.objects.get().starts_at.astimezone(event.zone)
    for pk in counts:
        last = Message.objects.filter(about_id=pk, template="events/mail/moved").latest("pk")
        assert f"{day.day}" in last.text and day.strftime("%Y%m%dT") in last.attachments[0]["text"]
    assert set(event.registrations.values_list("revision", flat=True)) == {2}


def test_a_guest_who_cancels_before_being_told_is_not_told_of_the_move(north_ag: Company) -> None:
    event = full(north_ag, 2)
    gone = event.registrations.first()
    move(event)
    registering.cancel(Registration.objects.get(pk=gone.pk), by=None)
    run_jobs()
    assert [message.template for message in Message.objects.about(gone).order_by("pk")] == ["events/mail/seated", "events/mail/cancelled"]


def test_called_off_before_the_move_was_told_only_the_end_is_told(north_ag: Company) -> None:
    event = full(north_ag, 2)
    move(event)
    call_off(event)
    run_jobs()
    assert (len(letters("moved")), len(letters("called_off"))) == (0, 2)


# --- what depends on the day follows -------------------------------------------------------------------------------------------


def test_a_moved_event_reminds_for_its_new_day_and_not_for_the_old_one(north_ag: Company) -> None:
    event = full(north_ag, 2, starts_at=in_days(1))
    Registration.objects.update(changed_at=in_days(-3))
    tomorrow = event.starts_at - timedelta(hours=3)
    assert remind_coming(now=tomorrow) == 2
    run_jobs()

    move(event)
    run_jobs()

    assert {message.state for message in letters("reminder")} == {MessageState.HELD_BACK}
    assert remind_coming(now=tomorrow) == 0
    assert remind_coming(now=tomorrow + timedelta(days=7)) == 2
    run_jobs()
    assert len(letters("reminder")) == 4


def test_another_hour_of_the_same_day_reminds_nobody_again(north_ag: Company) -> None:
    event = full(north_ag, 1, starts_at=in_days(1, hour=12))
    remind_coming(now=event.starts_at - timedelta(hours=3))
    run_jobs()
    planning.edit(event, by=None, starts_at=event.starts_at + timedelta(hours=1), ends_at=event.ends_at + timedelta(hours=1))
    run_jobs()
    assert remind_coming(now=event.starts_at - timedelta(hours=3)) == 0


def test_tickets_and_invitations_open_until_after_the_new_day(north_ag: Company) -> None:
    invitation = make_invitation(event := make_event(north_ag.centre), make_guest(north_ag), company=north_ag)
    registration = make_registration(event, invitation.person, company=north_ag)
    move(event, days=90)
    ends_at = Event.objects.get().ends_at
    for scope, subject in (("ticket", registration.pk), ("invitation", invitation.pk)):
        assert Link.objects.get(scope=scope, subject_id=subject).expires_at > ends_at
    move(event, days=-80)
    assert Link.objects.get(scope="ticket").expires_at > ends_at, "what was promised stays"


def test_an_invitation_that_has_not_left_names_the_new_day(north_ag: Company) -> None:
    waiting = make_invitation(event := make_event(north_ag.centre), make_guest(north_ag), company=north_ag)
    gone = make_invitation(event, make_guest(north_ag), company=north_ag)
    Message.objects.about(gone).update(state=MessageState.SENT)
    before, sent = Message.objects.about(waiting).get(), Message.objects.about(gone).get()

    move(event, days=3)
    run_jobs()

    after = Message.objects.about(waiting).get()
    day = timezone.localtime(Event.objects.get().starts_at, event.zone).day
    assert str(day) in after.text and after.text != before.text
    assert (after.message_id, after.key) == (before.message_id, before.key)
    assert Message.objects.about(gone).get().text == sent.text


# --- inviting -----------------------------------------------------------------------------------------------------------------


def test_inviting_reads_its_list_once_and_each_slice_costs_the_same(north_ag: Company, anna: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inviting, "AT_ONCE", 2)
    event = make_event(north_ag.centre, audience="users")
    for _guest in range(8):
        make_guest(north_ag)
    job = start_inviting(event, by=anna)
    assert run_inviting(job, 0) is False  # reads the list
    asked, proposed = Counter(), choosing.proposed
    monkeypatch.setattr(choosing, "proposed", lambda *args: asked.update(["list"]) or proposed(*args))

    costs = []
    while Job.objects.get().done < 8:
        moments = iter([0.0, 2.0])
        monkeypatch.setattr(inviting, "time", SimpleNamespace(monotonic=partial(next, moments, 2.0)))
        with CaptureQueriesContext(connection) as queries:
            run_inviting(Job.objects.get(), 1.0)
        costs.append(len(queries))
    assert asked["list"] == 0
    assert len(set(costs[1:])) == 1
    assert Invitation.objects.count() == len(letters("invitation")) == 8


def test_an_inviting_worker_that_dies_half_way_goes_on_where_it_was(north_ag: Company, anna: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inviting, "AT_ONCE", 2)
    event = make_event(north_ag.centre, audience="users")
    for _guest in range(5):
        make_guest(north_ag)
    job, calls, queue_many = start_inviting(event, by=anna), Counter(), inviting.queue_many

    def dies(drafts: Any) -> Any:
        calls["batches"] += 1
        if calls["batches"] == 2:
            raise Killed
        return queue_many(drafts)

    monkeypatch.setattr(inviting, "queue_many", dies)
    with pytest.raises(Killed):
        run_inviting(job, math.inf)
    assert (Invitation.objects.count(), Job.objects.get().done) == (2, 2)

    assert run_inviting(Job.objects.get(), math.inf)
    assert Invitation.objects.count() == len(letters("invitation")) == 5
    assert Job.objects.get().done == 5


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_one_event_tell_each_guest_once(north_ag: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "AT_ONCE", 2)
    event = full(north_ag, 6)
    move(event)
    move(event, days=1)

    outcomes = race(*(partial(telling.run_telling, job, math.inf) for job in Job.objects.all()))

    assert outcomes == [True, True]
    assert sorted(Counter(message.about_id for message in letters("moved")).values()) == [1] * 6
