"""Migrations that fill in what older rows don't say yet."""

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts.models import Centre
from contacts.models import Hold
from fleetportal.core.audit import Change
from fleetportal.core.outbox.message import Message
from gifts.actions import challenging
from gifts.models import Challenge
from tests.factories.accounts import make_company
from tests.factories.contacts import make_person, make_role
from tests.factories.events import make_event, make_guest, make_invitation, make_registration
from tests.factories.gifts import make_programme, make_voucher
from tests.factories.meetings import make_meeting
from tests.factories.messages import make_message
from tests.migrating import Steps

CONCERNS = [
    ("contacts", "0015_messages_concern_companies"),
    ("events", "0005_messages_concern_companies"),
    ("gifts", "0002_messages_concern_companies"),
]
HOUSE_CAPS = [("contacts", f"00{name}") for name in ("12_house_caps_to_policies", "13_gift_policy_of_a_company", "26_locations_and_texts")]


def fill_in(*migrations: tuple[str, str]) -> None:
    """What these migrations do to rows, done to the rows there are; it costs a tenth of going back and forward."""
    loader = MigrationExecutor(connection).loader
    apps = loader.project_state(list(migrations)).apps
    for migration in migrations:
        (operation,) = loader.graph.nodes[migration].operations
        operation.code(apps, None)


@pytest.mark.django_db
def test_messages_of_before_say_whom_they_concern(north: Centre) -> None:
    company = make_company(north)
    event, guest = make_event(north), make_guest(company)
    driver = make_role("driver", company)
    programme = make_programme(north)
    rows = {
        "registration": make_registration(event, guest, company=company),
        "invitation": make_invitation(event, make_guest(company), company=company),
        "voucher of a driver": make_voucher(programme, driver=driver),
        "voucher of nobody": make_voucher(programme),
        "meeting": make_meeting(company),
    }
    challenging.challenge(programme, first_name="Kim", channel="email", address="kim@guest.example", plate="HHAB1")
    rows["code"] = Challenge.objects.get()
    person = make_person("Brandt")
    Message.objects.all().delete()
    written = {what: make_message(person, about_type=row._meta.label_lower, about_id=row.pk) for what, row in rows.items()}
    written["of a row that is gone"] = make_message(person, about_type="events.registration", about_id=0)
    written["of something else"] = make_message(person, about_type="contacts.person", about_id=person.pk)
    fill_in(*CONCERNS)
    at = ("accounts.company", company.pk)
    concern = {what: Message.objects.values_list("concerns_type", "concerns_id").get(pk=one.pk) for what, one in written.items()}
    assert concern == {
        "registration": at,
        "invitation": at,
        "voucher of a driver": at,
        "meeting": at,
        "voucher of nobody": ("accounts.centre", north.pk),
        "code": ("accounts.centre", north.pk),
        "of a row that is gone": ("", None),
        "of something else": ("", None),
    }


@pytest.mark.django_db(transaction=True)
def test_the_wording_of_a_house_wide_limit_is_kept_in_the_history() -> None:
    steps = Steps(*HOUSE_CAPS)
    old: Any = steps.take_back().get_model("contacts", "GiftPolicy")
    old.objects.create(reach="everyone", cap_cents=35_00, words="House rule 7")
    old.objects.create(reach="public_bodies", cap_cents=0)
    steps.apply()
    assert list(Change.objects.filter(field="words").values_list("object_type", "before")) == [("accounts.policy", "House rule 7")]
    back: Any = steps.take_back().get_model("contacts", "GiftPolicy")
    assert set(back.objects.values_list("reach", "cap_cents", "words")) == {("everyone", 35_00, "House rule 7"), ("public_bodies", 0, "")}


@pytest.mark.django_db
def test_whoever_was_invited_before_is_held_by_the_last_event(north: Centre) -> None:
    company = make_company(north)
    first, second = make_event(north), make_event(north)
    both, answered = make_guest(company), make_guest(company)
    for event in (first, second):
        make_invitation(event, both, company=company)
    make_invitation(first, answered, company=company)
    make_registration(first, answered, company=company)
    as_held = set(Hold.objects.values_list("person", "about_id", "kind", "centre", "company", "until", "released_because"))
    Hold.objects.all().delete()

    fill_in(("events", "0011_hold_whoever_is_invited"))

    assert len(as_held) == 3
    assert set(Hold.objects.values_list("person", "about_id", "kind", "centre", "company", "until", "released_because")) == as_held
