"""Finds drivers at the counter: by name, number or e-mail, or by the plate of the vehicle."""

from django.db.models import Q
from django.utils import timezone

from accounts.customers.models.vehicle import fold_plate
from accounts.models import Company, User
from contacts.models import Holder, Person, VehicleDriver
from fleetportal.core.db import search

FOUND = 12


def people_found(user: User, asked: str) -> list[Person]:
    """People in reach who match `asked`, or who drive or hold the vehicle with this plate; at most FOUND. Costs 6 queries."""
    today = timezone.localdate()
    named = search.SearchRow.objects.matching(asked).filter(object_type="contacts.person").values("object_id")
    plate = fold_plate(asked) or "-"
    here = {
        "vehicle__plate_folded": plate,
        "vehicle__company__in": Company.objects.visible_to(user),
    }  # holders at other companies are not revealed
    at_wheel = VehicleDriver.objects.running(on=today).filter(**here).values("driver__person")
    holding = Holder.objects.running(on=today).filter(**here).values("user__person")
    people = Person.objects.visible_to(user).filter(Q(pk__in=named) | Q(pk__in=at_wheel) | Q(pk__in=holding))
    return list(people.with_roles_seen_by(user).order_by("name_folded", "pk")[:FOUND])
