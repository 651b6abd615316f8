"""Folded text: what search, uniqueness, duplicate look-up and sorting see of a name."""

import re
import unicodedata
from functools import lru_cache

SHORT_I = "\u0438\u0306"  # й taken apart: a letter of its own, not an и with an accent

JOINING = re.compile("[\u0027\u2018\u2019\u02bc\u0060\u00b4\u200b-\u200d\ufeff]")

REMEMBERED = 100  # signs; longer texts do not come again

COMBINING = re.compile("[\u0300-\u036f]")


def fold(text: str) -> str:
    """`text` as search, uniqueness, duplicate look-up and sorting see it: no case, no accents, ё as е, ß as ss, single blanks.

    SQLite finds neither «иванов» nor «überland» by `icontains`, so no human name is ever compared unfolded.
    """
    return folded(text) if len(text) <= REMEMBERED else folded.__wrapped__(text)


@lru_cache(maxsize=16_384)  # an import looks up the same name about forty times
def folded(text: str) -> str:
    text = JOINING.sub("", text.replace("\x00", ""))  # before NFKC, which makes a blank of ´
    if text.isascii():  # the same answer in a tenth of the time: imports fold plates, numbers and addresses by the hundred thousand
        return " ".join(text.lower().split())
    text = unicodedata.normalize("NFKC", text).casefold()
    text = unicodedata.normalize("NFD", text).replace(SHORT_I, "\ue000")
    text = COMBINING.sub("", text).replace("\ue000", "й")
    text = unicodedata.normalize("NFKC", text).casefold()
    for letter, plain in (("ł", "l"), ("ø", "o"), ("æ", "ae"), ("œ", "oe"), ("đ", "d"), ("ı", "i")):
        text = text.replace(letter, plain)
    return " ".join(JOINING.sub("", text).split())
