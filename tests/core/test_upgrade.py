"""An installation of yesterday becomes one of today: nothing in it is lost, and everyone may what they might."""

import json
import lzma
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from tests.databases import ROOT

DUMPS = ROOT / "tests" / "data" / "installations"
# What an installation of November 2026 held, by the names of its tables then and of its models now.
HELD = {
    "accounts_company": "accounts.Company",
    "accounts_vehicle": "accounts.Vehicle",
    "accounts_assignment": "accounts.Assignment",
    "contacts_person": "contacts.Person",
    "contacts_personaddress": "contacts.PersonAddress",
    "contacts_consent": "contacts.Consent",
    "contacts_interaction": "contacts.Interaction",
    "contacts_import": "intake.Import contacts.Import",
    "contacts_stagedrow": "intake.StagedRow contacts.StagedRow",
    "events_event": "events.Event",
    "events_registration": "events.Registration",
    "events_meeting": "contacts.Meeting events.Meeting",
    "gifts_voucher": "gifts.Voucher",
    "gifts_redemption": "gifts.Redemption",
    "core_message": "core.Message",
    "core_link": "core.Link",
    "core_entry": "core.Entry",
    "core_change": "core.Change",
}
CAST = ("anna", "boris", "carla", "dora", "emil", "wanda", "admin")
MAY = ("meet_customers", "see_value", "redeem", "administer")
LOOK = """
import json
from django.apps import apps
from accounts.models import Centre, User
def first(names):
    return next(apps.get_model(name) for name in names.split() if name.split(".")[1].lower() in apps.all_models[name.split(".")[0]])
held = {table: first(names)._base_manager.count() for table, names in json.loads(%(held)r).items()}
may = {f"{user.username} {may}": sorted(Centre.objects.where(user, may=may).values_list("slug", flat=True))
       for user in User.objects.filter(username__in=json.loads(%(cast)r)) for may in json.loads(%(may)r)}
old = {f"{model}.{field}": apps.get_model(model)._base_manager.filter(**{field: "events.meeting"}).count() for model, field in (
    ("core.Entry", "object_type"), ("core.Change", "object_type"), ("core.Message", "about_type"),
    ("contacts.Interaction", "about_type"), ("contacts.Decision", "made_type"))}
print(json.dumps({"held": held, "may": may, "old": old}))
"""


@pytest.fixture
def yesterday(tmp_path: Path) -> Iterator[str]:
    """The address of a database as an installation of November 2026 left it."""
    if connection.vendor == "sqlite":
        file = tmp_path / "yesterday.sqlite3"
        file.write_bytes(lzma.decompress((DUMPS / "demo-2026-11.sqlite3.xz").read_bytes()))
        yield f"sqlite:///{file}"
        return
    name = f"fleetportal_yesterday_{os.getpid()}"
    settings = {**connection.settings_dict, "NAME": "postgres"}
    with closing(connection.Database.connect(**server(settings), autocommit=True)) as maintenance:
        maintenance.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        maintenance.execute(f"CREATE DATABASE {name}")
        with closing(connection.Database.connect(**server({**settings, "NAME": name}), autocommit=True)) as restored:
            restored.execute(lzma.decompress((DUMPS / "demo-2026-11.postgresql.sql.xz").read_bytes()).decode())
        yield address(settings, name)
        maintenance.execute(f"DROP DATABASE {name} WITH (FORCE)")


def server(settings: dict[str, object]) -> dict[str, object]:
    named = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    return {ours: settings[theirs] for ours, theirs in named.items() if settings[theirs]}


def address(settings: dict[str, object], name: str) -> str:
    who = f"{settings['USER']}:{settings['PASSWORD']}" if settings["PASSWORD"] else str(settings["USER"])
    return f"postgres://{who}@{settings['HOST']}:{settings['PORT'] or 5432}/{name}"


def manage(database: str, *arguments: str, data: Path) -> str:
    environment = {**os.environ, "DATABASE_URL": database, "DATA_DIR": str(data), "DJANGO_SETTINGS_MODULE": "fleetportal.settings.test"}
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def rows_before(database: str) -> dict[str, int]:
    """How many rows each table of the old installation holds, asked of the database itself."""
    if connection.vendor == "sqlite":
        with closing(connection.Database.connect(database.removeprefix("sqlite:///"))) as old:
            return {table: old.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in HELD}
    settings = {**connection.settings_dict, "NAME": database.rpartition("/")[2]}
    with closing(connection.Database.connect(**server(settings))) as old:
        return {table: old.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in HELD}


def test_an_installation_of_november_migrates_with_all_it_held(yesterday, tmp_path):
    before = rows_before(yesterday)
    assert min(before[table] for table in ("accounts_company", "contacts_import", "contacts_stagedrow", "events_meeting")) > 0
    manage(yesterday, "migrate", "--verbosity", "0", data=tmp_path)
    shown = manage(
        yesterday,
        "shell",
        "-v",
        "0",
        "-c",
        LOOK % {name: json.dumps(value) for name, value in (("held", HELD), ("may", MAY), ("cast", CAST))},
        data=tmp_path,
    )
    after = json.loads(shown.strip().splitlines()[-1])
    assert after["held"] == before
    assert set(after["old"].values()) == {0}, "no row names a table by the app it has left"
    assert after["may"] == {
        **{f"{name} {may}": [] for name in CAST for may in MAY},
        **{f"carla {may}": ["nord"] for may in ("meet_customers", "see_value", "redeem")},
        "dora meet_customers": ["nord", "sued"],
        **{f"emil {may}": ["nord"] for may in ("meet_customers", "redeem")},
        "wanda redeem": ["nord"],
        **{f"admin {may}": ["nord", "sued"] for may in MAY},
    }
