"""VAT numbers, checked with python-stdnum: one way for forms and imports."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum import exceptions, get_cc_module
from stdnum.eu import vat as eu_vat


def compact(text: str, *, country: str = "") -> str:
    """The number without blanks and dots, with its country in front ("DE136695976").

    `country` (two letters) is assumed where the number names none. Raises ValidationError when no rule of a country fits.
    """
    bare = "".join(sign for sign in text.upper() if sign.isalnum())
    candidates = [bare, f"{'EL' if country == 'GR' else country}{bare}"] if country else [bare]
    for candidate in candidates:
        try:
            return eu_vat.validate(candidate)
        except exceptions.ValidationError:
            pass
        national = get_cc_module(candidate[:2].lower(), "vat")
        if national is not None:
            try:
                return candidate[:2] + national.validate(candidate.removeprefix(candidate[:2]))
            except exceptions.ValidationError:
                pass
    raise ValidationError(
        _("%(number)s is not a valid VAT number. Check its digits and its country code."), params={"number": text.strip()[:30]}
    )
