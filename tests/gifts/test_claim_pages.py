"""The driver's side over HTTP: cards and claim pages. GET shows, POST acts."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from contacts.models import Driver, Interaction, Person, PersonAddress
from contacts.people import person_data
from fleetportal.core.links import Link
from fleetportal.core.outbox.message import Message, MessageChannel, MessageState, Priority
from fleetportal.core.outbox.sending import send_due
from gifts.actions import challenging
from gifts.models import Challenge, Claim, Voucher, VoucherState
from tests.factories.accounts import make_vehicle
from tests.factories.contacts import make_person, make_role
from tests.factories.gifts import card_of, make_issue, make_voucher
from tests.gifts.claiming import ask, claim_page

pytestmark = pytest.mark.django_db


def sent_code() -> str:
    return re.search(r"\d{6}", Message.objects.order_by("-pk").first().text)[0]


# --- cards --------------------------------------------------------------------------------------------------------------------


def test_a_card_printed_for_a_company_asks_the_first_name_alone(client, shine, north_ag):
    voucher = Voucher.objects.get(issue=make_issue(shine, company=north_ag))
    page = client.get(card_of(voucher).path)
    assert page.status_code == 200
    assert "For the drivers of Nordhafen Logistik SE" in page.content.decode()
    assert list(page.context["form"].fields) == ["first_name"]


def test_claiming_a_card_makes_an_unconfirmed_driver_and_leads_to_the_voucher(client, shine, north_ag):
    voucher = Voucher.objects.get(issue=make_issue(shine, company=north_ag))
    answer = client.post(card_of(voucher).path, {"first_name": "Mirko"})
    voucher.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (303, voucher.link.path)
    assert (voucher.state, voucher.company) == (VoucherState.CLAIMED, north_ag)
    person = Person.objects.get()
    assert (person.first_name, person.is_confirmed) == ("Mirko", False)
    assert Driver.objects.get().company == north_ag
    assert Interaction.objects.get().kind == "voucher.claimed"
    shown = client.get(answer["Location"]).content.decode()
    assert voucher.code in shown
    assert 'class="qr"' in shown


def test_a_card_finds_the_driver_it_knows(client, shine, north_ag):
    known = make_role("driver", north_ag, make_person("Kovac", first_name="Mirko"))
    voucher = Voucher.objects.get(issue=make_issue(shine, company=north_ag))
    client.post(card_of(voucher).path, {"first_name": "  mirko "})
    assert Claim.objects.get().person == known.person
    assert Person.objects.count() == 1


@pytest.mark.parametrize("place", ["HH-AB 1234", "hhab1234", "Nordhafen Logistik SE", "nordhafen logistik se"])
def test_a_card_that_is_nobodys_finds_the_company_by_name_or_plate(client, shine, north_ag, place):
    make_vehicle(north_ag, plate="HH-AB 1234")
    voucher = make_voucher(shine)
    assert client.post(card_of(voucher).path, {"first_name": "Mirko", "company_or_plate": place}).status_code == 303
    assert Voucher.objects.get().company == north_ag


def test_a_company_nobody_knows_is_taken_all_the_same(client, shine, north):
    voucher = make_voucher(shine)
    answer = client.post(card_of(voucher).path, {"first_name": "Mirko", "company_or_plate": "Unheard of Ltd"})
    assert answer.status_code == 303
    assert (Claim.objects.get().company_or_plate, Voucher.objects.get().company) == ("Unheard of Ltd", None)
    assert Person.objects.get().centre == north
    assert not Interaction.objects.exists()


def test_a_claimed_card_says_so_and_changes_nothing(client, shine, north_ag):
    voucher = make_voucher(shine)
    client.post(card_of(voucher).path, {"first_name": "Mirko", "company_or_plate": north_ag.name})
    person = Voucher.objects.get().person
    assert client.get(card_of(voucher).path).status_code == 200
    answer = client.post(card_of(voucher).path, {"first_name": "Other", "company_or_plate": north_ag.name})
    assert answer.status_code == 409
    assert "already been claimed" in answer.content.decode()
    assert "Mirko" not in answer.content.decode()
    assert Voucher.objects.get().person == person


def test_what_was_typed_is_still_there_when_a_field_is_missing(client, shine):
    voucher = make_voucher(shine)
    page = client.post(card_of(voucher).path, {"first_name": "Mirko", "company_or_plate": ""})
    assert page.status_code == 422
    assert 'value="Mirko"' in page.content.decode()
    assert Voucher.objects.get().state == VoucherState.FREE


def test_a_second_card_for_the_same_driver_and_period_is_refused(client, shine, north_ag):
    first, second = Voucher.objects.filter(issue=make_issue(shine, count=2, company=north_ag)).order_by("pk")
    assert client.post(card_of(first).path, {"first_name": "Mirko"}).status_code == 303
    answer = client.post(card_of(second).path, {"first_name": "MIRKO"})
    assert answer.status_code == 409
    assert Voucher.objects.get(pk=second.pk).state == VoucherState.FREE
    assert client.post(card_of(second).path, {"first_name": "Lena"}).status_code == 303


# --- claim pages --------------------------------------------------------------------------------------------------------------


def test_a_claim_page_gives_one_after_the_code(client, shine, north_ag):
    make_vehicle(north_ag, plate="HH-AB 1")
    page = ask(client, claim_page(shine))
    message = Message.objects.get()
    assert (message.priority, message.recipient) == (Priority.FIRST, "mirko@drivers.example")
    assert not Claim.objects.exists()
    answer = client.post(page, {"code": sent_code()})
    claim = Claim.objects.select_related("voucher").get()
    assert (answer.status_code, answer["Location"]) == (303, claim.voucher.link.path)
    assert (claim.voucher.company, claim.person.is_confirmed) == (north_ag, False)
    assert PersonAddress.objects.get().state == "confirmed"
    assert Message.objects.filter(template="gifts/mail/voucher", recipient="mirko@drivers.example").count() == 1


def test_a_number_gets_its_code_by_sms(client, shine):
    ask(client, claim_page(shine), contact="0171 2345678")
    message = Message.objects.get()
    assert (message.channel, message.recipient, message.html) == (MessageChannel.SMS, "+491712345678", "")
    send_due()
    assert [sent.to for sent in mail.outbox] == [["491712345678@sms.invalid"]]
    assert sent_code() in mail.outbox[0].body


def test_a_confirmed_address_finds_the_person_it_belongs_to(client, shine, north_ag):
    known = make_role("driver", north_ag, make_person("Kovac", email="mirko@drivers.example"))
    page = ask(client, claim_page(shine), contact="Mirko@Drivers.example", plate="XX-YY 99")
    client.post(page, {"code": sent_code()})
    assert Claim.objects.get().person == known.person
    assert Voucher.objects.get(state=VoucherState.CLAIMED).company == north_ag


@pytest.mark.parametrize("contact", ["mirko@dríverś.example", "MIRKO@DRÏVERS.example"])
def test_the_owner_of_a_host_that_only_looks_alike_is_somebody_else(client, shine, north_ag, contact):
    known = make_role("driver", north_ag, make_person("Kovac", email="mirko@drivers.example"))
    page = ask(client, claim_page(shine), contact=contact, plate="XX-YY 99")
    client.post(page, {"code": sent_code()})
    assert Claim.objects.get().person != known.person
    assert Voucher.objects.get(state=VoucherState.CLAIMED).company is None


def test_an_address_in_letters_of_its_own_finds_its_person(client, shine, north_ag):
    known = make_role("driver", north_ag, make_person("Kovac", email="mirko@bücher.example"))
    client.post(ask(client, claim_page(shine), contact="Mirko@BÜCHER.example", plate="XX-YY 99"), {"code": sent_code()})
    assert Claim.objects.get().person == known.person


@pytest.mark.parametrize("contact", ["mirko@xn--bcher-kva.example", "mirko@bü\u00adcher.example", "mirko@bu\u0308cher.example"])
def test_one_voucher_however_the_host_is_written(client, shine, contact):
    path = claim_page(shine)
    client.post(ask(client, path, contact="mirko@bücher.example"), {"code": sent_code()})
    answer = client.post(ask(client, path, contact=contact, plate="HH-XY 2"), {"code": sent_code()})
    assert answer.status_code == 409
    assert Claim.objects.count() == 1


@pytest.mark.parametrize(
    ("contact", "plate"),
    [
        ("mirko@drivers.example", "HH-XY 2"),
        ("MIRKO+wash@drivers.example", "HH-XY 2"),
        ("other@drivers.example", "hh ab 1"),
    ],
)
def test_one_voucher_per_driver_by_address_and_by_plate(client, shine, contact, plate):
    path = claim_page(shine)
    client.post(ask(client, path), {"code": sent_code()})
    answer = client.post(ask(client, path, contact=contact, plate=plate), {"code": sent_code()})
    assert answer.status_code == 409
    assert Claim.objects.count() == 1
    assert Person.objects.count() == 1


def test_three_wrong_tries_use_the_code_up(client, shine):
    page = ask(client, claim_page(shine))
    right = sent_code()
    wrong = "000000" if right != "000000" else "111111"
    for left in (2, 1, 0):
        answer = client.post(page, {"code": wrong})
        assert (answer.status_code, answer.context["left"]) == (422, left)
    assert client.post(page, {"code": right}).status_code == 422
    assert not Claim.objects.exists()


def test_a_mailbox_gets_three_codes_an_hour_however_it_is_written(client, shine):
    path = claim_page(shine)
    for contact in ("mirko@drivers.example", "Mirko+1@drivers.example", "mirko+2@DRIVERS.example"):
        ask(client, path, contact=contact)
    before = Message.objects.count()

    flood = {"first_name": "Mirko", "contact": "mirko+3@drivers.example", "plate": "HH-AB 1"}
    assert client.post(path, flood).status_code == 429
    assert Message.objects.count() == before


def test_a_code_is_good_for_minutes(client, shine):
    page = ask(client, claim_page(shine))
    Link.objects.filter(scope="challenge").update(expires_at=timezone.now() - timedelta(seconds=1))
    Challenge.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.post(page, {"code": sent_code()}).status_code == 404
    assert not Challenge.objects.get().answer(sent_code(), now=timezone.now())


def test_what_was_typed_for_a_code_is_forgotten_after_a_day(client, shine):
    ask(client, claim_page(shine))
    assert challenging.forget_old(now=timezone.now()) == 0
    assert challenging.forget_old(now=timezone.now() + timedelta(days=2)) == 1
    assert Message.objects.values_list("recipient", "text").get() == ("", "")


def test_what_was_typed_for_a_code_is_forgotten_with_the_person(client, shine, north_ag):
    mirko = make_person("Mirko", email="mirko@drivers.example")
    make_role("driver", north_ag, mirko)
    ask(client, claim_page(shine), contact="mirko@drivers.example")
    ask(client, claim_page(shine), contact="somebody@drivers.example")
    person_data.forget(mirko, by=None)
    assert Challenge.objects.get().address == "somebody@drivers.example"
    assert Message.objects.filter(recipient="").get().state == MessageState.HELD_BACK
    assert Message.objects.filter(recipient="somebody@drivers.example").get().state == MessageState.WAITING


def test_a_code_is_good_once(client, shine):
    page, code = ask(client, claim_page(shine)), ""
    code = sent_code()
    assert client.post(page, {"code": code}).status_code == 303
    assert client.post(page, {"code": code}).status_code == 422
    assert Claim.objects.count() == 1


def test_an_empty_pool_says_so(client, shine):
    path = claim_page(shine)
    Voucher.objects.update(state=VoucherState.CLAIMED)
    assert "There are no vouchers left" in client.get(path).content.decode()
    assert client.post(path, {"first_name": "M", "contact": "m@d.example", "plate": "HH-AB 1"}).status_code == 409
    assert not Message.objects.exists()


@pytest.mark.parametrize(("field", "value"), [("contact", "12"), ("contact", "a@b"), ("plate", "-"), ("first_name", "123")])
def test_what_is_no_address_plate_or_name_is_asked_again(client, shine, field, value):
    answer = client.post(claim_page(shine), {"first_name": "M", "contact": "m@d.example", "plate": "HH-AB 1", field: value})
    assert answer.status_code == 422
    assert not Message.objects.exists()
