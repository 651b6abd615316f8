"""Forms that every app uses."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.auth import get_user_model
from django.db import models
from django.utils import formats, timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from fleetportal.core import audit
from fleetportal.core.web.pages import whole_number


class ReasonForm(forms.Form):
    """Why data leaves the house; kept in the history."""

    reason = forms.CharField(
        label=_("What do you need the data for?"),
        min_length=4,
        max_length=300,
        help_text=_("Your answer is kept in the history with your name and the number of rows."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class DayInput(forms.DateInput):
    """A day, typed or chosen in the browser's own calendar."""

    input_type = "date"

    def __init__(self, attrs: dict[str, str] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day of our times: a slip like 0026-03-01 is refused, before anything counts days or hours from it."""

    widget = DayInput
    FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)

    def to_python(self, value: Any) -> date | None:
        day: date | None = super().to_python(value)
        if day is not None and not self.FIRST <= day <= self.LAST:
            raise forms.ValidationError(_("Enter a date between 1900 and 2199."), code="invalid")
        return day


class ClockInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


def moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """When the clock on the wall says so, in UTC; of an hour that comes twice, in the night when clocks go back, the first.

    Raises ValidationError for a time that clocks jump over in the night of the change to summer time.
    """
    found = datetime.combine(day, clock, zone).astimezone(UTC)
    if found.astimezone(zone).time() != clock:
        raise forms.ValidationError(_("This time doesn’t exist on that day, because the clocks go forward."), code="skipped")
    return found


def offer(form: forms.BaseForm, **rows: models.QuerySet[models.Model]) -> None:
    """Let the fields of those names offer these rows, and accept no other."""
    for name, queryset in rows.items():
        choice = form.fields[name]
        if not isinstance(choice, forms.ModelChoiceField):
            raise TypeError(f"{name} offers no rows")
        choice.queryset = queryset


def offer_choices(form: forms.BaseForm, name: str, choices: Iterable[tuple[object, object]]) -> None:
    """Let the field called `name` offer these choices."""
    form.fields[name].choices = list(choices)  # type: ignore[attr-defined]  # every field that chooses has them


def offer_named(form: forms.BaseForm, name: str, rows: models.QuerySet[models.Model], label: Callable[[Any], str]) -> None:
    """As `offer`, for one field that calls each row by `label`."""
    offer(form, **{name: rows})
    form.fields[name].label_from_instance = label  # type: ignore[attr-defined]  # documented to be replaced


class RowsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # takes no parameter at run time
    """Several rows; a number that no row can have is refused, and never reaches the database, which could not hold it."""

    def clean(self, value: object) -> Any:
        for one in value if isinstance(value, list | tuple) else ():
            if whole_number(str(one)) is None:
                raise forms.ValidationError(self.error_messages["invalid_pk_value"], code="invalid_pk_value", params={"pk": one})
        return super().clean(value)


class RowForm(forms.ModelForm):  # type: ignore[type-arg]  # takes no parameter at run time
    """A form over a row that others may be editing too.

    It carries what it showed; a verb that takes `shown` refuses to write over what somebody else wrote meanwhile, and the form
    then says what that is and asks, field by field, whose words stay. The verb writes: the instance keeps what the database holds.
    """

    # columns whose form field has another name: {"starts_at": "begins"}
    asked_in: Mapping[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clashes: dict[str, audit.Theirs] = {}  # by column

    def _post_clean(self) -> None:
        """Asks the model's validators of each value (how large a number may be); the instance stays as it is: the verb writes."""
        for name in self.own.keys() & self.cleaned_data.keys():
            try:
                self.own[name].run_validators(self.cleaned_data[name])
            except forms.ValidationError as error:
                self.add_error(self.asking(name), error)

    @cached_property
    def own(self) -> "dict[str, models.Field[object, object]]":
        """The fields that the row holds, by name; one of another model where a form includes a part that is stored separately."""
        return {field.name: field for field in self.instance._meta.concrete_fields}

    @cached_property
    def shown(self) -> dict[str, Any] | None:
        """What the form that was sent had shown of each field; None where it does not say."""
        try:
            said = json.loads(self.data.get("_shown", ""))
        except (ValueError, RecursionError):  # no JSON, or brackets within brackets without end
            return None
        return said if isinstance(said, dict) else None

    @property
    def showing(self) -> str:
        """What the form shows now, for its hidden field; "" for a row that is not there yet."""
        if self.instance.pk is None:
            return ""
        said = {name: audit.json_value(value) for name, value in self.stored().items()} | (self.shown or {})
        return json.dumps(said | {name: audit.json_value(theirs.value) for name, theirs in self.clashes.items()})

    def stored(self) -> dict[str, object]:
        """The stored values of the form's fields, by column."""
        asked = [field for name, field in self.own.items() if self.asking(name) in self.fields and isinstance(self.instance, field.model)]
        return {field.name: getattr(self.instance, field.attname) for field in asked}

    def asking(self, column: str) -> str:
        """The form field for `column`."""
        return self.asked_in.get(column, column)

    @property
    def clashing(self) -> set[str]:
        """The fields where somebody else wrote meanwhile."""
        return {self.asking(column) for column in self.clashes}

    @property
    def values(self) -> dict[str, object]:
        """What the verb takes."""
        return self.cleaned_data

    def write(self, verb: Callable[..., Any], *, by: object) -> bool:
        """True when `verb` wrote what was typed; False when somebody else was faster, and the form now shows what they wrote."""
        theirs = {name for name in self.own if self.data.get(f"_keep-{self.asking(name)}") == "theirs"}
        values = {name: value for name, value in self.values.items() if name not in theirs}
        try:
            verb(by=by, shown=self.shown, **values)
        except audit.EditedMeanwhile as late:
            self.face(late)
            return False
        return True

    def face(self, late: audit.EditedMeanwhile) -> None:
        """Say at each field what somebody else wrote there, and above all what else is new. Costs 1 query."""
        self.clashes = late.theirs
        users = get_user_model()._default_manager.in_bulk({theirs.actor_id for theirs in late.theirs.values() if theirs.actor_id})
        for name, theirs in late.theirs.items():
            who = users.get(theirs.actor_id) or gettext("Someone")
            values = {"who": who, "theirs": self.shown_value(name, theirs.value), "when": moments_ago(theirs.at)}
            self.add_error(self.asking(name), gettext("%(who)s entered “%(theirs)s” here %(when)s, while you were editing.") % values)
        new = [f"{self.fields[self.asking(name)].label}: {self.shown_value(name, value)}" for name, value in late.merged.items()]
        if new:
            self.add_error(None, gettext("These other changes are new and will be kept: %s.") % "; ".join(new))

    def shown_value(self, column: str, value: object) -> str:
        """What the row holds for `column`, in words."""
        return in_words(self.fields[self.asking(column)], value)


def in_words(field: forms.Field, value: object) -> str:
    """A stored value as its field says it."""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if value in (None, "", []):
        return gettext("nothing")
    if isinstance(value, list):
        return ", ".join(in_words(field, one) for one in value)
    if isinstance(field, forms.ModelChoiceField) and field.queryset is not None:  # asked for the one row: there may be any number
        return str(field.queryset.filter(pk=value).first() or gettext("something else"))
    if hasattr(field, "choices"):
        return str({str(key): label for key, label in field.choices}.get(str(value), gettext("something else")))
    return formats.date_format(value) if isinstance(value, date) else str(field.prepare_value(value))


def moments_ago(moment: datetime | None) -> str:
    """How long ago, as people say it of what happened while they were writing."""
    minutes = int((timezone.now() - moment).total_seconds()) // 60 if moment else 0
    if minutes < 1:
        return gettext("a moment ago")
    if minutes >= 60:
        return gettext("on %s") % formats.date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")
    return ngettext("%d minute ago", "%d minutes ago", minutes) % minutes
