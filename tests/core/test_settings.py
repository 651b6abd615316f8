"""The environment: a missing or malformed value stops the start with one line that names it and says what to give."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from accounts.staff.roles import ROLES
from fleetportal.settings.env import ROOT

pytestmark = pytest.mark.once

SOUND = {
    "SECRET_KEY": "s" * 40,
    "LINK_KEY": "l" * 40,
    "BASE_URL": "https://fleet.example",
    "EMAIL_URL": "smtp://mail.example:25",
}


def started(tmp_path, code="import fleetportal.settings.chosen", **changes):
    """What a start in production with SOUND and `changes` ends with; None takes a variable out."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    values = {**kept, "DATA_DIR": str(tmp_path), **SOUND, **changes}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={name: value for name, value in values.items() if value is not None},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def test_a_sound_environment_starts(tmp_path):
    done = started(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", SOUND)
def test_a_missing_value_is_named(tmp_path, name):
    done = started(tmp_path, **{name: None})
    assert (done.returncode, done.stderr) == (1, f"Fleetportal can't start: {name} is missing: set it in the environment.\n")


@pytest.mark.parametrize(
    ("name", "value", "cure"),
    [
        ("SECRET_KEY", "short", "at least 32"),
        ("BASE_URL", "fleet.example", "https://fleet.example"),
        ("BASE_URL", "http://[::1", "https://fleet.example"),
        ("BASE_URL", "https://fleet.example/portal", "https://fleet.example"),
        ("BASE_URL", "https://fleet.example?a=b", "https://fleet.example"),
        ("BASE_URL", "https://me:geheim@fleet.example", "https://fleet.example"),
        ("DATABASE_URL", "mysql://root@127.0.0.1/x", "postgres://user:password@host:port/name"),
        ("DATABASE_URL", "postgres://[bad", "postgres://user:password@host:port/name"),
        ("DATABASE_URL", "postgres://u:geheim@h:port/x", "postgres://user:password@host:port/name"),
        ("DATABASE_URL", "postgres://u:geheim@h/", "names no database"),
        ("REDIS_URL", "redis://h:x", "redis://host:port/number"),
        ("EMAIL_URL", "pigeon://x", "smtp://user:password@host:port"),
        ("EMAIL_URL", "smtp://h:x", "smtp://user:password@host:port"),
        ("EMAIL_URL", "smtp://", "names no mail server"),
        ("EMAIL_URL", "consolemail://", "smtp://user:password@host:port"),
        ("ALLOWED_HOSTS", " , ", "with commas"),
        ("DEBUG", "maybe", "1 or 0"),
        ("SMS_GATEWAY", "x", "{number}@sms.example"),
        ("IMAP_URL", "pop3://u:geheim@mail.example", "imaps://user:password@mail.example/INBOX"),
        ("IMAP_URL", "imaps://mail.example", "imaps://user:password@mail.example/INBOX"),
        ("REPLY_TO", "Fleet <fleet@mail.example>", "one bare address"),
        ("WEBHOOKS", "https://crm.example/in", "crm=https://crm.example/in"),
        ("WEBHOOKS", "crm=file:///etc/passwd", "crm=https://crm.example/in"),
        ("WEBHOOKS", "crm=https://", "crm=https://crm.example/in"),
        ("REQUIRE_SECOND_FACTOR", "administrator,boss", "account_manager"),
        ("DEFAULT_LANGUAGE", "fr", "de, en, it, ru"),
        ("TIME_ZONE", "Mars/Olympus", "Europe/Berlin"),
        ("TRUSTED_PROXIES", "10.0.0.0/8", "a number from 0 to 9"),
        ("CURRENCY", "euro", "EUR"),
        ("DATA_DIR", "/dev/null/here", "can't be made"),
    ],
)
def test_a_malformed_value_is_named_with_its_cure_in_one_line(tmp_path, name, value, cure):
    done = started(tmp_path, **{name: value})
    assert done.returncode == 1
    assert done.stderr.startswith(f"Fleetportal can't start: {name} ")
    assert done.stderr.count("\n") == 1
    assert cure in done.stderr
    assert "geheim" not in done.stderr


@pytest.mark.parametrize(("debug", "required"), [("1", "[]"), ("0", "['administrator']")])
def test_the_demo_asks_nobody_for_a_second_factor_and_a_house_its_administrators(tmp_path, debug, required):
    asked = "from fleetportal.settings.chosen import REQUIRE_SECOND_FACTOR; print(REQUIRE_SECOND_FACTOR)"
    done = started(tmp_path, asked, DEBUG=debug)
    assert (done.returncode, done.stdout.strip()) == (0, required)


def test_the_roles_that_may_need_a_second_factor_are_the_roles_there_are():
    assert set(ROLES) == settings.ROLES
