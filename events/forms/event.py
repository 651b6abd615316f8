"""The event form: a day and times in the time zone of its centre."""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Centre, User
from events.actions.booking import booked_twice
from events.models import TEMPLATES, Area, Audience, Event, EventKind, Seating
from events.models.event import TEXTS
from fleetportal.core import days
from fleetportal.core.money import CentsField
from fleetportal.core.web.forms import ClockInput, DayField, RowForm, moment, offer

if TYPE_CHECKING:
    from events.models import Template

OTHER_LANGUAGES = {code: name for code, name in settings.LANGUAGES if code != settings.LANGUAGE_CODE}  # than that of the event's columns
END_OF_DAY = time(23, 59, 59)


@dataclass(frozen=True)
class TextsIn:
    """The fields of one language, as they are beside each other on the page."""

    name: str
    fields: list[forms.BoundField]
    is_missing: bool


class EventForm(RowForm):
    """Makes or edits an event of a centre where `user` may."""

    asked_in = {
        "starts_at": "begins",
        "ends_at": "ends",
        "registration_opens_at": "opens_on",
        "registration_closes_at": "closes_on",
        "translations": f"title_{next(iter(OTHER_LANGUAGES), '')}",
    }

    kind = forms.ChoiceField(label=_("Kind"), choices=EventKind.choices)
    title = forms.CharField(label=_("Title"), max_length=120)
    headline = forms.CharField(
        label=_("First line of the invitation"),
        max_length=120,
        required=False,
        help_text=_("In your own words, for example “On 10 December the covers come off.”"),
    )
    intro = forms.CharField(label=_("What guests can expect"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    centre = forms.ModelChoiceField(label=_("Centre"), queryset=Centre.objects.none(), empty_label=None)
    host = forms.ModelChoiceField(label=_("Host"), queryset=User.objects.none(), required=False, empty_label=_("the centre"))
    location = forms.CharField(label=_("Location"), max_length=160)
    area = forms.ChoiceField(label=_("Area"), choices=Area.choices)
    day = DayField(label=_("Date"))
    begins = forms.TimeField(label=_("Starts"), widget=ClockInput)
    ends = forms.TimeField(
        label=_("Ends"), widget=ClockInput, help_text=_("If this is earlier than the start, the event ends on the next day.")
    )
    opens_on = DayField(label=_("Registration opens"), required=False)
    closes_on = DayField(
        label=_("Registration closes"), required=False, help_text=_("Leave this empty to keep registration open until the event starts.")
    )
    audience = forms.ChoiceField(label=_("Who is eligible"), choices=Audience.choices)
    contract_ends_within_months = forms.IntegerField(
        label=_("Only with a contract ending within (months)"), min_value=1, max_value=60, required=False
    )
    capacity = forms.IntegerField(label=_("Seats"), min_value=1, max_value=5000)
    largest_party = forms.IntegerField(label=_("Maximum seats per guest"), min_value=1, max_value=12)
    overtaking_limit = forms.IntegerField(
        label=_("How often a smaller party may overtake a larger one"),
        min_value=0,
        max_value=9,
        help_text=_("0 keeps the waiting list strictly in order of registration."),
    )
    invitations_per_wave = forms.IntegerField(
        label=_("Invitations per wave"),
        min_value=1,
        max_value=5000,
        required=False,
        help_text=_("Leave this empty to invite everybody at once. The next wave is offered while seats are left."),
    )
    cost_per_head_cents = CentsField(label=_("Cost per head"), required=False)

    class Meta:
        model = Event
        fields: tuple[str, ...] = ()  # all are declared above: the form has a day and two clocks, the model moments

    def __init__(self, *args: Any, user: User, event: Event | None = None, kind: str = EventKind.PREVIEW, **kwargs: Any) -> None:
        self.event = kwargs["instance"] = event
        kwargs["initial"] = (as_written(event) if event else from_template(kind, user)) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        for code, language in OTHER_LANGUAGES.items():
            for name, longest in TEXTS.items():
                label, widget = f"{self.fields[name].label} ({language})", copy(self.fields[name].widget)
                self.fields[f"{name}_{code}"] = forms.CharField(label=label, max_length=longest, required=False, widget=widget)
        centres = Centre.objects.where(user, may="run_events")
        offer(self, centre=centres)
        here = Q(home_centre__in=centres, is_active=True) | Q(pk__in=[user.pk, event.host_id if event else None])  # whoever hosts it stays
        offer(self, host=User.objects.filter(here).order_by("last_name"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        zone = data["centre"].zone
        last_day = data["day"] if data["ends"] > data["begins"] else data["day"] + timedelta(days=1)
        data["starts_at"] = self.moment("begins", data["day"], data["begins"], zone)
        data["ends_at"] = self.moment("ends", last_day, data["ends"], zone)
        data["registration_opens_at"] = self.edge("registration_opens_at", data["opens_on"], time(), zone)
        data["registration_closes_at"] = self.edge("registration_closes_at", data["closes_on"], END_OF_DAY, zone)
        if data["closes_on"] and data["closes_on"] > data["day"]:
            self.add_error("closes_on", _("Registration must close by the day of the event."))
        if data["opens_on"] and data["opens_on"] > min(filter(None, [data["closes_on"], data["day"]])):
            self.add_error("opens_on", _("Registration must open before it closes, and by the day of the event."))
        self.refuse_past("day", "starts_at", data["starts_at"])
        if "day" not in self.errors:
            self.refuse_past("ends", "ends_at", data["ends_at"])
        if data["largest_party"] > data["capacity"]:
            words = _("There are only %(seats)d seats, so one guest can’t have more.")
            self.add_error("largest_party", words % {"seats": data["capacity"]})
        if not self.errors:
            self.refuse_taken(data)
        if self.event and data["capacity"] < self.seating.taken:
            self.add_error("capacity", _("%(taken)d seats are already taken, so you can’t offer fewer.") % {"taken": self.seating.taken})
        return data

    def moment(self, field: str, day: date, clock: time, zone: ZoneInfo) -> datetime | None:
        """The moment; None, with an error at `field`, where it does not exist because of summer time."""
        try:
            return moment(day, clock, zone)
        except forms.ValidationError as error:
            self.add_error(field, error)
            return None

    def refuse_past(self, field: str, column: str, moment: datetime | None) -> None:
        """An error at `field` for a time that has passed, unless the event has it already: one that is under way can be edited."""
        if moment and moment <= timezone.now() and moment != getattr(self.event, column, None) and field not in self.errors:
            self.add_error(field, _("This time has already passed; choose a later date."))

    def refuse_taken(self, data: dict[str, Any]) -> None:
        """An error at the location where another event is there at that time, at the host where they or the room are. Costs 3 queries."""
        facts = {name: data[name] for name in ("centre", "area", "location", "host", "starts_at", "ends_at")}
        if self.event and all(facts[name] == getattr(self.event, name) for name in facts):
            return
        planned = Event(pk=self.event.pk if self.event else None, **facts)
        if other := planned.in_the_way(Event.objects.not_cancelled()):
            self.add_error("location", other.taken_words)
        elif clash := booked_twice(planned):
            self.add_error("host", clash)

    def edge(self, column: str, day: date | None, clock: time, zone: ZoneInfo) -> datetime | None:
        """The first or last moment of registration; exactly the one shown where the day is unchanged."""
        stored = getattr(self.event, column, None)
        try:
            said = self.shown or {column: stored.isoformat() if stored else ""}
            known = datetime.fromisoformat(said[column]).astimezone(UTC)
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError):  # nothing was shown, or nothing valid
            known = None
        if known and known.astimezone(zone).date() == day:
            return known
        return datetime.combine(day, clock, zone).astimezone(UTC) if day else None

    @cached_property
    def seating(self) -> Seating:
        """The seats of the edited event."""
        return cast(Event, self.event).seating()

    def stored(self) -> dict[str, object]:
        return super().stored() | {"capacity": self.seating.capacity}

    def shown_value(self, column: str, value: object) -> str:
        if self.event and isinstance(value, datetime):
            return days.moment(value.astimezone(self.event.zone))
        if isinstance(value, dict):
            return "; ".join(written.get("title", "") for written in value.values())
        return super().shown_value(column, value)

    @cached_property
    def own(self) -> dict[str, Any]:
        """With the seats, which are stored in a separate row."""
        return super().own | {"capacity": Seating.capacity.field}

    def languages(self) -> Iterator[TextsIn]:
        """The texts in each language, that of the house first, and whether some are missing."""
        own = {name: bool(self[name].value()) for name in TEXTS}
        yield TextsIn(str(dict(settings.LANGUAGES)[settings.LANGUAGE_CODE]), [self[name] for name in TEXTS], is_missing=False)
        for code, language in OTHER_LANGUAGES.items():
            fields = {name: self[f"{name}_{code}"] for name in TEXTS}
            is_missing = not fields["title"].value() or any(own[name] and not field.value() for name, field in fields.items())
            yield TextsIn(str(language), list(fields.values()), is_missing=is_missing)

    def translations(self) -> dict[str, dict[str, str]]:
        """The texts by language, of those languages in which there are any."""
        said = {code: {name: self.cleaned_data[f"{name}_{code}"] for name in TEXTS} for code in OTHER_LANGUAGES}
        return {code: written for code, written in said.items() if any(written.values())}

    @property
    def values(self) -> dict[str, Any]:
        """The arguments of the verbs."""
        apart = {"day", "begins", "ends", "opens_on", "closes_on", *(f"{name}_{code}" for name in TEXTS for code in OTHER_LANGUAGES)}
        values = {name: value for name, value in self.cleaned_data.items() if name not in apart}
        values["translations"] = self.translations()
        return values | {"cost_per_head_cents": values["cost_per_head_cents"] or 0}


def from_template(kind: str, user: User) -> dict[str, object]:
    """The initial values of a new event of that kind."""
    template: Template = TEMPLATES[kind]
    centre = user.home_centre
    today = centre.today(timezone.now()) if centre else timezone.localdate()
    return {
        "kind": kind,
        "title": str(template.name),
        **{f"{name}_{code}": text for code, written in template.translations.items() for name, text in written.items()},
        "centre": centre,
        "host": user.pk,
        "location": centre.name if centre else "",
        "area": template.area,
        "day": today + timedelta(days=template.days_ahead),
        "begins": template.begins,
        "ends": template.ends,
        "audience": template.audience,
        "contract_ends_within_months": template.contract_ends_within_months,
        "capacity": template.capacity,
        "largest_party": template.largest_party,
        "overtaking_limit": 0,
    }


def as_written(event: Event) -> dict[str, object]:
    names = (
        "kind",
        "title",
        "headline",
        "intro",
        "location",
        "area",
        "audience",
        "contract_ends_within_months",
        "largest_party",
        "overtaking_limit",
        "invitations_per_wave",
        "cost_per_head_cents",
    )
    written = {name: getattr(event, name) for name in names}
    written |= {f"{name}_{code}": text for code, texts in event.translations.items() for name, text in texts.items()}
    opens, closes = event.registration_opens_at, event.registration_closes_at
    return written | {
        "centre": event.centre_id,
        "host": event.host_id,
        "day": event.on,
        "begins": event.begins.time(),
        "ends": event.ends.time(),
        "opens_on": opens.astimezone(event.zone).date() if opens else None,
        "closes_on": closes.astimezone(event.zone).date() if closes else None,
        "capacity": event.seating().capacity,
    }


class CancelForm(forms.Form):
    """The reason for cancelling an event, which is sent to the guests."""

    reason = forms.CharField(
        label=_("Why?"),
        max_length=200,
        required=False,
        help_text=_("One sentence for the guests; it appears in their e-mail."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
