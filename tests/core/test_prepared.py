"""A prepared statement says what Django's own would, however often it is asked, for whatever is filled in."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, F

from accounts.models import Centre, Company
from contacts.models import Person
from fleetportal.core.audit import Change, Entry
from fleetportal.core.db.prepared import Prepared, PreparedUpdate, insert
from fleetportal.core.web.idempotency import Answer
from tests.factories.accounts import make_centre, make_company, make_vehicle

pytestmark = pytest.mark.django_db


def companies_of(centre: Any, name: Any) -> Any:
    named = Company.objects.filter(centre=centre, name_folded=name).select_related("centre", "parent")
    return named.annotate(fleet=Count("vehicles")).only("name", "is_public_body", "centre__name", "parent__name").order_by("pk")


def prepared() -> Prepared[Company]:
    return Prepared(companies_of, centre=Centre._meta.pk, name=Company._meta.get_field("name_folded"))


def test_rows_are_as_django_makes_them(django_assert_num_queries: Any) -> None:
    north = make_centre("north", name="North")
    first = make_company(north, name="Überland", is_public_body=True)
    make_company(north, name="Other", parent=first)
    make_vehicle(first)
    ask = prepared()
    for name in ("ueberland", "uberland", "other", "nobody's"):
        expected = list(companies_of(north.pk, name))
        with django_assert_num_queries(1):
            found = ask(centre=north.pk, name=name)
            said = [(one, one.name, one.is_public_body, one.centre.name, one.parent and one.parent.name, one.fleet) for one in found]
        assert said == [(one, one.name, one.is_public_body, one.centre.name, one.parent and one.parent.name, one.fleet) for one in expected]
        assert [one.get_deferred_fields() for one in found] == [one.get_deferred_fields() for one in expected]


def test_each_asking_has_its_own_values() -> None:
    north, south = make_centre("north"), make_centre("south")
    mine, theirs = make_company(north, name="Same"), make_company(south, name="Same")
    ask = prepared()
    assert [ask.first(centre=centre.pk, name="same") for centre in (north, south, north)] == [mine, theirs, mine]
    assert ask.first(centre=0, name="same") is None
    assert ask.first(centre=north.pk, name="' OR 1=1 --") is None


def test_the_words_are_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    ask: Prepared[Centre] = Prepared(lambda pk: asked.append(pk) or Centre.objects.filter(pk=pk), pk=Centre._meta.pk)
    centre = make_centre("north")
    assert [ask.first(pk=centre.pk), ask.first(pk=centre.pk)] == [centre, centre]
    assert len(asked) == 1


def test_an_update_changes_what_meets_its_condition_alone(django_assert_num_queries: Any) -> None:
    vehicle, other = make_vehicle(delivered_on=date(2026, 7, 1)), make_vehicle(delivered_on=date(2026, 7, 2))
    before = type(vehicle)._meta.get_field("delivered_on")
    age = PreparedUpdate(
        lambda pk, day: type(vehicle).objects.filter(pk=pk, delivered_on__lt=day),
        {"mileage_km": F("pk") + 1, "model": "aged"},
        pk=type(vehicle)._meta.pk,
        day=before,
    )
    with django_assert_num_queries(3):
        assert [age(pk=one.pk, day=date(2026, 7, 2)) for one in (vehicle, other, vehicle)] == [1, 0, 1]
    vehicle.refresh_from_db(), other.refresh_from_db()
    assert (vehicle.model, vehicle.mileage_km) == ("aged", vehicle.pk + 1)
    assert other.model != "aged"


def test_a_row_is_saved_with_its_number(django_assert_num_queries: Any) -> None:
    north = make_centre("north")
    with django_assert_num_queries(1):
        person = insert(Person(first_name="Über\t%s '\\", last_name="«Иванов» 🚚", centre=north, is_confirmed=False))
    read = Person.objects.get(pk=person.pk)
    assert (read.first_name, read.last_name, read.is_confirmed, read.centre) == ("Über\t%s '\\", "«Иванов» 🚚", False, north)
    assert (person._state.adding, person._state.db) == (False, connection.alias)


def test_several_rows_are_one_statement_and_keep_every_kind_of_value(django_assert_num_queries: Any) -> None:
    entry = Entry.objects.create(action="a.b", object_type="x.y", object_id=1, facts={"ids": [1]})
    values: list[tuple[Any, Any]] = [(None, "a"), ("ü%s\\n", None), ({"day": [1, None]}, True), (1.5, "'")]
    changes = [Change(entry=entry, object_type="x.y", object_id=1, field=str(n), before=b, after=a) for n, (b, a) in enumerate(values)]
    with django_assert_num_queries(1):
        insert(*changes)
    assert list(entry.changes.order_by("pk").values_list("before", "after")) == values
    assert [change.pk for change in changes] == list(entry.changes.order_by("pk").values_list("pk", flat=True))
    assert entry.changes.filter(before__isnull=True).get() == changes[0]


def test_nothing_is_remembered_from_one_insert_to_the_next() -> None:
    """Threads share a statement: what one remembered, another would write."""
    headers = {"A": "first"}
    insert(Answer(scope="s", key="1", body_hash="h", headers=headers))
    headers["A"] = "second"
    insert(Answer(scope="s", key="2", body_hash="h", headers=headers))
    assert list(Answer.objects.order_by("key").values_list("headers", flat=True)) == [{"A": "first"}, {"A": "second"}]


def test_bytes_come_back_as_they_were() -> None:
    content = bytes(range(256))
    insert(Answer(scope="s", key="k", body_hash="h", status=200, headers={"A": "b"}, content=content))
    assert bytes(Answer.objects.get().content) == content


def test_a_broken_rule_is_an_integrity_error() -> None:
    insert(Answer(scope="s", key="k", body_hash="h"))
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(Answer(scope="s", key="k", body_hash="other"))
    assert Answer.objects.get().body_hash == "h"
