"""An answer from a calendar counts for the entry that it names: by UID, SEQUENCE and attendee, never by a time."""

import pytest
from django.conf import settings

from accounts.models import Company
from contacts.memory.actions.incoming import take_in
from contacts.models import Interaction, Person, Task
from events.models import Registration
from tests.contacts.inbox.letters import FROM, calendar, letter
from tests.factories.contacts import make_person, make_role
from tests.factories.events import make_event, make_registration

pytestmark = pytest.mark.django_db


@pytest.fixture
def erika(north_ag: Company) -> Person:
    person = make_person("Muster", first_name="Erika", email="erika@kunde.example")
    make_role("decision_maker", north_ag, person)
    return person


@pytest.fixture
def registration(erika: Person, north_ag: Company) -> Registration:
    return make_registration(make_event(north_ag.centre), erika, company=north_ag)


def answered(registration: Registration, answer: str = "DECLINED", *, sequence: int | None = None, host: str = "", attendee: str = "erika"):
    uid = f"registration-{registration.pk}@{host or settings.BASE_HOST}"
    number = registration.revision if sequence is None else sequence
    file = calendar("REPLY", uid=uid, sequence=number, answer=answer).replace("mailto:erika@", f"mailto:{attendee}@")
    take_in(letter(FROM + "Subject: Answer", file, kind="text/calendar; method=REPLY"))
    registration.refresh_from_db()


def test_guest_who_declines_gives_the_seats_back(registration: Registration):
    answered(registration)
    assert not registration.is_active and not Task.objects.exists()
    assert Interaction.objects.filter(kind="mail.received").count() == 1


def test_guest_who_accepts_what_stands_needs_nobody(registration: Registration):
    answered(registration, "ACCEPTED")
    assert registration.is_active and not Task.objects.exists()


@pytest.mark.parametrize(
    "told", [{"sequence": -1}, {"host": "other.example"}, {"attendee": "boris"}, {"answer": "TENTATIVE"}, {"answer": "DELEGATED"}]
)
def test_what_is_not_this_entry_of_this_guest_leads_to_a_task(registration: Registration, told: dict[str, str]):
    answered(registration, **told)
    assert registration.is_active and Task.objects.count() == 1


def test_registration_of_somebody_else_stays(registration: Registration, north_ag: Company):
    other = make_registration(registration.event, make_person("Kern", email="kern@kunde.example"), company=north_ag)
    answered(other)
    assert other.is_active and Task.objects.count() == 1
