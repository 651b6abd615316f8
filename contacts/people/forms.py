"""Forms for people, their roles, addresses and vehicles."""

from datetime import date
from typing import Any, Unpack, cast

from django import forms
from django.core.validators import validate_email
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, User, Vehicle
from contacts.people.models.person import AddressState, Channel, Person, PersonAddress, fold_address, international
from contacts.people.models.roles import GROUPS, DecisionMaker, Driver, Group, Responsibility, Role, VehicleUser
from fleetportal.core.web.form_options import FormData, FormOptions
from fleetportal.core.web.forms import DayField, RowForm, offer, offer_choices, offer_named

PERSONAL = ("title", "first_name", "last_name", "language", "best_time")
PRIVATE = ("born_on", "family")
WRITTEN = (Channel.EMAIL, Channel.PHONE, Channel.SMS, Channel.LETTER)  # channels that have an address
NO_TELEPHONE = _("This is not a telephone number. Enter it with its country code, for example +49 40 66969 112.")


class PersonForm(RowForm):
    """Validates the values; `people.enter` and `people.edit` decide. Private fields are only included for users who may see them."""

    class Meta:
        model = Person
        fields = PERSONAL + PRIVATE
        field_classes = {"born_on": DayField}

    def __init__(self, *args: object, sees_private: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if not sees_private:
            for name in PRIVATE:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not values.get("first_name") and not values.get("last_name"):
            self.add_error("last_name", _("Enter a first name or a last name. “Herr” or “Frau” alone is not enough."))
        return values


class NewPersonForm(PersonForm):
    """A new person, with their role at a company and their addresses."""

    group = forms.ChoiceField(label=_("Role at the company"), choices=Group.choices, widget=forms.RadioSelect)
    job_title = forms.CharField(label=_("Job title"), max_length=100, required=False)
    responsibilities = forms.MultipleChoiceField(
        label=_("Responsible for"), choices=Responsibility.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)

    field_order = ("group", "title", "first_name", "last_name", "job_title", "responsibilities", "email", "phone", "language", "best_time")

    def __init__(self, *args: object, user: User, company: Company, **kwargs: object) -> None:
        super().__init__(*args, sees_private=False, **kwargs)
        self.user, self.company = user, company

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("phone"):
            values["phone"] = international(values["phone"], region=self.company.country or self.company.centre.country)
            if not is_telephone(values["phone"]):
                self.add_error("phone", NO_TELEPHONE)
        for channel, name in ((Channel.EMAIL, "email"), (Channel.PHONE, "phone")):
            known = known_by(values.get(name) or "", channel, self.user)
            if known is not None:
                self.add_error(
                    name,
                    _("This address belongs to %(name)s, who is already in the system. Add the role on that person’s own page.")
                    % {"name": known},
                )
        return values

    @property
    def person_facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in (*PERSONAL, "email", "phone")}

    @property
    def role_facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("job_title", "responsibilities")}


def is_telephone(value: str) -> bool:
    return fold_address(Channel.PHONE, value).startswith("+")


def known_by(value: str, channel: str, user: User) -> Person | None:
    """The person with this address whom `user` may see, if any; people out of reach are never revealed."""
    if not value:
        return None
    at = PersonAddress.objects.filter(channel=channel, value_folded=fold_address(channel, value), is_private=False)
    return Person.objects.visible_to(user).filter(pk__in=at.values("person")).first()


class RoleForm(forms.Form):
    """A role of a known person, at a company that the user serves."""

    group = forms.ChoiceField(label=_("Role at the company"), choices=Group.choices, widget=forms.RadioSelect)
    company = forms.ModelChoiceField(label=_("Company"), queryset=Company.objects.none())
    job_title = forms.CharField(label=_("Job title"), max_length=100, required=False)
    responsibilities = forms.MultipleChoiceField(
        label=_("Responsible for"), choices=Responsibility.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    on = DayField(label=_("From"))

    def __init__(self, data: FormData = None, *, user: User, companies: QuerySet[Company], **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        offer(self, company=companies)
        self.initial.setdefault("on", timezone.localdate())


# What becomes of the rest when somebody leaves a company; see docs/leaving.md.
ENDS_ALONE = _(
    "Vehicles that they have in this role, and invitations that have not left, end with it. Vouchers and seats at events are not affected: "
    "withdraw them on their own pages if necessary."
)


class MoveForm(forms.Form):
    """The company to which a person moves with their role, and the day."""

    company = forms.ModelChoiceField(label=_("To company"), queryset=Company.objects.none())
    on = DayField(label=_("From"), help_text=ENDS_ALONE)

    def __init__(self, data: FormData = None, *, role: Role, companies: QuerySet[Company], **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        self.role = role
        offer(self, company=companies)
        self.initial.setdefault("on", timezone.localdate())

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        if self.role.starts_on and day <= self.role.starts_on:
            raise forms.ValidationError(_("The role here starts on this day or later. Choose a later day."))
        return day


class RoleEditForm(RowForm):
    """The fields of a role; a day in the field "to" ends it."""

    responsibilities = forms.MultipleChoiceField(
        label=_("Responsible for"), choices=Responsibility.choices, widget=forms.CheckboxSelectMultiple, required=False
    )

    class Meta:
        fields = ("job_title", "responsibilities", "starts_on", "ends_on")
        field_classes = {"starts_on": DayField, "ends_on": DayField}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["ends_on"].help_text = ENDS_ALONE

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        starts, ends = values.get("starts_on"), values.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("The end date can’t be before the start date."))
        return values


EXTRA = {DecisionMaker: ("kind", "decides_supply", "decides_service"), VehicleUser: ("may_choose", "interests"), Driver: ("drinks",)}
ROLE_FORMS: dict[str, type[RoleEditForm]] = {
    group: cast(type[RoleEditForm], forms.modelform_factory(model, form=RoleEditForm, fields=(*EXTRA[model], *RoleEditForm.Meta.fields)))
    for group, model in GROUPS.items()
}


class AddressForm(forms.Form):
    """Another address; its value is validated for the channel."""

    channel = forms.ChoiceField(label=_("Channel"), choices=[(c.value, c.label) for c in WRITTEN], widget=forms.RadioSelect)
    value = forms.CharField(label=_("Address"), max_length=254)
    is_private = forms.BooleanField(label=_("Private: shown only to colleagues who may see private data"), required=False)

    def __init__(self, data: FormData = None, *, sees_private: bool, region: str, **options: Unpack[FormOptions]) -> None:
        """`region` is the country whose telephone numbers are typed without their code."""
        super().__init__(data, **options)
        self.region = region
        if not sees_private:
            del self.fields["is_private"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("channel") in (Channel.PHONE, Channel.SMS) and values.get("value"):
            values["value"] = international(values["value"], region=self.region)
        value = values.get("value", "")
        if value and values.get("channel") == Channel.EMAIL:
            self.check_email(value)
        if value and values.get("channel") in (Channel.PHONE, Channel.SMS) and not is_telephone(value):
            self.add_error("value", NO_TELEPHONE)
        return values

    def check_email(self, value: str) -> None:
        try:
            validate_email(value)
        except forms.ValidationError as error:
            self.add_error("value", error)


class AddressStateForm(RowForm):
    """The state of an address. Its value can't be changed: a successor in a mailbox does not inherit consent."""

    class Meta:
        model = PersonAddress
        fields = ("state", "is_private")
        widgets = {"state": forms.RadioSelect}
        labels = {"is_private": _("Private: shown only to colleagues who may see private data")}

    def __init__(self, *args: object, sees_private: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        offer_choices(self, "state", AddressState.choices)
        if not sees_private:
            del self.fields["is_private"]


class HolderForm(forms.Form):
    """The holder of a personal vehicle from a given day: one of the company's users."""

    user = forms.ModelChoiceField(label=_("User"), queryset=VehicleUser.objects.none())
    starts_on = DayField(label=_("From"))

    def __init__(self, data: FormData = None, *, vehicle: Vehicle, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        offer_named(self, "user", running_at(VehicleUser, vehicle), lambda role: str(role.person))
        self.initial.setdefault("starts_on", timezone.localdate())


class DriveForm(forms.Form):
    """A driver of a functional vehicle from a given day: one of the company's drivers."""

    driver = forms.ModelChoiceField(label=_("Driver"), queryset=Driver.objects.none())
    on = DayField(label=_("From"))

    def __init__(self, data: FormData = None, *, vehicle: Vehicle, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        offer_named(self, "driver", running_at(Driver, vehicle), lambda role: str(role.person))
        self.initial.setdefault("on", timezone.localdate())


def running_at(model: Any, vehicle: Vehicle) -> QuerySet[Model]:
    rows = model.objects.running(on=timezone.localdate()).filter(Q(company=vehicle.company_id))
    return rows.select_related("person").order_by("person__name_folded", "pk")
