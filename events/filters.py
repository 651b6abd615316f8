"""The filters of the lists of events and guests, as sentences."""

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Centre
from accounts.staff.requests import StaffRequest
from contacts.models import Person
from events.models import Event, EventKind, EventState, Registration, Status
from events.models.event import EventQuerySet
from events.models.registration import RegistrationQuerySet
from fleetportal.core.db import search
from fleetportal.core.web.lists import Sentence, Word

WHEN = [("ahead", _("that are coming up")), ("past", _("that are over"))]
THERE = [("yes", _("who came")), ("no", _("who did not come"))]


def search_field() -> forms.TextInput:
    return forms.TextInput(attrs={"type": "search", "class": "form-control", "autocomplete": "off"})


def centres_of(request: StaffRequest) -> QuerySet[Centre]:
    return Centre.objects.filter(Exists(Event.objects.visible_to(request.user).filter(centre=OuterRef("pk"))))


def events_of(request: StaffRequest) -> QuerySet[Event]:
    return Event.objects.visible_to(request.user).order_by("-starts_at")


class EventFilter(Sentence):
    when = django_filters.ChoiceFilter(
        label=_("When"), choices=WHEN, method="at", widget=forms.RadioSelect, empty_label=_("past and upcoming")
    )
    kind = django_filters.MultipleChoiceFilter(label=_("Kind"), choices=EventKind.choices, widget=forms.CheckboxSelectMultiple)
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=EventState.choices, widget=forms.RadioSelect, empty_label=_("in any state")
    )
    centre = django_filters.ModelChoiceFilter(
        label=_("Centre"), queryset=centres_of, widget=forms.RadioSelect, empty_label=_("all centres")
    )
    words = (
        Word("when", _("Events"), _("past and upcoming")),
        Word("kind", _("of"), _("any kind")),
        Word("state", "", _("in any state")),
        Word("centre", _("at"), _("all centres")),
    )

    class Meta:
        model = Event
        fields: tuple[str, ...] = ()

    def at(self, rows: EventQuerySet, name: str, value: str) -> EventQuerySet:
        now = timezone.now()
        return rows.ahead(now=now) if value == "ahead" else rows.past(now=now)


class GuestFilter(Sentence):
    q = django_filters.CharFilter(label=_("Name"), method="matching", widget=search_field())
    event = django_filters.ModelChoiceFilter(label=_("Event"), queryset=events_of, widget=forms.RadioSelect, empty_label=_("any event"))
    status = django_filters.ChoiceFilter(label=_("State"), choices=Status.choices, widget=forms.RadioSelect, empty_label=_("in any state"))
    there = django_filters.ChoiceFilter(
        label=_("Attendance"), choices=THERE, method="arrived", widget=forms.RadioSelect, empty_label=_("whether they came or not")
    )
    words = (
        Word("q", _("Guests called"), ""),
        Word("event", _("of"), _("any event")),
        Word("status", "", _("in any state")),
        Word("there", "", _("whether they came or not")),
    )

    class Meta:
        model = Registration
        fields: tuple[str, ...] = ()

    def matching(self, rows: RegistrationQuerySet, name: str, value: str) -> RegistrationQuerySet:
        return rows.filter(person__in=search.found(Person, value))

    def arrived(self, rows: RegistrationQuerySet, name: str, value: str) -> RegistrationQuerySet:
        return rows.inside() if value == "yes" else rows.exclude(pk__in=rows.inside().values("pk"))
