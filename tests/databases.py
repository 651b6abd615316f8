"""The suite's database: migrated once for each state of the migrations, copied for each run and after each test that commits.

SQLite: a file, since race tests use threads, copied from var/test-templates/. PostgreSQL: CREATE DATABASE … TEMPLATE, and
since that costs it half a second and a checkpoint, rows are put back table by table after the first time.
A test with `transaction=True` leaves a soiled copy behind instead of Django's flush, and the next test of any kind begins
with a clean one: what migrations made (roles, the first page) is there again.
Tests that all need the same committed rows share a template with these: `filled`.
Each of several processes that share the suite has its own copies, and the first makes the template.
"""

import functools
import gc
import hashlib
import os
import shutil
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from unittest import mock

import django
import pytest
from django.apps import apps
from django.conf import settings
from django.core.files import locks
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.models import Field
from django.test import TransactionTestCase

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "test-templates"
# Code called by migrations and by `migrate`.
CALLED = ("fleetportal/core/db/*.py", "accounts/management/commands/migrate.py", "accounts/staff/*.py", "accounts/staff/actions/*.py")
AN_HOUR = 3600
# The run of pytest that this process belongs to, and which of its processes this is; "" where there is only one.
RUN = (os.environ.get("PYTEST_XDIST_TESTRUNUID") or str(os.getpid()))[:8]
PROCESS = os.environ.get("PYTEST_XDIST_WORKER", "")


def fingerprint() -> str:
    """A hash of the migrations and the code that they call: when it changes, the template is rebuilt."""
    total = hashlib.sha256(f"{django.VERSION}{connection.vendor}".encode())
    for config in sorted(apps.get_app_configs(), key=lambda config: config.label):
        for path in sorted(Path(config.path).glob("migrations/*.py")):
            total.update(path.name.encode() + path.read_bytes())
    for pattern in CALLED:
        for path in sorted(ROOT.glob(pattern)):
            total.update(path.read_bytes())
    return total.hexdigest()[:12]


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Lets only one process of this folder in at a time, for each kind of database."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / f"{connection.vendor}.lock").open("w") as file:
        locks.lock(file, locks.LOCK_EX)
        yield


def point_to(name: str) -> None:
    """Make `name` the database of all connections, including those of future threads."""
    connections.close_all()
    for known in (connection.settings_dict, settings.DATABASES[DEFAULT_DB_ALIAS]):
        known["NAME"] = name


def migrate_into(name: str) -> None:
    """A new migrated database called `name`."""
    connection.settings_dict["TEST"]["NAME"] = name
    with quick_states(), seldom_collected():
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connections.close_all()


@contextmanager
def quick_states() -> Iterator[None]:
    """Within the block, models of old states are made in two thirds of the time: `migrate` makes each some hundred times.

    Which setting names a model is looked up once, and a field without a relation, which no state changes, is taken apart once.
    """
    taken_apart: dict[int, tuple[Field[Any, Any], Any]] = {}
    whole = Field.clone

    def clone(field: Field[Any, Any]) -> Field[Any, Any]:
        if field.is_relation:
            return whole(field)
        if id(field) not in taken_apart:
            taken_apart[id(field)] = field, field.deconstruct()
        _field, (_name, _path, args, kwargs) = taken_apart[id(field)]
        return type(field)(*args, **kwargs)

    setting_of = functools.cache(apps.get_swappable_settings_name)
    with mock.patch.object(Field, "clone", clone), mock.patch.object(apps, "get_swappable_settings_name", setting_of):
        yield


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Within the block, garbage may grow to some hundred megabytes: most of what `migrate` makes is garbage soon."""
    before = gc.get_threshold()
    gc.set_threshold(1_000_000, 50, 50)
    yield
    gc.set_threshold(*before)


class Copies(ABC):
    """The run's database `name`: a copy of `template`, renewed for the first test after one that committed."""

    name: str
    template: str

    def __init__(self) -> None:
        self.is_clean = False

    def fresh(self) -> None:
        """Reset the database to the template."""
        if self.is_clean:
            return
        if not self.put_back():
            self.drop(self.name)
            self.duplicate()
        self.is_clean = True

    def soil(self) -> None:
        connections.close_all()
        self.is_clean = False

    @contextmanager
    def filled(self, fill: Callable[[], object]) -> Iterator[None]:
        """Copies made within the block contain the rows committed by `fill`, which runs once."""
        self.fresh()
        fill()
        bare, self.template = self.template, f"{self.template}_{RUN}{PROCESS}"
        self.turn_into_template()
        self.soil()
        yield
        self.drop(self.template)
        self.template = bare
        self.soil()

    def put_back(self) -> bool:
        """Reset the copy to its template; True when that was possible."""
        return False

    @abstractmethod
    def prepare(self) -> None:
        """Make the template where it is missing; remove what earlier runs left behind."""

    @abstractmethod
    def duplicate(self) -> None:
        """Copy the template to `name`, the database of the connections."""

    @abstractmethod
    def turn_into_template(self) -> None:
        """Turn `name` into the template."""

    @abstractmethod
    def drop(self, name: str) -> None:
        """Drop the database `name` and its connections."""


class SQLite(Copies):
    """Copies of a template file."""

    def __init__(self) -> None:
        super().__init__()
        self.template = str(FOLDER / f"{fingerprint()}.sqlite3")
        self.name = str(FOLDER / f"run-{os.getpid()}.sqlite3")

    def prepare(self) -> None:
        for old in FOLDER.glob("*.sqlite3*"):
            if str(old) != self.template and time.time() - old.stat().st_mtime > AN_HOUR:
                old.unlink(missing_ok=True)
        if Path(self.template).is_file():
            return os.utime(self.template)
        part = FOLDER / f"part-{os.getpid()}.sqlite3"
        migrate_into(str(part))
        self.write_back()
        part.rename(self.template)
        return None

    def duplicate(self) -> None:
        shutil.copyfile(self.template, self.name)
        point_to(self.name)

    def turn_into_template(self) -> None:
        self.write_back()
        Path(self.name).rename(self.template)

    def write_back(self) -> None:
        """Write the log back into the file."""
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connections.close_all()

    def drop(self, name: str) -> None:
        connections.close_all()
        for end in ("", "-wal", "-shm"):
            Path(name + end).unlink(missing_ok=True)


class PostgreSQL(Copies):
    """Copies of a template database on the server that DATABASE_URL names; the database it names is never touched.

    A copy stores its initial rows in the schema `kept`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.copy_of = ""
        self.shape: tuple[int, ...] = ()
        self.tables: dict[str, bool] = {}  # table -> has it initial rows?
        base = f"test_{connection.settings_dict['NAME']}"
        self.name = base + (PROCESS and f"_{PROCESS}")
        self.prefix = f"{base}_template_"
        self.template = self.prefix + fingerprint()

    def prepare(self) -> None:
        known = [name for (name,) in self.ask("SELECT datname FROM pg_database")]
        for name in known:
            if name.startswith(self.prefix) and name != self.template and f"_{RUN}" not in name:
                self.ask(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        if self.template in known:
            return
        migrate_into(self.prefix + "part")
        self.ask(f'ALTER DATABASE "{self.prefix}part" RENAME TO "{self.template}"')

    def duplicate(self) -> None:
        self.ask(f'CREATE DATABASE "{self.name}" TEMPLATE "{self.template}"')
        point_to(self.name)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA IF EXISTS kept CASCADE")
            cursor.execute("CREATE SCHEMA kept")
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f'SELECT EXISTS (TABLE public."{table}")')
                self.tables[table] = cursor.fetchone()[0]
                if self.tables[table]:
                    cursor.execute(f'CREATE TABLE kept."{table}" AS TABLE public."{table}"')
            self.shape = self.shape_now(cursor)
        self.copy_of = self.template

    def put_back(self) -> bool:
        if self.copy_of != self.template:
            return False
        self.throw_out()
        with transaction.atomic(), connection.cursor() as cursor:
            if self.shape_now(cursor) != self.shape:
                return False  # a test dropped or made a table or a constraint
            cursor.execute(" UNION ALL ".join(differing(table, is_kept) for table, is_kept in self.tables.items()))
            for (table,) in cursor.fetchall():
                cursor.execute(f'DELETE FROM public."{table}"')
                if self.tables[table]:
                    cursor.execute(f'INSERT INTO public."{table}" TABLE kept."{table}"')
        return True

    def shape_now(self, cursor: Any) -> tuple[int, ...]:
        """How many tables, columns and constraints there are, and how many columns were dropped: those are still counted."""
        counted = ("class", "attribute", "attribute WHERE attisdropped", "constraint")
        cursor.execute(f"SELECT {', '.join(f'(SELECT count(*) FROM pg_{kind})' for kind in counted)}")
        return cursor.fetchone()

    def turn_into_template(self) -> None:
        self.throw_out()
        self.ask(f'ALTER DATABASE "{self.name}" RENAME TO "{self.template}"')

    def throw_out(self) -> None:
        """Close all connections to the copy."""
        connections.close_all()
        self.ask(f"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{self.name}'")

    def drop(self, name: str) -> None:
        connections.close_all()
        self.ask(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def ask(self, sql: str) -> list[tuple[str, ...]]:
        """Run a statement on the server's maintenance database; its rows."""
        with closing(connection.copy()) as maintenance:
            maintenance.settings_dict = {**connection.settings_dict, "NAME": "postgres"}
            with maintenance.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall() if cursor.description else []


def differing(table: str, is_kept: bool) -> str:
    """The question for the table's name, answered where its rows are not those that were kept."""
    rows, kept = f'TABLE public."{table}"', f'TABLE kept."{table}"'
    others = f"({rows} EXCEPT ALL {kept}) UNION ALL ({kept} EXCEPT ALL {rows})" if is_kept else rows
    return f"SELECT '{table}' WHERE EXISTS ({others})"


@pytest.fixture(scope="session")
def database(django_test_environment: None, django_db_blocker: Any) -> Iterator[Copies]:
    """The run's own copy, dropped at its end."""
    with django_db_blocker.unblock():
        copies = PostgreSQL() if connection.vendor == "postgresql" else SQLite()
        with one_at_a_time():
            copies.prepare()
        copies.fresh()
    yield copies
    with django_db_blocker.unblock(), suppress(FileNotFoundError):
        copies.drop(copies.name)


@pytest.fixture(scope="session")
def django_db_setup(database: Copies) -> Iterator[None]:
    """Replaces pytest-django's fixture: every test begins with a clean copy, and one that commits marks it as dirty."""
    begin, leave = TransactionTestCase.setUpClass, TransactionTestCase._fixture_teardown

    def fresh(cls: type[TransactionTestCase]) -> None:
        database.fresh()
        begin.__func__(cls)

    TransactionTestCase.setUpClass = classmethod(fresh)
    TransactionTestCase._fixture_teardown = lambda case: database.soil()
    yield
    TransactionTestCase.setUpClass, TransactionTestCase._fixture_teardown = begin, leave
