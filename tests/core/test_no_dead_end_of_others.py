"""Issue 7 §3, the same for meetings, vouchers, messages, imports, tasks and complaints."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import models
from django.utils import timezone

from contacts.memory.actions import complaints, meetings
from contacts.models import Complaint, Meeting, MeetingState, Task
from fleetportal.core.jobs.queue import Job, JobState
from fleetportal.core.outbox.channels.sender import Delivered, Failed, Rejected, Result, Unknown
from fleetportal.core.outbox.message import Message, MessageChannel, MessageState
from fleetportal.core.outbox.sending import MAX_TRIES, Senders, claim, deliver
from gifts.actions import claiming, redeeming, withdrawing
from gifts.models import Redemption, Voucher, VoucherState
from intake import actions as imports
from intake.models import Import
from tests.core.machines import Machine, each, each_verb
from tests.factories.accounts import make_centre, make_company, make_user
from tests.factories.contacts import make_person, make_role
from tests.factories.gifts import make_voucher
from tests.factories.meetings import in_days, make_meeting
from tests.factories.messages import make_message
from tests.factories.sheets import make_xlsx

pytestmark = pytest.mark.django_db
World = SimpleNamespace


@pytest.fixture(autouse=True)
def files_apart(settings: Any, tmp_path: Path) -> None:
    settings.FILES_ROOT = tmp_path


# --- a meeting -------------------------------------------------------------------------------------------------------------


def meeting_now(world: World) -> Meeting:
    world.meeting = Meeting.objects.select_related("company__centre", "decision_maker", "account_manager", "director").get()
    return world.meeting


def meeting_state(world: World) -> str:
    meeting = meeting_now(world)
    if meeting.is_proposed and not meeting.choices:
        return "proposed, all times passed"
    has_passed = meeting.starts_at is not None and meeting.starts_at < timezone.now()
    return "fixed, its time passed" if meeting.is_fixed and has_passed else meeting.state


def time_passes(world: World) -> None:
    gone = timezone.now() - timedelta(days=3)
    Meeting.objects.update(proposed_times=[gone.isoformat()])
    Meeting.objects.exclude(starts_at=None).update(starts_at=gone)


def offers(world: World) -> None:
    meetings.offer(world.meeting, [in_days(9), in_days(10)], by=None)


def fixes(world: World) -> None:
    meetings.fix(world.meeting, in_days(12), by=None)


def cancels(world: World) -> None:
    meetings.cancel(world.meeting, by=None)


def holds(world: World) -> None:
    meetings.hold(world.meeting, by=None)


MEETING = Machine(
    name="meeting",
    begin=lambda: World(meeting=make_meeting(decision_maker=make_person())),
    state=meeting_state,
    first="proposed",
    verbs={
        ("proposed", "proposed"): offers,
        ("proposed", "fixed"): lambda world: meetings.choose(world.meeting, world.meeting.times[0]),
        ("proposed", "cancelled"): cancels,
        ("proposed", "held"): holds,
        ("proposed", "proposed, all times passed"): time_passes,
        ("proposed, all times passed", "proposed"): offers,
        ("proposed, all times passed", "fixed"): fixes,
        ("proposed, all times passed", "cancelled"): cancels,
        ("fixed", "fixed"): fixes,
        ("fixed", "held"): holds,
        ("fixed", "cancelled"): cancels,
        ("fixed", "fixed, its time passed"): time_passes,
        ("fixed, its time passed", "fixed"): fixes,
        ("fixed, its time passed", "held"): holds,
        ("fixed, its time passed", "cancelled"): cancels,
    },
    final=frozenset({"held", "cancelled"}),
)


# --- a voucher -------------------------------------------------------------------------------------------------------------


def a_voucher() -> World:
    centre = make_centre(has_wash=True)
    driver = make_role("driver", make_company(centre))
    return World(centre=centre, driver=driver, voucher=make_voucher(driver=driver))


def voucher_state(world: World) -> str:
    world.voucher = Voucher.objects.with_names().get()
    is_over = world.voucher.valid_until < timezone.localdate() and world.voucher.state == VoucherState.REDEEMED
    return f"{world.voucher.state}, its last day passed" if is_over else world.voucher.state


def redeem(world: World) -> None:
    redeeming.redeem(world.voucher, by=None, wash=world.voucher.programme.centre)


def undo_redemption(world: World) -> None:
    redeeming.undo(Redemption.objects.not_undone().get(), by=None, reason="Wrong car")


def last_day_passes(world: World) -> None:
    Voucher.objects.update(valid_until=timezone.localdate() - timedelta(days=5))
    withdrawing.expire_due(now=timezone.now())


def revoke(world: World) -> None:
    withdrawing.revoke(world.voucher, by=None, reason="He left")


VOUCHER = Machine(
    name="voucher",
    begin=a_voucher,
    state=voucher_state,
    first="free",
    verbs={
        ("free", "claimed"): lambda world: claiming.claim(world.voucher, world.driver.person, company=world.driver.company, by=None),
        ("free", "expired"): last_day_passes,
        ("free", "revoked"): revoke,
        ("claimed", "redeemed"): redeem,
        ("claimed", "expired"): last_day_passes,
        ("claimed", "revoked"): revoke,
        ("redeemed", "claimed"): undo_redemption,
        ("redeemed", "redeemed, its last day passed"): last_day_passes,
        ("redeemed, its last day passed", "claimed"): undo_redemption,
    },
    final=frozenset({"expired", "revoked"}),
)


# --- a message -------------------------------------------------------------------------------------------------------------


class Line:
    """A mail server that always answers the same."""

    def __init__(self, answer: Result) -> None:
        self.answer = answer

    def deliver(self, message: Message, found: object) -> Result:
        return self.answer

    def close(self) -> None:
        pass


def answered(answer: Result, tries: int = 0) -> Callable[[World], object]:
    def send(world: World) -> None:
        Message.objects.update(tries=tries, due_at=timezone.now())
        deliver(claim(now=timezone.now()), Senders({MessageChannel.EMAIL: Line(answer)}))

    return send


def sends_again(world: World) -> None:
    Message.objects.get().send_again(by=None)


MESSAGE = Machine(
    name="message",
    begin=lambda: World(message=make_message(make_person())),
    state=lambda world: Message.objects.get().state,
    first="waiting",
    verbs={
        ("waiting", "waiting"): answered(Failed("451 later")),
        ("waiting", "sent"): answered(Delivered()),
        ("waiting", "refused"): answered(Rejected("550 5.1.1 nobody")),
        ("waiting", "uncertain"): answered(Unknown("it broke")),
        ("waiting", "parked"): answered(Failed("451 later"), tries=MAX_TRIES - 1),
        ("waiting", "held_back"): lambda world: Message.objects.all().hold_back("No longer true."),
        ("refused", "waiting"): sends_again,
        ("uncertain", "waiting"): sends_again,
        ("parked", "waiting"): sends_again,
    },
    final=frozenset({"sent", "held_back"}),
)


# --- an import -------------------------------------------------------------------------------------------------------------


def an_import() -> World:
    file = make_xlsx({"S": [["Company", "City", "Plate"], ["Alpha GmbH", "Ulm", "UL-A 1"]]})
    run = imports.bring(file, name="fleet.xlsx", by=None, centre=make_centre())
    return World(run=run)


def import_state(world: World) -> str:
    world.run = Import.objects.select_related("job", "centre", "company").get()
    return f"{world.run.state}, broken" if world.run.has_failed else world.run.state


def works(world: World) -> None:
    imports.work(world.run)


def breaks(world: World) -> None:
    Job.objects.update(state=JobState.FAILED)


def stops(world: World) -> None:
    imports.stop(world.run, by=None)


def judges(world: World) -> None:
    imports.judge(world.run, by=None)


def applies(world: World) -> None:
    imports.apply(world.run, by=None)


def undoes(world: World) -> None:
    imports.undo(world.run, by=None)


IMPORT = Machine(
    name="import",
    begin=an_import,
    state=import_state,
    first="columns",
    verbs={
        ("columns", "judging"): judges,
        ("judging", "judged"): works,
        ("judging", "columns"): stops,
        ("judging", "judging, broken"): breaks,
        ("judging, broken", "columns"): stops,
        ("judged", "judging"): judges,
        ("judged", "applying"): applies,
        ("applying", "done"): works,
        ("applying", "stopped"): stops,
        ("applying", "applying, broken"): breaks,
        ("applying, broken", "stopped"): stops,
        ("stopped", "applying"): applies,
        ("stopped", "undoing"): undoes,
        ("done", "undoing"): undoes,
        ("undoing", "undone"): works,
        ("undoing", "undoing, broken"): breaks,
        ("undoing, broken", "stopped"): stops,
    },
    final=frozenset({"undone"}),
)


# --- a task, a complaint ---------------------------------------------------------------------------------------------------


def a_task() -> World:
    company, user = make_company(), make_user()
    return World(task=Task.plan(company, "Send the offer", due_on=timezone.localdate(), owner=user, by=user))


TASK = Machine(
    name="task",
    begin=a_task,
    state=lambda world: Task.objects.values_list("state", flat=True).first() or "cancelled",
    first="open",
    verbs={
        ("open", "closed"): lambda world: world.task.close(result="Sent", by=None),
        ("closed", "open"): lambda world: world.task.reopen(by=None),
        ("open", "cancelled"): lambda world: world.task.drop(by=None),
    },
    final=frozenset({"cancelled"}),
)


def a_complaint() -> World:
    company, user = make_company(), make_user()
    made = complaints.complain(company, person=None, text="Late again.", by=user, on=timezone.localdate())
    return World(complaint=made, user=user)


def complaint_state(world: World) -> str:
    found = Complaint.objects.first()
    return "withdrawn" if found is None else "open" if found.is_open else "answered"


def answers(world: World) -> None:
    complaints.answer(world.complaint, text="We are sorry.", learned="Order earlier.", is_satisfied=True, by=world.user)


COMPLAINT = Machine(
    name="complaint",
    begin=a_complaint,
    state=complaint_state,
    first="open",
    verbs={
        ("open", "answered"): answers,
        ("open", "withdrawn"): lambda world: complaints.withdraw(world.complaint, by=world.user),
    },
    final=frozenset({"answered", "withdrawn"}),  # what is wrong with the answer is a new complaint
)

MACHINES = (MEETING, VOUCHER, MESSAGE, IMPORT, TASK, COMPLAINT)
CHOICES: dict[str, type[models.TextChoices]] = {
    "meeting": MeetingState,
    "voucher": VoucherState,
    "message": MessageState,
    "import": Import.State,
    "task": Task.State,
}


@each(MACHINES)
def test_each_state_is_reached_and_left(machine: Machine) -> None:
    machine.check_states(CHOICES.get(machine.name, ()))


@each_verb(MACHINES)
def test_a_verb_leads_on(machine: Machine, edge: tuple[str, str]) -> None:
    machine.step(machine.bring_to(edge[0]), edge)
