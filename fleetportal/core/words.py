"""Small numbers spelt out in sentences."""

from django.utils import formats
from django.utils.text import capfirst
from django.utils.translation import pgettext


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
