"""Forms for a company's parent, its assignments and its further addresses."""

from datetime import date
from typing import Unpack

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.customers.models.assignment import Assignment
from accounts.customers.models.company import Address, Company
from accounts.staff.models.centre import Centre
from accounts.staff.models.user import User, serving
from fleetportal.core.db import search
from fleetportal.core.web.form_options import FormData, FormOptions
from fleetportal.core.web.forms import DayField, RowForm, offer, offer_choices
from fleetportal.core.web.lists import named

OFFERED = 12


class ParentForm(RowForm):
    """The parent company: one that the user may find, or none."""

    class Meta:
        model = Company
        fields = ("parent",)

    def __init__(self, *args: object, user: User, company: Company, **kwargs: object) -> None:
        super().__init__(*args, instance=company, **kwargs)
        self.findable = Company.objects.visible_to(user).exclude(pk=company.pk)
        offer(self, parent=self.findable)
        self.now = self.findable.filter(pk=company.parent_id).first() if company.parent_id else None

    @property
    def showing(self) -> str:
        """A parent out of reach is not shown, so the page does not contain its id either."""
        return super().showing if self.now or not self.instance.parent_id else ""

    def clean(self) -> dict[str, object]:
        """A parent out of reach was not shown: an empty field keeps it."""
        values = super().clean() or {}
        if self.instance.parent_id and not self.now and not values.get("parent"):
            values.pop("parent", None)
        return values

    def offered(self, question: str) -> list[Company]:
        """Companies to choose from: the search results, or those with a similar name. 1 query."""
        words = question.split() or self.instance.name.split()[:1]
        found = self.findable.filter(pk__in=search.found(Company, " ".join(words))).order_by("name_folded", "pk")
        return [company for company in found[:OFFERED] if company != self.now]


class AssignForm(forms.Form):
    """Who looks after a company from which day. Users who serve only their own companies can't choose themselves, which would
    extend their own access."""

    user = forms.ModelChoiceField(label=_("Who"), queryset=User.objects.none())
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(Assignment.Kind.RESPONSIBLE, _("responsible")), (Assignment.Kind.STAND_IN, _("stand-in"))],
        initial=Assignment.Kind.RESPONSIBLE,
        widget=forms.RadioSelect,
    )
    starts_on = DayField(label=_("From"))
    ends_on = DayField(label=_("Until"), required=False, help_text=_("A stand-in ends automatically after this day."))

    def __init__(self, data: FormData = None, *, user: User, company: Company, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        offer(self, user=candidates(user, company.centre))
        self.initial.setdefault("starts_on", timezone.localdate())

    def clean(self) -> dict[str, object]:
        values = super().clean() or {}
        starts, ends = values.get("starts_on"), values.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("The end date can’t be before the start date."))
        if values.get("kind") == Assignment.Kind.STAND_IN and not ends and "ends_on" not in self.errors:
            self.add_error("ends_on", _("Enter an end date: a stand-in is always temporary."))
        return values

    def clean_starts_on(self) -> date:
        return not_past(self.cleaned_data["starts_on"])


class HandOverForm(forms.Form):
    """Who looks after several companies from which day: a colleague who may serve all of them."""

    row = forms.CharField(required=False, widget=forms.HiddenInput)  # the keys of the companies that were shown
    user = forms.ModelChoiceField(label=_("Hand over to"), queryset=User.objects.none())
    starts_on = DayField(label=_("From"))

    def __init__(self, data: FormData = None, *, user: User, companies: list[Company], left: int, **options: Unpack[FormOptions]) -> None:
        """`left`: how many of the selected companies `user` may see and not hand over."""
        super().__init__(data, **options)
        self.companies = companies
        able = User.objects.all() if companies else User.objects.none()
        for centre in {company.centre for company in companies}:
            able = able.filter(pk__in=candidates(user, centre).order_by().values("pk"))
        offer(self, user=able.order_by("last_name", "first_name", "pk"))
        self.fields["user"].help_text = f"{named(companies)}. {stays(left)}" if left else named(companies)
        self.initial.setdefault("row", " ".join(str(company.pk) for company in companies))
        self.initial.setdefault("starts_on", timezone.localdate())

    def clean_starts_on(self) -> date:
        return not_past(self.cleaned_data["starts_on"])

    def clean(self) -> dict[str, object]:
        if not self.companies:
            self.add_error(None, _("No company is selected. Select at least one in the list first."))
        return super().clean() or {}


def stays(count: int) -> str:
    """What is said of selected companies that the user may not hand over."""
    return ngettext(
        "You may not hand over one of the selected companies.", "You may not hand over %(count)d of the selected companies.", count
    ) % {"count": count}


def not_past(day: date) -> date:
    if day < timezone.localdate():
        raise forms.ValidationError(_("The start date can’t be in the past."))
    return day


def candidates(user: User, centre: Centre) -> QuerySet[User]:
    """The users to whom `user` may hand over a company of `centre`."""
    leads = Centre.objects.where(user, may="serve_customers").filter(pk=centre.pk).exists()
    return serving(centre) if leads else serving(centre).exclude(pk=user.pk)


class CompanyAddressForm(RowForm):
    """A further address of a company."""

    class Meta:
        model = Address
        fields = ("kind", "street", "postcode", "city", "country")
        widgets = {"kind": forms.RadioSelect}
        help_texts = {"country": _("Two letters, for example DE.")}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        offer_choices(self, "kind", Address.Kind.choices)

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()

    def clean(self) -> dict[str, object]:
        values = super().clean() or {}
        if not values.get("street") and not values.get("city"):
            self.add_error("street", _("Enter a street or a city."))
        return values
