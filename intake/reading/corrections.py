"""Titles that mislead, and meanings that follow only from several columns together: names that are streets, numbers that are names."""

import re
from collections.abc import Sequence

from fleetportal.core.sheets.book import Cell
from intake.reading import cells
from intake.reading.contents import Contents
from intake.reading.vocabulary import day_in, meanings
from intake.reading.wordlists import lists, terms


def correct(titles: Sequence[str], options: list[dict[str, float]], contents: Sequence[Contents]) -> None:
    """Changes what columns could mean where their cells, or the columns beside them, know better."""
    plates_in_parts(titles, options, contents)
    regions_of_plates(titles, options, contents)
    latest_readings(titles, options)
    makes_called_objects(titles, options, contents)
    names_shown(titles, options)
    streets_called_names(titles, options, contents)
    names_called_numbers(options, contents)
    running_numbers(titles, options, contents)
    homes_left_out(titles, options, contents)
    jobs_called_titles(options, contents)
    names_beside_surnames(titles, options)


def plates_in_parts(titles: Sequence[str], options: list[dict[str, float]], contents: Sequence[Contents]) -> None:
    """Columns side by side, the first titled as plates, the others the same or not at all, that hold plates only together."""
    for start, title in enumerate(titles):
        if dict(meanings(title)).get("vehicle.plate", 0) < 0.5 or contents[start].plate > 0.3 or not contents[start].texts:
            continue
        for count in PARTS_OF_A_PLATE:
            places = range(start, min(start + count, len(titles)))
            alike = all(not titles[at] or titles[at] == title or "vehicle.plate" in dict(meanings(titles[at])) for at in places)
            if len(places) == count and alike and are_plates([contents[at].raw for at in places]):
                for at in places:
                    options[at] = {"vehicle.plate_part": 1.0}
                return


PARTS_OF_A_PLATE = (4, 3, 2)
BARE_RUSSIAN = re.compile(r"^[ABEKMHOPCTYX] ?\d{3} ?[ABEKMHOPCTYX]{2}$")
REGION = re.compile(r"^\d{2,3}$")
REGIONS = terms("title_words", "region of plate")


def regions_of_plates(titles: Sequence[str], options: list[dict[str, float]], contents: Sequence[Contents]) -> None:
    """Russian plates whose region has a column of its own, right of them: "А123ВС" and "77"."""
    for index in range(len(titles) - 1):
        plates, beside = contents[index], contents[index + 1]
        bare = plates.share(bool(BARE_RUSSIAN.match(text.upper().translate(cells.CYRILLIC_LETTERS))) for text in plates.texts)
        if bare > 0.6 and titles[index + 1] in REGIONS and beside.share(bool(REGION.match(text)) for text in beside.texts) > 0.6:
            options[index], options[index + 1] = {"vehicle.plate_part": 1.0}, {"vehicle.plate_part": 1.0}


def latest_readings(titles: Sequence[str], options: list[dict[str, float]]) -> None:
    """Of several mileages, each with its day in the title, the latest counts."""
    read = [(day_in(title), index) for index, title in enumerate(titles) if day_in(title) and "vehicle.mileage_km" in options[index]]
    for _day, index in sorted(read)[:-1]:
        options[index] = {"": 0.9}


def makes_called_objects(titles: Sequence[str], options: list[dict[str, float]], contents: Sequence[Contents]) -> None:
    """A column "Objekt" or "Наименование" whose cells begin with makes of vehicles, where no other column holds them."""
    if any(option.get(key, 0) > 0.5 for option in options for key in ("vehicle.make", "vehicle.model", "vehicle.make_model")):
        return
    for index, title in enumerate(titles):
        named = title in OBJECTS or "name" in options[index]
        if named and contents[index].make >= 0.5 and contents[index].company < 0.3:
            options[index] = {"vehicle.make_model": 0.8}
            return


OBJECTS = terms("title_words", "object")


def names_shown(titles: Sequence[str], options: list[dict[str, float]]) -> None:
    """In Odoo's list of companies and people "Display Name" is the name of both."""
    if not any("company.flag" in option for option in options) or any(option.get("name", 0) > 0.9 for option in options):
        return
    for index, title in enumerate(titles):
        if title in SHOWN_NAMES:
            options[index] = {"company.name": 1.0}
        elif title in SELLERS:
            options[index] = {"": 0.9}


SELLERS = ("user id", "salesperson")
SHOWN_NAMES = ("display name", "complete name", "anzeigename", "nome visualizzato", "отображаемое имя")


def are_plates(columns: Sequence[Sequence[Cell]]) -> bool:
    """True where most rows hold a plate, put together from these columns."""
    rows = [texts for row in zip(*columns, strict=True) if all(texts := [cells.line_of(cell) for cell in row])]
    good = sum(cells.looks_like_plate(cells.plate_of_parts(texts)) or cells.looks_like_plate("".join(texts)) for texts in rows)
    return bool(rows) and good >= len(rows) * 0.6


def streets_called_names(words: Sequence[str], options: list[dict[str, float]], contents: Sequence[Contents]) -> None:
    """A column titled as first names that holds streets: then "last" beside it holds no names either."""
    if not any("person.first_name" in dict(meanings(title)) and contents[index].street > 0.25 for index, title in enumerate(words)):
        return
    for index, title in enumerate(words):
        found = dict(meanings(title))
        if "person.first_name" in found:
            options[index] = {"street": 0.6}
        elif "person.last_name" in found:
            options[index] = {"city": 0.5}


def names_called_numbers(options: list[dict[str, float]], contents: Sequence[Contents]) -> None:
    """A column titled as a number that holds names, where no other holds them: "company_id", "My Company (Berlin)"."""
    for number, name in (("company.id", "company.name"), ("person.id", "person.name")):
        if not any(option.get(name, 0) >= 0.6 for option in options):
            for index, option in enumerate(options):
                if option.get(number, 0) >= 0.6 and contents[index].is_named:
                    options[index] = {name: 0.75}


def running_numbers(words: Sequence[str], options: list[dict[str, float]], contents: Sequence[Contents]) -> None:
    """A column of 1, 2, 3 … counts the rows: a vehicle or person with that number in another list is none of these."""
    for index, title in enumerate(words):
        if title in COUNTING and contents[index].is_counting:
            options[index] = {"": 0.9}


def jobs_called_titles(options: list[dict[str, float]], contents: Sequence[Contents]) -> None:
    """A column "Title" whose cells are no forms of address and no degrees holds jobs: CEO, Fleet Manager."""
    for option, content in zip(options, contents, strict=True):
        if {"title", "person.title"} & option.keys() and content.words > 0.5 and content.address < 0.5:
            option.pop("title", None)
            option.pop("person.title", None)
            option["person.job_title"] = 0.96


COUNTING = terms("title_words", "counting")


def names_beside_surnames(words: Sequence[str], options: list[dict[str, float]]) -> None:
    """Beside a column of surnames, "Nome" holds given names."""
    if not any("person.last_name" in option for option in options):
        return
    for index, title in enumerate(words):
        if title in ("nome", "имя"):
            options[index] = {"person.first_name": 1.0}


def homes_left_out(words: Sequence[str], options: list[dict[str, float]], contents: Sequence[Contents]) -> None:
    """Address columns whose sister column says that they are somebody's home."""
    for index, title in enumerate(words):
        stem = next((title.removesuffix(end) for end in (" type", " label") if title.endswith(end)), "")
        if (
            stem
            and "address" in stem
            and contents[index].share(any(home in text.lower() for home in HOME) for text in contents[index].texts) > 0.5
        ):
            for sister, other in enumerate(words):
                if other.startswith(stem):
                    options[sister] = {}


HOME = lists("title_words")["home"]


def phones_of_drivers(options: list[dict[str, float]]) -> None:
    """In a list of vehicles a bare "Telefon" belongs to the nearest noun left of it, or that of the one noun there is."""
    nouns = [max(option, key=lambda key: option[key], default="").partition(".")[0] for option in options]
    for index, option in enumerate(options):
        left = next((noun for noun in reversed(nouns[:index]) if noun in ("company", "person")), "")
        if "phone" in option and "person" in nouns and (left == "person" or "company" not in nouns):
            option["person.phone"] = option.pop("phone")
