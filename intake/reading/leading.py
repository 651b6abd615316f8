"""What a row of a sheet is: a vehicle, a person or a company. Each of these kinds of sheet has its rule here, tried in turn."""

from intake.reading.contents import Contents
from intake.reading.kinds import Evidence

PARTS_OF_NAMES = frozenset(("person.first_name", "person.last_name"))
COMPANY_REACH = ("company.phone", "company.email")
COMPANY_FACTS = frozenset(("company.vat", "company.sector", "company.employees", "company.parent"))


def is_about_vehicles(found: Evidence) -> bool:
    """True where columns identify a vehicle, or where make and model have a number beside them."""
    keys = found.keys
    if {"vehicle.plate", "vehicle.plate_part", "vehicle.vin"} & keys:
        return True
    places = range(len(found.options))
    numbered = "vehicle.id" in keys or any("id" in found.options[place] and found.contents[place].is_unique for place in places)
    titled = any(word in ("vehicle", "fahrzeug", "veicolo", "auto") for title in found.titles for word in title.split())
    return (
        ("vehicle.make" in keys and ("vehicle.model" in keys or "type" in keys or numbered))
        or ("vehicle.make_model" in keys and numbered)
        or ("vehicle.model" in keys and (numbered or titled) and "person.last_name" not in keys)
    )


def is_about_people(found: Evidence) -> bool:
    """True where the names are people's; tried once it is no list of vehicles."""
    keys = found.keys
    if PARTS_OF_NAMES & keys:
        return True
    if "company.flag" in keys:
        return False
    if {"name", "company.name"} <= keys and any(is_somebody(content) for content in named_plainly(found)):
        return True
    if {"name", "company.name", "person.job_title"} <= keys and not COMPANY_FACTS & keys and not is_all_companies(found):
        return True
    if "name" in keys and "person.job_title" in keys and not {"company.name", "company.flag", "person.name", *COMPANY_FACTS} & keys:
        return True
    if "person.name" in keys and "name" in keys:
        return False  # whoever is named apart from the row's own name is its contact
    if "person.name" in keys and not (COMPANY_FACTS.union(COMPANY_REACH) & keys and "company.name" in keys):
        return True
    if "company.name" in keys or COMPANY_FACTS & keys:
        return False
    return bears_names_of_people(found)


def named_plainly(found: Evidence) -> list[Contents]:
    """The columns that are titled "Name" and no more."""
    return [content for content, (_sure, key) in zip(found.contents, found.best, strict=True) if key == "name"]


def is_all_companies(found: Evidence) -> bool:
    """True where the bare names are those of companies."""
    return any(content.company > 0.3 for content in named_plainly(found))


def is_somebody(content: Contents) -> bool:
    """True where a column of bare names holds people's rather than companies'."""
    return content.named > content.company + 0.1


def bears_names_of_people(found: Evidence) -> bool:
    """True where the bare names of a sheet are people's; without a name, where the sheet has e-mail addresses."""
    content = next((content for content in named_plainly(found) if content.texts), None)
    if content is None:
        return "email" in found.keys
    return content.known_person > content.company + 0.1 and not {"company.email", "website"} & found.keys


def is_anything(_found: Evidence) -> bool:
    """True for what is left."""
    return True


def is_never(_found: Evidence) -> bool:
    """False: sheets of this kind are known by a column alone."""
    return False
