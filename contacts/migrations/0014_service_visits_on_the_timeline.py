from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db import migrations

AT_ONCE = 1000


def add_lines(apps, schema_editor):
    """A line of the timeline for each visit that has none."""
    visits = apps.get_model("accounts", "ServiceVisit").objects.select_related("vehicle", "centre").order_by("pk")
    interactions = apps.get_model("contacts", "Interaction").objects
    said = set(interactions.filter(kind="service_visit").values_list("about_id", flat=True))
    lines = (line(interactions.model, visit) for visit in visits.iterator(AT_ONCE) if visit.pk not in said)
    interactions.bulk_create(lines, batch_size=AT_ONCE)


def line(model, visit):
    vehicle = visit.vehicle
    name = vehicle.plate or vehicle.vin or f"{vehicle.make} {vehicle.model}".strip()
    return model(
        kind="service_visit",
        company_id=visit.company_id,
        channel="in_person",
        direction="out",
        text=f"{name}, {visit.order_number}",
        happened_at=datetime.combine(visit.visited_on, time(12), ZoneInfo(visit.centre.time_zone)),
        about_type="accounts.servicevisit",
        about_id=visit.pk,
    )


class Migration(migrations.Migration):
    """Service visits that were there before the timeline knew them stand on it."""

    dependencies = [("contacts", "0013_gift_policy_of_a_company"), ("accounts", "0011_service_visits")]

    operations = [migrations.RunPython(add_lines, migrations.RunPython.noop)]
