"""The rows of one verb, written together: all of them or none, each with the numbers of those before it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from fleetportal.core import audit
from fleetportal.core.audit import Change, Entry
from fleetportal.core.db.prepared import PreparedUpdate
from fleetportal.core.db.together import IdOf, UnlessThere, Updated, write
from fleetportal.core.web.idempotency import Answer

pytestmark = pytest.mark.django_db

ANSWERS: dict[str, Any] = {"key": Answer._meta.get_field("key"), "at": Answer._meta.get_field("made_at")}
older = PreparedUpdate(lambda key, at: Answer.objects.filter(key=key, made_at__gt=at), to={"made_at": "{at}", "status": 7}, **ANSWERS)


def an_answer(key: str) -> Answer:
    return Answer(scope="s", key=key, body_hash="h", content=b"\x00bytes", headers={"Vary": "a 'quote' and 100 %"})


def an_entry(about: models.Model, **facts: object) -> Entry:
    return Entry(action="a", object_type="core.answer", object_id=IdOf(about), facts={"kept": True, **facts})  # type: ignore[misc]


def test_each_row_knows_the_numbers_of_those_before_it(django_assert_num_queries: Any) -> None:
    answer = an_answer("one")
    entry = an_entry(answer, answer=IdOf(answer))
    change = Change(entry=entry, object_type="core.answer", object_id=1, field="status", before=None, after={"one": "%s"})
    with django_assert_num_queries(1 if connection.vendor == "postgresql" else 3):
        assert write(answer, entry, change)

    assert (entry.object_id, entry.facts, change.entry_id) == (answer.pk, {"kept": True, "answer": answer.pk}, entry.pk)
    stored = Change.objects.select_related("entry").get()
    assert (stored.entry.object_id, stored.entry.facts, stored.after) == (answer.pk, entry.facts, {"one": "%s"})
    kept = Answer.objects.get()
    assert (bytes(kept.content), kept.headers) == (b"\x00bytes", answer.headers)
    assert abs(kept.made_at - answer.made_at) < timedelta(milliseconds=1) and not answer._state.adding


def test_nothing_is_written_with_a_row_that_is_there_already(django_assert_num_queries: Any) -> None:
    answer = an_answer("one")
    answer.save()
    moment = answer.made_at - timedelta(days=1)
    with django_assert_num_queries(1):
        assert not write(UnlessThere(again := an_answer("one")), an_entry(again), Updated(older, {"key": "one", "at": moment}))

    answer.refresh_from_db()
    assert (Entry.objects.count(), answer.status, again.pk) == (0, 0, None)


def test_an_update_that_finds_nothing_keeps_the_rest_from_being_written() -> None:
    answer = an_answer("one")
    answer.save()
    earlier = {"key": "one", "at": answer.made_at - timedelta(days=1)}
    later = {"key": "one", "at": timezone.now() + timedelta(days=1)}

    assert not write(Updated(older, later), an_entry(answer))
    assert not Entry.objects.exists()
    assert write(Updated(older, earlier), first := an_entry(answer), second := an_entry(answer))
    assert sorted(Entry.objects.values_list("pk", flat=True)) == sorted([first.pk, second.pk])
    answer.refresh_from_db()
    assert (answer.status, answer.made_at) == (7, earlier["at"])


def test_an_update_is_made_into_sql_without_a_statement(django_assert_num_queries: Any) -> None:
    """Otherwise whoever came first in a process would count one more."""
    new = PreparedUpdate(lambda key, at: Answer.objects.filter(key=key, made_at__gt=at), to={"status": 7}, **ANSWERS)
    with django_assert_num_queries(0):
        new.filled({"key": "one", "at": timezone.now()})
    with django_assert_num_queries(1):
        assert new(key="one", at=timezone.now()) == 0


def test_a_later_update_may_find_nothing() -> None:
    answer = an_answer("one")
    answer.save()
    assert write(an_entry(answer), Updated(older, {"key": "another", "at": timezone.now()}))
    assert Entry.objects.count() == 1


def test_a_row_that_breaks_a_rule_takes_the_others_with_it() -> None:
    an_answer("one").save()
    with pytest.raises(IntegrityError), transaction.atomic():
        write(answer := an_answer("two"), an_entry(answer), an_answer("one"))
    assert not Entry.objects.exists() and Answer.objects.count() == 1


def test_a_row_is_named_only_after_it_is_written() -> None:
    with pytest.raises(ValueError, match="before"):
        write(an_entry(answer := an_answer("two")), answer)


def test_an_entry_costs_a_statement_and_its_changes_one_more(django_assert_num_queries: Any) -> None:
    answer = an_answer("one")
    answer.save()
    with django_assert_num_queries(2):
        audit.record("answer.changed", answer, by=None, changes={"status": (0, 1), "key": ("one", "two"), "scope": ("s", "s")})
    assert set(Change.objects.values_list("field", "entry__action")) == {("status", "answer.changed"), ("key", "answer.changed")}
