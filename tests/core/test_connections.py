"""Whether a kept connection to PostgreSQL still holds is seen on the line: no statement, and none that died is used."""

import pytest
from django.db import OperationalError, connection, connections
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests.kills.portal import eventually

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_a_quiet_connection_is_usable_without_a_statement() -> None:
    User.objects.count()
    with CaptureQueriesContext(connection) as asked:
        assert connection.is_usable()
    assert not asked.captured_queries


def end_from_elsewhere(number: int) -> None:
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [number])
    finally:
        other.close()


def test_a_connection_that_the_server_ended_is_replaced_before_anything_is_asked() -> None:
    User.objects.count()
    end_from_elsewhere(connection.connection.info.backend_pid)
    assert eventually(lambda: not connection.is_usable(), within=60)

    connection.health_check_enabled, connection.health_check_done = True, False
    connection.close_if_health_check_failed()

    assert User.objects.count() == 0


def test_after_an_error_the_server_itself_is_asked() -> None:
    with pytest.raises(OperationalError), connection.cursor() as cursor:
        end_from_elsewhere(connection.connection.info.backend_pid)
        cursor.execute("SELECT 1")
    assert not connection.is_usable()
