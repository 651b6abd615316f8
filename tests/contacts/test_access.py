"""A request for access is one file with everything held about a person, and nothing about anybody else."""

import io
import json
import re
import threading
import time
import unicodedata
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.db import models
from django.test import Client
from django.test.utils import isolate_apps
from django.utils import timezone

from accounts.models import Centre, Company, User
from contacts.memory.actions.complaints import complain
from contacts.memory.actions.incoming import take_in
from contacts.models import Driver, Interaction, Meeting, Person
from contacts.people import person_data
from contacts.people.actions import access, people
from contacts.people.disclosing import AddsNothing, OtherPeople, past_in_words, to_disclose
from contacts.people.happened import HAPPENED
from contacts.reasons.models import Reason
from events.actions import requests
from events.models import CheckIn
from fleetportal.core.audit import Entry
from fleetportal.core.jobs import queue
from fleetportal.core.links import Link
from gifts.actions.handing_out import hand_out
from intake.models import Import, Made, StagedRow
from tests.contacts.test_person_data import make_known, naming_people
from tests.factories.accounts import make_company
from tests.factories.contacts import make_role
from tests.factories.events import make_event, make_invitation, make_registration
from tests.factories.gifts import make_gift, make_voucher
from tests.factories.reasons import make_reason, make_task
from tests.factories.rounds import make_round
from tests.own_models import own_models
from tests.races import race

pytestmark = pytest.mark.django_db

# Tables whose bare ids can't be a person's, or that are reached through one that is told.
NEVER_A_PERSON = {"core.job", "intake.import"}


def points_at(model: type[models.Model]) -> set[str]:
    """The labels of the tables that `model` refers to by a foreign key, without those of staff, companies and the trade."""
    own = [field for field in model._meta.get_fields() if field.is_relation and not field.auto_created and field.related_model]
    return {field.related_model._meta.label_lower for field in own}


def has_bare_id(model: type[models.Model]) -> bool:
    """True where the table can name any row by its table and id."""
    names = {field.name for field in model._meta.get_fields()}
    return bool(names & {"subject_id", "object_id"}) or any(f"{name[:-5]}_id" in names for name in names if name.endswith("_type"))


def to_decide(every: list[type[models.Model]]) -> set[str]:
    """The tables that need a decision: those that name a person, that can name any row, or that belong to such a row."""
    ours = [one for one in every if one in own_models()]
    found = naming_people() | {one._meta.label_lower for one in ours if has_bare_id(one)}
    named = set(found)
    while True:
        further = {one._meta.label_lower for one in ours if points_at(one) & (named & naming_people() | {"gifts.claim"})} - named
        if not further:
            return found | named
        named |= further


def test_every_table_that_can_hold_something_about_a_person_has_a_decision() -> None:
    assert to_decide(list(apps.get_models())) - set(to_disclose.names()) - NEVER_A_PERSON == set()


def test_a_new_table_without_a_decision_is_noticed() -> None:
    with isolate_apps():

        class Trip(models.Model):
            driver = models.ForeignKey(Driver, on_delete=models.CASCADE, related_name="+")

            class Meta:
                app_label = "contacts"

        class Remark(models.Model):
            about_type = models.CharField(max_length=60)
            about_id = models.BigIntegerField()

            class Meta:
                app_label = "contacts"

    class_of = {one._meta.label_lower: one for one in (Trip, Remark)}
    assert "contacts.driver" in points_at(class_of["contacts.trip"])
    assert has_bare_id(Remark)
    assert not has_bare_id(Company)


def test_what_adds_nothing_says_why() -> None:
    assert all(one.why for one in to_disclose if isinstance(one, AddsNothing))


def known_everywhere(name: str, company: Company, user: User) -> Person:
    """Somebody with a row, and a word, in every table that holds people."""
    person = make_known(name, company, user, email=f"{name.lower()}@customer.example")
    people.edit(person, by=user, family=f"{name}family")
    driver = Driver.objects.get(person=person)
    event = make_event(company.centre, title=f"{name}evening")
    make_invitation(event, person, company=company)
    guest = make_registration(event, person, company=company, question=f"{name}question", companions=["Zeisig"])
    CheckIn.objects.create(registration=guest, heads=1)
    said = {"name": name, "company_name": company.name, "how_known": f"{name}fair", "language": "en"}
    requests.refuse(requests.ask(event, by_mail=f"{name.lower()}@customer.example", **said), by=user)
    make_voucher(driver=driver, claimed=True)
    hand_out(make_gift(f"{name}mug", centre=company.centre), person, company=company, centre=company.centre, by=user)
    make_task(company, user, person=person, title=f"{name}task")
    make_reason(company)
    elsewhere = make_company(company.centre)
    make_role("decision_maker", elsewhere, person)
    make_round(elsewhere, [person], by=user, channel="in_person", name=f"{name}round")
    complain(company, person=person, text=f"{name}complaint", by=user, on=timezone.localdate())
    Meeting.objects.create(
        company=company, decision_maker=person, account_manager=user, lasts_minutes=60, is_annual=False, minutes=f"{name}minutes"
    )
    take_in(f"From: {name.lower()}@customer.example\nSubject: Re: x\n\n{name}mail".encode())
    run = Import.objects.create(owner=user, centre=company.centre, name=f"{name}.csv", size=1, digest=name, kind="csv")
    values = {"people": [{"first_name": person.first_name, "last_name": name, "job_title": f"{name}job"}]}
    row = StagedRow.objects.create(run=run, sheet=0, row=2, values=values, verdict="new")
    Made.objects.create(row=row, what="person", object_id=person.pk)
    return person


def read(content: bytes) -> tuple[dict[str, Any], str]:
    with ZipFile(io.BytesIO(content)) as zipped:
        assert sorted(zipped.namelist()) == ["data.html", "data.json"]
        return json.loads(zipped.read("data.json")), zipped.read("data.html").decode()


def test_r35_the_file_holds_every_table_and_nobody_else(north_ag: Company, anna: User) -> None:
    brandt = known_everywhere("Brandt", north_ag, anna)
    known_everywhere("Kanarienvogel", north_ag, anna)
    Reason.objects.update(person=brandt)  # rules chose one of the two
    text = "Brandt says that Frau Kanarienvogel (kanarienvogel@customer.example, 040 7654321) pays. Kanarienvogels car."
    Interaction.log(north_ag, person=brandt, channel="phone", outcome="reached", text=text, by=anna)

    told, page = read(access.archive(brandt))

    tables = {table["table"]: table for table in told["tables"]}
    expected = {name for name in to_disclose.names() if not isinstance(to_disclose[name], AddsNothing)}
    rare = {"gifts.redemption", "gifts.challenge", "contacts.decision", "contacts.personpair", "core.paperletter"}
    assert expected - set(tables) <= rare | {"core.link of events", "core.link of gifts"}
    assert all(table["purpose"] and table["legal_basis"] for table in tables.values())
    everything = json.dumps(told, ensure_ascii=False)
    for said in (everything, page):
        assert "kanarienvogel" not in said.lower()
        assert "Zeisig" not in said, "companions are other people"
        assert "7654321" not in said
        for word in ("evening", "family", "question", "mug", "mail", "task", "complaint", "minutes", ".csv", "job", "fair"):
            assert f"Brandt{word}" in said
        assert "Yes, write to me." in said
        assert "+49 40 1234567" in said
    assert "Brandt says that Frau ▇▇▇ (▇▇▇, ▇▇▇) pays." in everything
    assert any(change["after"] == "Brandtfamily" for line in told["history"] for change in line["changes"])
    for link in Link.objects.all():
        assert link.token not in everything
    for line in told["history"]:
        assert line["action"].rpartition(".")[2] in HAPPENED
    shown = [fact["words"] for table in told["tables"] for row in table["rows"] for fact in row.values()]
    shown += [words for line in told["history"] for words in (line["words"], *(change["after_words"] for change in line["changes"]))]
    codes = [words for words in shown if re.fullmatch(r"[a-z]+(?:[._][a-z_.]+)+|[a-z]{2}|\d{4}-\d\d-\d\d.*|[\[{].*", words)]
    assert [words for words in codes if "Brandt" not in words and words not in ("no", "appointment.ics")] == []


def test_names_are_blacked_out_in_any_spelling_and_ones_own_stay(north_ag: Company) -> None:
    brandt = people_named("Thomas", "Brandt", north_ag)
    people_named("Jörg", "von der Müller-Lüdenscheidt", north_ag)
    others = OtherPeople(brandt)
    assert others.blacked_out("JÖRG rang; Muller, Lüdenscheidts brother and Thomas Brandt; von der Stadt") == (
        "▇▇▇ rang; ▇▇▇, ▇▇▇ brother and Thomas Brandt; von der Stadt"
    )


def people_named(first: str, last: str, company: Company) -> Person:
    person = people.enter(by=None, first_name=first, last_name=last)
    make_role("user", company, person)
    return person


@pytest.fixture
def brandt(north_ag: Company, anna: User, settings: Any, tmp_path: Path) -> Person:
    settings.FILES_ROOT = tmp_path
    return make_known("Brandt", north_ag, anna, email="brandt@customer.example")


def work() -> None:
    while queue.run_due():
        pass


def test_the_file_is_ordered_written_and_fetched_once_for_a_double_press(client: Client, admin: User, brandt: Person) -> None:
    client.force_login(admin)
    path = f"/people/{brandt.pk}/data/"
    assert f'href="{path}"' in client.get(f"/people/{brandt.pk}/").content.decode()
    assert client.get(f"{path}file/")["Location"] == path
    assert client.post(path)["Location"] == path
    client.post(path)
    assert queue.Job.objects.filter(kind=access.KIND).count() == 1
    assert Entry.objects.about(brandt).get(action="person.data_requested").actor_id == admin.pk
    assert "being created" in client.get(path).content.decode()
    work()
    assert f'href="{path}file/"' in client.get(path).content.decode()
    answer = client.get(f"{path}file/")
    assert answer["Content-Type"] == "application/zip"
    assert "attachment" in answer["Content-Disposition"]
    told, page = read(b"".join(answer.streaming_content))
    assert told["person"] == brandt.name
    assert "Legal basis" in page
    assert "no-store" in answer["Cache-Control"]


def test_only_who_administers_every_company_gets_it_now_and_when_it_is_fetched(
    client: Client, carla: User, admin: User, brandt: Person
) -> None:
    path = f"/people/{brandt.pk}/data/"
    client.force_login(carla)
    assert path not in client.get(f"/people/{brandt.pk}/").content.decode()
    assert client.post(path).status_code == 404
    client.force_login(admin)
    client.post(path)
    work()
    make_role("driver", make_company(), brandt)  # at a centre that nobody here administers
    assert client.get(f"{path}file/").status_code == 404
    assert client.post(path).status_code == 404


def test_a_right_lost_before_the_job_runs_ends_it(admin: User, brandt: Person) -> None:
    job = access.order(brandt, by=admin)
    make_role("driver", make_company(), brandt)
    work()
    job.refresh_from_db()
    assert job.state == "cancelled"
    assert not access.file_of(job).exists()


def test_the_file_goes_with_the_day_and_with_the_person(client: Client, admin: User, brandt: Person) -> None:
    job = access.order(brandt, by=admin)
    work()
    assert access.file_of(job).exists()
    queue.Job.objects.update(started_at=timezone.now() - timedelta(hours=25))
    client.force_login(admin)
    assert client.get(f"/people/{brandt.pk}/data/file/").status_code == 302
    person_data.forget(brandt, by=admin)
    assert not access.file_of(job).exists()


@pytest.mark.django_db(transaction=True)
def test_forgetting_waits_for_the_file_and_removes_it(admin: User, brandt: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    job, written, reading = access.order(brandt, by=admin), access.archive, threading.Event()

    def slowly(person: Person) -> bytes:
        reading.set()
        time.sleep(0.2)
        return written(person)

    monkeypatch.setattr(access, "archive", slowly)

    def meanwhile() -> None:
        reading.wait(9)
        person_data.forget(brandt, by=admin)

    race(lambda: access.run(job, 0), meanwhile)
    assert not access.file_of(job).exists()
    assert Person.objects.get(pk=brandt.pk).last_name == ""


def test_the_history_is_in_words(brandt: Person, north: Centre, admin: User) -> None:
    assert [past_in_words(brandt, "centre", number) for number in (north.pk, 0, None)] == [north.name, "", ""]
    people.edit(brandt, by=admin, born_on=date(1976, 2, 29), is_confirmed=False)
    brandt.addresses.get(channel="phone").edit(is_private=True, by=admin)
    told, _page = read(access.archive(brandt))
    changed = {change["field"]: change["after_words"] for line in told["history"] for change in line["changes"]}
    assert changed == {"best time": "after nine", "date of birth": "29 February 1976", "confirmed": "no", "private": "yes"}


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_for_one_row_and_three(
    client: Client, admin: User, brandt: Person, north_ag: Company, rows: int, django_assert_num_queries: Any
) -> None:
    for _number in range(rows):
        Interaction.log(north_ag, person=brandt, channel="phone", outcome="reached", text="Yes.", by=admin)
    client.force_login(admin)
    with django_assert_num_queries(25):
        client.get(f"/people/{brandt.pk}/data/")


def test_it_is_in_the_language_of_the_person(brandt: Person) -> None:
    Person.objects.filter(pk=brandt.pk).update(language="de")
    brandt.refresh_from_db()
    _told, page = read(access.archive(brandt))
    assert '<html lang="de">' in page


def test_names_of_others_are_blacked_out_however_they_are_written(north_ag: Company) -> None:
    brandt = people_named("Thomas", "Brandt", north_ag)
    people_named("Jörg", "Müller", north_ag)
    people_named("Bo", "Li", north_ag)
    people_named("Анна", "Петрова", north_ag)
    people_named("Max", "Mueller-Weiß", north_ag)
    others = OtherPeople(brandt)
    decomposed = unicodedata.normalize("NFD", "Müller")
    for text in (
        "Mueller",
        "MUELLERS",
        decomposed,
        "Mül\u00adler",
        "M\u200büller",
        "J. Müller",
        "Weiss",
        "Li",
        "Петровой",
        "Петрову",
        "Петров",
        "Jörgs",
    ):
        shown = others.blacked_out(f"Ask {text} about it.")
        assert shown.replace("J. ", "") == "Ask ▇▇▇ about it.", text
    assert others.blacked_out("Brandt paid, li and bo, Peter, петь") == "Brandt paid, li and bo, Peter, петь"


@pytest.mark.parametrize(
    "number",
    [
        "040/7654321",
        "(040) 765 43 21",
        "+49 (0)40 7654321",
        "0049 40 7654321",
        "040-7654321",
        "02 6688 1234",
        "+39 02 66881234",
        "06 12 34 56 78",
        "(0)44 668 18 00",
        "0171-555 66 77",
    ],
)
def test_numbers_of_others_are_blacked_out_in_the_form_of_their_country(north_ag: Company, number: str) -> None:
    Company.objects.filter(pk=north_ag.pk).update(country="IT")
    brandt = people_named("Thomas", "Brandt", north_ag)
    assert OtherPeople(brandt).blacked_out(f"Ring {number} again") == "Ring ▇▇▇ again"


def test_days_and_sums_are_no_numbers_of_others(north_ag: Company) -> None:
    text = "On 01.12.2026, 5.12.-06.12.2026 and 05/12/26 at 08:30: 0,50 or 1.250.000 EUR for 10 at +5 %"
    assert OtherPeople(people_named("Thomas", "Brandt", north_ag)).blacked_out(text) == text
