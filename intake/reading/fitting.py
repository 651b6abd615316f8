"""How well the cells of a column go with what its title says, and what they say where it says nothing."""

from intake.reading import fields as f
from intake.reading.choices import choice, is_vehicle_kind
from intake.reading.contents import Contents
from intake.reading.kinds import fields

UNKNOWN_STATUS = 0.35  # words that we do not know under a plain title: each is noted; too little to say what the sheet is
EMPTY_FITS = 0.8  # a column without values keeps its title's meaning


def fit(key: str, content: Contents) -> float:
    """0 to 1: how well the cells go with the meaning `key`."""
    if not content.texts or not key:
        return 1.0 if not key else EMPTY_FITS
    rule = FITS.get(key) or KIND_FITS.get(kind_of_cells(key))
    return rule(content) if rule else 1.0


def kind_of_cells(key: str) -> str:
    """How the cells of a column of that meaning are read."""
    return fields()[key].kind if key in fields() else key


def enough(share: float, wanted: float = 0.3) -> float:
    return 1.0 if share >= wanted else 0.6 if share > 0.1 else 0.0


KIND_FITS = {
    "company.flag": lambda c: enough(c.company_flag, 0.8),
    f.DATE: lambda c: enough(max(c.date, c.serial), 0.4),
    f.VIN: lambda c: enough(max(c.vin, c.share(11 <= len(text) <= 20 and text.isalnum() and not text.isalpha() for text in c.texts)), 0.3),
    f.PLATE: lambda c: 0.0 if c.vin > 0.5 or c.date > 0.5 else enough(max(c.plate, c.platelike), 0.4),
    f.EMAIL: lambda c: enough(c.email, 0.3),
    "email": lambda c: enough(c.email, 0.3),
    f.PHONE: lambda c: 0.0 if c.email > 0.3 or c.date > 0.5 else 1.0,
    f.COUNT: lambda c: enough(c.number, 0.5),
    f.MONEY: lambda c: 0.0 if c.email > 0.3 or c.date > 0.5 else enough(max(c.number, c.price), 0.5),
    f.FLAG: lambda c: enough(c.flag, 0.8),
    f.VAT: lambda c: (
        0.0 if c.email > 0.3 or c.price > 0.5 or c.share(any(sign.isdigit() for sign in text) for text in c.texts) < 0.3 else 1.0
    ),
    f.ID: lambda c: 0.0 if c.lengthy > 0.3 or c.date > 0.5 else 1.0,
    f.COUNTRY: lambda c: 1.0 if c.country_name > 0.3 else 0.5 if c.words > 0.5 else 0.0,
}
FITS = {
    "company.name": lambda c: (
        0.0 if c.code > 0.6 or c.digits > 0.6 or c.email > 0.3 or c.vin > 0.3 or c.plate > 0.5 or c.date > 0.5 else 1.0
    ),
    "name": lambda c: 0.0 if c.digits > 0.6 or c.email > 0.5 or c.words < 0.5 else 1.0,
    "company.id": lambda c: 0.0 if c.lengthy > 0.2 or c.date > 0.5 or c.company > 0.3 or c.known_person > 0.3 else 1.0,
    "id": lambda c: 1.0 if c.is_unique or c.filled < 1 else 0.7,
    "drivers": lambda c: 0.0 if c.make > 0.5 else 1.0,
    "person.name": lambda c: 0.0 if c.make > 0.5 or c.words < 0.3 or c.email > 0.5 or c.plate > 0.5 or c.date > 0.5 else 1.0,
    "person.first_name": lambda c: 0.0 if c.street > 0.25 or c.digits > 0.3 or c.email > 0.3 else 1.0,
    "person.last_name": lambda c: 0.0 if c.street > 0.25 or c.digits > 0.3 or c.email > 0.3 else 1.0,
    "person.id": lambda c: 0.0 if c.known_person > 0.3 or c.email > 0.5 or c.is_the_same_for_most else 1.0,
    "vehicle.make": lambda c: 0.0 if c.digits > 0.6 or c.vin > 0.3 else 1.0,
    "vehicle.model": lambda c: (
        0.0
        if c.vin > 0.3 or c.plate > 0.5 or c.date > 0.5 or (c.number > 0.9 and c.share(is_year(text) for text in c.texts) > 0.8)
        else 1.0
    ),
    "vehicle.make_model": lambda c: 0.0 if c.vin > 0.3 or c.plate > 0.5 or c.digits > 0.5 or c.company > 0.4 else 1.0,
    "vehicle.id": lambda c: (
        0.5
        if not c.is_unique and len(c.raw) > 5
        else 0.0
        if c.vin > 0.5 or c.plate > 0.6 or c.date > 0.5 or c.make > 0.3 or c.lengthy > 0.2 or c.known_person > 0.4
        else 1.0
    ),
    "vehicle.contract": lambda c: 0.0 if c.digits > 0.3 or c.is_unique or c.date > 0.3 else 1.0,
    "vehicle.powertrain": lambda c: 0.0 if c.number > 0.5 else 1.0,
    "vehicle.status": lambda c: (
        1.0 if c.flag > 0.8 or any(choice("status", text) for text in c.texts) else UNKNOWN_STATUS if c.words > 0.5 else 0.0
    ),
    "vehicle.use": lambda c: 0.0 if c.number > 0.5 or c.lengthy > 0.2 else 1.0,
    "city": lambda c: 0.0 if c.number > 0.8 or c.email > 0.3 else 1.0,
    "address": lambda c: 0.0 if c.share(text.startswith(("{", "[")) for text in c.texts) > 0.5 or c.email > 0.3 else 1.0,
    "type": lambda c: 0.5 if c.share(is_vehicle_kind(text) for text in c.texts) < 0.5 else 0.0,
    "street": lambda c: 0.0 if c.number > 0.9 or c.email > 0.3 or c.date > 0.5 else 1.0,
    "postcode": lambda c: 0.0 if c.email > 0.3 or c.lengthy > 0.3 else 1.0,
    "website": lambda c: enough(c.url, 0.3),
    "company.website": lambda c: enough(c.url, 0.3),
    "company.domain": lambda c: enough(c.url, 0.3),
    "phone": lambda c: 0.0 if c.email > 0.3 or c.date > 0.5 else 1.0,
    "mobile": lambda c: 0.0 if c.email > 0.3 or c.date > 0.5 else 1.0,
}


def is_year(text: str) -> bool:
    return text.isdigit() and 1900 <= int(text) <= 2100


def by_content(c: Contents, *, untitled: bool) -> dict[str, float]:
    """What a column means of which the title says nothing."""
    found = {
        "vehicle.vin": c.vin if c.vin > 0.6 else 0,
        "vehicle.plate": c.plate * 0.9 if c.plate > 0.6 and c.vin < 0.3 else 0,
        "email": c.email if c.email > 0.6 else 0,
        "website": c.url * 0.8 if c.url > 0.7 else 0,
        "company.vat": c.vat * 0.9 if c.vat > 0.5 else 0,
    }
    if untitled:
        found |= {
            "phone": c.phone * 0.8 if c.phone > 0.6 and c.vat < 0.5 and c.plate < 0.5 else 0,
            "vehicle.make": c.make * 0.8 if c.make > 0.6 and c.share(" " in text for text in c.texts) < 0.5 else 0,
            "vehicle.make_model": c.make * 0.8 if c.make > 0.6 and c.share(" " in text for text in c.texts) >= 0.5 else 0,
            "company.name": c.company * 0.8 if c.company > 0.4 else 0,
            "person.name": 0.75 if c.known_person > 0.4 and c.company < 0.2 else 0,
            "person.first_name": 0.7 if c.given_name > 0.4 and c.person < 0.3 else 0,
            "street": 0.6 if c.street > 0.4 else 0,
            "country": 0.6 if c.country_name > 0.7 else 0,
        }
    return {key: share for key, share in found.items() if share > 0.4}
