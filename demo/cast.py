"""The companies and people used in the mock-ups and the handbook; they come first in every demo, whatever its size."""

from dataclasses import dataclass, field

DECIDES, USES, DRIVES = "decision_maker", "user", "driver"


@dataclass(frozen=True)
class Actor:
    """A person of the cast at their company: target groups, name, title, job."""

    groups: tuple[str, ...]
    first: str
    last: str
    title: str
    job: str = ""
    language: str = "de"
    responsibilities: tuple[str, ...] = ()
    kind: str = "other"
    family: str = ""
    best_time: str = ""


@dataclass(frozen=True)
class CastCompany:
    """A company of the cast; None means random."""

    name: str
    region: str
    city: str
    sector: str
    tier: str
    phase: str
    personal: int
    functional: int
    people: tuple[Actor, ...] = field(default=())
    country: str = "DE"
    is_public_body: bool = False
    has_parent: bool = False
    policy: str = ""
    renewals: int = 0  # contracts of personal vehicles that end in four months, all on one day


CAST = (
    CastCompany(
        "Brenner Kältetechnik GmbH", "nord", "Hamburg-Billbrook", "crafts", "diamond", "loyal", 4, 9,
        (
            Actor((DECIDES,), "Gesine", "Brenner", "Frau", "owner", responsibilities=("orders", "invoices"), kind="owner"),
            Actor(
                (USES,), "Thomas", "Brandt", "Herr", "sales director",
                family="wife Kirsten, two children", best_time="before 9 or after 17",
            ),
            Actor((DRIVES,), "Mirko", "Petrović", "Herr", "cold-chain fitter"),
        ),
        policy="Estate or saloon to 48,000 euros, electric without limit of equipment; no coupés.",
    ),
    CastCompany(
        "Nordhafen Holding SE", "nord", "Hamburg", "services", "platinum", "loyal", 3, 0,
        (Actor((DECIDES, USES), "Wilhelm", "Graf", "Herr", "member of the board",
               kind="managing_director", responsibilities=("orders",)),),
    ),
    CastCompany(
        "Nordhafen Logistik SE", "nord", "Hamburg-Waltershof", "logistics", "platinum", "at_risk", 9, 22,
        (
            Actor((DECIDES,), "Petra", "Albers", "Frau", "fleet manager", responsibilities=("orders", "service"), kind="fleet_manager"),
            Actor((DECIDES, USES), "Henrik", "Voss", "Dr.", "managing director", kind="managing_director"),
            Actor((DECIDES,), "Sabine", "Thode", "Frau", "accounts", responsibilities=("invoices",)),
            Actor((USES,), "Ingo", "Matthiesen", "Herr", "head of customs desk"),
            Actor((USES,), "Ксения", "Сафина", "госпожа", "sales, Baltic lines", language="ru"),
        ),
        has_parent=True,
        policy="Three classes by grade; charging at home is paid by the company.",
        renewals=7,
    ),
    CastCompany(
        "Alpenglanz Wäscherei KG", "sued", "Garching", "services", "gold", "loyal", 2, 11,
        (
            Actor((DECIDES,), "Resi", "Seidl", "Frau", "owner", kind="owner", responsibilities=("orders", "invoices", "service")),
            Actor((DRIVES,), "Goran", "Kovač", "Herr", "tour Munich east"),
        ),
    ),
    CastCompany(
        "Stadtwerke Krempau", "nord", "Glückstadt", "public", "platinum", "loyal", 2, 14,
        (Actor((DECIDES,), "Hauke", "Claußen", "Herr", "fleet and workshop",
               kind="fleet_manager", responsibilities=("orders", "drivers")),),
        is_public_body=True,
        policy="No gifts to staff. Tender above 25,000 euros.",
    ),
    CastCompany(
        "Fratelli Bellandi S.r.l.", "nord", "Hamburg", "trade", "diamond", "loyal", 5, 6,
        (
            Actor((DECIDES,), "Chiara", "Bellandi", "Dott.ssa", "managing director", "it", ("orders",), "managing_director"),
            Actor((USES,), "Marco", "Bellandi", "Dott.", "purchasing", "it"),
            Actor((DRIVES,), "Salvatore", "Greco", "Sig.", "market tour", "it"),
        ),
    ),
    CastCompany(
        "ООО «Северный Путь»", "nord", "Hamburg", "trade", "gold", "at_risk", 4, 3,
        (
            Actor((DECIDES,), "Аркадий", "Иванов", "господин", "director", "ru", ("orders", "invoices"), "managing_director"),
            Actor((USES,), "Екатерина", "Соколова", "госпожа", "head of sales", "ru"),
        ),
    ),
    CastCompany(
        "Überland Spedition GmbH", "sued", "Augsburg", "logistics", "platinum", "repeat", 3, 17,
        (
            Actor((DECIDES,), "Alois", "Überreiter", "Herr", "branch manager", "de", ("service", "damage"), "branch_manager"),
            Actor((USES,), "Franziska", "Huber", "Frau", "key accounts"),
            Actor((DRIVES, USES), "Sepp", "Wimmer", "Herr", "head of drivers"),
        ),
    ),
    CastCompany(
        "Hansebogen Bau AG", "nord", "Hamburg", "crafts", "diamond", "loyal", 8, 24,
        (
            Actor((DECIDES,), "Friederike", "Hansen", "Frau", "board", kind="managing_director", responsibilities=("orders",)),
            Actor((USES,), "Stefan", "Lorenz", "Herr", "site manager", family="wife and twins"),
            Actor((DRIVES,), "Uwe", "Kröger", "Herr", "foreman"),
        ),
    ),
    CastCompany(
        "O'Brien Instruments GmbH", "sued", "München", "industry", "gold", "new", 5, 1,
        (
            Actor((DECIDES, USES), "Sinead", "O'Brien", "Ms", "managing director", "en", ("orders", "invoices"), "managing_director"),
            Actor((USES,), "Callum", "Reid", "Mr", "field engineer", "en"),
        ),
    ),
    CastCompany(
        "Jensen Gebäudetechnik GmbH", "nord", "Quickborn", "crafts", "gold", "loyal", 3, 12,
        (
            Actor((DECIDES,), "Momme", "Jensen", "Herr", "owner", kind="owner", responsibilities=("orders", "service")),
            Actor((USES,), "Jan", "Kern", "Herr", "project manager", family="wife, two children"),
            Actor((DRIVES,), "Dennis", "Wulf", "Herr", "fitter"),
        ),
    ),
    CastCompany(
        "Officine Ferraris Deutschland GmbH", "nord", "Norderstedt", "industry", "gold", "new", 4, 3,
        (Actor((USES,), "Luca", "Ferraris", "Ing.", "chief engineer", "it"),),
    ),
    CastCompany(
        "Tiefbau Carstens GmbH & Co. KG", "nord", "Pinneberg", "crafts", "platinum", "at_risk", 4, 18,
        (
            Actor((DECIDES,), "Klaas", "Carstens", "Herr", "owner", kind="owner", responsibilities=("orders",)),
            Actor((USES,), "Birte", "Carstens", "Frau", "office"),
        ),
    ),
    CastCompany(
        "Dachdeckerei Petersen", "nord", "Itzehoe", "crafts", "silver", "at_risk", 1, 4,
        (Actor((DECIDES,), "Jonas", "Petersen", "Herr", "owner", kind="owner", responsibilities=("orders", "invoices", "service")),),
    ),
    CastCompany(
        "Holzmann & Reuter Steuerberater", "nord", "Hamburg", "services", "gold", "loyal", 6, 0,
        (
            Actor((DECIDES, USES), "Marion", "Reuter", "Frau", "partner", kind="owner", responsibilities=("orders", "invoices")),
            Actor((USES,), "Götz", "Holzmann", "Herr", "partner"),
        ),
    ),
    CastCompany("Elbblick Pflegedienst gGmbH", "nord", "Hamburg", "care", "gold", "loyal", 1, 13),
)  # fmt: skip
