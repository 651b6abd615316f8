"""The suite's own ground: what one test commits, the next does not see; what migrations made is always there."""

import threading

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import DatabaseError, connection, connections, transaction

from accounts.staff.roles import CODENAMES
from contacts.models import Person
from fleetportal.core.db import busy
from gifts.models import Redemption, Voucher
from tests.factories.contacts import make_person, make_role
from tests.factories.gifts import make_programme, make_voucher
from tests.races import race, won

USER = get_user_model()


@pytest.mark.parametrize("turn", [1, 2])
@pytest.mark.django_db(transaction=True)
def test_a_committed_row_is_gone_for_the_next_test(turn):
    assert not USER.objects.filter(username="leftover").exists()
    USER.objects.create(username="leftover")


@pytest.mark.parametrize("turn", [1, 2])
@pytest.mark.django_db(transaction=True)
def test_what_migrations_made_is_there_again_for_the_next_test(turn):
    codenames = set(Permission.objects.values_list("codename", flat=True))
    assert codenames >= set(CODENAMES)
    gone, renamed = sorted(CODENAMES)[:2]
    Permission.objects.get(codename=gone).delete()
    Permission.objects.filter(codename=renamed).update(codename="leftover")


@pytest.mark.postgres
@pytest.mark.parametrize("turn", [1, 2])
@pytest.mark.django_db(transaction=True)
def test_a_dropped_column_is_there_again_for_the_next_test(turn):
    """No index, no constraint goes with it, and the server goes on counting it."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_centre DROP COLUMN street")


@pytest.mark.django_db
def test_a_rolled_back_test_sees_no_committed_row():
    assert not USER.objects.filter(username="leftover").exists()


@pytest.mark.postgres
@pytest.mark.django_db
def test_a_statement_that_comes_again_is_planned_once():
    for name in ("one", "two", "three", "four"):
        USER.objects.filter(username=name).exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        assert any("accounts_user" in statement and "$1" in statement for (statement,) in cursor.fetchall())


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_racers_have_connections_of_their_own():
    outcomes = race(*[lambda: USER.objects.create(username="same")] * 4)
    assert len(won(outcomes)) == 1
    assert USER.objects.filter(username="same").count() == 1


# --- a lock that is not got in time ------------------------------------------------------------------------------------------


@pytest.fixture
def impatient(transactional_db):
    """Connections that wait a tenth of a second for a lock."""
    if connection.vendor == "sqlite":
        connection.cursor().execute("PRAGMA busy_timeout = 100")
    else:
        connection.cursor().execute("SET lock_timeout = 100")
    yield
    connection.close()


def test_who_waits_too_long_for_a_lock_is_asked_to_try_again(client, impatient, north, wanda, north_ag):
    """R1, R4: no 500 however many write at once; and nothing has changed."""
    voucher = make_voucher(make_programme(north), driver=make_role("driver", north_ag), claimed=True)
    client.force_login(wanda)
    held, release = threading.Event(), threading.Event()

    def hold():
        try:
            with transaction.atomic():
                Voucher.objects.filter(pk=voucher.pk).update(revoked_because="held")
                held.set()
                release.wait(30)
        finally:
            connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(30)
    answer = client.post("/vouchers/redeem/", {"code": voucher.code, "_key": "one"})
    release.set()
    holder.join()

    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "3", "no-store")
    assert "try again" in answer.content.decode()
    assert not Redemption.objects.exists()
    assert client.post("/vouchers/redeem/", {"code": voucher.code, "_key": "one"}).status_code == 200


def test_another_fault_of_the_database_stays_a_fault(db):
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        connection.cursor().execute("SELECT nothing FROM nowhere")
    assert busy(caught.value) is None


# --- many values in one parameter --------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("names", [[], ["Kern"], ["Kern", "O'Brien", 'a "b" {c}, \\', "ж"]])
def test_among_finds_what_in_finds(north, names):
    people = [make_person(last_name=name, centre=north) for name in ("Kern", "O'Brien", 'a "b" {c}, \\', "Voss", "ж")]
    asked = {person.pk for person in people if person.last_name in names}
    rows = Person.objects.filter(pk__in=[person.pk for person in people])
    assert set(rows.filter(last_name__among=names).values_list("pk", flat=True)) == asked
    assert set(rows.filter(pk__among=asked).values_list("pk", flat=True)) == asked
    assert rows.filter(centre__among=[north.pk]).count() == len(people)
    assert set(rows.exclude(last_name__among=names).values_list("pk", flat=True)) == {person.pk for person in people} - asked
