"""The guess: what each column means, by its title and by what stands in it; and what the sheet is about."""

from collections.abc import Sequence

from fleetportal.core.db.folding import fold
from intake.reading import dates, names
from intake.reading import fields as f
from intake.reading.asides import is_aside
from intake.reading.companions import people_of
from intake.reading.contents import Contents
from intake.reading.fields import FIELDS, NEUTRAL
from intake.reading.fitting import by_content, fit
from intake.reading.guesses import COMPANIES, LIKELY, MIXED, PEOPLE, SAME, SURE, VEHICLES, Column, Guess
from intake.reading.refusing import refusal
from intake.reading.tables import Table
from intake.reading.vocabulary import CONTACT_WORDS, DRIVER_WORDS, GROUPS, USER_WORDS, meanings, words_of
from intake.reading.wordlists import by_language, lists, terms

SAMPLES = 3


def guess(table: Table) -> Guess:
    """What `table` is and what its columns mean."""
    language = language_of(table)
    country = {"it": "IT", "ru": "RU", "de": "DE"}.get(language, "")
    contents = [Contents(table.column(place), country) for place in range(table.width)]
    country = country or ("GB" if any(content.british > 0.5 for content in contents) else "")
    words = [words_of(title) for title in table.titles]
    options = [options_for(words[place], table.groups[place], contents[place]) for place in range(table.width)]
    streets_called_names(words, options, contents)
    names_called_numbers(options, contents)
    running_numbers(words, options, contents)
    homes_left_out(words, options, contents)
    names_beside_surnames(words, options)
    whose = people_of(words, options, contents)
    noun = noun_of(options, contents, words)
    if noun == "vehicle":
        phones_of_drivers(options)
    keys = assign(options, contents, noun, table, whose)
    columns = [column_for(place, table, contents[place], keys[place], words[place]) for place in range(table.width)]
    for column in columns:
        column.of = whose[column.place] if column.key else 0
    found = Guess(kind_of(noun, columns), columns, language=language, country=country)
    found.refusal = refusal(found, table, words, contents)
    found.asks_owner = found.kind == VEHICLES and not found.has("company.name", "company.vat", "company.id", "company.domain")
    settle_orders(found, table, contents)
    return found


def language_of(table: Table) -> str:
    """The language of the titles: enough to tell Italian numbers and Russian dates from English ones."""
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


def phones_of_drivers(options: list[dict[str, float]]) -> None:
    """In a list of vehicles a bare "Telefon" is that of whoever stands nearest left of it, or that of the one noun there is."""
    nouns = [max(option, key=lambda key: option[key], default="").partition(".")[0] for option in options]
    for place, option in enumerate(options):
        left = next((noun for noun in reversed(nouns[:place]) if noun in ("company", "person")), "")
        if "phone" in option and "person" in nouns and (left == "person" or "company" not in nouns):
            option["person.phone"] = option.pop("phone")


def groups_noun(group: str) -> str:
    return GROUPS.get(words_of(group), "") if group else ""


def streets_called_names(words: Sequence[str], options: list[dict[str, float]], contents: Sequence[Contents]) -> None:
    """A column titled as first names that holds streets: then "last" beside it holds no names either."""
    if not any("person.first_name" in dict(meanings(title)) and contents[place].street > 0.25 for place, title in enumerate(words)):
        return
    for place, title in enumerate(words):
        found = dict(meanings(title))
        if "person.first_name" in found:
            options[place] = {"street": 0.6}
        elif "person.last_name" in found:
            options[place] = {"city": 0.5}


def names_called_numbers(options: list[dict[str, float]], contents: Sequence[Contents]) -> None:
    """A column titled as a number that holds names, where no other holds them: "company_id", "My Company (Berlin)"."""
    for number, name in (("company.id", "company.name"), ("person.id", "person.name")):
        if not any(option.get(name, 0) >= 0.6 for option in options):
            for place, option in enumerate(options):
                if option.get(number, 0) >= 0.6 and contents[place].is_named:
                    options[place] = {name: 0.75}


def running_numbers(words: Sequence[str], options: list[dict[str, float]], contents: Sequence[Contents]) -> None:
    """A column of 1, 2, 3 … counts the rows: a vehicle or person with that number in another list is none of these."""
    for place, title in enumerate(words):
        if title in COUNTING and contents[place].is_counting:
            options[place] = {"": 0.9}


COUNTING = terms("title_words", "counting")


def names_beside_surnames(words: Sequence[str], options: list[dict[str, float]]) -> None:
    """Beside a column of surnames, "Nome" holds given names."""
    if not any("person.last_name" in option for option in options):
        return
    for place, title in enumerate(words):
        if title in ("nome", "имя"):
            options[place] = {"person.first_name": 1.0}


def homes_left_out(words: Sequence[str], options: list[dict[str, float]], contents: Sequence[Contents]) -> None:
    """Address columns whose sister column says that they are somebody's home."""
    for place, title in enumerate(words):
        stem = next((title.removesuffix(end) for end in (" type", " label") if title.endswith(end)), "")
        if (
            stem
            and "address" in stem
            and contents[place].share(any(home in text.lower() for home in HOME) for text in contents[place].texts) > 0.5
        ):
            for sister, other in enumerate(words):
                if other.startswith(stem):
                    options[sister] = {}


HOME = lists("title_words")["home"]


def options_for(words: str, heading: str, content: Contents) -> dict[str, float]:
    """What the column could mean, each with how much speaks for it: the title first, then what stands in it."""
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
        found = {
            key: sure for key, sure in found.items() if FIELDS.get(key, NO_FIELD).kind != f.DATE or not is_aside(key, words_of(heading))
        }
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
    """How sure the likeliest meaning is."""
    return max((sure for key, sure in option.items() if key), default=0.0)


def neutral(key: str, noun: str) -> str:
    return NEUTRAL[key].get(noun, "") if key in NEUTRAL else key


FEW = 4
STRICT = frozenset(("company.vat", "vehicle.status", "type"))  # read wrongly, these do more harm than left out
NO_FIELD = f.Field("", "")
KEEPERS = terms("title_words", "keeper")  # a company, or who drives


def noun_of(options: Sequence[dict[str, float]], contents: Sequence[Contents], words: Sequence[str]) -> str:
    """What a row of the sheet is: a vehicle, a person or a company."""
    best = [max(((sure, key) for key, sure in option.items()), default=(0.0, "")) for option in options]
    keys = {key for sure, key in best if sure >= 0.4}
    if {"vehicle.plate", "vehicle.vin"} & keys:
        return "vehicle"
    numbered = "vehicle.id" in keys or any("id" in option and contents[place].is_unique for place, option in enumerate(options))
    titled = any(word in ("vehicle", "fahrzeug", "veicolo", "auto") for text in words for word in text.split())
    if (
        ("vehicle.make" in keys and ("vehicle.model" in keys or numbered))
        or ("vehicle.make_model" in keys and numbered)
        or ("vehicle.make" in keys and "type" in keys)
        or ("vehicle.model" in keys and (numbered or titled) and "person.last_name" not in keys)
    ):
        return "vehicle"
    if {"person.first_name", "person.last_name"} & keys:
        return "person"
    if "company.flag" in keys:
        return "company"
    if {"name", "company.name"} <= keys and any(key == "name" and is_somebody(contents[place]) for place, (_sure, key) in enumerate(best)):
        return "person"
    company_facts = {"company.vat", "company.sector", "company.employees", "company.parent"} & keys
    if "person.name" in keys and "name" in keys:
        return "company"  # whoever is named apart from the row's own name is its contact
    if "person.name" in keys and not (company_facts and "company.name" in keys):
        return "person"
    if "company.name" in keys or company_facts:
        return "company"
    return name_noun(best, contents, keys)


def is_somebody(content: Contents) -> bool:
    """True where a column of bare names holds people's rather than companies'."""
    return content.named > content.company + 0.1


def name_noun(best: Sequence[tuple[float, str]], contents: Sequence[Contents], keys: set[str]) -> str:
    """What a sheet with a bare "Name" is about, by the names."""
    for place, (_sure, key) in enumerate(best):
        if key == "name" and contents[place].texts:
            content = contents[place]
            return "person" if content.known_person > content.company + 0.1 and not {"company.email", "website"} & keys else "company"
    return "person" if "email" in keys else "company"


def assign(
    options: Sequence[dict[str, float]], contents: Sequence[Contents], noun: str, table: Table, whose: Sequence[int]
) -> list[tuple[str, float]]:
    """For each column its meaning and how sure; a meaning that only one column can carry goes to the likeliest, filled, leftmost."""
    wishes = []
    for place, option in enumerate(options):
        for key, sure in option.items():
            meant = neutral(key, noun)
            if noun == "vehicle" or not meant.startswith(("vehicle.", "drivers")):
                wishes.append((sure, contents[place].filled > 0, -place, place, meant))
    wishes.sort(reverse=True)
    keys: dict[int, tuple[str, float]] = {}
    taken: set[tuple[str, int]] = set()
    for sure, _filled, _left, place, key in wishes:
        if place in keys:
            continue
        if (key, whose[place]) in taken:
            if key != "person.name" or noun != "vehicle" or not drives(words_of(table.titles[place])):
                continue
            key = "drivers"
        keys[place] = (key, sure)
        if key and not FIELDS[key].many:
            taken.add((key, whose[place]))
    settle(keys, contents, whose)
    return [keys.get(place, ("", 0.0)) for place in range(len(options))]


def drives(words: str) -> bool:
    """True where the title names whoever drives or uses a vehicle."""
    return any(word in words for word in (*DRIVER_WORDS, *USER_WORDS))


def settle(keys: dict[int, tuple[str, float]], contents: Sequence[Contents], whose: Sequence[int]) -> None:
    """What only the columns together tell."""
    by_key = {key: place for place, (key, _sure) in keys.items() if key and not whose[place]}
    for whole, first, last in three_names(contents) if "person.last_name" not in by_key else ():
        if keys.get(whole, ("", 0))[1] < 0.9:
            keys[whole] = ("", 0.0)
            keys[first], keys[last] = ("person.first_name", 0.75), ("person.last_name", 0.75)
            break
    if "company.parent" in by_key and "vehicle.plate" in by_key and not OWNERS & by_key.keys():
        keys[by_key["company.parent"]] = ("", 0.0)  # a group of vehicles
    if "vehicle.make_model" in by_key and ("vehicle.make" in by_key or "vehicle.model" in by_key):
        place = by_key["vehicle.make_model"]
        free = "vehicle.model" if "vehicle.model" not in by_key else "vehicle.make" if "vehicle.make" not in by_key else ""
        makes = contents[place].make > 0.5
        keys[place] = (
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


def column_for(place: int, table: Table, content: Contents, meaning: tuple[str, float], words: str) -> Column:
    key, sure = meaning
    column = Column(place, table.titles[place].replace("\n", " "), table.groups[place].replace("\n", " "), key)
    column.samples = [text.replace("\n", ", ")[:60] for text in content.texts[:SAMPLES]]
    if key:
        same = fold(str(FIELDS[key].label)) == fold(table.titles[place])
        column.sure = SAME if same and sure > 0.9 else SURE if sure >= 0.85 else LIKELY
    if key == "person.name":
        column.says_driver = any(word in words for word in DRIVER_WORDS) and not any(word in words for word in USER_WORDS)
    if key in ("person.name", "person.last_name"):
        said = words.split() + words_of(column.group).split()
        column.says_contact = bool(CONTACT_WORDS.intersection(said)) and not drives(" ".join(said))
    return column


def kind_of(noun: str, columns: Sequence[Column]) -> str:
    if any(column.key == "company.flag" for column in columns):
        return MIXED
    return {"vehicle": VEHICLES, "person": PEOPLE, "company": COMPANIES}[noun]


def settle_orders(found: Guess, table: Table, contents: Sequence[Contents]) -> None:
    """Day or month first, given name or surname first: by the column's own values, else by the sheet's, else by its language."""
    orders = {column.place: dates.order_of(contents[column.place].raw) for column in found.columns}
    told = [order for order in orders.values() if order]
    american = (
        any("$" in text for content in contents for text in content.texts[:20])
        or "zip" in " ".join(words_of(title) for title in table.titles).split()
    )
    usual = max(set(told), key=told.count) if told else dates.MONTH_FIRST if american and found.language == "en" else dates.DAY_FIRST
    for column in found.columns:
        if column.key and FIELDS[column.key].kind == f.DATE:
            column.order = orders[column.place] or usual
        elif column.key in ("person.name", "drivers"):
            column.order = names.order_of(contents[column.place].texts, title_says=names.title_order(words_of(column.title)))
