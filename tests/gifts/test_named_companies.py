"""A company is known by the name that a person types, not by the spelling and legal form that the house once entered."""

import pytest
from django.utils import translation

from accounts.customers.names import key_of_name
from accounts.models import Company
from contacts.models import Person
from gifts import pdf
from gifts.models import Claim, Voucher
from gifts.pdf import VoucherCard, card_lines
from tests.factories.accounts import make_company
from tests.factories.contacts import make_person, make_role
from tests.factories.gifts import card_of, make_issue, make_voucher

pytestmark = pytest.mark.django_db

TYPED = [
    "Brenner Kaeltetechnik",
    "BRENNER KÄLTETECHNIK",
    "brenner kältetechnik gmbh & co. kg",
    "Brenner Kältetechnik, GmbH",
    "Brenner-Kältetechnik",
]
NOT_TYPED = ["Brenner", "Kältetechnik", "Brenner Kältetechnik Nord", "B. Kältetechnik", "GmbH", "&"]


@pytest.fixture
def brenner(north) -> Company:
    return make_company(north, name="Brenner Kältetechnik GmbH")


def claimed(client, shine, place: str, name: str = "Mirko") -> Voucher:
    voucher = make_voucher(shine)
    assert client.post(card_of(voucher).path, {"first_name": name, "company_or_plate": place}).status_code == 303
    return Voucher.objects.get(pk=voucher.pk)


@pytest.mark.parametrize("place", TYPED)
def test_a_card_finds_the_company_and_its_driver_in_any_spelling(client, shine, brenner, place):
    known = make_role("driver", brenner, make_person("Kovac", first_name="Mirko"))
    voucher = claimed(client, shine, place)
    assert (voucher.company, voucher.person) == (brenner, known.person)
    assert Person.objects.count() == 1, "no third Mirko"


@pytest.mark.parametrize("place", NOT_TYPED)
def test_half_a_name_is_nobodys(client, shine, brenner, place):
    assert claimed(client, shine, place).company is None


def test_a_name_that_two_companies_have_is_nobodys_unless_it_is_the_very_name(client, shine, brenner, north):
    other = make_company(north, name="Brenner Kältetechnik KG")
    assert claimed(client, shine, "Brenner Kaeltetechnik").company is None
    assert claimed(client, shine, "brenner kältetechnik kg").company == other


def test_one_unknown_company_in_two_spellings_is_one_driver(client, shine):
    claimed(client, shine, "Müller & Sohn GmbH")
    second = make_voucher(shine)
    answer = client.post(card_of(second).path, {"first_name": "MIRKO", "company_or_plate": "Mueller und Sohn"})
    assert answer.status_code == 409
    assert Claim.objects.count() == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("AB Elektro GmbH", "Elektro GmbH"),
        ("E. Müller GmbH", "Müller GmbH"),
        ("Nord Logistik GmbH", "Nord GmbH"),
        ("SE Bau AG", "Bau AG"),
    ],
)
def test_what_tells_two_names_apart_is_no_legal_form(one, other):
    assert key_of_name(one) != key_of_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Fratelli Bellandi S.r.l.", "FRATELLI BELLANDI srl"),
        ("ООО «Волга»", "волга"),
        ("Meyer e. K.", "meyer e.K."),
        ("Møller A/S", "Moller"),
        ("Rossi sp. z o.o.", "ROSSI"),
        ("Conti & Figli", "Conti e Figli"),
    ],
)
def test_signs_and_legal_forms_of_many_countries_are_none_of_the_name(one, other):
    assert key_of_name(one) == key_of_name(other) != ""


def test_whoever_confirms_is_offered_the_company_that_was_half_named(client, carla, shine, brenner):
    person = claimed(client, shine, "Brenner").person
    client.force_login(carla)
    path = f"/vouchers/drivers/{person.pk}/"
    assert client.get(path).context["form"].initial["company"] == brenner.name
    answer = client.post(path, {"first_name": "Mirko", "last_name": "Petrović", "company": "brenner kaeltetechnik"})
    assert answer.status_code == 303
    assert Voucher.objects.get(person=person).company == brenner


def test_nothing_is_offered_where_two_could_be_meant(client, carla, shine, brenner, north, south):
    make_company(south, name="Brenner Solar GmbH")
    person = claimed(client, shine, "Brenner").person
    client.force_login(carla)
    assert client.get(f"/vouchers/drivers/{person.pk}/").context["form"].initial["company"] == brenner.name, "the other is out of reach"
    make_company(north, name="Brenner Bau GmbH")
    assert client.get(f"/vouchers/drivers/{person.pk}/").context["form"].initial["company"] == ""


def test_cards_are_issued_for_a_company_in_any_spelling(client, carla, shine, brenner):
    client.force_login(carla)
    assert client.post(f"/vouchers/{shine.pk}/issue/", {"way": "cards", "count": 1, "company": "Brenner Kaeltetechnik"}).status_code == 303
    assert shine.issues.get().company == brenner


@pytest.mark.parametrize(("company", "asked"), [("", "your company or number plate"), ("Brenner GmbH", "enter your first name, and")])
def test_a_card_says_what_its_page_asks(client, shine, north_ag, company, asked):
    issue = make_issue(shine, company=north_ag if company else None)
    voucher = Voucher.objects.get(issue=issue)
    fields = list(client.get(card_of(voucher).path).context["form"].fields)
    assert asked in " ".join(card_lines(shine, issue.valid_until, VoucherCard("https://x.example/", company)))
    assert fields == (["first_name"] if company else ["first_name", "company_or_plate"])


def test_cards_and_vouchers_carry_the_address_to_type_in_the_language_of_the_place(client, carla, shine, north_ag, monkeypatch):
    drawn: list[str] = []

    def listening(*args, **kwargs):
        canvas = new_canvas(*args, **kwargs)
        draw = canvas.drawCentredString
        canvas.drawCentredString = lambda x, y, text: drawn.append(text) or draw(x, y, text)
        return canvas

    new_canvas = pdf.new_canvas
    monkeypatch.setattr(pdf, "new_canvas", listening)
    voucher = Voucher.objects.get(issue=make_issue(shine, company=north_ag))
    client.force_login(carla)
    assert client.get(f"/vouchers/cards/{voucher.issue_id}.pdf").status_code == 200
    with translation.override("de"):
        assert drawn == [str(translation.gettext("Scan to claim")), card_of(voucher).url]
    claimed_one = Voucher.objects.get(pk=make_voucher(shine, claimed=True).pk)
    drawn.clear()
    assert client.get(f"{claimed_one.link.path}voucher.pdf").status_code == 200
    assert claimed_one.link.url in drawn
