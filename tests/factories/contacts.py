"""People, roles, holders, consents."""

from datetime import date
from typing import Any

from accounts.models import Company, Vehicle
from contacts.models import GROUPS, Consent, Holder, Person, PersonAddress, VehicleDriver
from contacts.people.actions import people
from tests.factories.accounts import make_company, make_vehicle, number


def make_person(last_name: str = "", *, email: str | None = None, **facts: Any) -> Person:
    n = next(number)
    last_name = last_name or f"Person{n}"
    address = f"person{n}@customer.example" if email is None else email
    return people.enter(by=None, first_name=facts.pop("first_name", "Alex"), last_name=last_name, email=address, **facts)


def make_role(
    group: str, company: Company | None = None, person: Person | None = None, *, on: date = date(2020, 1, 1), **facts: Any
) -> Any:
    """A running role: group is "decision_maker", "user" or "driver"."""
    return GROUPS[group].take_up(person or make_person(), company or make_company(), by=None, on=on, **facts)


def make_holder(user: Any = None, vehicle: Vehicle | None = None, *, starts_on: date = date(2024, 1, 1)) -> Holder:
    user = user or make_role("user")
    vehicle = vehicle or make_vehicle(user.company, use="personal")
    return Holder.hand_over(vehicle, user, by=None, starts_on=starts_on)


def make_drive(driver: Any = None, vehicle: Vehicle | None = None) -> VehicleDriver:
    driver = driver or make_role("driver")
    return VehicleDriver.let_drive(vehicle or make_vehicle(driver.company), driver, by=None, on=date(2024, 1, 1))


def give_consent(person: Person, purpose: str = "invitations", *, channel: str = "email", is_given: bool = True) -> Consent:
    address = PersonAddress.objects.get(person=person, channel=channel)
    return Consent.enter(address, purpose, is_given=is_given, wording="Yes, write to me.", source="test", by=None, language="en")
