"""VAT numbers in forms: the rule of `core.vat` with a ValidationError."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from fleetportal.core import vat


def compact(text: str, *, country: str = "") -> str:
    """The number in the stored form ("DE136695976"); see `core.vat.compact`. Raises ValidationError."""
    try:
        return vat.compact(text, country=country)
    except vat.NoVatNumber:
        message = _("%(number)s is not a valid VAT number. Check its digits and its country code.")
        raise ValidationError(message, params={"number": text.strip()[:30]}) from None
