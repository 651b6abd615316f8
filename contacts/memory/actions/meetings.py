"""Verbs of meetings: propose times, choose one, fix it, cancel it, hold it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, TouchedCompany
from contacts.memory import letters
from contacts.memory.models.engagement import begin_booking
from contacts.memory.models.interaction import Direction, Interaction, keep_last_contacts
from contacts.memory.models.interaction import record as record_interaction
from contacts.memory.models.meeting import (
    ANNUAL_MEETING_MINUTES,
    OPEN,
    Meeting,
    MeetingState,
    NotYourTurn,
    SideBusy,
    TimeGone,
    refuse_outside_hours,
)
from contacts.people.models.person import Channel, Person
from contacts.people.models.roles import DecisionMaker, Role, role_ends
from fleetportal.core import audit
from fleetportal.core.db import bulk, lock, locked
from fleetportal.core.links import Link

if TYPE_CHECKING:
    from accounts.models import User


def propose(company: Company, times: Sequence[datetime], *, by: "User | None", **sides: Any) -> Meeting:
    """Offer these times for the company's open annual meeting, made if there is none, to its decision-maker.

    `sides` as for `open_annual`. Repeating it changes nothing. Raises NotYourTurn where it is fixed, and
    OutsideHours. Costs 20 queries with a letter, 2 at a second call.
    """
    with transaction.atomic():
        meeting, are_new = with_sides(company, by=by, **sides)
        offer(meeting, times, by=by, are_new=are_new)
        return meeting


def arrange(company: Company, starts_at: datetime, *, by: "User | None", **sides: Any) -> Meeting:
    """Fix the company's open annual meeting, made if there is none, at that time.

    Raises OutsideHours. Costs 22 queries with a letter.
    """
    with transaction.atomic():
        meeting, are_new = with_sides(company, by=by, **sides)
        fix(meeting, starts_at, by=by, are_new=are_new)
        return meeting


def open_annual(
    company: Company,
    *,
    decision_maker: Person | None,
    account_manager: "User | None",
    director: "User | None",
    by: "User | None",
    location: str = "",
) -> Meeting:
    """The company's open annual meeting with these sides, made without a time if there is none. Costs 1 query, 4 when new, more where a
    side differs from before."""
    sides = {"decision_maker": decision_maker, "account_manager": account_manager, "director": director, "location": location}
    return with_sides(company, by=by, **sides)[0]


def with_sides(company: Company, *, by: "User | None", **sides: Any) -> tuple[Meeting, bool]:
    """What `open_annual` gives, and whether the sides of a meeting that was already open have changed: what was chosen last counts."""
    with transaction.atomic():
        facts = {**sides, "lasts_minutes": ANNUAL_MEETING_MINUTES.on(timezone.localdate())}
        meeting, new = Meeting.objects.open().get_or_create(company=company, is_annual=True, defaults=facts)
        if new:
            audit.record("meeting.proposed", meeting, by=by, facts={"company": company.pk})
            TouchedCompany.add(company)
        return meeting, not new and take_sides(meeting, sides, by=by)


def take_sides(meeting: Meeting, sides: dict[str, Any], *, by: "User | None") -> bool:
    """True where the meeting now has other sides, or another location. A decision-maker who is no longer asked loses the link, and the
    calendar entry if there was one."""
    before = meeting.decision_maker
    changed = audit.edit(meeting, sides, action="meeting.edited", by=by)
    if "decision_maker" in changed:
        Link.objects.filter(scope="meeting", subject_id=meeting.pk).revoke(now=timezone.now())
        if before and meeting.is_fixed:
            letters.withdraw_from(meeting, before)
    return bool(changed)


def follow_roles(roles: "Sequence[Role]", by: "User | None") -> None:
    """Whoever decides at the company no more is not asked to its annual meeting: nobody is, until staff choose somebody. A meeting before
    the end of the role stays as agreed. Costs 1 query for each role of a decision-maker that ended, about 10 more for a meeting."""
    for role in roles:
        if not isinstance(role, DecisionMaker) or role.ends_on is None:
            continue
        still = DecisionMaker.objects.filter(person=role.person_id, company=role.company_id).running(on=role.ends_on + timedelta(days=1))
        asked = Meeting.objects.open().filter(company=role.company_id, decision_maker=role.person_id)
        for meeting in locked(asked.filter(~Exists(still))):
            times = [meeting.starts_at] if meeting.starts_at else meeting.times
            if not any(moment.astimezone(meeting.zone).date() <= role.ends_on for moment in times):
                take_sides(meeting, {"decision_maker": None}, by=by)
                TouchedCompany.add(meeting.company)


role_ends.register("meetings", follow_roles)


def offer(meeting: Meeting, times: Sequence[datetime], *, by: "User | None", are_new: bool = False) -> None:
    """Propose these times instead; the decision-maker is sent a link to choose one. Repeating the same times changes nothing, unless they
    have not reached the decision-maker, or `are_new` says that the sides have changed.

    Raises NotYourTurn, OutsideHours, SideBusy. Costs 16 queries with a letter.
    """
    with transaction.atomic():
        expect(meeting, (MeetingState.PROPOSED,))
        for moment in times:
            if moment not in meeting.times:
                refuse_outside_hours(moment, meeting.lasts_minutes, meeting.zone)
        proposed = {"proposed_times": [moment.isoformat() for moment in times]}
        changed = audit.edit(meeting, proposed, action="meeting.times_proposed", by=by)
        if not changed and not are_new and meeting.is_offer_told:
            return
        refuse_busy(meeting, times)
        meeting.offers += 1
        meeting.is_offer_told = letters.propose_times(meeting) is not None
        meeting.save(update_fields=["offers", "is_offer_told"])
        if meeting.is_offer_told:
            sides: dict[str, Any] = {"company": meeting.company, "person": meeting.decision_maker}
            record_interaction("meeting.proposed", **sides, by=by, about=meeting, channel=Channel.EMAIL)


def choose(meeting: Meeting, starts_at: datetime) -> None:
    """The decision-maker chooses one of the proposed times; choosing the same one again changes nothing.

    Raises TimeGone, NotYourTurn; nothing has changed then. Costs 9 queries.
    """
    with transaction.atomic():
        if expect(meeting, OPEN) == MeetingState.FIXED and meeting.starts_at == starts_at:
            return
        if not meeting.is_proposed:
            raise wrong_state(meeting)
        if starts_at not in meeting.choices:
            raise time_gone()
        begin_booking()
        if meeting.clash_at([starts_at]):
            raise time_gone()
        _move(meeting, {"starts_at": starts_at, "state": MeetingState.FIXED}, "meeting.fixed", by=None)


def time_gone() -> TimeGone:
    return TimeGone(_("This time is no longer available. Please choose another one or call us."))


def refuse_busy(meeting: Meeting, times: Sequence[datetime]) -> None:
    """Raises SideBusy where a side or the room has another meeting at one of `times`. Costs 1 query."""
    if clash := meeting.clash_at(times):
        raise SideBusy(clash)


def fix(meeting: Meeting, starts_at: datetime, *, by: "User | None", location: str | None = None, are_new: bool = False) -> None:
    """Fix the meeting at that time, or change time or location, and send a calendar entry; also for the same time where `are_new` says
    that the sides have changed.

    Raises NotYourTurn, SideBusy, and OutsideHours for a time that was neither proposed nor fixed before. Costs 18 queries.
    """
    with transaction.atomic():
        expect(meeting, OPEN)
        if starts_at not in (meeting.starts_at, *meeting.times):
            refuse_outside_hours(starts_at, meeting.lasts_minutes, meeting.zone)
        values: dict[str, Any] = {"starts_at": starts_at, "state": MeetingState.FIXED}
        begin_booking()
        _move(meeting, values if location is None else values | {"location": location}, "meeting.fixed", by=by, are_new=are_new)
        refuse_busy(meeting, [starts_at])  # now that it has its place


def cancel(meeting: Meeting, *, by: "User | None") -> None:
    """Cancel the meeting, with a cancellation of the decision-maker's calendar entry. Raises NotYourTurn. Costs 16 queries."""
    with transaction.atomic():
        if expect(meeting, (*OPEN, MeetingState.CANCELLED)) != MeetingState.CANCELLED:
            _move(meeting, {"state": MeetingState.CANCELLED}, "meeting.cancelled", by=by)


def hold(meeting: Meeting, *, by: "User | None", minutes: str = "", held_at: datetime | None = None) -> None:
    """The meeting took place: a real contact, and the interval to the next one begins. Raises NotYourTurn. Costs 7 queries."""
    with transaction.atomic():
        expect(meeting, OPEN)
        values: dict[str, Any] = {
            "state": MeetingState.HELD,
            "minutes": minutes,
            "starts_at": held_at or meeting.starts_at or timezone.now(),
        }
        audit.edit(meeting, values, action="meeting.held", by=by)
        record_interaction(
            "meeting.held",
            company=meeting.company,
            person=meeting.decision_maker,
            by=by,
            about=meeting,
            channel=Channel.IN_PERSON,
            happened_at=meeting.starts_at,
            is_real_contact=True,
            text=minutes[:2000],
        )


def hold_many(meetings: Sequence[Meeting], *, by: "User | None", at: Sequence[datetime] | None = None) -> None:
    """Save the new `meetings` as held when they began, like `open_annual` and `hold` for each; `at` has the time of entry of each, if it
    was earlier. Costs 12 queries for a thousand."""
    with transaction.atomic():
        for meeting in meetings:
            meeting.state = MeetingState.HELD
        bulk.add(meetings)
        own = [{"company": meeting.company_id} for meeting in meetings]
        audit.record_many("meeting.proposed", [(meeting, {}) for meeting in meetings], by=by, own=own, at=at)
        audit.record_many("meeting.held", [(meeting, what_holding_changes(meeting)) for meeting in meetings], by=by, at=at)
        contacts = [contact_of(meeting, by=by) for meeting in meetings]
        bulk.add(contacts)
        keep_last_contacts(contacts)
        TouchedCompany.add_all(meeting.company_id for meeting in meetings)


def what_holding_changes(meeting: Meeting) -> audit.Changes:
    """What `hold` writes of a meeting that had no time before."""
    changes: audit.Changes = {
        "state": (MeetingState.PROPOSED, MeetingState.HELD),
        "minutes": ("", meeting.minutes),
        "starts_at": (None, meeting.starts_at),
    }
    return changes


def contact_of(meeting: Meeting, *, by: "User | None") -> Interaction:
    """The new line of the timeline about a meeting held, not saved yet."""
    return bulk.new(
        Interaction,
        kind="meeting.held",
        company=meeting.company,
        person=meeting.decision_maker,
        by=by,
        channel=Channel.IN_PERSON,
        happened_at=meeting.starts_at,
        is_real_contact=True,
        text=meeting.minutes[:2000],
        about_type=audit.label(meeting),
        about_id=meeting.pk,
    )


def expect(meeting: Meeting, states: Sequence[str]) -> str:
    """Lock the meeting; raises NotYourTurn when its state is not one of `states`."""
    lock(meeting)
    if meeting.state not in states:
        raise wrong_state(meeting)
    return meeting.state


def wrong_state(meeting: Meeting) -> NotYourTurn:
    return NotYourTurn(_("This meeting has already been %(state)s.") % {"state": meeting.get_state_display()})


def _move(meeting: Meeting, values: dict[str, object], action: str, *, by: "User | None", are_new: bool = False) -> None:
    had_entry = meeting.state == MeetingState.FIXED
    if not audit.edit(meeting, values, action=action, by=by) and not are_new:
        return
    meeting.revision += 1
    meeting.organizer = meeting.organizer or str(letters.organizer_of(meeting))
    meeting.save(update_fields=["revision", "organizer"])
    facts: dict[str, Any] = {"channel": Channel.EMAIL, "direction": Direction.IN if by is None else Direction.OUT}
    record_interaction(action, company=meeting.company, person=meeting.decision_maker, by=by, about=meeting, **facts)
    if had_entry or meeting.state == MeetingState.FIXED:
        letters.tell_of_meeting(meeting)
