"""Several people in one row: "Primary contact", "Secondary contact" and "Secondary contact e-mail" are of two."""

from collections.abc import Sequence

from intake.reading.contents import Contents
from intake.reading.deciders import DECIDERS, NAMES, decider_in, is_decider
from intake.reading.kinds import neutral
from intake.reading.vocabulary import CONTACT_WORDS, DRIVER_WORDS, ORDER, USER_WORDS, meanings

FIRST = ("", "1", "first", "primary", "main", "haupt", "principale", "основной", "1st", "erster")
OWN = ("person.name", "person.last_name", "drivers")


def people_of(words: Sequence[str], options: list[dict[str, float]], contents: Sequence[Contents]) -> list[int]:
    """Whom each column is about, 0 for the row's first person; the meanings of the others' columns are made theirs."""
    orders = orders_of(words, contents)
    named: dict[str, list[int]] = {}
    for index, title in enumerate(words):
        if (is_contact(title) or is_decider(title)) and contents[index].person > 0.3 and (not options[index] or is_decider(title)):
            options[index] = {"person.name": 0.7}
        if any(options[index].get(key, 0) >= 0.4 for key in OWN):
            named.setdefault(orders[index], []).append(index)
    first = next((order for order in FIRST if order in named), next(iter(named), ""))
    whose = [0] * len(words)
    for number, order in enumerate((order for order in named if order != first), start=1):
        theirs = [index for index in range(len(words)) if order and orders[index] == order and own(options[index])]
        if len(theirs) > len(named[order]) or is_contact(words[named[order][0]]) or order in (CONTACT, *DECIDERS):
            for index in theirs:
                options[index], whose[index] = own(options[index]), number
    return whose


CONTACT = "contact"


def orders_of(words: Sequence[str], contents: Sequence[Contents]) -> list[str]:
    """Of which of several people each title is: by its own word, or by the person left of it where several are named."""
    orders = [decider_in(title) or order_in(title) for title in words]
    drivers = [any(word in title for word in (*DRIVER_WORDS, *USER_WORDS)) for title in words]
    if any(drivers):
        orders = [
            order or (CONTACT if CONTACT_WORDS.intersection(title.split()) else "") for order, title in zip(orders, words, strict=True)
        ]
    last = ""
    for index, title in enumerate(words):
        means = {key for key, _sure in meanings(title)}
        if orders[index] in (CONTACT, *DECIDERS) and (is_contact(title) or is_decider(title)) and contents[index].texts:
            last = orders[index]
        elif drivers[index] or {"person.name", "person.first_name", "company.name"} & means:
            last = ""
        elif last and not orders[index] and BELONGS & means:
            orders[index] = last
    return orders


BELONGS = frozenset(("phone", "mobile", "email", "person.job_title", "person.private_phone", "person.private_email"))


def order_in(title: str) -> str:
    """The word of a title that says of which of several people it is, "" where none does."""
    words = title.split()
    pairs = zip(words, [*words[1:], ""], strict=False)
    return next((word for word, after in pairs if word in ORDER and (word not in GIVEN or after not in NAMES)), "")


GIVEN = frozenset(("first", "second"))  # "first name" is of nobody in particular


def is_contact(title: str) -> bool:
    """True where a title says a contact and which one, and no more."""
    words = [word for word in title.split() if word not in NAMES]
    return any(word in CONTACT_WORDS for word in words) and all(word in CONTACT_WORDS or word in ORDER for word in words)


def own(option: dict[str, float]) -> dict[str, float]:
    """What the column can mean if it is about a person."""
    theirs = {"person.name" if key == "drivers" else neutral(key, "person"): sure for key, sure in option.items()}
    return {key: sure for key, sure in theirs.items() if key.startswith("person.")}
