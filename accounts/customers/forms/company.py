"""The form of a company."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.customers import vat
from accounts.customers.models.company import Company
from accounts.staff.models.centre import Centre
from accounts.staff.models.user import User
from fleetportal.core.web.forms import RowForm, offer

FIELDS = (
    "name", "centre", "vat_number", "street", "postcode", "city", "country", "phone", "email", "website", "sector", "employees",
    "is_public_body", "car_policy",
)  # fmt: skip


class CompanyForm(RowForm):
    """Validates the values, including the VAT number; `companies.enter` and `companies.edit` decide."""

    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")

    class Meta:
        model = Company
        fields = FIELDS
        widgets = {"car_policy": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "vat_number": _("With the country code in front, for example DE136695976."),
            "country": _("Two letters, for example DE."),
        }

    def __init__(self, *args: object, user: User, company: Company | None = None, **kwargs: object) -> None:
        super().__init__(*args, instance=company, **kwargs)
        self.user, self.original = user, company
        centres = Centre.objects.for_entering(user)
        if company is not None:
            centres = centres | Centre.objects.filter(pk=company.centre_id)
        offer(self, centre=centres.distinct())
        if company is None and user.home_centre_id:
            self.initial["centre"] = user.home_centre_id

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()

    def clean(self) -> dict[str, object]:
        values = super().clean() or {}
        number = values.get("vat_number")
        if number:
            try:
                values["vat_number"] = vat.compact(number, country=values.get("country") or "")
            except forms.ValidationError as error:
                self.add_error("vat_number", error)
        return values
