"""The filters of the lists of companies and vehicles, as sentences."""

from datetime import date

import django_filters
from dateutil.relativedelta import relativedelta
from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.customers.models.assignment import Assignment, assigned_to
from accounts.customers.models.company import Company, CompanyQuerySet, Phase, Tier
from accounts.customers.models.vehicle import Use, Vehicle, VehicleQuerySet
from accounts.customers.rows import with_contracts_ending
from accounts.staff.models.centre import Centre
from accounts.staff.models.user import User
from accounts.staff.requests import StaffRequest
from fleetportal.core.db import search
from fleetportal.core.web.lists import Sentence, Word

SPANS = [("3", _("within 3 months")), ("6", _("within 6 months")), ("9", _("within 9 months")), ("12", _("within a year"))]


def search_field() -> forms.TextInput:
    return forms.TextInput(attrs={"type": "search", "class": "form-control", "autocomplete": "off"})


def by(months: str) -> date:
    return timezone.localdate() + relativedelta(months=int(months))


def centres_of(request: StaffRequest) -> QuerySet[Centre]:
    """The centres of the companies that the user may meet, by grant or assignment."""
    return Centre.objects.filter(Exists(Company.objects.visible_to(request.user).filter(centre=OuterRef("pk"))))


def looking_after(request: StaffRequest) -> QuerySet[User]:
    """The users who look after a company that the user may see."""
    running = Assignment.objects.running(on=timezone.localdate()).filter(company__in=Company.objects.visible_to(request.user))
    users = running.order_by().values("user").distinct()  # ids first, then names: otherwise the database scans each user's assignments
    return User.objects.filter(pk__in=users).order_by("last_name", "first_name")


def companies_of(request: StaffRequest) -> QuerySet[Company]:
    return Company.objects.where(request.user, may="see_customers")


class CompanyFilter(Sentence):
    q = django_filters.CharFilter(label=_("Name or city"), method="matching", widget=search_field())
    centre = django_filters.ModelChoiceFilter(
        label=_("Centre"), queryset=centres_of, widget=forms.RadioSelect, empty_label=_("all centres")
    )
    tier = django_filters.MultipleChoiceFilter(label=_("Tier"), choices=Tier.choices, widget=forms.CheckboxSelectMultiple)
    phase = django_filters.MultipleChoiceFilter(label=_("Phase"), choices=Phase.choices, widget=forms.CheckboxSelectMultiple)
    ends = django_filters.ChoiceFilter(
        label=_("Contract end"), choices=SPANS, method="ending", widget=forms.RadioSelect, empty_label=_("at any time")
    )
    by = django_filters.ModelChoiceFilter(
        label=_("Looked after by"), queryset=looking_after, method="of_user", widget=forms.RadioSelect, empty_label=_("anyone")
    )
    words = (
        Word("q", _("Companies called"), ""),
        Word("centre", _("at"), _("all centres")),
        Word("tier", _("that are"), _("of any tier")),
        Word("phase", _("and"), _("in any phase")),
        Word("ends", _("whose next contract ends"), _("at any time")),
        Word("by", _("looked after by"), _("anyone"), later=True),
    )

    class Meta:
        model = Company
        fields: tuple[str, ...] = ()

    def matching(self, rows: CompanyQuerySet, name: str, value: str) -> CompanyQuerySet:
        return rows.filter(pk__in=search.found(Company, value))

    def ending(self, rows: CompanyQuerySet, name: str, value: str) -> CompanyQuerySet:
        return with_contracts_ending(rows, on=timezone.localdate(), before=by(value))

    def of_user(self, rows: CompanyQuerySet, name: str, value: User) -> CompanyQuerySet:
        return rows.filter(pk__among_few=assigned_to(value, on=timezone.localdate()))


class VehicleFilter(Sentence):
    q = django_filters.CharFilter(label=_("Plate, VIN or model"), method="matching", widget=search_field())
    use = django_filters.ChoiceFilter(label=_("Kind"), choices=Use.choices, widget=forms.RadioSelect, empty_label=_("of any kind"))
    ends = django_filters.ChoiceFilter(
        label=_("Contract end"), choices=SPANS, method="ending", widget=forms.RadioSelect, empty_label=_("at any time")
    )
    delivered = django_filters.ChoiceFilter(
        label=_("Delivery"),
        choices=[("28", _("in the last four weeks")), ("365", _("in the last year"))],
        method="new",
        widget=forms.RadioSelect,
        empty_label=_("at any time"),
    )
    back = django_filters.ChoiceFilter(
        label=_("Returned"),
        choices=[("yes", _("returned")), ("all", _("all"))],
        method="returned",
        widget=forms.RadioSelect,
        empty_label=_("still with the company"),
    )
    company = django_filters.ModelChoiceFilter(label=_("Company"), queryset=companies_of, widget=forms.HiddenInput)
    words = (
        Word("q", _("Vehicles with"), ""),
        Word("use", _("that are"), _("of any kind")),
        Word("ends", _("whose contract ends"), _("at any time")),
        Word("delivered", _("delivered"), _("at any time")),
        Word("back", _("and"), _("still with the company")),
        Word("company", _("of"), ""),
    )

    class Meta:
        model = Vehicle
        fields: tuple[str, ...] = ()

    def matching(self, rows: VehicleQuerySet, name: str, value: str) -> VehicleQuerySet:
        return rows.filter(pk__in=search.found(Vehicle, value))

    def ending(self, rows: VehicleQuerySet, name: str, value: str) -> VehicleQuerySet:
        return rows.filter(contract_ends_on__gte=timezone.localdate(), contract_ends_on__lt=by(value))

    def new(self, rows: VehicleQuerySet, name: str, value: str) -> VehicleQuerySet:
        today = timezone.localdate()
        return rows.delivered_between(today - relativedelta(days=int(value)), today)

    def filter_queryset(self, rows: VehicleQuerySet) -> VehicleQuerySet:
        """Unless the filter says otherwise, leave out vehicles that were given back."""
        rows = super().filter_queryset(rows)
        return rows if self.form.cleaned_data.get("back") else rows.active()

    def returned(self, rows: VehicleQuerySet, name: str, value: str) -> VehicleQuerySet:
        return rows.exclude(given_back_on=None) if value == "yes" else rows
