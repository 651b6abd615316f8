"""VAT numbers, checked with python-stdnum: one rule for forms and imports. No Django in here."""

from stdnum import exceptions, get_cc_module
from stdnum.eu import vat as eu_vat


class NoVatNumber(ValueError):
    """The number matches no country's rule."""


def compact(text: str, *, country: str = "") -> str:
    """The number without spaces and dots, with its country code in front ("DE136695976").

    `country` (two letters) is used where the number has no country code. Raises NoVatNumber.
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
                return candidate[:2] + str(national.validate(candidate.removeprefix(candidate[:2])))
            except exceptions.ValidationError:
                pass
    raise NoVatNumber(text)
