"""Small numbers spelt out in sentences, and strangers' words in letters."""

import re
import unicodedata

from django.utils import formats
from django.utils.text import capfirst
from django.utils.translation import pgettext

JOINERS = "\u200c\u200d"  # inside words of some scripts


def number(count: int) -> str:
    """ "seven" up to twelve, "1,204" above; for two or more (one has its own sentence through ngettext)."""
    spelt = {
        2: pgettext("number", "two"),
        3: pgettext("number", "three"),
        4: pgettext("number", "four"),
        5: pgettext("number", "five"),
        6: pgettext("number", "six"),
        7: pgettext("number", "seven"),
        8: pgettext("number", "eight"),
        9: pgettext("number", "nine"),
        10: pgettext("number", "ten"),
        11: pgettext("number", "eleven"),
        12: pgettext("number", "twelve"),
    }
    return spelt.get(count) or formats.number_format(count, use_l10n=True, force_grouping=True)


def opening(count: int) -> str:
    """A number at the beginning of a sentence: "Seven"."""
    return capfirst(number(count))


def unlinked(text: str) -> str:
    """`text` in one line, without invisible signs, and with a space after each dot inside a word, so that no mail program makes a
    link of it."""
    seen = "".join(sign for sign in text if sign in JOINERS or not unicodedata.category(sign).startswith("C") or sign.isspace())
    return re.sub(r"\.(?=\w)", ". ", " ".join(seen.split()))
