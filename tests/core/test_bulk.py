"""Rows written in bulk are the same rows that Django's own way writes."""

import gc
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from accounts.models import Company, Vehicle
from contacts.models import Holder, Person, PersonAddress, VehicleUser
from fleetportal.core.audit import Entry
from fleetportal.core.db import bulk
from fleetportal.core.db.search import SearchRow
from intake.models import StagedRow
from tests.factories.accounts import make_centre, make_company
from tests.factories.contacts import make_person

pytestmark = pytest.mark.django_db
TEXTS = ["", "plain", "tab\tnew\nline\\N\\. end", "überland «иванов» 🚚", "'; DROP TABLE x; --", "\\", "NULL"]


@pytest.mark.parametrize("model", [Company, Vehicle, Person, PersonAddress, VehicleUser, Holder, StagedRow, SearchRow, Entry])
def test_a_new_row_is_as_its_constructor_makes_it(model: type[models.Model]):
    ours, theirs = vars(bulk.new(model)), vars(model())
    now = {field.attname for field in model._meta.concrete_fields if isinstance(field, models.DateTimeField)}
    assert {name: value for name, value in ours.items() if name not in now | {"_state"}} == {
        name: value for name, value in theirs.items() if name not in now | {"_state"}
    }
    assert ours.keys() == theirs.keys() and ours["_state"].adding


def test_any_text_comes_back_as_it_was_written():
    centre = make_centre("west")
    bulk.add([bulk.new(Person, first_name=text, last_name="Bulk", centre=centre) for text in TEXTS])
    assert list(Person.objects.filter(last_name="Bulk", centre=centre).order_by("pk").values_list("first_name", flat=True)) == TEXTS


def test_rows_name_rows_that_had_no_number_yet_and_later_numbers_follow():
    company = bulk.new(Company, name="West AG", centre=make_centre("west"))
    vehicles = [bulk.new(Vehicle, company=company, plate=f"B {number}") for number in range(3)]
    bulk.add([company])
    bulk.add(vehicles)
    assert set(Vehicle.objects.filter(company=company).values_list("pk", flat=True)) == {vehicle.pk for vehicle in vehicles}
    assert Vehicle.objects.create(company=company, plate="B 9").pk > max(vehicle.pk for vehicle in vehicles)


def test_values_of_every_kind_are_stored_as_by_save():
    state = {"facts": {"ids": [1, 2], "word": "ü\\n\t"}, "action": "a.b", "object_type": "x.y", "object_id": 5}
    bulk.add([bulk.new(Entry, **state)])
    saved = Entry.objects.create(**state)
    written = Entry.objects.exclude(pk=saved.pk).get(action="a.b")
    assert (written.facts, written.actor_id, written.at.tzinfo is not None) == (saved.facts, None, True)
    assert Entry.objects.filter(facts__word="ü\\n\t", at__lte=saved.at).count() == 2


def test_yes_no_and_days_are_stored_as_by_save():
    """COPY and executemany get them as they stand: a day before our times, one long after, none at all."""
    company, days = make_company(make_centre("west")), [date(2026, 2, 28), date(1, 1, 1), date(9999, 12, 31), None]
    bulk.add([bulk.new(Vehicle, company=company, plate=f"B {number}", delivered_on=day) for number, day in enumerate(days)])
    assert list(Vehicle.objects.order_by("pk").values_list("delivered_on", flat=True)) == days
    assert Vehicle.objects.filter(delivered_on__gte=date(2026, 2, 28)).count() == 2
    bulk.add([bulk.new(Company, name=f"B {yes}", centre=company.centre, is_public_body=yes) for yes in (True, False)])
    assert {one.name: one.is_public_body for one in Company.objects.filter(name__startswith="B ")} == {"B True": True, "B False": False}
    assert Company.objects.filter(is_public_body=True).get().name == "B True"


def test_moments_come_back_to_the_microsecond_in_whatever_zone_they_were_said():
    moments = [datetime(2026, 3, 29, 1, 59, 59, 999999, tzinfo=UTC), datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))]
    bulk.add([bulk.new(Entry, action=f"a.{number}", object_type="x.y", object_id=1, at=at) for number, at in enumerate(moments)])
    assert list(Entry.objects.order_by("action").values_list("at", flat=True)) == [at.astimezone(UTC) for at in moments]


def test_a_text_with_a_sign_that_no_database_holds_writes_nothing():
    """NUL: PostgreSQL has no place for it. Readers of files take it out; whatever passes them is refused whole, not cut short."""
    centre = make_centre("west")
    people = [bulk.new(Person, first_name=text, last_name="Bulk", centre=centre) for text in ("before", "nu\0l", "after")]
    if connection.vendor == "postgresql":
        with pytest.raises(DatabaseError), transaction.atomic():
            bulk.add(people)
        assert not Person.objects.filter(last_name="Bulk").exists()
    else:
        bulk.add(people)
        assert list(Person.objects.order_by("pk").values_list("first_name", flat=True)) == ["before", "nu\0l", "after"]


def test_a_broken_rule_is_an_integrity_error_and_nothing_is_written():
    person = Person.objects.create(last_name="Brandt")
    twice = [bulk.new(PersonAddress, person=person, channel="email", value="a@b.de", value_folded="a@b.de") for _turn in range(2)]
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.add(twice)
    assert not person.addresses.exists()


def test_garbage_waits_for_the_end_of_a_batch_and_no_longer():
    with pytest.raises(ZeroDivisionError), bulk.uncollected():
        assert not gc.isenabled()
        raise ZeroDivisionError
    assert gc.isenabled()


def test_an_update_writes_the_fields_of_all_its_rows_and_folds_them_as_save_does():
    company, days = make_company(make_centre("west")), [date(2026, 2, 28), None]
    vehicles = [Vehicle.objects.create(company=company, plate=f"B {number}", make="Opel") for number in range(2)]
    for vehicle, day in zip(vehicles, days, strict=True):
        vehicle.plate, vehicle.delivered_on, vehicle.make = f"HH-Ü {vehicle.pk}", day, "not meant"
    bulk.update(vehicles, {"plate", "delivered_on"})
    written = list(Vehicle.objects.order_by("pk").values_list("plate", "plate_folded", "delivered_on", "make"))
    assert written == [(f"HH-Ü {one.pk}", f"hhu{one.pk}", day, "Opel") for one, day in zip(vehicles, days, strict=True)]


def test_an_update_writes_facts_choices_and_moments_as_save_does():
    user = VehicleUser.take_up(make_person(), make_company(make_centre("west")), by=None, on=date(2026, 1, 1))
    user.responsibilities, user.interests = ["orders", "ü\\n"], "sailing"
    person = user.person
    person.entered_at = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    bulk.update([user], {"responsibilities", "interests"})
    bulk.update([person], {"entered_at", "language"})
    user.refresh_from_db()
    assert (user.responsibilities, user.interests) == (["orders", "ü\\n"], "sailing")
    assert Person.objects.get(entered_at=person.entered_at) == person


def test_no_rows_cost_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        bulk.add([])
        bulk.update([], {"name"})


def test_new_rows_are_folded_whoever_makes_them():
    company = bulk.new(Company, name="Überland AG", centre=make_centre("west"))
    bulk.add([company])
    bulk.add([bulk.new(Vehicle, company=company, plate="А 123 ВС 77")])
    assert Company.objects.get(pk=company.pk).name_folded == "uberland ag"
    assert Vehicle.objects.get(company=company).plate_folded == "a123bc77"
