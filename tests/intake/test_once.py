"""A file dropped twice is one import, whoever is faster; another file, another person or a later day make another."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import Centre, User
from fleetportal.core.audit import Entry
from fleetportal.core.jobs import queue as jobs
from intake.actions import once as import_once
from intake.actions.once import bring_once
from intake.models import Import
from tests.races import race

pytestmark = pytest.mark.django_db
GOOD = b"Company;Postcode;Plate;Make\nAlpha GmbH;20457;HH-A 1;VW\nBeta GmbH;20457;HH-B 2;VW\n"


def fleet(content: bytes = GOOD, name: str = "fleet.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_a_file_sent_twice_is_one_import(client: Client, anna: User, north: Centre) -> None:
    client.force_login(anna)
    first, again = (client.post("/imports/", {"file": fleet()}) for _n in range(2))
    assert (first.status_code, again.status_code) == (303, 303)
    assert first["Location"] == again["Location"]
    assert Import.objects.count() == Entry.objects.filter(action="import.brought").count() == jobs.Job.objects.count() == 1


def test_what_is_meant_anew_is_another_import(anna: User, carla: User, north: Centre) -> None:
    first, _new = bring_once(fleet(), by=anna)
    others = [bring_once(fleet(GOOD + b"Gamma AG;20457;HH-C 3;VW\n"), by=anna), bring_once(fleet(name="other.csv"), by=anna)]
    others.append(bring_once(fleet(), by=carla))
    Import.objects.filter(pk=first.pk).update(state=Import.State.UNDONE)
    others.append(bring_once(fleet(), by=anna))
    Import.objects.update(made_at=timezone.now() - timedelta(minutes=2))
    others.append(bring_once(fleet(), by=anna))
    assert [new for _run, new in others] == [True] * 5
    assert Import.objects.count() == 6


def test_one_whose_reader_is_gone_is_waited_for_in_vain_and_read_anew(anna: User, north: Centre, monkeypatch: Any) -> None:
    stuck, _new = bring_once(fleet(), by=anna)
    Import.objects.filter(pk=stuck.pk).update(kind="")
    monkeypatch.setattr(import_once, "READ_WITHIN", 0.0)
    run, new = bring_once(fleet(), by=anna)
    assert new and run.pk != stuck.pk and run.is_read


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False], ids=["one", "canary: nobody looks"])
def test_a_double_click_makes_one_import(anna: User, north: Centre, monkeypatch: Any, guarded: bool) -> None:
    if not guarded:
        monkeypatch.setattr(Import.objects.__class__, "just_brought", lambda rows, owner, **facts: Import.objects.none())
    found = race(*[lambda: bring_once(fleet(), by=anna) for _click in range(2)])
    assert sorted(new for _run, new in found) == ([False, True] if guarded else [True, True])
    assert len({run.pk for run, _new in found}) == Import.objects.count() == (1 if guarded else 2)
