"""What `make run` finds and makes before it serves: a migrated database, the demo in an empty one on a trial alone."""

from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from accounts.models import User
from fleetportal.core.management.commands import serve

pytestmark = pytest.mark.django_db


@pytest.fixture
def called(monkeypatch) -> list[str]:
    """The commands that the start has called."""
    names: list[str] = []
    monkeypatch.setattr(serve, "call_command", lambda name, **options: names.append(name))
    return names


def prepared() -> str:
    out = StringIO()
    serve.Command(stdout=out).prepare()
    return out.getvalue()


def test_an_empty_trial_gets_the_demo(called, settings):
    settings.DEBUG = True
    assert not get_user_model().objects.exists()
    assert prepared() == "Loading the demo\n"
    assert called == ["seed_demo"]


def test_what_is_there_is_left_alone_the_second_time(called, settings, anna: User):
    settings.DEBUG = True
    assert prepared() == ""
    assert called == []
    assert serve.demo_logins() == ["anna"]


def test_production_gets_no_demo_and_names_no_logins(called, settings, anna: User):
    settings.DEBUG = False
    User.objects.all().update(username="x")
    assert serve.demo_logins() == []
    User.objects.all().delete()
    assert prepared() == ""
    assert called == []


def test_a_missing_migration_is_made_up_for(called, settings):
    settings.DEBUG = False
    MigrationRecorder(connection).Migration.objects.filter(app="core").latest("id").delete()
    assert prepared() == "Preparing the database\n"
    assert called == ["migrate"]
