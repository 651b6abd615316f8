"""How people title their columns, in the languages under `data/`. A phrase is folded: small letters, no accents, single blanks."""

import re
import unicodedata
from functools import cache, lru_cache

from fleetportal.core.db.folding import fold
from fleetportal.core.registry import Registry
from intake.reading.asides import is_aside
from intake.reading.wordlists import choices, lists, pattern, terms

ELSEWHERE = terms("title_words", "elsewhere")  # places a fact at home, at a third party or nowhere: not the phone we look for
DRIVER_WORDS = lists("title_words")["driver"]
USER_WORDS = lists("title_words")["user"]
CONTACT_WORDS = terms("title_words", "contact")
ORDER = terms("title_words", "which")  # which of several people of a row a column is about
PERIOD_WORDS = pattern("title_words", "period")
COUNT_WORDS = pattern("title_words", "count")
TRIP_WORDS = pattern("title_words", "trip")
DEAL_WORDS = pattern("title_words", "deal")

SPLIT_CAMEL = re.compile(r"(?<=[a-zа-яё0-9])(?=[A-ZА-ЯЁ])|(?<=[A-Z])(?=[A-Z][a-z])")
OF_ANOTHER = re.compile(r"(?i)[_ ]id(?=[/.][a-z])|__[cr](?![a-z])")
ELIDED = re.compile(r"(?<=[^\W\d_])['’`´](?=[^\W\d_]{2})")  # "dell'azienda" is two words, "driver's" is one
NO_WORD = re.compile(r"[^\w]+", re.UNICODE)
FILLERS = terms("title_words", "filler")


def words_of(title: object) -> str:
    """A title as the vocabulary writes it: "BillingPostalCode" and "Kenn-⏎zeichen" become "billing postal code" and "kennzeichen"."""
    text = unicodedata.normalize("NFKC", str(title)).replace("№", " no ").replace("#", " no ").replace("USt", "Ust").replace("MwSt", "Mwst")
    text = re.sub(r"-\s*\n\s*", "", text).replace("%", " percent ")
    text = ELIDED.sub(" ", text)
    text = OF_ANOTHER.sub("", text)  # "driver_id/name", "Driver__r.Name": the driver's name
    text = SPLIT_CAMEL.sub(" ", text.replace("_", " "))
    return " ".join(NO_WORD.sub(" ", fold(text)).split())


nouns: Registry[str] = Registry("nouns that titles tell of")
LEFT_OUT = "left out"  # known, and not taken: the page says so instead of guessing


@cache
def phrases() -> dict[str, list[str]]:
    """What each phrase of the vocabulary means: a column's meaning or a neutral word, the likeliest first."""
    found: dict[str, list[str]] = {}
    for name in (*nouns, "any"):
        for key, titles in lists(f"titles/{name}").items():
            for title in titles if key != LEFT_OUT else ():
                means = found.setdefault(in_words(title), [])
                means += [key] if key not in means else []
    return found


@cache
def longest() -> int:
    return max(len(phrase.split()) for phrase in phrases())


@cache
def compounds() -> dict[str, int]:
    """Single words that German compounds may begin or end with, each with its place among them."""
    found = (
        phrase for phrase, keys in phrases().items() if len(phrase) >= PART and " " not in phrase and keys[0].partition(".")[0] in PARTS
    )
    return {phrase: place for place, phrase in enumerate(found) if phrase != "status"}


def forget() -> None:
    """The phrases are read anew: another noun came."""
    for kept in (phrases, longest, compounds, by_beginning, abbreviated, meanings):
        kept.cache_clear()


def in_words(phrase: str) -> str:
    return " ".join(NO_WORD.sub(" ", fold(ELIDED.sub(" ", phrase))).split())


IGNORED_PHRASES = frozenset(map(in_words, lists("titles/any")[LEFT_OUT]))
GROUPS = {in_words(phrase): noun for noun, found in choices("title_words", "group").items() for phrase in found}
PART = 6  # letters of a part of a compound at least
PARTS = ("company", "vehicle", "person", "email", "phone", "mobile", "street", "city", "postcode")


@lru_cache(maxsize=4096)
def meanings(words: str) -> tuple[tuple[str, float], ...]:
    """(field or neutral word, how sure 0..1), best first, for a title in words."""
    if not words:
        return ()
    found: dict[str, float] = {}
    if words not in phrases() and (dated := DATED.match(words)):
        words = dated[1]
    tokens = words.split()
    short = " ".join(token for token in tokens if token not in FILLERS) or words
    elsewhere = ELSEWHERE.intersection(tokens)
    for phrase, sure in ((words, 1.0), (short, 0.95)):
        for place, key in enumerate(phrases().get(phrase, ())):
            found[key] = max(found.get(key, 0), sure - place * 0.03)
    if words in IGNORED_PHRASES or short in IGNORED_PHRASES:
        found.setdefault("", 0.97 if not found else 0.5)
    if not found and (numbered := NUMBERED.match(words)):
        found.update(of_number(numbered[1]))
    if not found and not elsewhere:
        found.update(glued(words) or abbreviated(words))
    if not found and not elsewhere:
        found.update(of_person(tokens) or within(short.split()) or within(tokens))  # a filler may be part of a word: e mail
        aside = [key for key in found if is_aside(key, words) or (key == "person.name" and MAILED.intersection(tokens))]
        found = {"": 0.5} if aside else found
    if not found and (elsewhere or ASIDE.intersection(tokens)):
        found[""] = 0.5  # whatever its cells look like
    return tuple(sorted(found.items(), key=lambda pair: -pair[1]))


DATED = re.compile(
    r"^(\D*?[^\W\d]{2}.*?)(?: (?:a|al|alla data|per|zum|am|vom|as of|as at|at|on|na|на|по состоянию на|на дату))?"
    r"(?: \d{4} \d{1,2} \d{1,2}| \d{1,2} \d{1,2} (?:\d{4}|\d{2})| \d{1,2} 20\d{2})(?: г)?$"
)  # "Km al 31/10/2026": what the title means does not hang on the day


def day_in(words: str) -> tuple[int, ...]:
    """(year, month, day) that a title ends with, () where it names none."""
    if not DATED.match(words):
        return ()
    numbers = [int(token) for token in words.split() if token.isdigit()][-3:]
    numbers = numbers if numbers[0] > 1000 else numbers[::-1]
    return (numbers[0] + 2000 if numbers[0] < 100 else numbers[0], *numbers[1:])


GLUED = re.compile(r"^(.*[^\W\d_]) ?(\d)$")
BEGINNING = 3  # letters of an abbreviated word at least


def glued(words: str) -> dict[str, float]:
    """What a title with a digit behind it means: "Firma1" and "Tel1" are the first, "Tel2" is one more where there may be several."""
    found = GLUED.match(words)
    stem = found[1] if found else ""
    keys = phrases().get(stem, [])
    if not found or not keys:
        return {}
    several = keys[0] in REACHED_BY
    return dict.fromkeys(keys[:1], 0.9) if found[2] in "01" or several else {}


@lru_cache(maxsize=2048)
def abbreviated(words: str) -> dict[str, float]:
    """What an abbreviated title means, where its words begin those of phrases with one meaning: "denom soc", "erstzulass"."""
    tokens = words.split()
    if any(len(token) < BEGINNING for token in tokens):
        return {}
    least = 5 if len(tokens) == 1 else BEGINNING
    if len(tokens[0]) < least:
        return {}
    keys = {phrases()[phrase][0] for phrase in beginning_like(tokens[0], len(tokens)) if begins(phrase, tokens)}
    if not keys and len(tokens) > 1:  # of a compound: "Lief.dat."
        parts = re.compile("".join(rf"{re.escape(token)}\w*?" for token in tokens) + "$")
        keys = {phrases()[phrase][0] for phrase in beginning_like(tokens[0], 1) if parts.match(phrase)}
    return dict.fromkeys(keys, 0.8) if len(keys) == 1 and not keys & {"", LEFT_OUT} else {}


def begins(phrase: str, tokens: list[str]) -> bool:
    """True where each token begins a word of the phrase, one after the other."""
    return all(word.startswith(token) for word, token in zip(phrase.split(), tokens, strict=True))


def beginning_like(token: str, length: int) -> list[str]:
    """The phrases of that many words whose first letters are those of `token`."""
    return by_beginning().get((length, token[:BEGINNING]), [])


@cache
def by_beginning() -> dict[tuple[int, str], list[str]]:
    """The phrases by their number of words and their first letters."""
    found: dict[tuple[int, str], list[str]] = {}
    for phrase in phrases():
        found.setdefault((len(phrase.split()), phrase[:BEGINNING]), []).append(phrase)
    return found


MAILED = frozenset(("mail", "email", "telefon", "phone"))  # "E-mail 2 Display Name" names nobody


NUMBERED = re.compile(r"^(.+?) ?([2-9])$")


def of_number(stem: str) -> dict[str, float]:
    """What the second and later of numbered columns hold: "Fahrer 2" is one more driver."""
    return {"drivers": 0.9} if "person.name" in phrases().get(stem, ()) else {}


def of_person(tokens: list[str]) -> dict[str, float]:
    """What a title says beside who drives or uses: "driver first" is a given name, "тел водителя" a telephone."""
    rest = [token for token in tokens if token not in CONTACT_WORDS and not token.startswith((*DRIVER_WORDS, *USER_WORDS))]
    if len(rest) == len(tokens):
        return {}
    keys = phrases().get(" ".join(rest)) or phrases().get(" ".join(token for token in rest if token not in ORDER)) or []
    return dict.fromkeys([OF_PERSON[key] for key in keys if key in OF_PERSON][:1], 0.9)


OF_PERSON = {
    "phone": "phone",
    "mobile": "mobile",
    "email": "email",
    "id": "person.id",
    "name": "person.name",
    "person.name": "person.name",
    "person.first_name": "person.first_name",
    "person.last_name": "person.last_name",
    "person.id": "person.id",
    "person.private_phone": "person.private_phone",
    "person.private_email": "person.private_email",
    "person.job_title": "person.job_title",
    "person.salutation": "person.salutation",
    "person.born_on": "person.born_on",
}

ASIDE = terms("title_words", "aside")  # the column is about something else than the phrase beside them: "E-mail type"
ALONE = terms("title_words", "alone")  # phrases that mean something only where they are the whole title


ALONE_KEYS = frozenset(("id", "name", "title", "type", "day"))  # meanings of titles that say no more
REACHED_BY = frozenset(("phone", "mobile", "email"))
FACTS_OF = REACHED_BY | {"address", "street", "postcode", "city", "country", "website"}  # of whomever the title names beside them


def within(tokens: list[str]) -> dict[str, float]:
    """What the longest known phrase inside the title means: "Targa del veicolo aziendale" holds "targa"."""
    if ASIDE.intersection(tokens):
        return {}
    for length in range(min(len(tokens), longest()), 0, -1):
        spans = [" ".join(tokens[start : start + length]) for start in range(len(tokens) - length + 1)]
        spans.sort(key=lambda span: not FACTS_OF.intersection(phrases().get(span, ())))  # "driver mobile" is a number, not a driver
        for phrase in spans:
            keys = [] if phrase in ALONE else [key for key in phrases().get(phrase, ()) if key not in ALONE_KEYS]
            if len(phrase) > 2 and phrase in IGNORED_PHRASES and not keys:
                return {"": 0.4}
            if keys and keys[0] in STRICT_BESIDE and not BESIDE.issuperset(rest_of(tokens, phrase)):
                return {"": 0.45}
            if keys and (len(phrase) > 3 or phrase in SHORT):
                share = length / len(tokens)
                return dict.fromkeys(keys, 0.35 + 0.4 * share)
    return compound(tokens)


SHORT = frozenset(("vin", "fin", "vat", "инн", "plz", "фио", "ort", "cap", "zip"))  # that mean something beside others
STRICT_BESIDE = frozenset(("phone", "mobile", "email", "person.phone", "person.email", "person.mobile", "company.phone", "company.email"))
BESIDE = terms("title_words", "beside reach") | FILLERS | ORDER | CONTACT_WORDS | frozenset("0123456789")


def rest_of(tokens: list[str], phrase: str) -> list[str]:
    """The words of a title beside `phrase`; whoever drives or uses is no other party."""
    rest = " ".join(tokens).replace(phrase, " ", 1).split()
    return [token for token in rest if not token.startswith((*DRIVER_WORDS, *USER_WORDS))]


def compound(tokens: list[str]) -> dict[str, float]:
    """What a German compound ends or begins with, the longest part first: "leasingfahrzeugkennzeichen"."""
    for token in tokens:
        for length in range(len(token) - 3, PART - 1, -1):
            found = [phrase for phrase in (token[-length:], token[:length]) if phrase in compounds()]
            if found:
                return {phrases()[min(found, key=compounds().__getitem__)][0]: 0.5}
    return {}
