"""VAT numbers, checked with python-stdnum: one rule for forms and imports. No Django in here."""

import re

from stdnum import exceptions, get_cc_module
from stdnum.ch import uid
from stdnum.eu import vat as eu_vat


class NoVatNumber(ValueError):
    """The number matches no country's rule."""


def compact(text: str, *, country: str = "") -> str:
    """The number without spaces and dots, with its country code in front ("DE136695976").

    `country` (two letters) is used where the number has no country code. Raises NoVatNumber.
    """
    bare = "".join(sign for sign in text.upper() if sign.isalnum())
    if swiss := swiss_number(bare, country):
        return swiss
    if own := LIECHTENSTEIN.match(bare if bare.startswith("LI") else f"{country}{bare}"):
        return own[1]
    if country == "NO" or bare.startswith("NO"):
        bare = f"NO{bare.removeprefix('NO').removesuffix('MVA')}MVA"
    if DOUBLED.match(bare):
        raise NoVatNumber(text)
    candidates = [bare, f"{'EL' if country == 'GR' else country}{bare}"] if country else [bare]
    for candidate in candidates:
        try:
            return eu_vat.validate(candidate)
        except exceptions.ValidationError:
            pass
        national = get_cc_module(candidate[:2].lower(), "vat") if candidate[:2] != "CH" else None
        if national is not None:
            try:
                return candidate[:2] + str(national.validate(candidate.removeprefix(candidate[:2])))
            except exceptions.ValidationError:
                pass
    raise NoVatNumber(text)


DOUBLED = re.compile(r"^([A-Z]{2})\1(?=\d)")
SWISS = re.compile(r"^(?:CHE?|LI)?(?:CHE)?(\d{9})(?:MWST|TVA|IVA|VAT|HR)?$")  # Liechtenstein's companies have Swiss numbers too
LIECHTENSTEIN = re.compile(r"^(LI\d{5})(?:MWST)?$")  # its own tax office’s numbers have no check digit
SWISS_COUNTRIES = ("CH", "LI")


def swiss_number(bare: str, country: str) -> str:
    """The number of a Swiss company ("CHE107787577"), with or without the word for its tax; "" where it is none."""
    found = SWISS.match(bare)
    if not found or not (bare.startswith("CHE") or country in SWISS_COUNTRIES):
        return ""
    try:
        return str(uid.validate(f"CHE{found[1]}"))
    except exceptions.ValidationError:
        return ""
