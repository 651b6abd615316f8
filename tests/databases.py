"""The suite's database: migrated once for each state of the migrations, copied for each run and after each test that commits.

SQLite: a file, since race tests use threads, copied from var/test-templates/. PostgreSQL: CREATE DATABASE … TEMPLATE.
A test with `transaction=True` leaves by getting a new copy instead of Django's flush: what migrations made (roles, the
first page) is there again for the next one, and copying is quicker than emptying every table.
"""

import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import django
import pytest
from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.test import TransactionTestCase

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "test-templates"
# What migrations and the signal behind them call, apart from themselves.
CALLED = ("fleetportal/core/db.py", "fleetportal/core/search.py", "accounts/roles.py", "accounts/apps.py", "cms/apps.py")
AN_HOUR = 3600


def fingerprint() -> str:
    """Changes when a migration, or what one calls, does: then the template is made anew."""
    total = hashlib.sha256(f"{django.VERSION}{connection.vendor}".encode())
    for config in sorted(apps.get_app_configs(), key=lambda config: config.label):
        for path in sorted(Path(config.path).glob("migrations/*.py")):
            total.update(path.name.encode() + path.read_bytes())
    for name in CALLED:
        path = ROOT / name
        total.update(path.read_bytes() if path.is_file() else b"")
    return total.hexdigest()[:12]


def point_to(name: str) -> None:
    """Make `name` the database of every connection, those of threads to come included."""
    connections.close_all()
    for known in (connection.settings_dict, settings.DATABASES[DEFAULT_DB_ALIAS]):
        known["NAME"] = name


def migrate_into(name: str) -> None:
    """A new migrated database called `name`."""
    connection.settings_dict["TEST"]["NAME"] = name
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connections.close_all()


class SQLite:
    """Copies of a template file."""

    def __init__(self) -> None:
        self.template = FOLDER / f"{fingerprint()}.sqlite3"
        self.name = str(FOLDER / f"run-{os.getpid()}.sqlite3")

    def prepare(self) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for old in FOLDER.iterdir():
            if old != self.template and time.time() - old.stat().st_mtime > AN_HOUR:
                old.unlink(missing_ok=True)
        if self.template.is_file():
            return os.utime(self.template)
        part = FOLDER / f"part-{os.getpid()}.sqlite3"
        migrate_into(str(part))
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connections.close_all()
        part.rename(self.template)
        return None

    def copy(self) -> None:
        self.drop()
        shutil.copyfile(self.template, self.name)
        point_to(self.name)

    def drop(self) -> None:
        connections.close_all()
        for end in ("", "-wal", "-shm"):
            Path(self.name + end).unlink(missing_ok=True)


class PostgreSQL:
    """Copies of a template database on the server that DATABASE_URL names; the database it names is never touched."""

    def __init__(self) -> None:
        self.name = f"test_{connection.settings_dict['NAME']}"
        self.prefix = f"{self.name}_template_"
        self.template = self.prefix + fingerprint()

    def prepare(self) -> None:
        known = [name for (name,) in self.ask("SELECT datname FROM pg_database")]
        for name in known:
            if name.startswith(self.prefix) and name != self.template:
                self.ask(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        if self.template in known:
            return
        migrate_into(self.prefix + "part")
        self.ask(f'ALTER DATABASE "{self.prefix}part" RENAME TO "{self.template}"')

    def copy(self) -> None:
        self.drop()
        self.ask(f'CREATE DATABASE "{self.name}" TEMPLATE "{self.template}"')
        point_to(self.name)

    def drop(self) -> None:
        connections.close_all()
        self.ask(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def ask(self, sql: str) -> list[tuple[str, ...]]:
        """The rows that the server's maintenance database answers."""
        with closing(connection.copy()) as maintenance:
            maintenance.settings_dict = {**connection.settings_dict, "NAME": "postgres"}
            with maintenance.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall() if cursor.description else []


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker) -> Iterator[None]:
    """In place of pytest-django's: the run's own copy, dropped at its end."""
    with django_db_blocker.unblock():
        database = PostgreSQL() if connection.vendor == "postgresql" else SQLite()
        database.prepare()
        database.copy()
        flush, TransactionTestCase._fixture_teardown = TransactionTestCase._fixture_teardown, lambda case: database.copy()
    yield
    TransactionTestCase._fixture_teardown = flush
    with django_db_blocker.unblock(), suppress(FileNotFoundError):
        database.drop()
