"""Liveness and readiness, as a load balancer asks."""

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from fleetportal.core.web import health

OK = {"database": "ok", "migrations": "ok", "broker": "ok"}


@pytest.fixture(autouse=True)
def nothing_remembered():
    health._is_migrated.cache_clear()
    yield
    health._is_migrated.cache_clear()


@pytest.mark.django_db
def test_healthz_answers_without_a_query(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")


@pytest.mark.django_db
def test_readyz_says_that_all_is_there(client):
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, OK)
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_readyz_costs_one_query_once_the_migrations_are_known(client, django_assert_num_queries):
    client.get("/readyz")
    with django_assert_num_queries(1):
        client.get("/readyz")


@pytest.mark.django_db
def test_readyz_names_a_missing_migration(client):
    MigrationRecorder(connection).Migration.objects.filter(app="core").latest("id").delete()
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (503, OK | {"migrations": "missing"})


@pytest.mark.django_db
def test_readyz_names_a_folder_that_is_gone(client, settings, tmp_path):
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_in": str(tmp_path / "gone")}
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (503, OK | {"broker": "missing"})


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_a_post_is_not_allowed(client, address):
    assert client.post(address).status_code == 405
