"""A double click, a retry, a repeated send: what a form enters, it enters once (R5)."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import Company, User, Vehicle
from contacts.models import Consent, DecisionMaker, Holder, Person, PersonAddress, VehicleDriver
from fleetportal.core.audit import Entry
from tests.factories.accounts import make_vehicle
from tests.factories.contacts import make_person, make_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def places(north_ag: Company) -> dict[str, Any]:
    """Ids that the addresses and forms below name."""
    person = make_person("Albers")
    address = PersonAddress.enter(person, channel="email", value="albers@north.example", by=None)
    user, driver = make_role("user", north_ag, person), make_role("driver", north_ag, person)
    vehicle = make_vehicle(north_ag)
    ids = {"company": north_ag, "person": person, "address": address, "user": user, "driver": driver, "vehicle": vehicle}
    return {"centre": north_ag.centre_id, **{name: row.pk for name, row in ids.items()}}


@pytest.mark.parametrize(
    ("at", "values", "model"),
    [
        ("/companies/new/", {"name": "Twice Ltd", "country": "DE", "centre": "{centre}"}, Company),
        ("/companies/{company}/vehicles/new/", {"plate": "HH TW 2", "use": "functional"}, Vehicle),
        ("/companies/{company}/people/new/", {"group": "driver", "last_name": "Twice", "language": "de"}, Person),
        ("/people/{person}/roles/new/", {"group": "decision_maker", "company": "{company}", "on": "2026-01-01"}, DecisionMaker),
        ("/people/{person}/addresses/new/", {"channel": "email", "value": "twice@north.example"}, PersonAddress),
        (
            "/people/{person}/consents/new/",
            {"address": "{address}", "purposes": "news", "answer": "yes", "wording": "Yes, write.", "source": "telephone"},
            Consent,
        ),
        ("/vehicles/{vehicle}/holder/", {"user": "{user}", "starts_on": "2026-02-01"}, Holder),
        ("/vehicles/{vehicle}/drivers/new/", {"driver": "{driver}", "on": "2026-01-01"}, VehicleDriver),
    ],
    ids=["company", "vehicle", "person", "role", "address", "consent", "holder", "driver"],
)
def test_a_form_sent_twice_enters_once(client: Client, anna: User, places: dict[str, Any], at: str, values: Any, model: Any) -> None:
    client.force_login(anna)
    at = at.format(**places)
    key = re.search(r'name="_key" value="([^"]+)"', client.get(at).content.decode())
    assert key, "the form has no key"
    sent = {**{name: value.format(**places) for name, value in values.items()}, "_key": key[1]}
    before = model.objects.count()

    first = client.post(at, sent)
    made, entries = model.objects.count(), Entry.objects.count()
    again = client.post(at, sent)

    assert first.status_code == again.status_code == 303, first.content.decode()
    assert first["Location"] == again["Location"]
    assert (made, model.objects.count(), Entry.objects.count()) == (before + 1, made, entries)
