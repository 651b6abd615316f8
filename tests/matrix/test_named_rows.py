"""Ids inside a permitted request (R24): no form of any page takes a row that its user may know nothing of, whatever page it is on."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import pytest
from django import forms
from django.db import transaction
from django.db.models import Model

from accounts.customers.models.company import CompanyQuerySet
from accounts.models import Centre, User
from tests.matrix.addresses import Address
from tests.matrix.columns import COLUMNS, PLACES, Column
from tests.matrix.test_matrix import STAFF
from tests.matrix.trees import SHOWS_ALL
from tests.matrix.world import World

pytestmark = pytest.mark.matrix
ANNA, EMIL, CARLA = COLUMNS[5], COLUMNS[4], COLUMNS[7]
# Fields that offer rows to everybody, and why.
FOR_ALL = {
    "ProgrammeForm.centres": "the washes of the house: a voucher may be redeemed at any",
    "ReceiveForm.gift": "kinds of gifts belong to the house",
}


@contextmanager
def forms_made() -> Iterator[list[forms.BaseForm]]:
    """Every form that is made within the block."""
    made: list[forms.BaseForm] = []
    make = forms.BaseForm.__init__

    def note(form: forms.BaseForm, *args: object, **options: object) -> None:
        make(form, *args, **options)
        made.append(form)

    with mock.patch.object(forms.BaseForm, "__init__", note):
        yield made


def strange(world: World, column: Column) -> dict[type[Model], set[int]]:
    """The rows of the world that `column` may know nothing of, by model."""
    found: dict[type[Model], set[int]] = defaultdict(set)
    for noun, kind in world.kinds.items():
        if not (noun.of_all or noun.is_personal):
            far = [place for place in PLACES if not noun.is_reached(column, place, "meet_customers")]
            found[kind].update(world.rows[noun, place, COLUMNS[0]] for place in far)
    for at in (at for place, at in world.at.items() if not column.reaches(place, "meet_customers")):
        for row in (at.registration, at.invitation, at.holder):
            found[type(row)].add(row.pk)
    elsewhere = [at for place, at in world.at.items() if place.centre not in column.centres]
    colleagues = [other for other in COLUMNS if other.role and not set(other.centres).intersection(column.centres)]
    found[Centre] = {at.centre.pk for at in elsewhere}
    found[User] = {world.users[other].pk for other in colleagues} | {at.owner.pk for at in elsewhere}
    return found


def forms_of(world: World, column: Column, address: Address) -> list[forms.BaseForm]:
    """The forms that are made for that page, looked at and sent empty, for a row of the column's own."""
    own = next(place for place in PLACES if column.reaches(place, "meet_customers"))
    path = address.path({kwarg: world.row(address, kwarg, own, column) for kwarg in address.kwargs})
    with transaction.atomic(), forms_made() as made:
        world.clients[column].get(path)
        world.clients[column].post(path)
        transaction.set_rollback(True)
    return made


def offered(world: World, column: Column) -> tuple[set[str], set[str]]:
    """The fields that choose among rows, on all pages of the column; and those that take a row it may know nothing of."""
    far, fields, faults = strange(world, column), set(), set()
    for address in (one for one in STAFF if column.may(one.access.may) and not one.shape.startswith((*SHOWS_ALL,))):
        for form in forms_of(world, column, address):
            for name, field in getattr(form, "fields", {}).items():
                what = f"{type(form).__name__}.{name}"
                if isinstance(field, forms.ModelChoiceField) and what not in FOR_ALL:
                    fields.add(what)
                    if far[field.queryset.model].intersection(field.queryset.values_list("pk", flat=True)):
                        faults.add(f"{address}: {what}")
    return fields, faults


@pytest.mark.parametrize(("column", "least"), [(EMIL, 10), (ANNA, 30), (CARLA, 30)], ids=lambda one: getattr(one, "name", ""))
def test_no_form_takes_a_row_that_its_user_may_know_nothing_of(world: World, column: Column, least: int) -> None:
    fields, faults = offered(world, column)
    assert not faults, "\n".join(sorted(faults))
    assert len(fields) >= least


def test_the_canary_forms_take_strangers_where_nobody_looks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CompanyQuerySet, "where", lambda rows, user, *, may: rows.all())
    _fields, faults = offered(world, EMIL)
    assert any("WalkInForm.person" in fault or "HandOutForm.company" in fault for fault in faults), faults
