"""The companies of the demo, each determined by its number, the seed and the day."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, NamedTuple

from django.utils import timezone

from accounts.models import Address, Assignment, Company, User
from contacts.models import Person, Role
from demo import names, numbers, phrases
from demo.cast import CAST, CastCompany
from demo.rows import DemoBatch, morning
from demo.staff import House
from fleetportal.core.db import bulk

PHASES = ("prospect", "new", "repeat", "loyal", "at_risk", "lost")
ABROAD = {8: "IT", 13: "AT", 19: "RU", 23: "GB"}  # of twenty-five
CITY_REGIONS = {place.city: place for region in names.PLACES.values() for place in region}
KNOWN_UP_TO = 1050  # she looks after two thirds of three fifths of these: the 420 companies of Anna in the papers


class KnownPerson(NamedTuple):
    """A known person at a company: the role, and the person."""

    role: Role
    person: Person


@dataclass
class Account:
    """The plan of a company, from which its people, vehicles and history are made."""

    number: int
    chance: Random
    house: House
    name: str
    sector: str
    phase: str  # what its facts are made for; the rule finds its own from them
    personal: int
    functional: int
    place: names.City
    country: str = "DE"
    language: str = "de"
    is_public_body: bool = False
    policy: str = ""
    part: CastCompany | None = None
    row: Company | None = None
    domain: str = ""
    manager: User | None = None
    board: tuple[str, str] = ("", "")
    entered_on: date = date.min
    lines: int = 0  # number of extensions assigned so far
    known: dict[str, list[KnownPerson]] = field(default_factory=dict)  # by target group
    leaver: Person | None = None  # the person who moves from here to the next company

    @property
    def company(self) -> Company:
        """The row, once it is made."""
        assert self.row
        return self.row

    @property
    def leader(self) -> User | None:
        """The sales manager of its account manager."""
        return self.house.leaders[self.manager.pk] if self.manager else None

    def happens(self, one_in: int, at: int) -> bool:
        """True for every `one_in`-th company, so that each situation occurs even with few companies."""
        return self.number % one_in == at


def moment(on: date, chance: Random) -> datetime:
    """A moment in the office hours of that day."""
    return datetime.combine(on, time(7 + chance.randrange(9), chance.randrange(60)), tzinfo=timezone.get_default_timezone())


def account(number: int, houses: list[House], *, seed: int, on: date) -> Account:
    """The plan of the `number`-th company."""
    chance = Random(f"{seed}/{number}")
    made = from_part(CAST[number], number, chance, houses) if number < len(CAST) else by_chance(number, chance, houses)
    made.domain = f"{names.latin(made.name)[:60]}.example"
    made.board = numbers.switchboard(made.house.region, number)
    known_for = {"prospect": 400, "new": 340}.get(made.phase, 3200)
    made.entered_on = on - timedelta(days=60 + chance.randrange(known_for - 60))
    managers = made.house.managers
    # The named manager of a centre has two of three companies, as long as one person can look after them; the rest are shared out.
    is_known = made.part or len(managers) == 1 or (number % 3 and number < KNOWN_UP_TO)
    made.manager = managers[0] if is_known else managers[1 + number % (len(managers) - 1)]
    return made


def from_part(part: CastCompany, number: int, chance: Random, houses: list[House]) -> Account:
    house = next((house for house in houses if house.region == part.region), houses[0])
    place = CITY_REGIONS[part.city]
    facts: dict[str, Any] = {"country": part.country, "is_public_body": part.is_public_body, "policy": part.policy, "part": part}
    return Account(number, chance, house, part.name, part.sector, part.phase, part.personal, part.functional, place, **facts)


def by_chance(number: int, chance: Random, houses: list[House]) -> Account:
    """A company beyond the cast: three of five in the first house, the rest spread over the others."""
    house = houses[0] if number % 5 < 3 and len(houses) == 2 else houses[number % len(houses)]
    country = ABROAD.get(number % 25, "DE")
    place = chance.choice(names.PLACES[house.region] if country == "DE" else names.ABROAD[country])
    is_public_body = country == "DE" and number % 15 == 4
    name, sector = public_body(number, place) if is_public_body else private_company(number, country)
    phase = chance.choices(PHASES, (14, 12, 22, 32, 14, 6))[0]
    personal, functional = fleet_size(chance, sector)
    if phase == "prospect":
        personal = functional = 0
    policy = chance.choice(phrases.POLICIES) if number % 3 == 0 else ""
    language = {"IT": "it", "RU": "ru", "GB": "en"}.get(country, "de")
    facts: dict[str, Any] = {"country": country, "language": language, "is_public_body": is_public_body, "policy": policy}
    return Account(number, chance, house, name, sector, phase, personal, functional, place, **facts)


def fleet_size(chance: Random, sector: str) -> tuple[int, int]:
    """Personal and functional vehicles; most fleets are small, a few are not."""
    low, high = chance.choices(((1, 3), (3, 6), (6, 14), (14, 34), (40, 60)), (480, 340, 150, 26, 4))[0]
    total = chance.randint(low, high)
    share = {"services": 0.75, "industry": 0.6, "trade": 0.5, "public": 0.2}.get(sector, 0.3)
    personal = sum(chance.random() < share for _ in range(total))
    return personal, total - personal


def private_company(number: int, country: str) -> tuple[str, str]:
    """A name from a trade and a family; each pair occurs once in ten thousand companies, then with a second family."""
    trades = list(names.TRADES)
    people = names.PEOPLE[{"IT": "it", "RU": "ru", "GB": "en"}.get(country, "de")]
    if country in ("IT", "RU", "GB"):
        shapes = {"IT": names.ITALIAN_COMPANIES, "RU": names.RUSSIAN_COMPANIES, "GB": names.ENGLISH_COMPANIES}[country]
        rank = number // 25
        family = people.last[rank % len(people.last)]
        again = rank // (len(people.last) * len(shapes))
        name = shapes[rank // len(people.last) % len(shapes)].format(family)
        return (f"{name} {again + 1}" if again else name), "trade" if number % 2 else "industry"
    families = people.last
    pair = numbers.spread(number, len(trades) * len(families), step=7_919)
    trade, family = trades[pair // len(families)], families[pair % len(families)]
    again = number // (len(trades) * len(families))
    family = f"{family} & {families[(pair + again) % len(families)]}" if again else family
    form = names.FORMS[number % len(names.FORMS)]
    return (f"{trade} {family} {form}" if number % 2 else f"{family} {trade} {form}"), names.TRADES[trade]


def public_body(number: int, place: names.City) -> tuple[str, str]:
    rank = number // 15
    kind = names.PUBLIC_BODIES[rank % len(names.PUBLIC_BODIES)]
    district = f" {rank // len(names.PUBLIC_BODIES) + 1}" if rank >= len(names.PUBLIC_BODIES) else ""
    return kind.format(place.city) + district, "public"


class CompanyWriter:
    """Makes companies of accounts, with addresses and assignments."""

    def __init__(self, *, on: date, stand_in: User, for_whom: User) -> None:
        self.on = on
        self.stand_in, self.for_whom = stand_in, for_whom

    def add(self, made: Account, previous: Account | None, batch: DemoBatch) -> None:
        chance, entered_at = made.chance, moment(made.entered_on, made.chance)
        has_parent = made.part.has_parent if made.part else previous is not None and made.happens(12, 5)
        vat = numbers.vat_number(made.country, made.number) if not made.happens(20, 17) else ""
        street = f"{chance.choice(names.STREETS)} {chance.randint(1, 140)}"
        made.row = bulk.new(Company,
            name=made.name, parent=previous.row if has_parent and previous else None, centre=made.house.centre, vat_number=vat,
            street=street, postcode=made.place.postcode, city=made.place.city, country=made.country, phone=made.board[0],
            email=f"info@{made.domain}", website=f"https://www.{made.domain}", sector=made.sector,
            employees=max(2, int((made.personal + made.functional) * chance.uniform(1.5, 12))), is_public_body=made.is_public_body,
            car_policy=made.policy, entered_at=entered_at,
        )  # fmt: skip
        batch.companies.append(made.row)
        self.assign(made, batch)
        self.addresses(made, batch)

    def assign(self, made: Account, batch: DemoBatch) -> None:
        """Assigns the responsible user, the previous one and a stand-in."""
        since = made.entered_on
        colleagues = [user for user in made.house.managers if user != made.manager]

        def assign(user: User, starts_on: date, ends_on: date | None = None, kind: str = Assignment.Kind.RESPONSIBLE) -> None:
            facts = {"starts_on": starts_on, "ends_on": ends_on, "kind": kind}
            batch.assignments.add(bulk.new(Assignment, company=made.row, user=user, **facts), at=morning(starts_on))

        if made.happens(5, 3) and colleagues:
            handed_over = since + (self.on - since) * 2 // 3
            assign(colleagues[0], since, handed_over - timedelta(days=1))
            since = handed_over
        if made.manager:
            assign(made.manager, since)
        if made.manager == self.for_whom and made.number % 4 == 3:
            away_until = self.on + timedelta(days=(4 - self.on.weekday()) % 7)  # Friday
            assign(self.stand_in, self.on - timedelta(days=3), away_until, Assignment.Kind.STAND_IN)
        elif made.happens(30, 9) and colleagues:
            holiday = self.on - timedelta(days=100)
            assign(colleagues[0], holiday, holiday + timedelta(days=14), Assignment.Kind.STAND_IN)

    def addresses(self, made: Account, batch: DemoBatch) -> None:
        kinds = [kind for one_in, at, kind in ((8, 2, "branch"), (10, 6, "billing"), (25, 8, "delivery")) if made.happens(one_in, at)]
        for kind in kinds:
            place = made.chance.choice(names.PLACES[made.house.region])
            street = f"{made.chance.choice(names.STREETS)} {made.chance.randint(1, 140)}"
            facts = {"kind": kind, "street": street, "postcode": place.postcode, "city": place.city}
            batch.company_addresses.add(bulk.new(Address, company=made.row, **facts), at=morning(made.entered_on))
