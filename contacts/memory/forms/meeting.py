"""Forms for meetings: the times proposed, the time fixed, and the result."""

from collections.abc import Collection
from datetime import date, datetime, time
from typing import Unpack
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django import forms
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, User
from accounts.staff.models.rights import granted
from contacts.memory.forms.contact import next_working_day
from contacts.memory.models.meeting import ANNUAL_MEETING_MINUTES, MEETING_FROM, Meeting, OutsideHours, refuse_outside_hours
from contacts.people.models.person import Person
from contacts.people.models.roles import DecisionMaker
from fleetportal.core.web.form_options import FormData, FormOptions
from fleetportal.core.web.forms import ClockInput, DayField, moment, offer

PROPOSED = 3  # times among which a decision-maker chooses
FIRST_HOUR = 10


def first_clock(day: date) -> str:
    """What a form fills in for a meeting on that day: 10:00, or later where none begins so early.

    A beginning at MEETING_FROM always ends in time: its bounds see to that.
    """
    return f"{max(FIRST_HOUR, MEETING_FROM.on(day)):02}:00"


def ahead(
    form: forms.Form, field: str, day: date, clock: time, zone: ZoneInfo, *, past: str, lasts: int, known: Collection[datetime | None] = ()
) -> datetime | None:
    """The moment entered for a meeting of `lasts` minutes; None, with an error at `field`, where it does not exist because of
    summer time or is outside the hours of annual meetings, or with an error at `past`, where it has passed.

    A moment in `known` is always accepted.
    """
    try:
        found = moment(day, clock, zone)
    except forms.ValidationError as error:
        form.add_error(field, error)
        return None
    if found in known:
        return found
    if timezone.now() >= found:
        form.add_error(past, _("This time has already passed."))
        return None
    try:
        refuse_outside_hours(found, lasts, zone)
    except OutsideHours as refused:
        form.add_error(field, str(refused))
        return None
    return found


def colleagues(company: Company, user: User, *, stays: int | None = None) -> "models.QuerySet[User]":
    """The management of the company's centre: who leads it may hold a meeting; and the one whose id `stays`, who was chosen before."""
    here = Q(pk__in=User.objects.filter(granted("serve_customers", company.centre), is_active=True).values("pk")) & ~Q(pk=user.pk)
    return User.objects.filter(here | Q(pk=stays)).order_by("last_name", "first_name", "pk")


def chosen_before(company: Company) -> Meeting | None:
    """The open annual meeting, whose sides a form shows, so that proposing other times does not change them. Costs 1 query."""
    return Meeting.objects.open().annual().filter(company=company).first()


class TimesForm(forms.Form):
    """Up to three proposed times, in the time zone of the company's centre, for a meeting of `lasts` minutes or the current default."""

    def __init__(self, data: FormData = None, *, company: Company, lasts: int | None = None, **options: Unpack[FormOptions]) -> None:
        self.company = company
        self.lasts = ANNUAL_MEETING_MINUTES.on(timezone.localdate()) if lasts is None else lasts
        days, day = {}, company.centre.today(timezone.now()) + relativedelta(weeks=2, days=-1)
        for number in range(1, PROPOSED + 1):
            days[f"on{number}"] = day = next_working_day(day)
        clocks = {f"at{number}": first_clock(days[f"on{number}"]) for number in range(1, PROPOSED + 1)}
        options["initial"] = {**days, **clocks, **options.get("initial", {})}
        super().__init__(data, **options)
        for number in range(1, PROPOSED + 1):
            self.fields[f"on{number}"] = DayField(label=_("Date %d") % number, required=number == 1)
            self.fields[f"at{number}"] = forms.TimeField(label=_("Time"), widget=ClockInput, required=number == 1)

    def clean(self) -> dict[str, object]:
        values = super().clean() or {}
        given = [n for n in range(1, PROPOSED + 1) if values.get(f"on{n}") and values.get(f"at{n}")]
        values["times"] = sorted({found for number in given if (found := self.moment(number))})
        return values

    def moment(self, number: int) -> datetime | None:
        """The time with that number; None, with an error at its field, where it has passed or does not exist."""
        day, clock = self.cleaned_data[f"on{number}"], self.cleaned_data[f"at{number}"]
        return ahead(self, f"at{number}", day, clock, self.company.centre.zone, past=f"on{number}", lasts=self.lasts)

    @property
    def times(self) -> list[datetime]:
        return self.cleaned_data["times"]


class ProposeForm(TimesForm):
    """A new annual meeting: the decision-maker, our manager, the location, and the times."""

    decision_maker = forms.ModelChoiceField(label=_("Decision-maker"), queryset=Person.objects.none(), empty_label=None)
    director = forms.ModelChoiceField(
        label=_("Who is joining from our management"), queryset=User.objects.none(), required=False, empty_label=_("not decided yet")
    )
    location = forms.CharField(label=_("Location"), max_length=160, required=False)

    def __init__(self, data: FormData = None, *, company: Company, user: User, **options: Unpack[FormOptions]) -> None:
        known = chosen_before(company)
        sides = {"decision_maker": known.decision_maker_id, "director": known.director_id, "location": known.location} if known else {}
        options["initial"] = {"location": company.name} | sides
        super().__init__(data, company=company, **options)
        deciding = DecisionMaker.objects.running(on=company.centre.today(timezone.now())).filter(company=company)
        people = Q(pk__in=deciding.values("person")) | Q(pk=known.decision_maker_id if known else None)
        offer(self, decision_maker=Person.objects.filter(people).order_by("name_folded"))
        offer(self, director=colleagues(company, user, stays=known.director_id if known else None))


class MeetingForm(forms.Form):
    """An annual meeting planned from its reason: the time, and our manager."""

    note = _("The decision-maker will receive an e-mail with the calendar entry straight away.")
    on = DayField(label=_("Date"))
    at = forms.TimeField(label=_("Time"), widget=ClockInput)
    director = forms.ModelChoiceField(
        label=_("Who is joining from our management"), queryset=User.objects.none(), required=False, empty_label=_("not decided yet")
    )
    location = forms.CharField(label=_("Location"), max_length=160, required=False)

    def __init__(self, data: FormData = None, *, company: Company, user: User, **options: Unpack[FormOptions]) -> None:
        self.company = company
        first = next_working_day(company.centre.today(timezone.now()) + relativedelta(weeks=2, days=-1))
        known = chosen_before(company)
        sides = {"director": known.director_id, "location": known.location} if known else {"location": company.name}
        options["initial"] = {"on": first, "at": first_clock(first), **sides}
        super().__init__(data, **options)
        offer(self, director=colleagues(company, user, stays=known.director_id if known else None))

    def clean(self) -> dict[str, object]:
        values = super().clean() or {}
        if values.get("on") and values.get("at"):
            zone, lasts = self.company.centre.zone, ANNUAL_MEETING_MINUTES.on(timezone.localdate())
            values["starts_at"] = ahead(self, "at", values["on"], values["at"], zone, past="on", lasts=lasts)
        return values


class FixForm(forms.Form):
    """The time and the location of a meeting."""

    on = DayField(label=_("Date"))
    at = forms.TimeField(label=_("Time"), widget=ClockInput)
    location = forms.CharField(label=_("Location"), max_length=160, required=False)

    def __init__(self, data: FormData = None, *, meeting: Meeting, **options: Unpack[FormOptions]) -> None:
        self.meeting = meeting
        known = meeting.begins or next(iter(meeting.choices), None)
        initial = {"on": known.date(), "at": known.strftime("%H:%M")} if known else {}
        options["initial"] = initial | {"location": meeting.location}
        super().__init__(data, **options)

    def clean(self) -> dict[str, object]:
        values = super().clean() or {}
        if values.get("on") and values.get("at"):
            zone, lasts = self.meeting.zone, self.meeting.lasts_minutes
            known = (self.meeting.starts_at, *self.meeting.choices)
            values["starts_at"] = ahead(self, "at", values["on"], values["at"], zone, past="on", lasts=lasts, known=known)
        return values

    @property
    def starts_at(self) -> datetime:
        return self.cleaned_data["starts_at"]


class HoldForm(forms.Form):
    """The result of a meeting, and its date if it was not fixed before."""

    on = DayField(label=_("Held on"))
    minutes = forms.CharField(label=_("Minutes"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 6}))

    def __init__(self, data: FormData = None, *, meeting: Meeting, **options: Unpack[FormOptions]) -> None:
        self.meeting = meeting
        self.today = meeting.company.centre.today(timezone.now())
        known = meeting.begins.date() if meeting.begins else self.today
        options["initial"] = {"on": min(known, self.today)}
        super().__init__(data, **options)

    def clean_on(self) -> object:
        if self.cleaned_data["on"] > self.today:
            raise forms.ValidationError(_("This date is in the future."))
        return self.cleaned_data["on"]

    @property
    def held_at(self) -> datetime:
        """The fixed time on the day of the meeting; noon where none was fixed."""
        known = self.meeting.begins
        clock = known.timetz().replace(tzinfo=None) if known else datetime.min.time().replace(hour=12)
        return min(datetime.combine(self.cleaned_data["on"], clock, self.meeting.zone), timezone.now())


class ChoiceForm(forms.Form):
    """The decision-maker's choice of a proposed time."""

    time = forms.DateTimeField()

    def clean_time(self) -> datetime:
        found: datetime = self.cleaned_data["time"]
        return found
