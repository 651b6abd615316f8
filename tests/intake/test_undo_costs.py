"""What the preview of an undo costs: the same for ten rows and for many."""

from datetime import timedelta

import pytest
from django.db.models import F

from contacts.models import Holder, Person, PersonPair
from intake import actions as imports
from intake.models import Import, Made
from tests.factories.sheets import make_text
from tests.intake.running import State, take

pytestmark = pytest.mark.django_db

# Each table that refers to a person is asked once whether one of those that the file brought is in use.
OF_PEOPLE = {relation.related_model for relation in Person._meta.related_objects} - {PersonPair}


def test_a_preview_of_a_larger_import_costs_the_same(north, django_assert_max_num_queries):
    text = "Company;Postcode;Plate;Driver\n" + "".join(f"Firm {n // 10};{20000 + n // 10};HH-X {n};Max M{n}\n" for n in range(300))
    run = take(make_text(text), "x.csv", centre=north)
    with django_assert_max_num_queries(90):
        fates = imports.foresee_undo(run, by=None)
    assert len(fates) == Made.objects.filter(row__run=run).count() and not any(fate.stays for fate in fates)


@pytest.mark.parametrize("vehicles", [10, 100])
def test_a_preview_of_changed_plates_and_holders_costs_the_same_for_many(north, django_assert_num_queries, vehicles):
    take(make_text(as_named_by("A", vehicles)), "A.csv", centre=north)
    Holder.objects.update(starts_on=F("starts_on") - timedelta(days=30))
    run = take(make_text(as_named_by("B", vehicles)), "B.csv", centre=north)
    with django_assert_num_queries(22 + len(OF_PEOPLE)):
        fates = imports.foresee_undo(run, by=None)
    assert sum(fate.trace.what == "entry" for fate in fates) == 2 * vehicles  # each has another plate, each was handed over
    assert not any(fate.stays for fate in fates)
    imports.undo(run, by=None)
    imports.work(Import.objects.get(pk=run.pk))
    assert Import.objects.get(pk=run.pk).state == State.UNDONE
    assert Holder.objects.filter(vehicle__plate__startswith="HH-A", ends_on=None).count() == Holder.objects.count() == vehicles


def as_named_by(mark, vehicles):
    """A fleet list in which each vehicle has a company of its own; its plate and its driver are named by `mark`."""
    line = "Firm {n};{postcode};HH-{mark} {n};WVWZZZ3CZRE{n:06};{driver}stein, Max\n"
    letters = "abcdefghij"
    rows = [line.format(n=n, postcode=20000 + n, mark=mark, driver=mark + letters[n // 10] + letters[n % 10]) for n in range(vehicles)]
    return "Firma;PLZ;Kennzeichen;FIN;Fahrer\n" + "".join(rows)
