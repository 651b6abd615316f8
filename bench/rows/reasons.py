"""All reasons of all companies, compared with one sequential scan of the tables that the rules read."""

from collections.abc import Iterator

from django.db import connection

from accounts.models import Company, Vehicle
from bench.measure import Figure, peak_mb, seconds
from contacts.models import DecisionMaker, Driver, Interaction, Reason, VehicleUser
from contacts.reasons.computing import CHUNK, look_again

TABLES = (Company, Vehicle, Interaction, DecisionMaker, VehicleUser, Driver, Reason)


def figures(size: int) -> Iterator[Figure]:
    ids = list(Company.objects.order_by("pk").values_list("pk", flat=True))
    Reason.objects.all().delete()
    ours = seconds(lambda: [look_again(ids[first : first + CHUNK]) for first in range(0, len(ids), CHUNK)])
    theirs = seconds(read_everything)
    yield Figure(
        "every reason of every company", size, "s", ours, None, "reading the tables once", theirs, ours / theirs, "<= 10", None, peak_mb()
    )


def read_everything() -> int:
    """How many rows the tables hold, each of them fetched."""
    count = 0
    with connection.cursor() as cursor:
        for model in TABLES:
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")
            while rows := cursor.fetchmany(2000):
                count += len(rows)
    return count
