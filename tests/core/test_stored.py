"""A dataclass in a JSON column: loaded, dumped, and a plain JSONField to the migrations."""

from dataclasses import asdict, dataclass

import pytest
from django.db import connection, models

from fleetportal.core.db.stored import Stored
from intake.models import Import
from intake.progress import Position, Progress


@dataclass
class Weather:
    degrees: int = 0


def load(said):
    return Weather(**said)


def test_the_migrations_know_a_plain_json_field():
    field = Stored(load, asdict, default=Weather)
    field.set_attributes_from_name("weather")
    assert field.deconstruct() == ("weather", "django.db.models.JSONField", [], {"default": dict})
    assert isinstance(field.clone(), Stored) and field.db_type(connection) == models.JSONField().db_type(connection)


@pytest.mark.django_db
def test_what_was_stored_comes_back_as_it_was(north):
    run = Import.objects.create(name="fleet.csv", size=1, digest="0", kind="csv", centre=north)
    run.progress.new_of["vehicle"] = 3
    run.position = Position(sheet=1, gap=True, skipped=[(0, 4, "total")])
    run.save()
    again = Import.objects.get(pk=run.pk)
    assert again.progress == Progress(new_of={"vehicle": 3})
    assert again.position == run.position and again.sheets == []


@pytest.mark.django_db
def test_two_new_rows_share_nothing(north):
    one, other = (Import(name="fleet.csv", size=1, digest="0", kind="csv", centre=north) for _ in range(2))
    one.progress.made["company"] = 1
    assert other.progress.made == {}
