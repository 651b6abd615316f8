"""Folded text: the form of a name that search, uniqueness, duplicate look-ups and sorting use."""

import re
import unicodedata
from functools import lru_cache

SHORT_I = "\u0438\u0306"  # й decomposed: a letter of its own, not an и with an accent

JOINING = re.compile("[\u0027\u2018\u2019\u02bc\u0060\u00b4\u200b-\u200d\ufeff]")

REMEMBERED = 100  # characters; longer texts are not repeated

LOOK_ALIKES = str.maketrans("авекмнорстухіј", "abekmhopctyxij")  # Cyrillic letters of plates and their Latin look-alikes

COMBINING = re.compile("[\u0300-\u036f]")


def fold(text: str) -> str:
    """`text` as search, uniqueness, duplicate look-ups and sorting use it: lower case, no accents, ё as е, ß as ss, single spaces.

    SQLite finds neither «иванов» nor «überland» by `icontains`, so people's names are always compared folded.
    """
    return folded(text) if len(text) <= REMEMBERED else folded.__wrapped__(text)


@lru_cache(maxsize=16_384)  # an import looks up the same name about forty times
def folded(text: str) -> str:
    """As `fold`; the result is remembered for the next time."""
    text = JOINING.sub("", text.replace("\x00", ""))  # before NFKC, which turns ´ into a space
    if text.isascii():  # the same result in a tenth of the time: imports fold plates, numbers and addresses by the hundred thousand
        return " ".join(text.lower().split())
    text = unicodedata.normalize("NFKC", text).casefold()
    text = unicodedata.normalize("NFD", text).replace(SHORT_I, "\ue000")
    text = COMBINING.sub("", text).replace("\ue000", "й")
    text = unicodedata.normalize("NFKC", text).casefold()
    for letter, plain in (("ł", "l"), ("ø", "o"), ("æ", "ae"), ("œ", "oe"), ("đ", "d"), ("ı", "i")):
        text = text.replace(letter, plain)
    return " ".join(JOINING.sub("", text).split())


def compact(text: str) -> str:
    """`text` folded, as one word: letters and digits only."""
    return "".join(sign for sign in fold(text) if sign.isalnum())


def plain_letters(folded: str) -> str:
    """Folded text with Cyrillic look-alikes as Latin letters, for codes: "а123вс77" is "a123bc77"."""
    return folded.translate(LOOK_ALIKES)
