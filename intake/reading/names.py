"""People's names in one cell: form of address, order, several of them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fleetportal.core.db.folding import fold
from intake.reading.cells import is_nobody
from intake.reading.degrees import ADDRESSES, INITIALS, NOBLE, is_before, is_behind, is_only_degrees, is_suffix, parted
from intake.reading.wordlists import alternatives, lists, terms

FIRST_LAST, LAST_FIRST, EACH = "first", "last", "each"  # given name first, surname first, or each name as it shows itself
GIVEN = terms("names", "given")  # the commonest: enough to decide by majority whether a column writes them first or last
SURNAMES_TOO = terms("names", "surname too")  # of these
PARTICLES = frozenset(lists("names")["particle"])
PATRONYMIC = re.compile(r"(вич|вна|ична|инична|ич|кызы|оглы)$", re.IGNORECASE)
POOL = re.compile(rf"^(?:{alternatives('cells', 'pool')}|(?:{alternatives('cells', 'pool alone')})$)(?![\w-])")
SPLIT_PEOPLE = re.compile(r"\s*(?:;|\n|\||:::|/| und | u\.? | and | e | и | & | \+ )\s*")
SURNAME_FIRST = re.compile(r"([^\W\d][\w'’-]*)\s*;\s*([^\W\d][\w'’-]*)")  # "Kern; Anna" is one person
IN_TIME = rf"\b(?:{alternatives('title_words', 'in time')})\s+(?:\d{{1,2}}[./-])?\d{{1,2}}[./-]\d{{2,4}}\b:?"
REMARK = re.compile(rf"[(\[].+?[)\]]|(?i:{IN_TIME})")
BEHIND = re.compile(r"\s*(?:,|\s[-–—]\s)\s*([^,;/|\n]+?)\s*(?=[;/|\n]|$)")  # what follows a name up to the next one
JOBS, JOB_ENDINGS = terms("cells", "job"), tuple(terms("cells", "job ending"))
BRACKETS = re.compile(r"\s*[(\[].*?[)\]]\s*")


@dataclass(frozen=True)
class Name:
    """A person's name taken apart."""

    first: str = ""
    last: str = ""
    title: str = ""

    def __bool__(self) -> bool:
        return bool(self.first or self.last)


def split(text: str, *, order: str = FIRST_LAST) -> Name:
    """The name in `text`; "Voss, Henrik" and a Russian patronymic show their order themselves, else it is `order`."""
    text = BRACKETS.sub(" ", text).strip(" ,;") if not BRACKETS.fullmatch(text) else text
    text = without_jobs(text)
    last = text.rpartition(" ")[2]
    text = text if INITIALS.match(last) or is_behind(last) or is_suffix(last) else text.rstrip(" ,;.")
    titles, words, suffix = parted(text)
    title, joined = " ".join(titles)[:40], " ".join(words)
    if suffix:
        whole = split(joined, order=order)
        return Name(whole.first, f"{whole.last} {suffix}", title or whole.title)
    if "," in joined:
        surname, _comma, first = joined.partition(",")
        more, first_words = address_of(first.strip())
        between, surname = without_degrees(surname)
        return Name(" ".join(first_words), surname, title or more or between)
    if len(words) > 2 and fold(words[0]) in NOBLE and order == FIRST_LAST:
        rest = split(" ".join(words[1:]), order=order)
        return Name(rest.first, f"{words[0]} {rest.last}", title)
    if len(words) == 1:
        return Name("", words[0], title)
    if not words:
        return Name("", "", title)
    order = order_in(words) if order == EACH else order
    if by_itself := shown_by(words, order):
        return Name(*by_itself, title)
    if INITIALS.match(words[-1]) and not INITIALS.match(words[0]):
        order = LAST_FIRST  # "Петрова О.С.", "Rossi M."
    cut = surname_in(words, order)
    if order == LAST_FIRST:
        return Name(" ".join(words[cut:]), " ".join(words[:cut]), title)
    return Name(" ".join(words[:cut]), " ".join(words[cut:]), title)


def shown_by(words: Sequence[str], order: str) -> tuple[str, str] | None:
    """(given name, surname) where particles or a patronymic show the order: "van den Berg", "De Luca Marco", "Иванов Иван Петрович"."""
    if (start := particles_before(words)) and order == FIRST_LAST:
        return " ".join(words[start + 1 :]), " ".join(words[: start + 1])
    if len(words) == 3 and PATRONYMIC.search(words[2]) and not PATRONYMIC.search(words[1]):
        return f"{words[1]} {words[2]}", words[0]
    if len(words) == 3 and PATRONYMIC.search(words[1]):
        return f"{words[0]} {words[1]}", words[2]
    return None


def particles_before(words: Sequence[str]) -> int:
    """How many particles a name begins with, 0 where the first may be a given name ("Van", "Al", "Ten")."""
    small = next((place for place, word in enumerate(words[:-1]) if word.casefold() not in PARTICLES), len(words) - 1)
    certain = small > 1 or words[0].islower() or fold(words[0]) in ("de", "di", "del", "della", "lo", "dal", "dalla", "von", "zu", "zur")
    return small if certain else 0


def without_degrees(text: str) -> tuple[str, str]:
    """(degrees, the rest) of a given name or surname by itself: "Dr. Anna", "Kern, M.Sc.", "Kern Dr."."""
    titles, words, suffix = parted(text.strip())
    while len(words) > 1 and is_before(words[-1]) and "." in words[-1]:
        titles.append(words.pop())
    return " ".join(titles)[:40], " ".join([*words, suffix]).strip(" ,")


def surname_in(words: list[str], order: str) -> int:
    """Where the surname ends, or begins if the given name comes first: its particles belong to it ("von der Heide", "De Luca")."""
    small = [word.casefold() in PARTICLES or fold(word) in NOBLE for word in words]
    if order == FIRST_LAST:
        return next((place for place in range(1, len(words) - 1) if small[place]), len(words) - 1)
    cut = 1
    while cut < len(words) - 1 and small[cut - 1]:
        cut += 1
    return min(cut, next((place for place in range(cut, len(words)) if INITIALS.match(words[place])), cut))


def address_of(text: str) -> tuple[str, list[str]]:
    """(form of address with degrees, the words of the bare name)."""
    titles, words, suffix = parted(text)
    return " ".join(titles)[:40], [*words, suffix] if suffix else words


def is_pool(text: str) -> bool:
    """True where a cell for a person says that the vehicle has none of its own: "Pool Werkstatt", "diverse Fahrer", "Ersatzwagen 2"."""
    folded = fold(text)
    if not POOL.match(folded):
        return False
    after = folded.partition(",")[2].split()
    return not (after and after[0] in GIVEN)  # "Pool, Hans" is somebody


def several(text: str) -> list[str]:
    """The people in one cell; a comma parts them only where each part is a whole name."""
    bare = without_remarks(text)
    if (turned := SURNAME_FIRST.fullmatch(bare)) and fold(turned[2]) in GIVEN and fold(turned[1]) not in GIVEN:
        bare = f"{turned[1]}, {turned[2]}"
    parts = [part for part in SPLIT_PEOPLE.split(bare) if part] if not is_nobody(text) else []
    found: list[str] = []
    for part in parts:
        pieces = with_degrees([piece.strip() for piece in part.split(",") if piece.strip()])
        whole = len(pieces) > 1 and all(len(address_of(piece)[1]) > 1 for piece in pieces)
        found.extend(pieces if whole or len(pieces) > 2 else [part])
    named = (person.strip() for person in found)
    return [person for person in named if person and not is_nobody(person) and not is_pool(person) and not is_address_alone(person)]


def is_address_alone(text: str) -> bool:
    """True for "Herr" or "Herr/Frau", beside which no name stands."""
    words = text.replace("/", " ").split()
    return bool(words) and all(fold(word.strip(".")) in ADDRESSES or word.casefold() in ADDRESSES for word in words)


def without_remarks(text: str) -> str:
    """The names in a cell without what stands in brackets, without since or until when they drive, and without their jobs."""
    return without_jobs(REMARK.sub(" ", text).strip(" ,:")) or text


def without_jobs(text: str) -> str:
    return BEHIND.sub(lambda found: "" if is_job(found[1]) else found[0], text)


def jobs_in(text: str) -> list[str]:
    """The jobs behind names: "Tom Berg, Geschäftsführer"."""
    return [behind for behind in BEHIND.findall(text) if is_job(behind)]


def is_job(text: str) -> bool:
    """True for the name of a job; in "Kern, Anna" a given name follows."""
    words = fold(text).replace("-", " ").split()
    return any(word in JOBS or word.endswith(JOB_ENDINGS) for word in words) and GIVEN.isdisjoint(words)


def with_degrees(pieces: list[str]) -> list[str]:
    """The pieces between commas; degrees belong to whoever stands before them."""
    found: list[str] = []
    for piece in pieces:
        if found and (is_only_degrees(piece) or is_suffix(piece)):
            found[-1] = f"{found[-1]}, {piece}"
        else:
            found.append(piece)
    return found


def order_of(values: Iterable[str], *, title_says: str | None) -> str:
    """How a column writes its names: by the commonest given names in it, else as its title says, else given name first."""
    front = back = asked = 0
    for value in values:
        words = address_of(value)[1]
        if len(words) > 1 and "," not in value:
            asked += 1
            front += 2 if len(words) == 3 and PATRONYMIC.search(words[1]) else fold(words[0]) in GIVEN
            back += 2 if len(words) == 3 and PATRONYMIC.search(words[2]) else fold(words[-1]) in GIVEN
    if (front + back >= 3 or front + back >= asked * 0.5 > 0) and max(front, back) >= 2 * min(front, back):
        if front + back < 3 and front + back < asked and not title_says:
            return EACH  # one name does not decide for the others
        return FIRST_LAST if front > back else LAST_FIRST
    return title_says or (EACH if min(front, back) else FIRST_LAST)


def order_in(words: Sequence[str]) -> str:
    """How a name by itself is written: surname first only where a common given name, which is no surname, stands at its end alone."""
    at_the_end = fold(words[-1]) in GIVEN and fold(words[-1]) not in SURNAMES_TOO
    return LAST_FIRST if at_the_end and fold(words[0]) not in GIVEN else FIRST_LAST


def title_order(words: str) -> str | None:
    """What a title like "cognome e nome" or "Vor- und Nachname" says about the order."""
    if words in ("фио", "ф и о") or words.startswith("фио "):  # surname, given name, patronymic
        return LAST_FIRST
    last = [words.find(word) for word in ("cognome", "nachname", "surname", "last", "фамилия", "familienname") if word in words]
    first = [words.find(word) for word in (" nome", "vorname", "vor ", "first", "имя", "given") if word in f" {words}"]
    if not last or not first:
        return None
    return LAST_FIRST if min(last) <= min(first) else FIRST_LAST


def looks_like_person(text: str) -> bool:
    """True where `text` could be a person's name: two to five words, letters only, most in capitals first."""
    words = address_of(text.replace(",", " "))[1]
    if not 2 <= len(words) <= 5 or any(sign.isdigit() for sign in text):
        return False
    return all(
        word[0].isupper() or word.lower() in ("von", "van", "de", "der", "di", "da", "la", "dal", "zu", "bin", "al")
        for word in words
        if word
    )
