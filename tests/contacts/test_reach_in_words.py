"""Consent in words, who may be called, numbers on the dossier, who stands for management (pages 13, 16, 18, 30)."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import Centre, Company, User
from contacts.consent.models import Consent
from contacts.memory.forms.meeting import colleagues
from contacts.models import Interaction, Person, PersonAddress, Reason
from contacts.reasons.card import ReasonCard
from contacts.reasons.computing import compute
from tests.contacts.today import on, words
from tests.factories.accounts import make_company, make_user, make_vehicle
from tests.factories.contacts import make_person, make_role
from tests.factories.reasons import make_silent

pytestmark = pytest.mark.django_db
COVERAGE = {"group": "driver", "count": 1, "next_on": None}


def with_phone(name: str, *, said: bool | None = None, is_private: bool = False) -> Person:
    person = make_person(name, email="")
    address = PersonAddress.enter(person, channel="phone", value="+49 171 5556677", by=None, is_private=is_private)
    if said is not None:
        Consent.enter(address, "invitations", is_given=said, wording="May we?", source="telephone", by=None, language="en")
    return person


@pytest.mark.parametrize(
    ("said", "is_customer", "has_asked", "allowed"),
    [
        (None, True, False, True),
        (None, False, True, True),
        (None, False, False, False),
        (True, False, False, True),
        (False, True, True, False),
        (False, False, False, False),
    ],
)
def test_who_may_be_called(
    client: Client, anna: User, north: Centre, said: bool | None, is_customer: bool, has_asked: bool, allowed: bool
) -> None:
    """One rule, the same on the card, in the list, in the dossier and on the person's page."""
    person, company = with_phone("Muster", said=said), make_company(north, looked_after_by=anna)
    make_role("decision_maker", company, person)
    PersonAddress.enter(person, channel="email", value="muster@example.com", by=None)
    if is_customer:
        make_vehicle(company, contract="lease")
    if has_asked:
        Interaction.log(company, person=person, channel="email", outcome="", text="Please call.", by=None, direction="in")
    facts: dict[str, Any] = {"company": company, "person": person, "group": "decision_maker", "weight": 1, "found_on": on()}
    reason = Reason.objects.create(key="x", rule="coverage", facts=COVERAGE, **facts)
    card = ReasonCard(reason)
    assert card.calling.allowed == allowed
    assert str(card.calling.words).startswith("May be called" if allowed else "Don’t call")
    assert (card.channel == "phone") == allowed, "who may not be called is not proposed by telephone"
    client.force_login(anna)
    asked = {"open": reason.pk}
    for address in ("/today/", "/people/", f"/companies/{company.pk}/", f"/people/{person.pk}/"):
        page = words(client.get(address, asked if address == "/today/" else {}))
        assert ('href="tel:+491715556677"' in page) == allowed, address
        assert "+49 171 5556677" in page, address
        said_there = card.calling.words if address == "/today/" else card.calling.short
        assert str(said_there) in page, address
        assert ('class="fp-ch fp-ch--yes" role="img" title="Telephone' in page) == allowed, address


def test_a_number_for_text_messages_is_no_link_either_where_nobody_may_call(client: Client, anna: User, north: Centre) -> None:
    person = with_phone("Muster", said=False)
    PersonAddress.enter(person, channel="sms", value="+49 171 5556677", by=None)
    make_role("decision_maker", make_company(north, looked_after_by=anna), person)
    client.force_login(anna)
    assert "tel:" not in client.get(f"/people/{person.pk}/").content.decode()


def test_a_silent_prospect_is_written_to(as_anna: Client, anna: User, north: Centre) -> None:
    """The same reason proposes a call to a customer and a letter to a prospect who never asked."""
    company = make_company(north, looked_after_by=anna)
    person = make_silent(company, on=on())
    PersonAddress.enter(person, channel="phone", value="+49 171 5556677", by=None)
    compute([company.pk], on=on())
    assert ReasonCard(Reason.objects.get(rule="silence")).doing == "Write"
    make_vehicle(company)
    assert ReasonCard(Reason.objects.get(rule="silence")).doing == "Call"


def test_what_another_house_knows_is_not_revealed(client: Client, boris: User, north: Centre, south: Centre, anna: User) -> None:
    person, theirs = with_phone("Muster"), make_company(north, looked_after_by=anna)
    mine = make_company(south, looked_after_by=boris)
    make_role("user", theirs, person)
    make_role("user", mine, person)
    make_vehicle(theirs)
    client.force_login(boris)
    assert "don’t call, no consent" in words(client.get("/people/"))


def test_the_dossier_says_the_number_and_what_was_agreed(client: Client, anna: User, north_ag: Company) -> None:
    make_role("user", north_ag, with_phone("Muster", said=True))
    make_role("driver", north_ag, with_phone("Geheim", is_private=True))
    client.force_login(anna)
    page = client.get(f"/companies/{north_ag.pk}/").content.decode()
    assert page.count('href="tel:+491715556677"') == 1
    assert "Telephone, invitations" in " ".join(page.split()) or "Telephone, Invitations" in " ".join(page.split())
    assert "(consent)" in page
    assert "May be called: they agreed." in page


def test_a_prospect_who_wrote_to_us_may_be_called(client: Client, anna: User, north: Centre) -> None:
    company = make_company(north, looked_after_by=anna)
    asked, silent = with_phone("Asked"), make_person("Silent")
    make_role("user", company, asked)
    make_role("user", company, silent)
    Interaction.log(company, person=asked, channel="email", outcome="reached", text="Please call.", by=anna, direction="in")
    client.force_login(anna)
    page = client.get(f"/companies/{company.pk}/").content.decode()
    assert "May be called: they asked us." in page
    assert "Don’t call: no customer yet" in page


def test_only_who_leads_the_centre_stands_for_management(north_ag: Company, anna: User, carla: User, wanda: User, dora: User) -> None:
    boss = make_user("boss", role="centre_manager", at=[north_ag.centre], is_active=False)
    assert list(colleagues(north_ag, anna)) == [carla]
    assert set(colleagues(north_ag, anna, stays=boss.pk)) == {carla, boss}


def test_a_printed_list_begins_on_its_first_page_and_has_the_numbers() -> None:
    css = Path("fleetportal/core/static/fleetportal/components.css").read_text(encoding="utf-8")
    printed = css[css.index("@media print") :].replace("\n", " ")
    assert ".fp-sheet, .fp-contact { box-shadow: none; break-inside: avoid" not in printed
    assert '.btn:not([href^="tel:"])' in printed
