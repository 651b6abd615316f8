"""Detects which old Latin code page a text is in: by its letters in each of them, and by the neighbouring letters.

Most bytes are a letter in each of them. The word decides: "Però" in one is "Perň" in another, and no language has a consonant
there.
"""

import codecs
import re
from itertools import islice

NAMES = ("cp1252", "cp1250", "iso8859_15", "iso8859_2", "cp1254", "mac_roman", "cp850", "cp852")  # the first wins a draw
WINDOWS = ("cp1252", "cp1250")
VOWELS = frozenset("aeiouyäöüàáâãåæèéêëìíîïòóôõøùúûýÿœăąěęőůűı")
WESTERN = frozenset("äöüßéèêëàâáåçñóòôíìîïúùûæøœãõÄÖÜÉÀÇÅØÆÈÊÁÓÍÚÑÂÎÔ")
EASTERN = frozenset("äöüßáéíóúýčďěňřšťůžąćęłńśźżőűăâîşţđľĺŕôëçÄÖÜÁÉÍÓÚÝČĎĚŇŘŠŤŮŽĄĆĘŁŃŚŹŻŐŰŞŢĐ")
TURKISH = frozenset("äöüçğışÄÖÜÇĞİŞ")
LETTERS = {  # the letters in the words of each
    "cp1252": WESTERN,
    "cp1250": EASTERN,
    "iso8859_15": WESTERN,
    "iso8859_2": EASTERN,
    "cp1254": TURKISH,
    "mac_roman": frozenset("äöüßéèêëàâáåçñóòôíìîïúùûæøœÄÖÜÉ"),
    "cp850": frozenset("äöüßéèêëàâáåçñóòôíìîïúùûæøÄÖÜÉ"),
    "cp852": EASTERN,
}
KNOWN = {"cp1252": 1.0, "cp1250": 1.0, "iso8859_15": 0.95, "iso8859_2": 0.95, "cp1254": 1.0, "mac_roman": 0.8, "cp850": 0.8, "cp852": 0.8}
ABROAD = frozenset("šŠžŽ")  # in foreign names, above all the make Škoda
FOREIGN = re.compile(r"[^\x00-\x7f]")
FORMS_EAST = re.compile(
    r"(?i)\b(?:sp\. ?z ?o\. ?o|s\. ?r\. ?o|a\. ?s\.|spol\.|d\. ?o\. ?o|j\. ?d\. ?o\. ?o|kft|zrt|nyrt|bt\.|s\. ?c\.|sp\. ?k|s\.a\.r\.l\.\.)"
    r"|\b(?:ulica|ul\.|miasto|nazwa|firmy|nip|regon|nazev|jmeno|prijmeni|mesto|ulice|dic|spz|rz|cegnev|rendszam|varos|utca|ime|grad|oras|"
    r"strada|judet)\b"
)
FORMS_WEST = re.compile(
    r"(?i)\b(?:s\. ?r\. ?l|s\. ?p\. ?a|s\. ?n\. ?c|s\. ?a\. ?s|sarl|eurl|s\. ?l\.|lda|gmbh|ohg|aps|a/s|ab|oy|asa)\b"
    r"|\b(?:ragione|sociale|comune|targa|cognome|nome|raison|soci.t.|immatriculation|pr.nom|empresa|ciudad|matr.cula|nombre|kennzeichen|"
    r"foretak|virksomhed)\b"
)
COUNTED = 20_000  # letters


def plausibility(sample: bytes, name: str) -> float:
    """How much the text looks like words in the code page `name`."""
    text = codecs.decode(sample, name, errors="replace")
    score = 0.0
    for found in islice(FOREIGN.finditer(text), COUNTED):
        place = found.start()
        score += worth(found[0], text[place - 1 : place], text[place + 1 : place + 2], name)
    return score + by_neighbours(text, name) + 2.0 * text.count("Škoda")


def worth(letter: str, before: str, after: str, name: str) -> float:
    """How much one non-ASCII letter and its neighbours count for the code page."""
    in_word = before.isalpha() or after.isalpha()
    if not letter.isalpha():
        return -2.0 if before.isalpha() and after.isalpha() and letter not in "’·" else -0.5 if in_word and letter not in QUOTES else 0.0
    if letter.isupper() and before.islower():
        return -1.5
    if not in_word:
        return 0.0
    found = KNOWN[name] if letter in LETTERS[name] or letter in ABROAD else -0.3
    found += by_sound(letter.lower(), before.lower(), after.lower())
    return found + by_habit(letter.lower(), before.lower(), after.lower())


QUOTES = frozenset("«»“”„‘’–—…€£®©™°§²³ªº¿¡·\u00a0")


def by_sound(letter: str, before: str, after: str) -> float:
    """A vowel between vowels, or a consonant between consonants, is unlikely; a word's first letter can precede either."""
    sides = [side for side in (before, after) if side.isalpha()]
    vowels = sum(side in VOWELS for side in sides)
    if letter in VOWELS:
        return -0.8 if len(sides) == 2 and vowels == 2 else -0.3 if vowels and len(sides) == 1 else 0.0
    if vowels:
        return 0.2 if len(sides) == 2 else 0.1
    return -0.2 if not before.isalpha() else -0.6


def by_habit(letter: str, before: str, after: str) -> float:
    """The usual positions of particular letters in their languages."""
    if letter in "ìòù":
        return 0.5 if not after.isalpha() and before.isalpha() else -0.6
    if letter in "àè":
        return 0.0 if after.isalpha() else 0.2
    if letter in "ñń":
        vowel_follows = bool(after) and after in VOWELS
        return (0.5 if vowel_follows else -0.8) if letter == "ñ" else (-0.8 if vowel_follows else 0.3)
    if letter in "ãă":
        portuguese = after in ("o", "e")
        return (0.4 if portuguese else -0.4) if letter == "ã" else (-0.5 if portuguese else 0.1)
    if letter in "ğđ":
        return 0.4 if letter == "ğ" and before in VOWELS else 0.0
    if letter in "ěů":
        return 0.3 if after.isalpha() else -0.2
    if letter == "õ":
        return 0.3 if after == "e" else -0.2
    if letter == "ý":
        return 0.0 if before.isalpha() else -1.0
    return USUAL.get(letter, 0.0)


USUAL = {**dict.fromkeys("äöüßé", 0.1), **dict.fromkeys("ĺŕ", -0.8), "i̇": 0.5, "ő": 0.1}


def by_neighbours(text: str, name: str) -> float:
    """What ASCII words such as legal forms and titles say about a text's origin. Only used to break ties."""
    if LETTERS[name] not in (WESTERN, EASTERN):
        return 0.0
    pattern = FORMS_WEST if LETTERS[name] is WESTERN else FORMS_EAST
    return min(1.2, 0.3 * sum(1 for _ in zip(pattern.finditer(text[:20_000]), range(4), strict=False)))
