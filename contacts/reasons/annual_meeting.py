from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta
from django import forms
from django.db import models
from django.db.models import Count, Exists, Max, Min, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User, Vehicle
from accounts.staff.models.centre import day_in
from contacts.memory.actions import meetings
from contacts.memory.forms.meeting import MeetingForm
from contacts.memory.models.meeting import Meeting
from contacts.people.models.roles import DecisionMaker, Group
from contacts.reasons.planning import Planning
from contacts.reasons.rule import FoundReason, Rule, Words
from fleetportal.core import days
from fleetportal.core.web.form_options import FormData
from fleetportal.core.words import number

if TYPE_CHECKING:
    from accounts.customers.models.company import CompanyQuerySet
    from contacts.reasons.models import Reason

MEETING_EVERY_MONTHS = 12  # decision-maker, account manager and our management meet once a year


class MeetingPlanning(Planning):
    """ "Plan" fixes an annual meeting and sends a calendar entry."""

    def form(self, reason: "Reason", *, user: User, data: FormData = None) -> forms.Form:
        return MeetingForm(data, company=reason.company, user=user)

    def carry_out(self, reason: "Reason", values: dict[str, Any], *, by: User) -> models.Model:
        return meetings.arrange(
            reason.company,
            values["starts_at"],
            decision_maker=reason.person or decision_maker_of(reason),
            account_manager=by,
            director=values.get("director"),
            location=values.get("location", ""),
            by=by,
        )

    def undo(self, made_id: int, *, by: User) -> None:
        meeting = Meeting.objects.filter(pk=made_id).first()
        if meeting:
            meetings.cancel(meeting, by=by)


def decision_maker_of(reason: "Reason") -> object:
    """The company's decision-maker; owners and directors come first. Costs 1 query."""
    today = reason.company.centre.today(timezone.now())
    roles = DecisionMaker.objects.running(on=today).filter(company=reason.company_id)
    first = roles.select_related("person").order_by("pk").first()
    return first.person if first else None


class AnnualMeetingDue(Rule):
    """No annual meeting was held for MEETING_EVERY_MONTHS, none is planned, and a decision-maker is known."""

    name, icon, doing, value = "annual_meeting", "calendar-plus", gettext_lazy("Meet"), 30
    title = gettext_lazy("Annual meeting")
    about = gettext_lazy(
        "No annual meeting was held for twelve months and none is planned, or a planned one is stuck: no answer, no result, or "
        "nobody invited. A decision-maker must be known."
    )
    called = gettext_lazy("an annual meeting is due")
    asks = Group.DECISION_MAKER
    rest = relativedelta(weeks=2)

    @property
    def absent(self) -> str:
        message = _("An annual meeting took place in the last %(months)s months, one is already planned, or no decision-maker is known.")
        return message % {"months": number(MEETING_EVERY_MONTHS)}

    def find(self, companies: "CompanyQuerySet", *, on: date) -> Iterable[FoundReason]:
        every = relativedelta(months=MEETING_EVERY_MONTHS)
        planned = Meeting.objects.annual().open().filter(company=OuterRef("pk"))
        deciding = DecisionMaker.objects.running(on=on).filter(company=OuterRef("pk"))
        held = Max("meetings__starts_at", filter=Q(meetings__state="held", meetings__is_annual=True))
        stuck = self._stuck(companies, on)
        rows = companies.active().filter(~Exists(planned) | Q(pk__in=stuck), Exists(deciding)).annotate(held_at=held)
        fleets: dict[int, tuple[int, date | None]] = {company: (count, first) for company, count, first in self._fleets(companies, on)}
        for company, held_at, entered_at, zone in rows.values_list("pk", "held_at", "entered_at", "centre__time_zone"):
            held_on = day_in(zone, held_at) if held_at else None
            if company in stuck:
                yield stuck[company]
                continue
            if held_on and held_on > on - every:
                continue
            due_on = held_on + every if held_on else day_in(zone, entered_at)
            count, first = fleets.get(company, (0, None))
            facts: dict[str, Any] = {
                "held_on": held_on.isoformat() if held_on else "",
                "vehicles": count,
                "since": first.isoformat() if first else "",
            }
            yield FoundReason(company, occasion=facts["held_on"] or "first", group=Group.DECISION_MAKER, due_on=due_on, facts=facts)

    def _stuck(self, companies: "CompanyQuerySet", on: date) -> dict[int, FoundReason]:
        """By company, the reason of an open meeting that goes on by itself no more: times without an answer, a day that nobody entered
        as held, or nobody who is asked. 1 query."""
        rows = Meeting.objects.annual().open().filter(company__in=companies.active().values("pk"))
        found: dict[int, FoundReason] = {}
        for meeting in rows.select_related("company__centre"):
            days_of = [moment.astimezone(meeting.zone).date() for moment in (*meeting.times, *filter(None, [meeting.starts_at]))]
            last = meeting.begins.date() if meeting.begins else max(days_of, default=None)
            why = "unheld" if meeting.is_fixed else "no_answer"
            was_asked = meeting.offers > 0 or meeting.is_fixed
            if meeting.decision_maker_id is None and was_asked and (last is None or last >= on):
                why, last = "nobody", on
            if last is not None and (last < on or why == "nobody"):
                facts = {"held_on": "", "stuck": why, "day": last.isoformat(), "meeting": meeting.pk}
                occasion = f"{meeting.pk}:{why}:{meeting.offers}"
                found[meeting.company_id] = FoundReason(meeting.company_id, occasion, Group.DECISION_MAKER, due_on=last, facts=facts)
        return found

    def _fleets(self, companies: "CompanyQuerySet", on: date) -> Iterable[tuple[Any, ...]]:
        """(company, vehicles from us now, first delivery) of each company with any that was delivered. 1 query."""
        delivered = Q(delivered_on=None) | Q(delivered_on__lte=on)
        mine = Vehicle.objects.filter(delivered, company__in=companies.active().values("pk")).order_by().values("company")
        now = Count("pk", filter=Q(given_back_on=None))
        return mine.annotate(count=now, first=Min("delivered_on")).values_list("company", "count", "first")

    def is_promised(self, facts: Mapping[str, Any]) -> bool:
        """Nobody was promised the first one."""
        return bool(facts["held_on"] or facts.get("stuck"))

    def url(self, reason: "Reason") -> str:
        return reverse("contacts:meeting", args=[reason.facts["meeting"]]) if reason.facts.get("stuck") else ""

    def sentence(self, facts: Mapping[str, Any]) -> str:
        if why := facts.get("stuck"):
            return str(STUCK[why]) % {"day": days.long(date.fromisoformat(facts["day"]))}
        if not facts["held_on"]:
            return " ".join(filter(None, [_("There has never been an annual meeting with this company."), _known(facts)]))
        day = days.long(date.fromisoformat(facts["held_on"]))
        return _("The last annual meeting was on %(day)s. It is time for the next one.") % {"day": day}

    def details(self, facts: Mapping[str, Any]) -> Iterator[tuple[Words, str]]:
        words = _("The decision-maker, the account manager and our management meet once a year.")
        yield gettext_lazy("Annual meeting"), words


STUCK = {
    "no_answer": gettext_lazy("The last time proposed for the annual meeting was on %(day)s, and nobody has answered."),
    "unheld": gettext_lazy("The annual meeting was on %(day)s. Enter whether it took place."),
    "nobody": gettext_lazy("Nobody at the company is asked to the annual meeting any more."),
}


def _known(facts: Mapping[str, Any]) -> str:
    """What tells this company from the next one without a meeting."""
    count = facts.get("vehicles", 0)
    values = {"how_many": number(count), "day": ""}
    if not facts.get("since"):
        return ngettext("It has one vehicle from us.", "It has %(how_many)s vehicles from us.", count) % values if count else ""
    values["day"] = days.long(date.fromisoformat(facts["since"]))
    if not count:
        return _("Its first vehicle from us was delivered on %(day)s.") % values
    return (
        ngettext(
            "Its first vehicle from us was delivered on %(day)s, and it has one now.",
            "Its first vehicle from us was delivered on %(day)s, and it has %(how_many)s now.",
            count,
        )
        % values
    )
