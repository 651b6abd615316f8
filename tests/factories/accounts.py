"""Centres, users, companies, vehicles: one small factory per noun, no surprises."""

import itertools
from datetime import date
from typing import Any

from accounts.customers.actions import companies
from accounts.models import Assignment, Centre, Company, User, Vehicle
from accounts.staff.actions.roles import give_role

number = itertools.count(1)


def make_centre(slug: str = "", **facts: Any) -> Centre:
    slug = slug or f"centre-{next(number)}"
    return Centre.objects.create(slug=slug, name=facts.pop("name", slug.title()), **{"time_zone": "Europe/Berlin", **facts})


def make_user(username: str = "", *, role: str = "", at: Any = (), **facts: Any) -> User:
    """A user with `role` at the centres `at`; password "demo"."""
    username = username or f"user{next(number)}"
    user = User(username=username, first_name=facts.pop("first_name", username.title()), last_name=facts.pop("last_name", "Test"), **facts)
    user.set_password("demo")
    user.save()
    if role:
        give_role(user, role, at, by=None)
    return user


def make_company(centre: Centre | None = None, *, name: str = "", looked_after_by: User | None = None, **facts: Any) -> Company:
    company = companies.enter(by=None, name=name or f"Company {next(number)}", centre=centre or make_centre(), **facts)
    if looked_after_by:
        assign(company, looked_after_by)
    return company


def assign(company: Company, user: User, **facts: Any) -> Assignment:
    return Assignment.assign(company, user, starts_on=facts.pop("starts_on", date(2020, 1, 1)), by=None, **facts)


def make_vehicle(company: Company | None = None, **facts: Any) -> Vehicle:
    n = next(number)
    return Vehicle.enter(by=None, company=company or make_company(), **{"plate": f"HH-FP {n}", "make": "Larea", "model": "Kombi", **facts})
