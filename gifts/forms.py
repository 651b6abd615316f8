"""Forms for vouchers and gifts."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, Unpack

import phonenumbers
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, validate_email
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.customers.models.vehicle import fold_plate
from accounts.models import Centre, Company, User
from contacts.models import Channel, Driver, Person
from fleetportal.core.money import CentsField
from fleetportal.core.web.form_options import FormData, FormOptions
from fleetportal.core.web.forms import DayField, PlainNameField, RowForm, RowsField, offer
from gifts import codes
from gifts.models import Gift, Programme, Stock, Voucher
from gifts.models.programme import MAX_AT_ONCE

# A personal link or a card's, as read from its QR code; the address itself is never opened.
SCANNED = re.compile(r"/(voucher|claim)/([A-Za-z0-9_-]{32})(?:[/?#]|$)")


def text_input(**attrs: str) -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": "off", **attrs})


def read_code(text: str) -> tuple[str, str]:
    """("voucher" or "claim", token) of a scanned address, otherwise ("typed", code)."""
    scanned = SCANNED.search(text)
    return (scanned[1], scanned[2]) if scanned else ("typed", codes.fold_code(text))


CHOICES = 300


def names_of(companies: QuerySet[Company]) -> list[str]:
    """The names to choose from while typing; none where there are too many. Costs 1 query."""
    return list(companies.order_by("name_folded").values_list("name", flat=True)[:CHOICES])


def only_one(found: Sequence[Company]) -> Company:
    """The one company that a typed name means. Raises ValidationError."""
    if len(found) == 1:
        return found[0]
    raise ValidationError(_("More than one company has this name.") if found else _("None of your companies has this name."))


class FirstNameForm(forms.Form):
    """Only the first name, which is enough for a card printed for a company."""

    first_name = PlainNameField(
        label=_("Your first name"),
        max_length=80,
        error_messages={"required": _("Please enter your first name.")},
        widget=text_input(autocomplete="given-name"),
    )


class CardClaimForm(FirstNameForm):
    """A card for anybody also needs the driver's company or plate."""

    company_or_plate = forms.CharField(
        label=_("Your company or your van’s number plate"),
        max_length=160,
        error_messages={"required": _("Please enter one of the two, so that we know which company you drive for.")},
        widget=text_input(autocomplete="organization"),
    )


class PoolForm(FirstNameForm):
    """A claim page also needs an address that a code can be sent to, and the plate."""

    contact = forms.CharField(label=_("Your phone number or e-mail address"), max_length=254, widget=text_input(autocomplete="email"))
    plate = forms.CharField(label=_("Your van’s number plate"), max_length=16, widget=text_input(autocapitalize="characters"))

    def __init__(self, data: FormData = None, *, country: str = "", **options: Unpack[FormOptions]) -> None:
        """`country` is that of the centre, where telephone numbers are typed without their code."""
        super().__init__(data, **options)
        self.regions = list(dict.fromkeys(filter(None, (country, SPOKEN_IN.get(get_language() or "")))))
        if not settings.SMS_GATEWAY:
            self.fields["contact"].label = _("Your e-mail address")

    def clean_contact(self) -> tuple[str, str]:
        """(channel, address), the number in E.164."""
        typed = str(self.cleaned_data["contact"])
        if "@" in typed:
            validate_email(typed)
            return Channel.EMAIL, typed
        if not settings.SMS_GATEWAY:
            raise ValidationError(_("Please enter a valid e-mail address."))
        return Channel.PHONE, mobile(typed, self.regions)

    def clean_plate(self) -> str:
        plate = str(self.cleaned_data["plate"])
        if len(fold_plate(plate)) < 3:
            raise ValidationError(_("A number plate has at least three letters or digits."))
        return plate


SPOKEN_IN = {"de": "DE", "it": "IT", "ru": "RU", "en": "GB"}  # the country whose numbers readers of a language type without their code
TEXTED = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)


def mobile(typed: str, regions: Sequence[str]) -> str:
    """The mobile number in E.164, typed with its code or as in exactly one of `regions`; raises ValidationError for anything else."""
    read = [number for region in regions or ("",) if (number := parsed(typed, region)) is not None]
    found = {phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164): number for number in read}
    texted = [address for address, number in found.items() if phonenumbers.number_type(number) in TEXTED]
    if len(texted) == 1:
        return texted[0]
    if found:
        raise ValidationError(_("A code can’t be texted to this number. Enter a mobile number with its country code, for example +39 …"))
    raise ValidationError(_("Please enter a valid phone number or e-mail address."))


def parsed(typed: str, region: str) -> phonenumbers.PhoneNumber | None:
    """The valid number as it is dialled in `region`."""
    try:
        number = phonenumbers.parse(typed, region or None)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


class CodeForm(forms.Form):
    """The six digits that were sent."""

    code = forms.CharField(
        label=_("The code we sent you"),
        max_length=20,
        widget=text_input(inputmode="numeric", autocomplete="one-time-code", pattern="[0-9 ]*"),
    )

    def clean_code(self) -> str:
        return "".join(sign for sign in str(self.cleaned_data["code"]) if sign.isdigit() and sign.isascii())


class RedeemForm(forms.Form):
    """A scanned or typed code, from the request's body and never its address, and one of the user's washes."""

    code = forms.CharField(
        label=_("Code"), max_length=400, widget=text_input(autocapitalize="characters", spellcheck="false", placeholder="W7K4 QD9P 3MXA")
    )

    def __init__(self, data: FormData = None, *, washes: list[Centre], **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        self.washes = {str(wash.pk): wash for wash in washes}

    @property
    def wash(self) -> Centre:
        """The chosen wash, or the user's first."""
        return self.washes.get(self.data.get("wash", ""), next(iter(self.washes.values())))

    @property
    def says_where(self) -> bool:
        """False where the user has several washes and none of them was chosen: a guess could book the wrong wash."""
        return len(self.washes) == 1 or self.data.get("wash", "") in self.washes

    @property
    def typed(self) -> str:
        """The typed code; "" where one was scanned."""
        code = str(self.data.get("code", ""))
        return code if read_code(code)[0] == "typed" else ""

    def clean_code(self) -> tuple[str, str]:
        return read_code(str(self.cleaned_data["code"]))


class ReasonWhyForm(forms.Form):
    """The reason for undoing something; kept in the history."""

    reason = forms.CharField(
        label=_("Why?"), min_length=3, max_length=200, widget=text_input(), help_text=_("This is kept in the history with your name.")
    )


class ProgrammeForm(RowForm):
    """Validates the values; `Programme.enter` and `Programme.edit` decide."""

    value_cents = CentsField(label=_("Value"), help_text=_("Counts towards the yearly cap on what a driver may receive."))

    class Meta:
        model = Programme
        fields = ("name", "details", "value_cents", "centre", "centres", "per_driver", "period", "valid_days", "starts_on", "ends_on")
        widgets = {"centres": forms.CheckboxSelectMultiple}
        field_classes = {"centres": RowsField, "starts_on": DayField, "ends_on": DayField}

    def __init__(self, *args: object, user: User, programme: Programme | None = None, today: date | None = None, **kwargs: object) -> None:
        super().__init__(*args, instance=programme, **kwargs)
        offer(self, centre=Centre.objects.where(user, may="run_programmes"))
        washes = Centre.objects.filter(has_wash=True)
        offered = washes | Centre.objects.filter(programmes_redeemable=programme) if programme else washes
        offer(self, centres=offered.distinct())
        self.fields["valid_days"].validators.append(MinValueValidator(1))
        self.fields["per_driver"].validators.append(MinValueValidator(1))
        if programme is None:
            self.initial = {
                **self.initial,
                "starts_on": today,
                "centre": user.home_centre_id,
                "centres": list(washes.values_list("pk", flat=True)[:1]),
            }

    def clean(self) -> dict[str, object]:
        values = super().clean() or {}
        first, last = values.get("starts_on"), values.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day can’t be before the first day."))
        return values


class IssueForm(forms.Form):
    """How many vouchers, and for whom."""

    way = forms.ChoiceField(
        label=_("Used for"),
        choices=[("cards", _("Cards to print")), ("pool", _("The claim page"))],
        initial="cards",
        widget=forms.RadioSelect,
    )
    count = forms.IntegerField(label=_("How many"), min_value=1, max_value=MAX_AT_ONCE, initial=8)
    company = forms.CharField(
        label=_("For the drivers of"),
        required=False,
        help_text=_("For cards: the company’s name. If you leave this empty, a card belongs to nobody until it is claimed."),
        widget=text_input(list="companies"),
    )

    def __init__(self, data: FormData = None, *, user: User, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        self.user = user

    def clean_company(self) -> Company | None:
        typed = str(self.cleaned_data["company"])
        if not typed:
            return None
        return only_one(Company.objects.visible_to(self.user).called(typed))

    def clean(self) -> dict[str, object]:
        values = super().clean() or {}
        if values.get("way") == "pool":
            values["company"] = None
        return values


class ConfirmForm(forms.Form):
    """The identity of a driver made by a claim."""

    first_name = forms.CharField(label=_("First name"), max_length=80)
    last_name = forms.CharField(label=_("Last name"), max_length=80, required=False)
    company = forms.CharField(
        label=_("Company"),
        required=False,
        help_text=_("The company’s full name. If you leave this empty, the driver does not belong to a company yet."),
        widget=text_input(list="companies"),
    )
    withdraw = forms.BooleanField(required=False, widget=forms.HiddenInput)  # said on the second press, once the page has said how many

    def __init__(self, data: FormData = None, *, user: User, person: Person, **options: Unpack[FormOptions]) -> None:
        options.setdefault("initial", {"first_name": person.first_name, "last_name": person.last_name})
        super().__init__(data, **options)
        self.user, self.person = user, person
        if person.driver_roles.exists():
            del self.fields["company"]

    def clean_company(self) -> Company | None:
        typed = str(self.cleaned_data["company"])
        if not typed:
            return None
        return only_one(Company.objects.where(self.user, may="serve_customers").called(typed))


class ReceiveForm(forms.Form):
    """Gifts received into stock."""

    gift = forms.ModelChoiceField(label=_("Gift"), queryset=Gift.objects.filter(is_offered=True))
    centre = forms.ModelChoiceField(label=_("Centre"), queryset=Centre.objects.none(), empty_label=None)
    count = forms.IntegerField(label=_("Quantity received"), min_value=1, max_value=100_000)

    def __init__(self, data: FormData = None, *, user: User, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        offer(self, centre=Centre.objects.where(user, may="hand_out"))
        self.initial.setdefault("centre", user.home_centre_id)


class GiftForm(forms.ModelForm):  # type: ignore[type-arg]  # takes no parameter at run time
    """A new kind of gift; `Gift.enter` decides."""

    value_cents = CentsField(label=_("Value"), help_text=_("What it cost. Counts towards the yearly cap per person."))

    class Meta:
        model = Gift
        fields = ("name", "value_cents")

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if Gift.objects.filter(name=name).exists():
            raise ValidationError(_("There is already a gift with this name."))
        return name

    def _post_clean(self) -> None:
        """Does nothing: the verb writes."""


class HandOutForm(forms.Form):
    """The gift, the centre's stock, and one of the person's companies."""

    stock = forms.ModelChoiceField(queryset=Stock.objects.none())
    company = forms.ModelChoiceField(queryset=Company.objects.none())

    def __init__(self, data: FormData = None, *, user: User, companies: QuerySet[Company], **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        offer(self, stock=Stock.objects.where(user, may="hand_out").select_related("gift", "centre"))
        offer(self, company=companies)


class OnBehalfForm(forms.Form):
    """The voucher that staff claim for the driver at the counter: one of the driver's own, or the card in their hand."""

    voucher = forms.ModelChoiceField(queryset=Voucher.objects.none(), required=False)
    code = forms.CharField(
        label=_("The driver’s card"),
        max_length=400,
        help_text=_("Scan the card with a hand scanner, or type the web address from its QR code."),
        widget=text_input(spellcheck="false"),
    )
    driver: "forms.ModelChoiceField[Driver]" = forms.ModelChoiceField(queryset=None)

    def __init__(self, data: FormData = None, *, own: QuerySet[Voucher], drivers: Any, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        offer(self, voucher=own)
        offer(self, driver=drivers)
        self.fields["code"].required = not self.data.get("voucher")

    def clean_code(self) -> tuple[str, str] | None:
        return read_code(str(self.cleaned_data["code"])) if self.cleaned_data["code"] else None


class CounterForm(forms.Form):
    """The programme of a driver's voucher at the counter, and one of their companies."""

    programme = forms.ModelChoiceField(queryset=Programme.objects.none())
    driver: "forms.ModelChoiceField[Driver]" = forms.ModelChoiceField(queryset=None)

    def __init__(self, data: FormData = None, *, programmes: Any, drivers: Any, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        offer(self, programme=programmes)
        offer(self, driver=drivers)
