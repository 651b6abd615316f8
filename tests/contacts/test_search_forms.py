"""Search by what people type, read or see on a display (pages 12, C7): each normal form, why it was found, and rows from before."""

import pytest
from django.test import Client

from accounts.models import Centre, Company, User
from contacts.models import PersonAddress
from contacts.people.actions import searching
from fleetportal.core.db.search import SearchRow
from fleetportal.core.db.spellings import respelt
from fleetportal.core.jobs import queue
from tests.factories.accounts import make_company, make_vehicle
from tests.factories.contacts import make_person, make_role

pytestmark = pytest.mark.django_db


def found(client: Client, question: str) -> dict[str, list[str]]:
    """The titles of the hits, each with what it was found by."""
    groups = client.get("/search/", {"q": question}).context["groups"]
    return {hit.title: [f"{fact.label}: {fact.value}" for fact in hit.why] for _kind, hits, _more in groups for hit in hits}


@pytest.fixture
def known(north: Centre, anna: User, client: Client) -> Company:
    facts = {"phone": "+49 40 7654321", "email": "post@nordhafen.example", "external_id": "K-100234", "vat_number": "DE136695976"}
    company = make_company(north, name="E.ON Nordhafen", looked_after_by=anna, **facts)
    make_company(north, name="Autotrasporti", looked_after_by=anna, country="IT", phone="06 6982 1234")
    for last, first, number in (
        ("Brenner", "Ute", "+49 40 66969 00011"),
        ("Holm", "Ralf", "+49 176 05794312"),
        ("Tikhonov", "Oleg", "+7 495 1234567"),
        ("Жуков", "Пётр", ""),
    ):
        person = make_person(last, first_name=first, email="")
        make_role("user", company, person)
        if number:
            PersonAddress.enter(person, by=None, channel="phone", value=number)
    make_vehicle(company, plate="HH-JJ 630E", vin="WVWZZZ1JZXW630418")
    make_vehicle(company, plate="А 123 ВС 77", vin="WVWZZZ1JZXW999999")
    client.force_login(anna)
    return company


@pytest.mark.parametrize(
    ("question", "title", "why"),
    [
        *((typed, "Ute Brenner", "Telephone: +49 40 66969 00011") for typed in ("040 66969 000 11", "0049406696900011", "04066969000-11")),
        ("+49 (0)40 66969-00011", "Ute Brenner", "Telephone: +49 40 66969 00011"),
        ("040 66969", "Ute Brenner", "Telephone: +49 40 66969 00011"),
        *((typed, "Ralf Holm", "Telephone: +49 176 05794312") for typed in ("0176 05794312", "017605794312", "+4917605794312")),
        *((typed, "Oleg Tikhonov", "Telephone: +7 495 1234567") for typed in ("8 (495) 123-45-67", "+74951234567", "007 495 1234567")),
        *((typed, "HH-JJ 630E", None) for typed in ("HH-JJ630E", "hh jj 630e", "hhjj630e", "HH JJ630E", "JJ630E", "jj 630 e")),
        *((typed, "А 123 ВС 77", None) for typed in ("А123ВС77", "А123ВС 77", "а 123 вс 77", "a123bc77", "A 123 BC 77")),
        *((typed, "HH-JJ 630E", "VIN: WVWZZZ1JZXW630418") for typed in ("630418", "W630418", "XW630418", "WVWZZZ1JZ XW630418")),
        *((typed, "E.ON Nordhafen", "VAT number: DE136695976") for typed in ("DE 136 695 976", "136695976", "136 695 976", "de136695976")),
        *((typed, "E.ON Nordhafen", "ID in the source system: K-100234") for typed in ("K-100234", "K100234", "100234")),
        *((typed, "E.ON Nordhafen", "Telephone: +49 40 7654321") for typed in ("040 7654321", "040/76 54 321", "+49407654321")),
        *((typed, "E.ON Nordhafen", "E-mail: post@nordhafen.example") for typed in ("post@nordhafen.example",)),
        *((typed, "E.ON Nordhafen", None) for typed in ("EON", "e.on", "E ON")),
        *((typed, "Autotrasporti", "Telephone: 06 6982 1234") for typed in ("+39 06 69821234", "06 6982 1234", "0039066982")),
        *((typed, "Oleg Tikhonov", None) for typed in ("Tichonow", "Tikhonov", "Тихонов", "tichon")),
        *((typed, "Пётр Жуков", None) for typed in ("Schukow", "Zhukov", "жуков", "Pjotr Schukow")),
    ],
)  # fmt: skip
def test_it_is_found_as_it_is_typed_and_says_why(client: Client, known: Company, question: str, title: str, why: str | None) -> None:
    hits = found(client, question)
    assert title in hits
    if why:
        assert why in hits[title]


@pytest.mark.parametrize(
    "question",
    [
        "www.elbtor.example",
        "https://www.elbtor.example/kontakt",
        "http://elbtor.example",
        "elbtor.example",
        "P-4711",
        "p4711",
        "4711",
    ],
)
def test_a_website_as_it_is_copied_and_a_staff_number_are_found(client: Client, known: Company, anna: User, question: str) -> None:
    company = make_company(known.centre, name="Elbtor GmbH", looked_after_by=anna, website="https://www.elbtor.example")
    make_role("user", company, make_person("Kern", first_name="Eva", email="", external_id="P-4711"))
    wanted = (
        {"Eva Kern": ["ID in the source system: P-4711"]}
        if "4711" in question
        else {"Elbtor GmbH": ["Website: https://www.elbtor.example"]}
    )
    assert found(client, question) == wanted


@pytest.mark.parametrize("question", ["040 66968", "+49 176 15794312", "HH-JJ631E", "630419", "DE136695977", "Tichomir"])
def test_another_number_is_not_found(client: Client, known: Company, question: str) -> None:
    assert found(client, question) == {}


def test_a_private_number_neither_finds_nor_is_shown(client: Client, known: Company) -> None:
    person = make_person("Geheim", email="")
    make_role("user", known, person)
    PersonAddress.enter(person, by=None, channel="phone", value="+49 171 5556677", is_private=True)
    assert found(client, "0171 5556677") == {}
    assert found(client, "Geheim") == {"Alex Geheim": []}


def test_the_title_needs_no_reason(client: Client, known: Company) -> None:
    assert found(client, "brenner") == {"Ute Brenner": []}


@pytest.mark.parametrize(
    ("typed", "other"),
    [("tichonow", "tikhonov"), ("schtscherbakow", "shcherbakov"), ("schukow", "zhukov"), ("julia", "yulia"), ("чехов", "tschechow")],
)
def test_a_slavic_name_has_its_spellings(typed: str, other: str) -> None:
    assert other in respelt(typed)


def test_rows_from_before_are_written_anew_by_a_job(client: Client, known: Company) -> None:
    SearchRow.objects.update(words="alt")
    assert found(client, "040 66969 000 11") == {}
    job = queue.start(searching.KIND, {}, by=None)
    assert searching.run(job, float("inf"))
    assert "Ute Brenner" in found(client, "040 66969 000 11")
    for company in Company.objects.all():
        assert set(SearchRow.objects.get(object_type="accounts.company", object_id=company.pk).words.split()) == set(
            company.search_row.words.split()
        )
