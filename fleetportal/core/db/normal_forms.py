"""Normal forms for search: what is typed, displayed or stored in different ways is put into one form on both sides.

A row holds the forms of its telephone numbers and codes besides its words; a question is put into the same forms.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import phonenumbers

from fleetportal.core.db.folding import compact, fold, plain_letters

DIALLED = re.compile(r"[\s\d+()/.\-\u2010\u2011\u2013]+")  # with the hyphens that a copied number has
TRUNK = "(0)"
FEWEST_DIGITS = 5  # of a question that may be a telephone number
RUSSIAN = 11  # digits of a number with the trunk digit 8
SHORTEST_CODE = 3
COUNTRY = re.compile("^[a-z]{2}(?=[0-9]+$)")  # in front of a VAT number
ENDS = (6, 7, 8)  # signs of a long code's end that people read out


class Fact(NamedTuple):
    """What a row is found by: its words, and for a telephone number, a plate or a long number their normal forms.

    `label` names it in a result; without one a result does not show it.
    """

    value: str
    label: object = ""
    kind: str = "text"  # text, code, long, telephone
    region: str = "DE"  # of a telephone number without a country code

    @property
    def forms(self) -> Iterator[str]:
        """The normal forms, besides the words."""
        if self.kind == "telephone":
            yield from telephone(self.value, self.region)
        elif self.kind == "code":
            yield from joined_ends(self.value)
        elif self.kind == "long":
            whole = compact(self.value)
            yield from (whole, *COUNTRY.sub("", whole, count=1).split())
            yield from (whole[-signs:] for signs in ENDS if len(whole) > signs)
        else:
            yield from (compact(part) for part in self.value.split() if "@" not in part and "/" not in part and not part.isalnum())


@lru_cache(maxsize=16_384)  # the numbers of a house are repeated, and parsing is expensive
def telephone(value: str, region: str) -> tuple[str, ...]:
    """The digits of a number with the country code and without it, both without leading zeros."""
    try:
        number = phonenumbers.parse(value, region or None)
    except phonenumbers.NumberParseException:
        digits = re.sub(r"\D", "", value).lstrip("0")
        return (digits,) if digits else ()
    national = phonenumbers.national_significant_number(number).lstrip("0")
    whole = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).lstrip("+")
    return (whole, national) if national else (whole,)


def joined_ends(code: str) -> Iterator[str]:
    """`code` as one word from each of its parts on: hhzq4711 and zq4711, with Cyrillic look-alikes also in Latin letters."""
    parts = re.findall(r"[^\W\d_]+|\d+", fold(code))
    for at in range(len(parts)):
        joined = "".join(parts[at:])
        if len(joined) < SHORTEST_CODE:
            return
        yield joined
        if (plain := plain_letters(joined)) != joined:
            yield plain


def asked(question: str) -> list[str]:
    """The forms that `question` may be as a whole: a code in one word, the digits of a telephone number."""
    whole = compact(question)
    forms = [whole, plain_letters(whole)] if any(sign.isdigit() for sign in whole) else [whole]
    if DIALLED.fullmatch(question):
        digits = re.sub(r"\D", "", question.replace(TRUNK, ""))
        if len(digits) >= FEWEST_DIGITS:
            forms.append(digits.lstrip("0"))
            if len(digits) == RUSSIAN and digits.startswith("8"):
                forms.append(digits[1:])
    return [form for form in dict.fromkeys(forms) if len(form) > 1]
