"""The filter of a list, as one sentence."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext

from fleetportal.core import days
from fleetportal.core.errors import Refused
from fleetportal.core.web.lists.columns import Words

OWN = frozenset(("page", "sort", "rows", "row", "all", "after", "before"))  # what an address of a list says besides its filters
CHOICES = "_choices"  # in the address of a list: the word whose choices are wanted


@dataclass(frozen=True)
class Word:
    """A filter as a part of the sentence: the text `before` it, and its text while nothing is chosen.

    `later`: there are many choices and finding them is slow; they are loaded when somebody opens the menu.
    """

    name: str
    before: Words
    anything: Words
    later: bool = False


@dataclass(frozen=True)
class Option:
    """One choice of a word."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class ShownWord:
    """A word with its current choice in the sentence."""

    name: str
    before: Words
    label: str
    is_set: bool
    field: object
    kind: str  # text, one, several, day, fixed
    not_understood: str  # what the address says and no choice is; "" where it is understood
    without: str
    options: list[Option]
    later: str = ""  # the address of all choices, where only the current one is loaded


class NotUnderstood(Refused):
    """A filter of the list says something that is no choice, so that nothing can be exported or selected."""

    code = "filter_not_understood"
    status = 422


def refuse_words(wrong: Mapping[str, str]) -> None:
    """Raises NotUnderstood with the words, by the names of their filters; does nothing where there are none."""
    if wrong:
        named = ", ".join(f"{name}: “{value}”" for name, value in wrong.items())
        raise NotUnderstood(gettext("This filter is not understood, so nothing was done: %(words)s") % {"words": named})


class Sentence(django_filters.FilterSet):
    """A filter set that reads as one sentence; `words` sets the order. A value that is no choice matches nothing."""

    words: ClassVar[Sequence[Word]] = ()

    @property
    def qs(self) -> models.QuerySet[models.Model]:
        """The rows; none where a word was not understood."""
        return self.queryset.none() if self.not_understood() else super().qs

    def not_understood(self) -> dict[str, str]:
        """What the address says for each word that does not understand it, by its name. Costs a query for each word that selects a row."""
        if not self.is_bound or self.form.is_valid():
            return {}
        return {name: ", ".join(map(str, said(self.form[name].value()))) for name in self.form.errors if name in self.form.fields}

    def strange_words(self) -> list[tuple[str, str]]:
        """(name, value) of each filter in an address that the list does not have, or has no more: a kept view may hold one."""
        own = self.form.fields
        names = [name for name in self.data or {} if not name.startswith("_") and name not in OWN and name not in own]
        return [(name, value) for name in names if (value := ", ".join(filter(None, self.data.getlist(name))))]

    @property
    def known_rows(self) -> models.QuerySet[models.Model]:
        """The rows of an address; none where it holds a filter that the list does not have."""
        return self.queryset.none() if self.strange_words() else self.qs

    def must_be_known(self) -> None:
        """Raises NotUnderstood where an address holds a filter that the list does not have."""
        refuse_words(dict(self.strange_words()))

    def must_be_understood(self) -> None:
        """Raises NotUnderstood, with the words."""
        refuse_words({str(self.form.fields[name].label): value for name, value in self.not_understood().items()})

    def shown(self, address: Callable[..., str], *, opened: str = "") -> list[ShownWord]:
        """The words with what is chosen in each; `address(name=…)` is the list's with that changed, `opened` the word that is open."""
        return [self.shown_word(word, address, is_opened=word.name == opened) for word in self.words]

    def shown_word(self, word: Word, address: Callable[..., str], *, is_opened: bool) -> ShownWord:
        """One word with its choices; with only the current one where they are loaded `later` and its menu is closed."""
        field = self.form[word.name]
        kind, wrong = kind_of(field.field), self.not_understood().get(word.name, "")
        label = self.chosen_text(word) or wrong
        is_later = word.later and not is_opened
        choices = options(field, word.anything, self.chosen(word) if is_later else None) if kind in ("one", "several") else []
        without, later = address(**{word.name: None}), address(**{CHOICES: word.name}) if is_later else ""
        shown = (label or str(word.anything), bool(label), field, kind, wrong, without)
        return ShownWord(word.name, word.before, *shown, choices, later)

    def chosen(self, word: Word) -> list[models.Model]:
        """The chosen row of a word that selects one row, as a list."""
        found = self.form.cleaned_data.get(word.name) if self.form.is_bound and self.form.is_valid() is not None else None
        return [found] if isinstance(found, models.Model) else []

    def chosen_text(self, word: Word) -> str:
        """The current choice of `word`; "" for none."""
        value = self.form.cleaned_data.get(word.name) if self.form.is_bound and self.form.is_valid() is not None else None
        return in_words(self.form.fields[word.name], value)

    def set_words(self) -> list[str]:
        """The names of the words with a choice, understood or not."""
        wrong = self.not_understood()
        return [word.name for word in self.words if word.name in wrong or self.chosen_text(word)]


def said(value: object) -> list[object]:
    """What the address says for one word, as a list."""
    return [*value] if isinstance(value, list | tuple) else [value]


def kind_of(field: Any) -> str:
    """The kind of input for a word; a fixed one comes from a link and can only be removed."""
    if field.widget.is_hidden:
        return "fixed"
    if isinstance(field, forms.DateField):
        return "day"
    if getattr(field.widget, "allow_multiple_selected", False):
        return "several"
    return "one" if hasattr(field, "choices") else "text"


def options(bound: forms.BoundField, anything: Words, among: Iterable[models.Model] | None = None) -> list[Option]:
    """The choices, limited to `among` for rows; with an empty choice where only one can be chosen.

    Rows are fetched in one go: Django's `choices` would open a cursor for a few rows.
    """
    field, value = bound.field, bound.value()
    found: list[tuple[str, Words]]
    if isinstance(field, forms.ModelChoiceField) and field.queryset is not None:
        rows = field.queryset.all() if among is None else among
        found = [(str(field.prepare_value(row)), field.label_from_instance(row)) for row in rows]
    else:
        found = [*flat(getattr(field, "choices", ()))]
    if kind_of(field) == "one" and not any(key == "" for key, _label in found):
        found.insert(0, ("", anything))
    chosen = {str(one) for one in value} if isinstance(value, list | tuple) else {str(value or "")}
    return [Option(key, capfirst(str(label)), key in chosen) for key, label in found]


def in_words(field: Any, value: Any) -> str:
    """The text of `value` in the sentence; "" for none."""
    if value in (None, "", []) or (isinstance(value, models.QuerySet) and not value):
        return ""
    if isinstance(value, list | tuple | models.QuerySet):
        return gettext(" or ").join(in_words(field, one) for one in value)
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(field, forms.DateField):
        return days.long(value)
    if hasattr(field, "choices"):
        return str(dict(flat(field.choices)).get(str(value), value))
    return str(value)


def flat(choices: Any) -> Iterator[tuple[str, Words]]:
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from flat(label)
        else:
            yield str(key), label
