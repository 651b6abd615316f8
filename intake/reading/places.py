"""Countries and addresses, as cells hold them."""

import re
from functools import lru_cache

from babel import Locale

from fleetportal.core.db.folding import fold
from intake.reading.cells import line_of
from intake.reading.wordlists import spellings


@lru_cache(maxsize=1)
def countries() -> dict[str, str]:
    """Folded names of countries in many languages, and codes, to the two-letter code."""
    names: dict[str, str] = {}
    for language in (
        "en",
        "de",
        "it",
        "ru",
        "fr",
        "es",
        "nl",
        "pl",
        "cs",
        "da",
        "sv",
        "nb",
        "fi",
        "pt",
        "hu",
        "sl",
        "hr",
        "lt",
        "lv",
        "et",
        "ro",
        "bg",
        "el",
        "tr",
        "uk",
    ):
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in ("EU", "UN", "EZ", "ZZ", "XA", "XB"):
                names.setdefault(fold(name), code)
                names.setdefault(fold(name.partition("(")[0]), code)
                names.setdefault(code.lower(), code)
    names.update(spellings("countries"))
    return names


def country(cell: object) -> str:
    """The two-letter code of the country, or "" where none is meant."""
    text = fold(line_of(cell)).strip(" .,()")
    return (
        official(text)
        or countries().get(text)
        or countries().get(text.partition("(")[0].strip())
        or countries().get(text.replace(" and ", " & "))
        or ""
    )


OFFICIAL = re.compile(
    r"^(?:the )?(?:(?:federal|islamic|democratic) )*"
    r"(?:(?:republic|kingdom|principality|commonwealth|federation|grand duchy|state|confederation) of(?: the)?"
    r"|republik|konigreich|furstentum|grossherzogtum|bundesrepublik|repubblica(?: federale)?(?: di| del| d')?|regno (?:di|del|d')"
    r"|republique(?: de| du| d')?|republica(?: de| del)?|республика|королевство)\s*(.+)$"
)  # "Republic of Korea", "Republik Österreich", "Repubblica di San Marino"


def official(text: str) -> str:
    """The code of a country called by its official name, folded; "" for other names."""
    if text in countries():
        return ""
    found = OFFICIAL.match(text)
    return countries().get(found[1].strip(), "") if found else ""


POSTCODE_FIRST = re.compile(
    r"^(?:([A-Z]{1,3})[- ]{1,3})?(\d{2}-\d{3}|\d{4}-\d{3}|\d{3}-\d{4}|\d{4,6}(?: ?[A-Z]{2}\b)?|\d{3} \d{2}|[A-Z]{2}-\d{4,5})[ ,]+(\D.*)$"
)
CODES = r"\d{2}-\d{3}|\d{4}-\d{3}|\d{3} \d{2}|\d{4} ?[A-Z]{2}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{4,6}(?:-\d{3,4})?"
POSTCODE_LAST = re.compile(rf"^(.*?)[ ,]+([A-Z]{{2}}[ ,]+\d{{5}}(?:-\d{{4}})?|{CODES})$", re.IGNORECASE)
POSTCODE_ALONE = re.compile(rf"^(?:[A-Z]{{1,2}}[- ])?({CODES}|[A-Z]{{2}} \d{{5}}(?:-\d{{4}})?)$", re.IGNORECASE)


def split_city(text: str) -> tuple[str, str]:
    """(postcode, city) of a line like "98156 Grimaldi", "D-13627 Berlin" or "Plainview NY 11803"."""
    if found := POSTCODE_FIRST.match(text):
        return found[2], found[3].strip(" ,")
    if found := POSTCODE_ALONE.match(text):
        return found[1], ""
    if found := POSTCODE_LAST.match(text):
        return found[2].replace(",", " "), found[1].strip(" ,")
    return "", text


def split_address(text: str) -> dict[str, str]:
    """Street, postcode, city and country of an address on one or several lines; what is between them belongs to the street."""
    lines = [line.strip(" ,") for line in text.split("\n") if line.strip(" ,")]
    if len(lines) == 1:
        lines = [part.strip() for part in lines[0].split(",") if part.strip()]
    found = {"street": "", "postcode": "", "city": "", "country": ""}
    if any(RUSSIAN_CITY.match(line) for line in lines):
        return russian_address(lines)
    if len(lines) == 1 and not any(sign.isdigit() for sign in lines[0]) and not looks_like_street(lines[0]):
        return {**found, "city": lines[0]}  # "Milano": where something is, and no more
    if len(lines) > 1 and country(lines[-1]):
        found["country"] = country(lines.pop())
    for place in range(len(lines) - 1, -1, -1):
        postcode, city = split_city(lines[place])
        alone = len(lines) == 1 and len(postcode) > 4 and not looks_like_street(lines[0])
        if postcode and (place or alone):
            found["postcode"] = postcode
            found["city"] = city or (lines[place - 1] if place > 1 else "")
            cut = place if city else place - 1 if place > 1 else place
            found["street"] = ", ".join(lines[:cut])
            return found
    if len(lines) > 1:
        found["city"] = lines.pop()
    found["street"] = ", ".join(lines)
    return found


RUSSIAN_CITY = re.compile(  # "г. Москва", and as 1C writes it "Москва г"
    r"(?i)^(?:(?:г|гор|город|пос|п|с|дер|пгт)\.?\s+[А-ЯЁ][\w -]+|[А-ЯЁ][а-яё-]+(?: [А-ЯЁ][а-яё-]+)?\s(?:г|гор|пос|п|с|дер|пгт)\.?)$"
)
BESIDE_CITY = re.compile(r"(?i)^(?:г|гор|город|пос|п|с|дер|пгт)\.?\s+|\s(?:г|гор|пос|п|с|дер|пгт)\.?$")


def russian_address(lines: list[str]) -> dict[str, str]:
    """The largest comes first: 127018, г. Москва, ул. Складочная, д. 1."""
    place = next(at for at, line in enumerate(lines) if RUSSIAN_CITY.match(line))
    postcode = next((line for line in lines if re.fullmatch(r"\d{6}", line)), "")
    return {
        "street": ", ".join(lines[place + 1 :]),
        "postcode": postcode,
        "city": BESIDE_CITY.sub("", lines[place]),
        "country": "RU",
    }


STREET = re.compile(
    r"(?i)\b(rue|avenue|av\.?|chemin|boulevard|blvd|street|st\.|road|rd\.?|lane|drive|way|court|square|stra(ß|ss)e|str\.|weg|platz|allee|"
    r"gasse|ring|via|viale|piazza|corso|vicolo|largo|ul\.|ул\.?|улица|проспект|пр-т|переулок|calle|plaza)\b"
    r"|stra(ß|ss)e\b|str\.|weg \d|platz \d"
    r"|\bst\.?$|\b(?:ave|hwy|pkwy|rte?|cir|ct|pl|dr|ln|blvd)\.?$|\b[NSEW]\. \w"
    r"|\b(?:avenida|rua|praça|utca|ulica|ulice|gade|vej|gata|straat|laan|kuja|katu)\b"
)


def looks_like_street(text: str) -> bool:
    return bool(STREET.search(text))
