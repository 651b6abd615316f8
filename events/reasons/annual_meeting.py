from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta
from django import forms
from django.db import models
from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from contacts.models import DecisionMaker, Group, Planning
from contacts.models.rule import Found, Rule
from events.models import Meeting
from fleetportal.core.forms import DayField

if TYPE_CHECKING:
    from accounts.models.company import CompanyQuerySet
    from contacts.models import Reason

MEETING_EVERY = relativedelta(months=12)  # DOMAIN: one annual meeting of three sides


class MeetingForm(forms.Form):
    """When the three sides meet, and who of ours comes along."""

    on = DayField(label=gettext_lazy("Day"))
    at = forms.TimeField(label=gettext_lazy("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    director = forms.ModelChoiceField(
        label=gettext_lazy("With whom from our management"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("not decided"),
    )
    place = forms.CharField(label=gettext_lazy("Place"), max_length=160, required=False)


class MeetingPlanning(Planning):
    """ "Plan" fixes an annual meeting, and its letter carries the calendar entry."""

    label = gettext_lazy("Fix an annual meeting")

    def form(self, reason: "Reason", *, user: User, data: Any = None) -> forms.Form:
        centre = reason.company.centre
        first = centre.today(timezone.now()) + relativedelta(weeks=2)
        form = MeetingForm(data, initial={"on": first, "at": "10:00", "place": reason.company.name})
        director: Any = form.fields["director"]
        director.queryset = User.objects.filter(home_centre=centre, is_active=True).exclude(pk=user.pk).order_by("last_name")
        return form

    def carry_out(self, reason: "Reason", values: dict[str, Any], *, by: User) -> models.Model:
        starts_at = datetime.combine(values["on"], values["at"], reason.company.centre.zone)
        meeting = Meeting.propose(
            reason.company,
            decision_maker=reason.person or decision_maker_of(reason),
            account_manager=by,
            director=values.get("director"),
            times=[starts_at],
            place=values.get("place", ""),
            by=by,
        )
        meeting.fix(starts_at, by=by)
        return meeting

    def undo(self, made: Any, *, by: User) -> None:
        made.cancel(by=by)


def decision_maker_of(reason: "Reason") -> Any:
    """Who decides at the company, the owner or director first known. Costs 1 query."""
    roles = DecisionMaker.objects.running(on=timezone.localdate()).filter(company=reason.company_id)
    first = roles.select_related("person").order_by("pk").first()
    return first.person if first else None


class AnnualMeetingDue(Rule):
    """No annual meeting was held within twelve months, none is planned, and somebody is known who decides."""

    name, icon, doing, value = "annual_meeting", "calendar-plus", gettext_lazy("Meet"), 30
    absent = gettext_lazy("An annual meeting was held within twelve months, or one is planned, or nobody is known who decides.")
    asks = Group.DECISION_MAKER
    rest = relativedelta(weeks=2)
    planning = MeetingPlanning()

    def find(self, companies: "CompanyQuerySet", *, on: date) -> Iterable[Found]:
        planned = Meeting.objects.annual().open().filter(company=OuterRef("pk"))
        deciding = DecisionMaker.objects.running(on=on).filter(company=OuterRef("pk"))
        held = Max("meetings__starts_at", filter=Q(meetings__state="held", meetings__is_annual=True))
        rows = companies.active().filter(~Exists(planned), Exists(deciding)).annotate(held_at=held)
        for company, held_at, entered_at in rows.values_list("pk", "held_at", "entered_at"):
            held_on = timezone.localtime(held_at).date() if held_at else None
            if held_on and held_on > on - MEETING_EVERY:
                continue
            due_on = held_on + MEETING_EVERY if held_on else timezone.localtime(entered_at).date()
            facts = {"held_on": held_on.isoformat() if held_on else ""}
            yield Found(company, occasion=facts["held_on"] or "first", group=Group.DECISION_MAKER, due_on=due_on, facts=facts)

    def sentence(self, facts: Mapping[str, Any]) -> str:
        if not facts["held_on"]:
            return _("No annual meeting was ever held with them. It brings three sides together once a year.")
        day = date_format(date.fromisoformat(facts["held_on"]), "j F Y")
        return _("The last annual meeting was on %(day)s. It is time for the next one.") % {"day": day}
