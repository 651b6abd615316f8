"""The history: an entry for each act, its changes beside it, never touched again."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import transaction

from accounts.models import Centre
from fleetportal.core import audit
from fleetportal.core.audit import Change, Entry
from fleetportal.core.requests import begin, end
from tests.factories.accounts import make_centre

pytestmark = pytest.mark.django_db


@pytest.fixture
def centre():
    return make_centre("west", name="West", city="Bonn")


def entry_about(centre, **details):
    with transaction.atomic():
        return audit.record("centre.edited", centre, by=None, **details)


def test_an_entry_says_who_did_what_to_which_row_in_which_request(centre, anna):
    request = begin()
    with transaction.atomic():
        audit.record("centre.edited", centre, by=anna, facts={"wash": 7})
    end()
    entry = Entry.objects.about(centre).get()
    assert (entry.action, entry.object_type, entry.object_id, entry.actor_id) == ("centre.edited", "accounts.centre", centre.pk, anna.pk)
    assert (entry.request_id, entry.facts) == (request, {"wash": 7})


def test_an_entry_without_a_person_is_the_clocks_or_a_guests(centre):
    assert entry_about(centre).actor_id is None


def test_only_what_differs_is_a_change(centre):
    entry = entry_about(centre, changes={"city": ("Bonn", "Köln"), "name": ("West", "West")})
    assert list(entry.changes.values_list("field", "before", "after")) == [("city", "Bonn", "Köln")]


def test_any_value_becomes_plain_in_a_change(centre):
    moment = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    values = {"day": date(2026, 7, 1), "moment": moment, "amount": Decimal("1.50"), "row": centre, "list": [1, 2]}
    entry = entry_about(centre, changes={field: (None, value) for field, value in values.items()})
    assert dict(entry.changes.values_list("field", "after")) == {
        "day": "2026-07-01",
        "moment": "2026-07-01T12:00:00+00:00",
        "amount": "1.50",
        "row": centre.pk,
        "list": [1, 2],
    }


def test_many_rows_cost_three_queries_at_most(centre, django_assert_max_num_queries):
    rows = [(centre, {"city": ("a", "b")})] * 50
    with transaction.atomic(), django_assert_max_num_queries(3):
        audit.record_many("centre.edited", rows, by=None)
    assert (Entry.objects.about(centre).count(), Change.objects.count()) == (50, 50)


@pytest.mark.django_db(transaction=True)
def test_an_entry_is_refused_outside_a_transaction(centre):
    with pytest.raises(RuntimeError):
        audit.record("centre.edited", centre, by=None)
    assert not Entry.objects.about(centre).exists()


def test_an_entry_goes_with_the_act_when_that_fails(centre):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        audit.record("centre.edited", centre, by=None, changes={"city": (1, 2)})
        raise ZeroDivisionError
    assert not Entry.objects.about(centre).exists()
    assert not Change.objects.exists()


@pytest.mark.parametrize(
    "tamper",
    [
        lambda entry: entry.save(),
        lambda entry: entry.delete(),
        lambda entry: Entry.objects.filter(pk=entry.pk).update(action="x"),
        lambda entry: Entry.objects.filter(pk=entry.pk).delete(),
        lambda entry: Entry.objects.bulk_update([entry], ["action"]),
    ],
    ids=["save", "delete", "update", "delete many", "bulk update"],
)
def test_an_entry_is_never_changed_or_deleted(centre, tamper):
    entry = entry_about(centre)
    with pytest.raises(TypeError), transaction.atomic():
        tamper(entry)
    assert Entry.objects.get(pk=entry.pk).action == "centre.edited"


def test_an_entry_outlives_its_row(centre):
    entry_about(centre, changes={"city": ("Bonn", "Köln")})
    pk = centre.pk
    centre.delete()
    assert Entry.objects.get(object_type="accounts.centre", object_id=pk).changes.count() == 1


def test_changes_can_be_erased_and_the_act_stays(centre):
    entry = entry_about(centre, changes={"city": ("Bonn", "Köln")})
    Change.objects.filter(entry=entry).delete()
    assert Entry.objects.filter(pk=entry.pk).exists()


def test_an_edit_writes_what_differs_with_its_entry(centre, anna):
    with transaction.atomic():
        changed = audit.edit(centre, {"city": "Köln", "name": "West"}, action="centre.edited", by=anna)
    centre.refresh_from_db()
    assert centre.city == "Köln"
    assert changed == {"city": ("Bonn", "Köln")}
    assert list(Entry.objects.about(centre).get().changes.values_list("field", flat=True)) == ["city"]


def test_an_edit_without_a_difference_costs_nothing(centre, django_assert_num_queries):
    with transaction.atomic(), django_assert_num_queries(0):
        assert audit.edit(centre, {"city": "Bonn"}, action="centre.edited", by=None) == {}
    assert not Entry.objects.about(centre).exists()


# --- many rows at once --------------------------------------------------------------------------------------------------------


@pytest.fixture
def three():
    return [make_centre(slug, name=slug.title(), city="Bonn") for slug in ("one", "two", "three")]


def test_many_edits_write_what_differs_and_cost_the_same_however_many(three, anna, django_assert_num_queries):
    one, two, three = three
    edits = [(one, {"city": "Köln"}), (two, {"city": "Bonn", "name": "Second"}), (three, {"city": "Bonn"})]
    with transaction.atomic(), django_assert_num_queries(5):
        edited = audit.edit_many(edits, action="centre.edited", by=anna, facts={"import": 7})
    assert [(one.row, one.changes) for one in edited] == [(one, {"city": ("Bonn", "Köln")}), (two, {"name": ("Two", "Second")})]
    assert list(Entry.objects.about(one).values_list("pk", "facts", "actor_id")) == [(edited[0].entry, {"import": 7}, anna.pk)]
    assert not Entry.objects.about(three).exists()
    two.refresh_from_db()
    assert (two.city, two.name) == ("Bonn", "Second")


def test_many_edits_without_a_difference_cost_nothing(three, django_assert_num_queries):
    with transaction.atomic(), django_assert_num_queries(0):
        assert audit.edit_many([(one, {"city": "Bonn"}) for one in three], action="centre.edited", by=None) == []


def test_what_somebody_wrote_meanwhile_stays_and_before_is_what_was_there(three):
    one, two, _three = three
    Centre.objects.filter(pk=one.pk).update(phone="0228 1")  # not meant: stays
    Centre.objects.filter(pk=two.pk).update(city="Kiel")  # meant: "before" is theirs
    with transaction.atomic():
        edited = audit.edit_many([(one, {"name": "First"}), (two, {"city": "Köln"})], action="centre.edited", by=None)
    assert Centre.objects.filter(pk=one.pk, name="First", phone="0228 1").exists()
    assert edited[1].changes == {"city": ("Kiel", "Köln")}


def test_many_edits_refuse_a_row_that_is_gone(three):
    Centre.objects.filter(pk=three[1].pk).delete()
    with pytest.raises(Centre.DoesNotExist), transaction.atomic():
        audit.edit_many([(one, {"city": "Köln"}) for one in three], action="centre.edited", by=None)
    assert not Centre.objects.filter(city="Köln").exists()


@pytest.mark.django_db(transaction=True)
def test_many_edits_need_a_transaction(three):
    with pytest.raises(RuntimeError):
        audit.edit_many([(three[0], {"city": "Köln"})], action="centre.edited", by=None)
