"""Guesses the meaning of each column from its title and cells, and the kind of the sheet."""

from collections import Counter
from collections.abc import Sequence

from fleetportal.core.db.folding import fold
from intake.reading import corrections, dates, names, telephones
from intake.reading import fields as f
from intake.reading.asides import is_aside
from intake.reading.companions import people_of
from intake.reading.contents import Contents
from intake.reading.deciders import decider_in
from intake.reading.fitting import by_content, fit
from intake.reading.kinds import Evidence, SheetKind, fields, kinds, neutral
from intake.reading.refusing import refusal
from intake.reading.sheets import LIKELY, SAME, SURE, Guess, ImportColumn
from intake.reading.states import mark_states
from intake.reading.tables import Table
from intake.reading.vocabulary import CONTACT_WORDS, DRIVER_WORDS, GROUPS, USER_WORDS, meanings, words_of
from intake.reading.wordlists import by_language, terms

SAMPLES = 3
COUNTRIES = {"it": "IT", "ru": "RU", "de": "DE"}  # of the titles' language


def guess(table: Table) -> Guess:
    """The kind of `table` and the meaning of its columns."""
    language = language_of(table)
    country = COUNTRIES.get(language, "")
    contents = [Contents(table.column(index), country) for index in range(table.width)]
    country = country or ("GB" if any(content.british > 0.5 for content in contents) else "")
    titles = [words_of(title) for title in table.titles]
    options = [options_for(title, group, content) for title, group, content in zip(titles, table.groups, contents, strict=True)]
    corrections.correct(titles, options, contents)
    whose = people_of(titles, options, contents)
    kind = kind_for(Evidence.gather(titles, options, contents))
    if kind.noun == "vehicle":
        corrections.phones_of_drivers(options)
    keys = assign(options, contents, kind, table, whose)
    columns = [column_for(index, table, contents[index], keys[index], titles[index]) for index in range(table.width)]
    for column in columns:
        column.person = whose[column.index] if column.key else 0
    kind = next((one for one in kinds if one.marked_by and any(column.key == one.marked_by for column in columns)), kind)
    found = Guess(kind.name, columns, language=language, country=country)
    mark_states(found, titles, contents)
    found.refusal = refusal(found, table, titles, contents)
    found.asks_owner = kind.has_owner and not found.has("company.name", "company.vat", "company.id", "company.domain")
    settle_orders(found, table, contents)
    found.dials = dials_of(found, contents)
    return found


def dials_of(found: Guess, contents: Sequence[Contents]) -> list[str]:
    """The countries whose dialling codes the telephone numbers of the sheet begin with, the commonest first."""
    numbers = [
        text for column in found.columns if column.key and fields()[column.key].kind == f.PHONE for text in contents[column.index].texts
    ]
    codes = Counter(telephones.country_of(text) for text in numbers if text.startswith("+"))
    return [code for code, _count in codes.most_common() if code]


def kind_for(evidence: Evidence) -> SheetKind:
    """The first kind of sheet that the evidence speaks for."""
    return next(kind for kind in kinds if kind.leads(evidence))


def language_of(table: Table) -> str:
    """The language of the titles: enough to distinguish Italian numbers and Russian dates from English ones."""
    text = f" {' '.join(words_of(title) for title in [*table.titles, *table.groups])} {table.words} "
    if sum("а" <= sign <= "я" for sign in text) > len(text) * 0.2:
        return "ru"
    votes = {
        language: sum(f" {word} " in text or (word in text and len(word) > 6) for word in words)
        for language, words in LANGUAGE_WORDS.items()
    }
    best = max(votes, key=lambda language: votes[language])
    return best if votes[best] else "en"


LANGUAGE_WORDS = by_language("title_words", "language")


def groups_noun(group: str) -> str:
    return GROUPS.get(words_of(group), "") if group else ""


def options_for(words: str, heading: str, content: Contents) -> dict[str, float]:
    """What the column could mean, each with its likelihood: by the title first, then by the cells."""
    found = dict(meanings(words))
    group = groups_noun(heading) or (
        "person"
        if {"phone", "mobile", "email", "name"} & found.keys()
        and (any(word in words for word in (*DRIVER_WORDS, *USER_WORDS)) or CONTACT_WORDS.intersection(words.split()))
        else ""
    )
    if heading and max(found.values(), default=0.0) < 0.6:
        group_words = words_of(heading)
        ways = (dict(meanings(f"{group_words} {words}")), dict(meanings(f"{words} {group_words}")))
        together = max(ways, key=surest)
        found = together if surest(together) > surest(found) else found
    if heading:
        found = {key: sure for key, sure in found.items() if not is_day(key) or not is_aside(key, words_of(heading))}
    if group:
        found = {neutral(key, group): sure for key, sure in found.items() if neutral(key, group) or not key}
        if group == "person" and words in ("name", "nome", "имя", "nominativo"):
            found = {"person.name": 1.0}
    if "company.name" in found and words in KEEPERS and content.person > 0.5 and content.company < 0.2 and content.named > 0.15:
        found["person.name"] = found["company.name"] + 0.01
    few = len(content.texts) < FEW  # of which a wrong one must not outweigh the title
    checked = {key: sure * max(fit(key, content), 0.7 if few and sure > 0.9 and key not in STRICT else 0.0) for key, sure in found.items()}
    checked = {key: sure for key, sure in checked.items() if sure >= 0.25 or (key == "" and sure)}
    best = max((sure for key, sure in checked.items() if key), default=0.0)
    if best < 0.6 and "" not in checked and content.texts:
        for found_key, sure in by_content(content, untitled=not words).items():
            key = neutral(found_key, group) if group else found_key
            checked[key] = max(checked.get(key, 0.0), sure)
    return checked


def surest(option: dict[str, float]) -> float:
    """The probability of the likeliest meaning."""
    return max((sure for key, sure in option.items() if key), default=0.0)


def is_day(key: str) -> bool:
    field = fields().get(key)
    return field is not None and field.kind == f.DATE


FEW = 4
STRICT = frozenset(("company.vat", "vehicle.status", "person.id", "type"))  # better left out than misread
KEEPERS = terms("title_words", "keeper")  # a company, or who drives


def assign(
    options: Sequence[dict[str, float]], contents: Sequence[Contents], kind: SheetKind, table: Table, whose: Sequence[int]
) -> list[tuple[str, float]]:
    """For each column its meaning and how sure; a meaning that only one column can carry goes to the likeliest, filled, leftmost."""
    wishes = []
    for index, option in enumerate(options):
        for key, sure in option.items():
            meant = neutral(key, kind.noun)
            if not meant or fields()[meant].noun in kind.tells_of:
                wishes.append((sure, contents[index].filled > 0, -index, index, meant))
    wishes.sort(reverse=True)
    keys: dict[int, tuple[str, float]] = {}
    taken: set[tuple[str, int]] = set()
    for sure, _filled, _left, index, key in wishes:
        if index in keys:
            continue
        if (key, whose[index]) in taken:
            if key != "person.name" or kind.noun != "vehicle" or not drives(words_of(table.titles[index])):
                continue
            key = "drivers"
        keys[index] = (key, sure)
        if key and not fields()[key].many:
            taken.add((key, whose[index]))
    settle(keys, contents, whose)
    return [keys.get(index, ("", 0.0)) for index in range(len(options))]


def drives(words: str) -> bool:
    """True where the title names whoever drives or uses a vehicle."""
    return any(word in words for word in (*DRIVER_WORDS, *USER_WORDS))


def settle(keys: dict[int, tuple[str, float]], contents: Sequence[Contents], whose: Sequence[int]) -> None:
    """Meanings that follow only from all columns together."""
    by_key = {key: index for index, (key, _sure) in keys.items() if key and not whose[index]}
    for whole, first, last in three_names(contents) if "person.last_name" not in by_key else ():
        if keys.get(whole, ("", 0))[1] < 0.9:
            keys[whole] = ("", 0.0)
            keys[first], keys[last] = ("person.first_name", 0.75), ("person.last_name", 0.75)
            break
    if "company.legal_name" in by_key and "company.name" not in by_key:
        keys[by_key["company.legal_name"]] = ("company.name", 0.9)
    if "company.parent" in by_key and "vehicle.plate" in by_key and not OWNERS & by_key.keys():
        keys[by_key["company.parent"]] = ("", 0.0)  # a group of vehicles
    if "vehicle.make_model" in by_key and ("vehicle.make" in by_key or "vehicle.model" in by_key):
        index = by_key["vehicle.make_model"]
        free = "vehicle.model" if "vehicle.model" not in by_key else "vehicle.make" if "vehicle.make" not in by_key else ""
        makes = contents[index].make > 0.5
        keys[index] = (
            ("", 0.0) if not free or (free == "vehicle.model" and makes) or (free == "vehicle.make" and not makes) else (free, 0.6)
        )
    if "vehicle.model" in by_key and "vehicle.make" not in by_key and contents[by_key["vehicle.model"]].make > 0.6:
        keys[by_key["vehicle.model"]] = ("vehicle.make_model", 0.7)


OWNERS = frozenset(("company.name", "company.vat", "company.id"))


def three_names(contents: Sequence[Contents]) -> list[tuple[int, int, int]]:
    """Columns (whole, first, last) where the whole name is the two others one after the other."""
    rows = [[str(cell).strip() for cell in content.raw[:40]] for content in contents]
    found = []
    for whole, texts in enumerate(rows[:12]):
        if not any(" " in text for text in texts):
            continue
        for first in range(len(rows[:12])):
            for last in range(len(rows[:12])):
                if (
                    len({whole, first, last}) == 3
                    and all(not text or text == f"{a} {b}".strip() for text, a, b in zip(texts, rows[first], rows[last], strict=True))
                    and any(rows[first])
                    and any(rows[last])
                ):
                    found.append((whole, first, last))
    return found


def column_for(index: int, table: Table, content: Contents, meaning: tuple[str, float], words: str) -> ImportColumn:
    """The column with its meaning (key, how sure from 0 to 1), samples, and whether its title speaks of drivers or contacts."""
    key, sure = meaning
    column = ImportColumn(index, table.titles[index].replace("\n", " "), table.groups[index].replace("\n", " "), key)
    column.samples = [text.replace("\n", ", ")[:60] for text in content.texts[:SAMPLES]]
    if key:
        same = fold(str(fields()[key].label)) == fold(table.titles[index])
        column.sure = SAME if same and sure > 0.9 else SURE if sure >= 0.85 else LIKELY
    if key == "person.name":
        column.says_driver = any(word in words for word in DRIVER_WORDS) and not any(word in words for word in USER_WORDS)
    if key in ("person.name", "person.last_name"):
        said = words.split() + words_of(column.group).split()
        column.says_contact = bool(decider_in(words)) or (bool(CONTACT_WORDS.intersection(said)) and not drives(" ".join(said)))
    return column


def settle_orders(found: Guess, table: Table, contents: Sequence[Contents]) -> None:
    """Day or month first, given name or surname first: by the column's own values, else by the sheet's, else by its language."""
    orders = {column.index: dates.order_of(contents[column.index].raw) for column in found.columns}
    told = [order for order in orders.values() if order]
    american = (
        any("$" in text for content in contents for text in content.texts[:20])
        or "zip" in " ".join(words_of(title) for title in table.titles).split()
    )
    usual = max(set(told), key=told.count) if told else dates.MONTH_FIRST if american and found.language == "en" else dates.DAY_FIRST
    for column in found.columns:
        if column.key and fields()[column.key].kind == f.DATE:
            column.order = orders[column.index] or usual
        elif column.key in ("person.name", "drivers"):
            column.order = names.order_of(contents[column.index].texts, title_says=names.title_order(words_of(column.title)))
