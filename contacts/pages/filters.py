"""The filters of the list of people, as a sentence."""

from typing import Any

import django_filters
from django import forms
from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.customers.filters import companies_of, search_field
from contacts.consent.models import Purpose, reachable
from contacts.people.models.person import Channel, Person, PersonQuerySet
from contacts.people.models.roles import Group
from fleetportal.core.db import search
from fleetportal.core.web.lists import Sentence, Word


class PairFilter(Sentence):
    """The filters of the lists of duplicates."""

    state = django_filters.ChoiceFilter(
        label=_("State"), choices=[("apart", _("marked as different"))], method="apart", widget=forms.RadioSelect,
        empty_label=_("not checked yet"),
    )  # fmt: skip
    words = (Word("state", _("Pairs"), _("not checked yet")),)

    class Meta:
        fields: tuple[str, ...] = ()

    def filter_queryset(self, rows: QuerySet[Model]) -> QuerySet[Model]:
        """By default, pairs marked as different are left out."""
        rows = super().filter_queryset(rows)
        return rows if self.form.cleaned_data.get("state") else rows.filter(told_apart_at=None)

    def apart(self, rows: QuerySet[Model], name: str, value: str) -> QuerySet[Model]:
        return rows.exclude(told_apart_at=None)


class PersonFilter(Sentence):
    q = django_filters.CharFilter(label=_("Name"), method="matching", widget=search_field())
    group = django_filters.ChoiceFilter(
        label=_("Group"), choices=Group.choices, method="of_group", widget=forms.RadioSelect, empty_label=_("in any group")
    )
    company = django_filters.ModelChoiceFilter(label=_("Company"), queryset=companies_of, method="at_company", widget=forms.HiddenInput)
    channel = django_filters.ChoiceFilter(
        label=_("Channel"), choices=[(c.value, c.label) for c in (Channel.EMAIL, Channel.PHONE, Channel.SMS, Channel.LETTER)],
        method="reachable_by", widget=forms.RadioSelect, empty_label=_("any channel"),
    )  # fmt: skip
    language = django_filters.ChoiceFilter(
        label=_("Language"), choices=settings.LANGUAGES, widget=forms.RadioSelect, empty_label=_("any language")
    )
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[("unconfirmed", _("to be checked"))],
        method="unconfirmed",
        widget=forms.RadioSelect,
        empty_label=_("confirmed or not"),
    )
    words = (
        Word("q", _("People called"), ""),
        Word("group", _("who are"), _("in any group")),
        Word("company", _("at"), ""),
        Word("channel", _("and may be invited by"), _("any channel")),
        Word("language", _("in"), _("any language")),
        Word("state", _("and"), _("confirmed or not")),
    )

    class Meta:
        model = Person
        fields: tuple[str, ...] = ()

    def matching(self, rows: PersonQuerySet, name: str, value: str) -> PersonQuerySet:
        return rows.filter(pk__in=search.found(Person, value))

    def of_group(self, rows: PersonQuerySet, name: str, value: str) -> PersonQuerySet:
        return rows.in_group(value, seen_by=self.request.user)

    def at_company(self, rows: PersonQuerySet, name: str, value: Any) -> PersonQuerySet:
        return rows.at(value)

    def reachable_by(self, rows: PersonQuerySet, name: str, value: str) -> PersonQuerySet:
        return reachable(rows, value, Purpose.INVITATIONS)

    def unconfirmed(self, rows: PersonQuerySet, name: str, value: str) -> PersonQuerySet:
        return rows.filter(is_confirmed=False)
