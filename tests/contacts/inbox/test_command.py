"""`manage.py read_mail`."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Company
from contacts.memory.models.incoming import IncomingMail
from contacts.models import Interaction, Person
from tests.contacts.inbox.letters import ANSWERED, FROM, letter, report
from tests.factories.contacts import make_person, make_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def erika(north_ag: Company) -> Person:
    person = make_person("Muster", first_name="Erika", email="erika@kunde.example")
    make_role("decision_maker", north_ag, person)
    return person


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    answer = letter(FROM + "Subject: AW: x\n" + ANSWERED, "Gern, ich komme.\n\nAm 5.1.2026 um 10:00 schrieb D:\n> x")
    dead = report(
        "Final-Recipient: rfc822; nobody@kunde.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown"
    )
    paths = [tmp_path / name for name in ("answer.eml", "dead.eml", "rubbish.eml")]
    for path, raw in zip(paths, (answer, dead, b"\x00\xff\xfe"), strict=True):
        path.write_bytes(raw)
    return [str(path) for path in paths]


def run(*args: str) -> list[dict[str, object]]:
    out = StringIO()
    call_command("read_mail", *args, "--json", stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_one_line_of_json_for_each_file(files, erika):
    answer, dead, rubbish = run(*files)
    known = {"verdict": "", "address": "erika@kunde.example", "status": "", "person": erika.pk, "text": "Gern, ich komme."}
    assert answer == {"file": files[0], "kind": "reply", **known}
    gone = {"verdict": "hard", "address": "nobody@kunde.example", "status": "5.1.1", "person": None, "text": "Not delivered"}
    assert dead == {"file": files[1], "kind": "bounce", **gone}
    assert (rubbish["kind"], rubbish["person"]) == ("other", None)
    assert IncomingMail.objects.count() == 3 and Interaction.objects.count() == 1


def test_dry_run_says_the_same_and_writes_nothing(files, erika):
    said = run("--dry-run", *files)
    assert not IncomingMail.objects.exists() and not Interaction.objects.exists()
    assert said == run(*files)


def test_file_that_is_not_there_stops_no_other(files, erika):
    with pytest.raises(CommandError, match=r"missing\.eml: No such file") as failed:
        run("missing.eml", files[0])
    assert failed.value.returncode == 2 and IncomingMail.objects.count() == 1


def test_without_json_a_line_for_people(files, erika):
    out = StringIO()
    call_command("read_mail", "--dry-run", files[0], stdout=out)
    assert out.getvalue() == f"{files[0]}: reply erika@kunde.example person {erika.pk}\n"
