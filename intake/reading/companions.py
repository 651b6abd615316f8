"""Several people in one row: "Primary contact", "Secondary contact" and "Secondary contact e-mail" are of two."""

from collections.abc import Sequence

from intake.reading.contents import Contents
from intake.reading.kinds import neutral
from intake.reading.vocabulary import CONTACT_WORDS, ORDER

FIRST = ("", "1", "first", "primary", "main", "haupt", "principale", "основной", "1st", "erster")
OWN = ("person.name", "person.last_name", "drivers")


def people_of(words: Sequence[str], options: list[dict[str, float]], contents: Sequence[Contents]) -> list[int]:
    """Whom each column is about, 0 for the row's first person; the meanings of the others' columns are made theirs."""
    orders = [order_in(title) for title in words]
    named: dict[str, list[int]] = {}
    for index, title in enumerate(words):
        if is_contact(title) and contents[index].person > 0.3 and not options[index]:
            options[index] = {"person.name": 0.7}
        if any(options[index].get(key, 0) >= 0.4 for key in OWN):
            named.setdefault(orders[index], []).append(index)
    first = next((order for order in FIRST if order in named), next(iter(named), ""))
    whose = [0] * len(words)
    for number, order in enumerate((order for order in named if order != first), start=1):
        theirs = [index for index in range(len(words)) if order and orders[index] == order and own(options[index])]
        if len(theirs) > len(named[order]) or is_contact(words[named[order][0]]):
            for index in theirs:
                options[index], whose[index] = own(options[index]), number
    return whose


def order_in(title: str) -> str:
    """The word of a title that says of which of several people it is, "" where none does."""
    words = title.split()
    pairs = zip(words, [*words[1:], ""], strict=False)
    return next((word for word, after in pairs if word in ORDER and (word not in GIVEN or after not in NAMES)), "")


NAMES = frozenset(("name", "names", "nome"))
GIVEN = frozenset(("first", "second"))  # "first name" is of nobody in particular


def is_contact(title: str) -> bool:
    """True where a title says a contact and which one, and no more."""
    words = [word for word in title.split() if word not in NAMES]
    return any(word in CONTACT_WORDS for word in words) and all(word in CONTACT_WORDS or word in ORDER for word in words)


def own(option: dict[str, float]) -> dict[str, float]:
    """What the column can mean if it is about a person."""
    theirs = {"person.name" if key == "drivers" else neutral(key, "person"): sure for key, sure in option.items()}
    return {key: sure for key, sure in theirs.items() if key.startswith("person.")}
