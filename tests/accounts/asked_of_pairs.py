"""Who and what there is before a single or a bulk verb runs, and what is asked of both."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from accounts.models import Centre, Company, User, Vehicle
from contacts.models import Driver, Group, Holder, Person, PersonAddress, VehicleUser
from contacts.people.actions import people
from contacts.people.models.holders import HandOver
from events.models import Event, Invitation
from fleetportal.core.outbox.queueing import MessageDraft
from tests.factories.accounts import make_company, make_vehicle
from tests.factories.contacts import make_drive, make_holder, make_person, make_role
from tests.factories.events import make_event, make_invitation

DAY = date(2026, 3, 1)


@dataclass
class World:
    """Who and what there is before either verb runs."""

    north: Centre
    anna: User
    carla: User
    ours: list[Company]  # Anna looks after them
    cars: list[Vehicle]  # one of each of ours
    met: list[Person]  # one at each of ours
    users: list[VehicleUser]
    drivers: list[Driver]
    event: Event
    invitations: list[Invitation]  # to the event, of half of those whom we met


def make_world(north: Centre, anna: User, carla: User) -> World:
    ours = [make_company(north, name=name, vat_number=vat, postcode="20457", looked_after_by=anna) for name, vat in OURS]
    cars = [make_vehicle(company, plate=f"HH-AB {number}") for number, company in enumerate(ours)]
    met = [make_person(f"Müller {number}", phone=f"040 12345{number}", centre=north) for number in range(len(ours))]
    of_all = list(zip(met, ours, strict=True))
    users = [make_role(Group.USER, company, person) for person, company in of_all]
    drivers = [make_role(Group.DRIVER, company, person) for person, company in of_all]
    make_holder(users[0], cars[0])
    make_drive(drivers[0], cars[0])
    event = make_event(north)
    invitations = [make_invitation(event, person, company=company) for person, company in of_all[:2]]
    return World(north, anna, carla, ours, cars, met, users, drivers, event, invitations)


OURS = (("Überland Spedition GmbH", "DE136695976"), ("Nordhafen SE", ""), ("Tiefbau Carstens", ""), ("ООО «Север»", ""))


# --- what is asked of both ----------------------------------------------------------------------------------------------------


def new_companies(world: World) -> list[dict[str, Any]]:
    """One like none, one with a VAT number that is there, one with a name that is, one that belongs to another."""
    return [
        {"name": "Straße & Söhne", "centre": world.north, "city": "Köln", "website": "https://a.example"},
        {"name": "Another", "centre": world.north, "vat_number": "DE136695976"},
        {"name": "Nordhafen SE", "centre": world.north, "postcode": "20457"},
        {"name": "Below", "centre": world.north, "parent": world.ours[0]},
    ]


def company_edits(world: World) -> list[tuple[Company, dict[str, Any]]]:
    """A name, nothing new, a parent, and one that would close a circle with it."""
    one, two, three, four = world.ours
    return [(one, {"name": "Äpfel AG", "city": "Kiel"}), (two, {"name": two.name}), (three, {"parent": four}), (four, {"parent": three})]


def company_addresses(world: World) -> list[tuple[Company, dict[str, Any]]]:
    one, two, *_others = world.ours
    branch = {"kind": "branch", "street": "Elbhang 9", "city": "Dresden"}
    return [(one, branch), (one, {"kind": "billing", "country": "AT"}), (two, branch)]


def new_assignments(world: World) -> list[dict[str, Any]]:
    """A stand-in for a company looked after, and for a new one two who are responsible one after the other."""
    free = Company.objects.create(name="Free", centre=world.north)
    handed_over = {"company": free, "user": world.anna, "starts_on": date(2025, 1, 1), "ends_on": date(2025, 12, 31)}
    return [
        {"company": world.ours[0], "user": world.carla, "kind": "stand_in", "starts_on": DAY, "ends_on": date(2026, 3, 20)},
        handed_over,
        {"company": free, "user": world.carla, "starts_on": date(2026, 1, 1)},
    ]


def held_meetings(world: World) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Sides and outcome: of one with minutes and a director, and of one without either."""
    one, two, *_others = world.ours
    begun = datetime(2026, 2, 1, 9, 30, tzinfo=UTC)
    both = {"decision_maker": world.met[0], "account_manager": world.anna}
    return [
        ({"company": one, "director": world.carla, "location": "Nord", **both}, {"starts_at": begun, "minutes": "Wants two vans."}),
        ({"company": two, "director": None, **both}, {"starts_at": begun, "minutes": ""}),
    ]


def new_contacts(world: World) -> list[dict[str, Any]]:
    """One that reached somebody, one that did not, one with nobody in particular."""
    one, two, *_others = world.ours
    reached = {"channel": "phone", "outcome": "reached", "text": "Wants two vans."}
    return [
        {"company": one, "person": world.met[0], **reached},
        {"company": one, "person": world.met[0], "channel": "email", "outcome": "not_reached", "text": "", "direction": "in"},
        {"company": two, "person": None, **reached},
    ]


def new_tasks(world: World) -> list[dict[str, Any]]:
    one, two, *_others = world.ours
    offer = {"title": "Send the offer", "due_on": DAY}
    return [{"company": one, "owner": world.anna, "person": world.met[0], **offer}, {"company": two, "owner": world.carla, **offer}]


def new_consents(world: World) -> list[dict[str, Any]]:
    """Given for two purposes, one of them withdrawn again."""
    said = {"address": world.met[0].addresses.order_by("pk")[0], "company": world.ours[0], "source": "at the counter", "language": "en"}
    return [
        {"purpose": "news", "is_given": True, "wording": "Yes, news.", **said},
        {"purpose": "offers", "is_given": True, "wording": "Yes, offers.", **said},
        {"purpose": "news", "is_given": False, "wording": "No news.", **said},
    ]


def new_vehicles(world: World) -> list[dict[str, Any]]:
    one, two, *_others = world.ours
    return [
        {"company": one, "plate": "А 123 ВС 77", "make": "Opel", "delivered_on": DAY, "contract": "lease"},
        {"company": one, "vin": "WVWZZZ3CZRE014512", "use": "personal", "mileage_km": 7},
        {"company": two, "plate": "HH-Ü 1"},
    ]


def vehicle_edits(world: World) -> list[tuple[Vehicle, dict[str, Any]]]:
    one, two, three, _four = world.cars
    return [(one, {"plate": "B-XY 9", "contract_ends_on": DAY}), (two, {"plate": two.plate}), (three, {"given_back_on": DAY})]


class NewPerson(NamedTuple):
    facts: dict[str, Any]
    email: str = ""
    phone: str = ""


def new_people(world: World) -> list[NewPerson]:
    """One like nobody, one with the name and number of somebody, one without any address."""
    first = {"first_name": "Alex", "centre": world.north}
    return [
        NewPerson({"first_name": "Gül", "last_name": "Öz", "centre": world.north, "born_on": DAY}, "GUEL@x.example", "0171 123"),
        NewPerson({**first, "last_name": "Müller 0"}, phone="+49 40 123450"),
        NewPerson({**first, "last_name": "Nobody", "language": "it"}),
    ]


def enter_people(world: World) -> None:
    asked = [(Person(**one.facts), one) for one in new_people(world)]
    kinds = [(person, ("email", one.email), ("phone", one.phone)) for person, one in asked]
    addresses = [PersonAddress(person=who, channel=kind, value=value) for who, *both in kinds for kind, value in both if value]
    people.enter_many([person for person, _one in asked], addresses, by=world.anna)


def person_edits(world: World) -> list[tuple[Person, dict[str, Any]]]:
    one, two, three, _four = world.met
    return [(one, {"last_name": "Ähre", "born_on": DAY}), (two, {"first_name": "Alex"}), (three, {"title": "Frau Dr."})]


def new_addresses(world: World) -> list[tuple[Person, dict[str, Any]]]:
    """One that is new, one that is known as it is, one that is known in other signs, one twice, one that only few may see."""
    one, two, *_others = world.met
    return [
        (one, {"channel": "email", "value": "new@x.example"}),
        (one, {"channel": "phone", "value": "040 123450"}),
        (two, {"channel": "phone", "value": "+49 (40) 123451"}),
        (two, {"channel": "phone", "value": "0171 999"}),
        (two, {"channel": "phone", "value": "+49 171 999"}),
        (two, {"channel": "phone", "value": "0171 555", "is_private": True}),
    ]


def new_roles(world: World) -> list[tuple[Person, Company]]:
    """Two new ones, one of which is asked for twice; users and drivers have one at their own company already."""
    one, two, *_others = world.met
    return [(one, world.ours[0]), (one, world.ours[1]), (two, world.ours[2]), (two, world.ours[2])]


def role_edits(world: World) -> list[tuple[VehicleUser, dict[str, Any]]]:
    one, two, three, _four = world.users
    return [(one, {"job_title": "Head", "responsibilities": ["orders"]}), (two, {"job_title": ""}), (three, {"may_choose": False})]


def hand_overs(world: World) -> list[dict[str, Any]]:
    """To the next, to the same again, into the middle of what was planned, for some days, and of a car that nobody has."""
    one, two, three, _four = world.users
    return [
        {"vehicle": world.cars[0], "user": two, "starts_on": DAY},
        {"vehicle": world.cars[0], "user": two, "starts_on": DAY},
        {"vehicle": world.cars[0], "user": three, "starts_on": date(2026, 1, 1)},
        {"vehicle": world.cars[0], "user": three, "starts_on": date(2025, 3, 1), "ends_on": date(2025, 4, 1)},
        {"vehicle": world.cars[1], "user": one, "starts_on": DAY, "ends_on": DAY},
        {"vehicle": world.cars[1], "user": three, "starts_on": DAY},
        {"vehicle": world.cars[0], "user": one, "starts_on": date(2026, 5, 1)},
    ]


def holder_edits(world: World) -> list[tuple[Holder, dict[str, Any]]]:
    """Days that differ, days that are so already, days that meet those of somebody else."""
    one, two = world.users[:2]
    first = Holder.objects.get(vehicle=world.cars[0], user=one)
    held = Holder.hand_over_many([Holder(vehicle=world.cars[0], user=two, starts_on=DAY)], by=None)
    second = held[0].holder if isinstance(held[0], HandOver) else first
    other = Holder.hand_over(world.cars[1], two, by=None, starts_on=date(2026, 1, 1))
    return [(Holder.objects.get(pk=first.pk), {"ends_on": None}), (second, {"ends_on": DAY}), (other, {"starts_on": date(2026, 1, 1)})]


def drives(world: World) -> list[tuple[Vehicle, Driver]]:
    one, two, *_others = world.drivers
    return [(world.cars[0], one), (world.cars[0], two), (world.cars[1], two), (world.cars[1], two)]


def drafts(world: World) -> list[MessageDraft]:
    keys = [(0, "a"), (1, "b"), (0, "a")]
    return [MessageDraft("tests/mail/note", to=world.met[n], about=world.ours[n], gate="service", key=key) for n, key in keys]
