"""The filters of the list of meetings, as a sentence."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.memory.models.meeting import Meeting, MeetingQuerySet, MeetingState
from fleetportal.core.web.lists import Sentence, Word


class MeetingFilter(Sentence):
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=[*MeetingState.choices, ("all", _("in any state"))], method="in_state", widget=forms.RadioSelect,
        empty_label=_("not held yet"),
    )  # fmt: skip
    words = (Word("state", _("Meetings"), _("not held yet")),)

    class Meta:
        model = Meeting
        fields: tuple[str, ...] = ()

    def filter_queryset(self, rows: MeetingQuerySet) -> MeetingQuerySet:
        """By default, meetings that are still to be held."""
        found: MeetingQuerySet = super().filter_queryset(rows)
        return found if self.form.cleaned_data.get("state") else found.open()

    def in_state(self, rows: MeetingQuerySet, name: str, value: str) -> MeetingQuerySet:
        return rows if value == "all" else rows.filter(state=value)
