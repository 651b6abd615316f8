"""R30, R51: a stranger with a card, or on a claim page, learns nothing of the drivers and companies we know."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from contacts import hospitality as ledger
from contacts.models import GiftPolicy, Person
from fleetportal.core.outbox.message import Message
from fleetportal.core.web import steady, throttle
from gifts.models import Voucher, VoucherState
from gifts.views.claiming import REFUSED_BY_LINK
from tests.factories.accounts import make_company
from tests.factories.contacts import make_person, make_role
from tests.factories.gifts import card_of, make_voucher
from tests.gifts.claiming import ask, claim_page
from tests.gifts.test_claim_pages import sent_code

pytestmark = pytest.mark.django_db

WORDS = "This voucher can’t be claimed with these details."


@pytest.fixture
def uwe(north_ag) -> Any:
    return make_role("driver", north_ag, make_person("Kröger", first_name="Uwe", language="de", email="uwe@nordhafen.example"))


def without_secrets(page: str) -> str:
    """`page` without what is drawn anew each time: keys and tokens, the typed code and its picture."""
    return re.sub(r"<svg.*?</svg>|[\w-]{22,}|[A-Z0-9]{4}( [A-Z0-9]{4}){2}", "", page, flags=re.DOTALL)


def refuse_cap(driver: Any, programme: Any) -> None:
    ledger.receive(driver.person, company=driver.company, cents=45_70, kind="gift", about=driver.person, on=timezone.localdate())


def refuse_policy(driver: Any, programme: Any) -> None:
    GiftPolicy.objects.create(company=driver.company, cap_cents=0)


def refuse_public_body(driver: Any, programme: Any) -> None:
    type(driver.company).objects.filter(pk=driver.company_id).update(is_public_body=True)


def refuse_allowance(driver: Any, programme: Any) -> None:
    make_voucher(programme, driver=driver, claimed=True)


REASONS = {"allowance": refuse_allowance, "cap": refuse_cap, "policy": refuse_policy, "public body": refuse_public_body}


def guess(client: Client, voucher: Voucher, *, name: str = "Uwe", place: str = "Nordhafen Logistik SE", **options: Any) -> Any:
    return client.post(card_of(voucher).path, {"first_name": name, "company_or_plate": place}, **options)


def test_r51_each_refusal_about_a_driver_is_the_same_answer_on_a_card(client, shine, north) -> None:
    answers = set()
    for reason, refuse in REASONS.items():
        driver = make_role("driver", make_company(north, name=f"Firm of {reason}"), make_person("Kröger", first_name="Uwe"))
        refuse(driver, shine)
        card = make_voucher(shine)
        answer = guess(client, card, place=driver.company.name)
        assert Voucher.objects.get(pk=card.pk).state == VoucherState.FREE
        answers.add((answer.status_code, without_secrets(answer.content.decode()), len(answer.content)))
    assert len(answers) == 1
    status, page, _size = answers.pop()
    assert status == 409
    assert WORDS in page and shine.centre.name in page
    assert not any(word in page for word in ("Uwe", "Kröger", "€", "public", "policy", "year", "per driver", "Firm"))


@pytest.mark.parametrize("reason", REASONS)
def test_r51_a_claim_page_says_no_more_than_a_card(client, shine, uwe, reason) -> None:
    where = ask(client, claim_page(shine), contact="uwe@nordhafen.example", plate="ZZ 1")
    REASONS[reason](uwe, shine)
    answer = client.post(where, {"code": sent_code()})
    assert answer.status_code == 409
    assert WORDS in answer.content.decode()
    assert "Kröger" not in answer.content.decode()


@pytest.mark.parametrize("reason", ["cap", "policy", "public body"])
def test_r51_a_personal_link_that_was_passed_on_says_no_sum_and_no_rule(client, shine, uwe, reason) -> None:
    voucher = make_voucher(shine, driver=uwe)
    REASONS[reason](uwe, shine)
    answer = client.post(voucher.link.path, headers={"Accept-Language": "de"})
    assert answer.status_code == 409
    assert "Kröger" not in answer.content.decode() and "€" not in answer.content.decode()


@pytest.mark.parametrize("keyed", [False, True])
def test_r51_forty_guesses_with_one_card_are_stopped(client, shine, uwe, keyed) -> None:
    """Ten from one network, then 429; and no more of this card from anywhere else. A key of its own for each takes no count back."""
    card = make_voucher(shine)
    refuse_cap(uwe, shine)

    def post(number: int, **options: Any) -> int:
        more = {"_key": f"key-{number}"} if keyed else {}
        return int(
            client.post(
                card_of(card).path, {"first_name": "Uwe", "company_or_plate": "Nordhafen Logistik SE", **more}, **options
            ).status_code
        )

    assert [post(number) for number in range(40)] == [409] * throttle.WRONG_BY_ADDRESS + [429] * 30
    assert post(41, REMOTE_ADDR="203.0.113.9") == 429


def test_r51_a_card_that_was_guessed_with_too_often_rests_whatever_is_typed(client, shine, uwe) -> None:
    """Else the 429 itself would tell that the person is known."""
    card, other = make_voucher(shine), make_voucher(shine)
    refuse_cap(uwe, shine)
    for number in range(REFUSED_BY_LINK["limit"]):
        guess(client, card, REMOTE_ADDR=f"198.51.100.{number}")
    assert guess(client, card, name="Nobody we know").status_code == 429
    assert guess(client, other, name="Nobody we know").status_code == 303


def test_r51_a_success_does_not_tell_whether_the_driver_was_known(client, shine, uwe, monkeypatch) -> None:
    """The known driver speaks German and spells the name otherwise; whoever claimed the card reads what they would read anyway."""

    def page(name: str) -> str:
        where = guess(client, make_voucher(shine), name=name, headers={"Accept-Language": "it"})["Location"]
        shown = client.get(where, headers={"Accept-Language": "it"}).content.decode()
        return without_secrets(shown)

    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)  # the page says when it was claimed
    known, unknown = page("UWE"), page("JAN")
    assert Person.objects.count() == 2  # UWE was known
    assert '<html lang="it"' in known
    assert "UWE" in known
    assert known.replace("UWE", "JAN") == unknown


@pytest.mark.parametrize(("name", "reason", "status"), [("UWE", "", 303), ("JAN", "", 303), ("UWE", "cap", 409), ("", "", 422)])
@pytest.mark.parametrize("keyed", [False, True])
def test_r22_the_time_of_a_claim_does_not_tell_whom_we_know(client, shine, uwe, settings, monkeypatch, name, reason, status, keyed) -> None:
    """It takes whole steps, and rests after its transaction, so that nobody waits for its locks."""
    settings.STEADY_ANSWER_SECONDS = 30.0
    clock = iter([100.0, 112.5])
    rests: list[tuple[float, int]] = []

    def sleep(seconds: float) -> None:
        rests.append((seconds, len(connection.savepoint_ids)))

    monkeypatch.setattr(steady, "time", SimpleNamespace(monotonic=lambda: next(clock), sleep=sleep))
    outside = len(connection.savepoint_ids)
    if reason:
        REASONS[reason](uwe, shine)
    path, key = card_of(make_voucher(shine)).path, {"_key": "key-1"} if keyed else {}
    assert client.get(path).status_code == 200
    assert client.post(path, {"first_name": name, "company_or_plate": "Nordhafen Logistik SE", **key}).status_code == status
    assert rests == [(17.5, outside)]


def test_r22_every_open_form_that_looks_for_people_takes_whole_steps(client, shine, settings, monkeypatch) -> None:
    paths = [claim_page(shine), ask(client, claim_page(shine)), card_of(make_voucher(shine)).path, "/events/1/ask/"]
    settings.STEADY_ANSWER_SECONDS = 30.0
    rests: list[float] = []
    monkeypatch.setattr(steady, "time", SimpleNamespace(monotonic=lambda: 100.0, sleep=rests.append))
    for path in paths:
        assert client.post(path).status_code in (404, 422)
    assert len(rests) == len(paths)


@pytest.mark.parametrize("name", ["See https://evil.example", "a@b", "Ring 0900 12345", "<b>Uwe</b>"])
def test_a_first_name_carries_no_message_to_others(client, shine, name) -> None:
    answer = client.post(claim_page(shine), {"first_name": name, "contact": "victim@x.example", "plate": "HH-AB 1"})
    assert answer.status_code == 422
    ask(client, claim_page(shine), name="Evil.example\r\nhello")
    letter = Message.objects.get(template="gifts/mail/code")
    assert "Hello Evil. example hello," in letter.text
