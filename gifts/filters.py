"""The filters of the list of programmes, as a sentence."""

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Centre
from accounts.staff.requests import StaffRequest
from fleetportal.core.web.lists import Sentence, Word
from gifts.models import Programme


def centres_of(request: StaffRequest) -> QuerySet[Centre]:
    return Centre.objects.where(request.user, may="run_programmes")


class ProgrammeFilter(Sentence):
    centre = django_filters.ModelChoiceFilter(
        label=_("Centre"), queryset=centres_of, widget=forms.RadioSelect, empty_label=_("any of your centres")
    )
    runs = django_filters.ChoiceFilter(
        label=_("Running"),
        choices=[("now", _("are running now")), ("over", _("are not running now"))],
        method="by_time",
        widget=forms.RadioSelect,
        empty_label=_("run at any time"),
    )
    words = (
        Word("centre", _("Programmes run by"), _("any of your centres")),
        Word("runs", _("that"), _("run at any time")),
    )

    def by_time(self, rows: QuerySet[Programme], name: str, value: str) -> QuerySet[Programme]:
        running = [programme.pk for programme in Programme.objects.running(now=timezone.now())]
        return rows.filter(pk__in=running) if value == "now" else rows.exclude(pk__in=running)
