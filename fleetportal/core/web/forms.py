"""Forms that every app uses."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.auth import get_user_model
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from fleetportal.core import audit, days
from fleetportal.core.web.pages import whole_number
from fleetportal.core.words import unlinked


class ReasonForm(forms.Form):
    """The reason for an export; kept in the history."""

    reason = forms.CharField(
        label=_("What do you need the data for?"),
        min_length=4,
        max_length=300,
        help_text=_("Your answer is kept in the history with your name and the number of rows."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


NOT_IN_NAMES = re.compile(r"://|[@<>{}\[\]\\|=&%]")
MOST_DIGITS = 4


class PlainNameField(forms.CharField):
    """A name that a stranger types and that we write in a letter, perhaps to somebody else: no link, address or telephone number, or
    the house would carry strangers' messages."""

    def to_python(self, value: Any) -> str:
        name = unlinked(str(super().to_python(value)))
        if name and not any(sign.isalpha() for sign in name):
            raise forms.ValidationError(_("A name must contain letters."))
        if NOT_IN_NAMES.search(name) or sum(sign.isdigit() for sign in name) > MOST_DIGITS:
            raise forms.ValidationError(RegexValidator.message, code="invalid")
        return name


class DayInput(forms.DateInput):
    """A day, typed or chosen in the browser's own calendar."""

    input_type = "date"

    def __init__(self, attrs: dict[str, str] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class DayField(forms.DateField):
    """A date between 1900 and 2199: a typing error like 0026-03-01 is refused before anything is calculated from it."""

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
    """The moment of that local time, in UTC; for an hour that occurs twice, when the clocks go back, the first.

    Raises ValidationError for a time that does not exist because the clocks go forward.
    """
    found = datetime.combine(day, clock, zone).astimezone(UTC)
    if found.astimezone(zone).time() != clock:
        raise forms.ValidationError(_("This time doesn’t exist on that day, because the clocks go forward."), code="skipped")
    return found


def offer(form: forms.BaseForm, **rows: models.QuerySet[models.Model]) -> None:
    """Let the named fields offer these rows and accept no others."""
    for name, queryset in rows.items():
        choice = form.fields[name]
        if not isinstance(choice, forms.ModelChoiceField):
            raise TypeError(f"{name} offers no rows")
        choice.queryset = queryset


def offer_choices(form: forms.BaseForm, name: str, choices: Iterable[tuple[object, object]]) -> None:
    """Let the field called `name` offer these choices."""
    form.fields[name].choices = list(choices)  # type: ignore[attr-defined]  # every field that chooses has them


def offer_named(form: forms.BaseForm, name: str, rows: models.QuerySet[models.Model], label: Callable[[Any], str]) -> None:
    """Like `offer`, for one field whose options are named by `label`."""
    offer(form, **{name: rows})
    form.fields[name].label_from_instance = label  # type: ignore[attr-defined]  # documented to be replaced


class RowsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # takes no parameter at run time
    """Several rows; an id too large for the database is refused before it gets there."""

    def clean(self, value: object) -> Any:
        for one in value if isinstance(value, list | tuple) else ():
            if whole_number(str(one)) is None:
                raise forms.ValidationError(self.error_messages["invalid_pk_value"], code="invalid_pk_value", params={"pk": one})
        return super().clean(value)


class RowForm(forms.ModelForm):  # type: ignore[type-arg]  # takes no parameter at run time
    """A form for a row that others may be editing at the same time.

    The form sends back the values that it showed; a verb that takes `shown` refuses to overwrite what somebody else saved in the
    meantime, and the form then shows the other value and asks, field by field, which to keep. Only the verb writes; the instance is
    left unchanged.
    """

    # columns whose form field has another name: {"starts_at": "begins"}
    asked_in: Mapping[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clashes: dict[str, audit.Theirs] = {}  # by column

    def _post_clean(self) -> None:
        """Runs the model's validators on each value (such as limits on numbers) without changing the instance: the verb writes."""
        for name in self.own.keys() & self.cleaned_data.keys():
            try:
                self.own[name].run_validators(self.cleaned_data[name])
            except forms.ValidationError as error:
                self.add_error(self.asking(name), error)

    @cached_property
    def own(self) -> "dict[str, models.Field[object, object]]":
        """The model fields by name; a form that includes a part stored separately adds that part's field."""
        return {field.name: field for field in self.instance._meta.concrete_fields}

    @cached_property
    def shown(self) -> dict[str, Any] | None:
        """The values that the submitted form had shown, by field; None where they were not sent."""
        try:
            said = json.loads(self.data.get("_shown", ""))
        except (ValueError, RecursionError):  # not JSON, or nested too deeply
            return None
        return said if isinstance(said, dict) else None

    @property
    def showing(self) -> str:
        """The values shown now, for the hidden field; "" for a new row."""
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
        """The fields that somebody else has changed in the meantime."""
        return {self.asking(column) for column in self.clashes}

    @property
    def values(self) -> dict[str, object]:
        """The keyword arguments of the verb."""
        return self.cleaned_data

    def write(self, verb: Callable[..., Any], *, by: object) -> bool:
        """True when `verb` saved the values; False when somebody else was faster, and the form now shows their values."""
        theirs = {name for name in self.own if self.data.get(f"_keep-{self.asking(name)}") == "theirs"}
        values = {name: value for name, value in self.values.items() if name not in theirs}
        try:
            verb(by=by, shown=self.shown, **values)
        except audit.EditedMeanwhile as late:
            self.face(late)
            return False
        return True

    def face(self, late: audit.EditedMeanwhile) -> None:
        """Show at each field what somebody else entered there, and at the top which other changes are new. Costs 1 query."""
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
        """A value of `column` as readable text."""
        return in_words(self.fields[self.asking(column)], value)


def in_words(field: forms.Field, value: object) -> str:
    """A stored value as its field displays it."""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if value in (None, "", []):
        return gettext("nothing")
    if isinstance(value, list):
        return ", ".join(in_words(field, one) for one in value)
    if isinstance(field, forms.ModelChoiceField) and field.queryset is not None:  # fetches the one row: there may be very many options
        return str(field.queryset.filter(pk=value).first() or gettext("something else"))
    if hasattr(field, "choices"):
        return str({str(key): label for key, label in field.choices}.get(str(value), gettext("something else")))
    return days.long(value) if isinstance(value, date) else str(field.prepare_value(value))


def moments_ago(moment: datetime | None) -> str:
    """How long ago, in words, for something that happened while the user was typing."""
    minutes = int((timezone.now() - moment).total_seconds()) // 60 if moment else 0
    if moment is None or minutes < 1:
        return gettext("a moment ago")
    if minutes >= 60:
        return gettext("on %s") % days.moment(moment)
    return ngettext("%d minute ago", "%d minutes ago", minutes) % minutes
