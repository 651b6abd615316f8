"""The filters of the list of meetings, as a sentence."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.memory.models.meeting import Meeting, MeetingState
from fleetportal.core.web.lists import Sentence, Word


class MeetingFilter(Sentence):
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=MeetingState.choices, widget=forms.RadioSelect, empty_label=_("in any state")
    )
    words = (Word("state", _("Meetings"), _("in any state")),)

    class Meta:
        model = Meeting
        fields: tuple[str, ...] = ()
