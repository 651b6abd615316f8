"""The cockpit of an event: the next step with its button, the funnel, a drawing of the seats."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.actions.circle import Circle
from events.actions.figures import EventFigures
from events.actions.inviting import leave_at
from events.models import Event, EventKind, Seating
from fleetportal.core import days
from fleetportal.core.jobs.queue import Job, JobState

NUDGE_AFTER = timedelta(days=5)  # since the last of the silent was asked
NUDGE_BEFORE = timedelta(days=7)  # the event, however recently they were asked
TRACK = 400  # units of the funnel's width


@dataclass(frozen=True)
class NextStep:
    """The next step: the situation, the reason, and the button (`method` post, or a link)."""

    words: str
    why: str = ""
    action: str = ""
    url: str = ""
    method: str = "post"
    look: str = ""  # a page to look at first
    read: str = ""  # the letter to read first


@dataclass(frozen=True)
class Bar:
    """One line of the funnel."""

    label: str | Promise
    value: int
    why: str
    width: int
    is_pale: bool = False
    url: str = ""


# --- the next step ---------------------------------------------------------------------------------------------------------


def next_step(now: EventFigures) -> NextStep | None:
    """The next step, with its button; None where nothing is left to do."""
    event = now.event
    if event.is_cancelled:
        return NextStep(_("This event has been cancelled."), event.cancel_reason)
    if event.is_draft:
        return draft_step(now)
    if event.is_over:
        return over_step(now)
    if event.on <= event.centre.today(timezone.now()):
        return door_step(now)
    if now.job is not None and can_call_back(now.job):
        return call_back_step(now, now.job)
    if now.job is not None and now.is_inviting:
        return NextStep(_("The e-mails are being sent: %(done)d of %(total)d.") % {"done": now.job.done, "total": now.job.total})
    return inviting_step(now)


def draft_step(now: EventFigures) -> NextStep:
    count = now.circle.entitled
    entitled = ngettext("%(count)d person is eligible.", "%(count)d people are eligible.", count) % {"count": count}
    draft = _("This is a draft; nobody can see it yet.")
    text = f"{draft} {entitled}"
    if now.event.is_over:
        return NextStep(draft, _("Its date has passed. Move it to a later date, or call it off."))
    why = _("Once it is published, you can send invitations and guests can answer.")
    if not now.user.may("run_events"):
        return NextStep(text, why)
    return NextStep(text, why, _("Publish the event"), url("publish", now.event), look=url("proposal", now.event))


def inviting_step(now: EventFigures) -> NextStep | None:
    count, free = now.circle.invitable, now.seating.free
    seats = ngettext("%(free)d seat is free.", "%(free)d seats are free.", free) % {"free": free} if free else _("All seats are taken.")
    if not now.seating.for_newcomers:
        return waiting_step(now, seats)
    if count and now.event.invitations_per_wave:
        return wave_step(now, seats)
    if count:
        text = ngettext("%(count)d eligible person has no invitation yet.", "%(count)d eligible people have no invitation yet.", count) % {
            "count": count
        }
        button = ngettext("Invite this person", "Invite these %(count)d people", count) % {"count": count}
        why, first = f"{seats} {held_back(now.circle)}".strip(), {"look": url("proposal", now.event), "read": url("letter", now.event)}
        return NextStep(text, why, button, url("invite", now.event), **first)
    return nudging_step(now, seats) or waiting_step(now, seats)


def wave_step(now: EventFigures, seats: str) -> NextStep:
    """The next wave of invitations: once seats are left that nobody who was asked a few days ago may still take."""
    size = now.event.invitations_per_wave or 0
    wave, count = min(now.circle.invitable, size), now.circle.invitable
    if now.silent >= now.seating.free and now.last_asked and timezone.now() < now.last_asked + NUDGE_AFTER:
        step = nudging_step(now, seats)
        if step is not None:
            return step
    text = ngettext("%(count)d eligible person has no invitation yet.", "%(count)d eligible people have no invitation yet.", count)
    why = _("The next wave goes to the customers of the highest tiers first.")
    button = ngettext("Invite the next person", "Invite the next %(count)d people", wave) % {"count": wave}
    first = {"look": url("proposal", now.event), "read": url("letter", now.event)}
    return NextStep(text % {"count": count}, f"{seats} {why}", button, url("invite", now.event), **first)


def nudging_step(now: EventFigures, seats: str) -> NextStep | None:
    """To remind the silent: some days after the last of them was asked, or shortly before the event; None where there is nobody."""
    to_nudge = now.silent - now.nudged
    if to_nudge and now.last_asked:
        day = min((now.last_asked + NUDGE_AFTER).astimezone(now.event.zone).date(), now.event.on - NUDGE_BEFORE)
        if day > now.event.centre.today(timezone.now()):
            text = ngettext("%(count)d guest has not answered yet.", "%(count)d guests have not answered yet.", to_nudge)
            why = _("You can remind them from %(day)s.") % {"day": days.long(day)}
            return NextStep(text % {"count": to_nudge}, f"{seats} {why}")
    if to_nudge:
        text = ngettext("%(count)d guest has not answered yet.", "%(count)d guests have not answered yet.", to_nudge) % {"count": to_nudge}
        button = ngettext("Remind this guest", "Remind these %(count)d guests", to_nudge) % {"count": to_nudge}
        return NextStep(text, f"{seats} " + _("Each guest is reminded only once."), button, url("remind", now.event))
    return None


def can_call_back(job: Job) -> bool:
    """True while none of the letters of the inviting job may leave."""
    return job.kind == "events.invite" and job.state != JobState.CANCELLED and timezone.now() < leave_at(job)


def call_back_step(now: EventFigures, job: Job) -> NextStep:
    leaves = days.clock(leave_at(job).astimezone(now.event.zone))
    text = _("The invitations leave at %(time)s.") % {"time": leaves}
    return NextStep(text, _("Until then you can call all of them back."), _("Call them back"), url("call_back", now.event))


def waiting_step(now: EventFigures, seats: str) -> NextStep:
    if now.seating.waiting:
        text = ngettext(
            "The event is full and %(count)d party is on the waiting list.",
            "The event is full and %(count)d parties are on the waiting list.",
            now.seating.waiting,
        )
        why = _(
            "Seats that become free go to them automatically, in order of registration. If you offer more seats, "
            "they move up straight away."
        )
        can_edit = now.user.may("run_events")
        action, to = (_("Offer more seats"), url("edit", now.event)) if can_edit else ("", "")
        return NextStep(text % {"count": now.seating.waiting}, why, action, to, method="get")
    return NextStep(_("Everything is ready. Guests will be reminded the day before."), seats)


def door_step(now: EventFigures) -> NextStep:
    text = _("The event is today: %(inside)d of %(seats)d guests are here.") % {"inside": now.inside, "seats": now.seating.taken}
    action, to = (_("Open check-in"), url("check_in", now.event)) if now.user.may("check_in") else ("", "")
    return NextStep(text, _("Search by name or scan the code on the ticket; a phone is all you need."), action, to, method="get")


def over_step(now: EventFigures) -> NextStep:
    text = _("The event is over: %(inside)d of %(seats)d guests came.") % {"inside": now.inside, "seats": now.seating.taken}
    return NextStep(text, "", _("See who came"), f"{reverse('events:guests')}?event={now.event.pk}&there=yes", method="get")


def url(name: str, event: Event) -> str:
    return reverse(f"events:{name}", args=[event.pk])


def held_back(circle: Circle) -> str:
    """ "34 held back: 19 without consent, 9 held by another centre"; "" for nobody."""
    reasons = [
        (circle.without_consent, _("without consent")),
        (circle.invited_elsewhere, _("held by another centre")),
        (circle.too_many_messages, _("written to often enough")),
        (circle.without_address, _("without an e-mail address")),
    ]
    said = ", ".join(f"{count} {text}" for count, text in reasons if count)
    return _("%(count)d can’t be invited: %(reasons)s.") % {"count": circle.held_back, "reasons": said} if said else ""


# --- drawings --------------------------------------------------------------------------------------------------------------


def funnel(now: EventFigures) -> list[Bar]:
    """From entitled to waiting, in people; each line opens its list."""
    most = max(now.circle.entitled, now.circle.invited, now.coming, now.waiting, 1)
    guests = f"{reverse('events:guests')}?event={now.event.pk}&status="
    answers = [
        _("%(count)d declined") % {"count": now.declined} if now.declined else "",
        _("%(count)d not answered yet") % {"count": now.silent} if now.silent else "",
        _("%(count)d on the waiting list") % {"count": now.waiting} if now.waiting else "",
    ]
    coming = ngettext("parties with %(seats)d seat in total", "parties with %(seats)d seats in total", now.seats) % {"seats": now.seats}
    waited_for = now.seats_waited_for
    waiting = ngettext(
        "parties needing %(seats)d seat, in order of registration", "parties needing %(seats)d seats, in order of registration", waited_for
    )
    not_sent = _("%(count)d not sent, because consent has since been withdrawn.") % {"count": now.not_sent} if now.not_sent else ""
    rows = (
        (_("Eligible"), now.circle.entitled, entitled_in_words(now.event), url("proposal", now.event)),
        (_("Invited"), now.circle.invited, f"{held_back(now.circle)} {not_sent}".strip(), ""),
        (_("Coming"), now.coming, "; ".join(filter(None, [coming, ", ".join(filter(None, answers))])), f"{guests}seated"),
        (_("Waiting list"), now.waiting, waiting % {"seats": waited_for} if now.waiting else _("nobody"), f"{guests}waiting"),
    )
    last = len(rows) - 1
    return [Bar(label, value, why, TRACK * value // most, index == last, to) for index, (label, value, why, to) in enumerate(rows)]


def entitled_in_words(event: Event) -> str:
    """The audience as part of a sentence."""
    text = str(event.get_audience_display())
    if not event.contract_ends_within_months:
        return text
    return _("%(who)s, with a contract ending within %(months)d months") % {"who": text, "months": event.contract_ends_within_months}


@dataclass(frozen=True)
class Seat:
    x: int
    y: int
    kind: str  # taken, free


@dataclass(frozen=True)
class SeatPlan:
    """A drawing of the seats; above `DRAWN` seats only figures are shown."""

    seats: list[Seat]
    height: int
    stage: str  # what the seats face
    stage_y: int


DRAWN = 120
COLUMNS = (20, 53, 86, 119, 152, 185, 246, 279, 312, 345, 378, 411)


def seat_plan(event: Event, seating: Seating) -> SeatPlan | None:
    """Two blocks of six in a row, filled from the front."""
    if seating.capacity > DRAWN:
        return None
    seats = list(places(seating))
    bottom = seats[-1].y + 25
    stage = _("the car under its cover") if event.kind == EventKind.PREVIEW else _("front")
    return SeatPlan(seats, bottom + 58, stage, bottom + 21)


def places(seating: Seating) -> Iterator[Seat]:
    for number in range(seating.capacity):
        row, column = divmod(number, len(COLUMNS))
        yield Seat(COLUMNS[column], 24 + 36 * row + 8 * (row // 3), "taken" if number < seating.taken else "free")
