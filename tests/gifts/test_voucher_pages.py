"""The driver's side over HTTP: personal vouchers, and what pages open to anyone must not tell."""

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone, translation

from contacts.models import Driver, Interaction, Person
from fleetportal.core.links import Link
from fleetportal.core.outbox.message import Message
from fleetportal.core.web.idempotency import Answer
from fleetportal.core.web.keeping import UNTIL
from gifts.actions import redeeming, withdrawing
from gifts.models import Challenge, Claim, Voucher, VoucherState
from tests.factories.accounts import make_vehicle
from tests.factories.contacts import make_person, make_role
from tests.factories.gifts import card_of, make_issue, make_voucher
from tests.gifts.claiming import ask, claim_page

pytestmark = pytest.mark.django_db


# --- the personal voucher -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("asked", "chosen", "said"), [("en", "", "Gültig bis"), ("en", "it", "Valido fino al")])
def test_a_voucher_speaks_its_drivers_language_until_another_is_chosen(client, shine, north_ag, asked, chosen, said):
    voucher = make_voucher(shine, driver=make_role("driver", north_ag, make_person("Kovac", first_name="Mirko", language="de")))
    client.post(voucher.link.path)
    if chosen:
        client.post("/language/", {"language": chosen})
    assert said in client.get(voucher.link.path, headers={"Accept-Language": asked}).content.decode()


def test_who_claims_a_card_is_spoken_to_in_the_language_they_read_it_in(client, shine, north_ag):
    voucher = Voucher.objects.get(issue=make_issue(shine, company=north_ag))
    browser = {"Accept-Language": "ru"}
    assert '<html lang="ru"' in client.get(card_of(voucher).path, headers=browser).content.decode()
    client.post(card_of(voucher).path, {"first_name": "Mirko"}, headers=browser)
    assert Voucher.objects.get().person.language == "ru"


def test_a_personal_link_shows_every_state(client, shine, north_ag, north, wanda, carla):
    mirko = make_role("driver", north_ag, make_person("Kovac", first_name="Mirko"))
    voucher = make_voucher(shine, driver=mirko)
    path = voucher.link.path
    assert "It’s mine" in client.get(path).content.decode()
    assert client.post(path).status_code == 303
    assert voucher.code in client.get(path).content.decode()
    redemption = redeeming.redeem(Voucher.objects.get(), by=wanda, wash=north)
    assert "Used on" in client.get(path).content.decode()
    redeeming.undo(redemption, by=carla, reason="twice")
    assert voucher.code in client.get(path).content.decode()
    Voucher.objects.update(valid_until=timezone.localdate() - timedelta(days=2))
    assert "was valid until" in client.get(path).content.decode()
    withdrawing.revoke(Voucher.objects.get(), by=carla, reason="left")
    gone = client.get(path).content.decode()
    assert "withdrawn" in gone
    assert voucher.code not in gone


def test_a_driver_gives_a_voucher_back(client, shine):
    voucher = make_voucher(shine, claimed=True)
    path = voucher.link.path
    assert client.get(f"{path}back/").status_code == 405
    assert client.post(f"{path}back/")["Location"] == path
    assert Voucher.objects.get().state == VoucherState.REVOKED


def test_the_pdf_holds_name_and_code_in_cyrillic(client, shine, north_ag):
    voucher = make_voucher(shine, driver=make_role("driver", north_ag, make_person("Ковач", first_name="Мирко")), claimed=True)
    answer = client.get(f"{voucher.link.path}voucher.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    withdrawing.revoke(voucher, by=None, reason="x")
    assert client.get(f"{voucher.link.path}voucher.pdf").status_code == 404


# --- R26, R30, R5 -------------------------------------------------------------------------------------------------------------


def snapshot() -> list:
    tables = (Voucher, Claim, Person, Driver, Link, Message, Challenge, Interaction, Answer)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def test_looking_changes_nothing(client, shine, north_ag):
    """R26: every address of the driver's side, looked at by a scanner with GET, HEAD and OPTIONS."""
    free = Voucher.objects.get(issue=make_issue(shine, company=north_ag))
    personal = make_voucher(shine, driver=make_role("driver", north_ag))
    claimed = make_voucher(shine, claimed=True)
    pages = [card_of(free).path, claim_page(shine), personal.link.path, claimed.link.path, f"{claimed.link.path}voucher.pdf"]
    pages.append(ask(client, pages[1]))
    before = snapshot()
    for path in pages:
        for method in ("get", "head", "options"):
            assert getattr(client, method)(path).status_code in (200, 405)
    assert snapshot() == before


def test_no_page_sends_its_form_by_itself(client, shine, north_ag):
    voucher = Voucher.objects.get(issue=make_issue(shine, company=north_ag))
    assert "<script" not in client.get(card_of(voucher).path).content.decode()
    assert "<script" not in client.get(make_voucher(shine, driver=make_role("driver", north_ag)).link.path).content.decode()
    claimed = client.get(make_voucher(shine, claimed=True).link.path).content.decode()
    assert re.findall(r"<script[^>]*>", claimed) == [
        '<script type="module" src="/static/fleetportal/js/kept.js">'
    ]  # keeps the code, sends nothing


def test_the_page_says_until_when_a_telephone_may_keep_it(client, shine):
    voucher = make_voucher(shine, claimed=True)
    page = client.get(voucher.link.path)
    assert page[UNTIL] == str(int(shine.end_of(voucher.valid_until).timestamp()))
    assert page["Cache-Control"] == "no-store"


@pytest.mark.parametrize("state", [VoucherState.FREE, VoucherState.REDEEMED, VoucherState.REVOKED, VoucherState.EXPIRED])
def test_only_a_voucher_that_can_be_used_is_kept(client, shine, north_ag, state):
    voucher = make_voucher(shine, driver=make_role("driver", north_ag), claimed=state != VoucherState.FREE)
    Voucher.objects.filter(pk=voucher.pk).update(state=state)
    page = client.get(voucher.link.path)
    assert page.status_code == 200
    assert not page.has_header(UNTIL)
    assert "kept.js" not in page.content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_unknown_expired_revoked_and_foreign_links_look_alike(client, shine, south, method):
    """R30: same status, same bytes but for the masked token of the form."""
    expired, revoked, personal = make_voucher(shine), make_voucher(shine), make_voucher(shine, claimed=True)
    Link.objects.filter(pk=card_of(expired).pk).update(expires_at=timezone.now() - timedelta(days=1))
    withdrawing.revoke(revoked, by=None, reason="lost")
    tokens = ["A" * 32, "x", "ъ" * 32, card_of(expired).token, card_of(revoked).token, personal.link.token]
    answers = [getattr(client, method)(f"/claim/{token}/") for token in tokens]
    assert {answer.status_code for answer in answers} == {404}
    bodies = {re.sub(r'(value="[A-Za-z0-9]{64}"|/claim/[^"]*)', "", answer.content.decode()) for answer in answers}
    assert len(bodies) == 1
    assert {len(answer.content) for answer in answers[:1] + answers[3:]} == {len(answers[0].content)}


def test_a_refused_claim_begins_at_the_first_field_that_is_wrong(client, shine):
    page = client.post(card_of(make_voucher(shine)).path, {"first_name": ""}).content.decode()
    assert page.count("autofocus") == 1
    assert re.search(r'<input[^>]*name="first_name"[^>]*autofocus', page)


def test_links_that_open_nothing_cost_the_same(client, shine, django_assert_num_queries):
    """R30: what takes as many questions takes as long, whyever the link opens nothing."""
    expired, revoked, personal = make_voucher(shine), make_voucher(shine), make_voucher(shine, claimed=True)
    Link.objects.filter(pk=card_of(expired).pk).update(expires_at=timezone.now() - timedelta(days=1))
    withdrawing.revoke(revoked, by=None, reason="lost")
    client.get(f"/claim/{'A' * 32}/")  # opens the counters' windows
    for token in ("B" * 32, card_of(expired).token, card_of(revoked).token, personal.link.token):
        with django_assert_num_queries(3):
            client.get(f"/claim/{token}/")


def test_a_claim_tells_nothing_of_who_is_a_customer(client, shine, north_ag):
    """R30: the same answer for a company we know, one we do not, and a plate."""
    make_vehicle(north_ag, plate="HH-AB 1234")
    statuses = set()
    for place in (north_ag.name, "Unheard of Ltd", "HH-AB 1234", "ZZ-ZZ 1"):
        answer = client.post(
            card_of(make_voucher(shine)).path, {"first_name": f"Driver{len(statuses)}{place[:2]}", "company_or_plate": place}
        )
        page = client.get(answer["Location"]).content.decode()
        assert north_ag.name not in page
        statuses.add((answer.status_code, len(answer["Location"])))
    assert len(statuses) == 1


def test_the_same_key_has_its_effect_once_and_no_stored_answer_holds_a_token(client, shine, north_ag):
    """R5: ten repeats of one request get its answer, byte for byte; the same key with other words gets none."""
    voucher = Voucher.objects.get(issue=make_issue(shine, company=north_ag))
    answers = [client.post(card_of(voucher).path, {"first_name": "Mirko", "_key": "k1"}) for _try in range(10)]
    assert {(answer.status_code, answer["Location"], answer.content) for answer in answers} == {(303, voucher.link.path, b"")}
    assert Claim.objects.count() == 1
    other = client.post(card_of(voucher).path, {"first_name": "Lena", "_key": "k1"})
    assert other.status_code == 422
    token = voucher.link.token
    assert not any(token in str(answer.headers) + bytes(answer.content).decode() for answer in Answer.objects.all())


def test_wrong_methods_are_refused(client, shine):
    voucher = make_voucher(shine, claimed=True)
    for path in (voucher.link.path, card_of(make_voucher(shine)).path):
        assert client.put(path).status_code == 405
        assert client.delete(path).status_code == 405


def test_costs_of_the_drivers_pages(client, shine, north_ag, django_assert_num_queries):
    free, claimed = make_voucher(shine), make_voucher(shine, claimed=True)
    card, personal = card_of(free).path, claimed.link.path
    with django_assert_num_queries(2):
        client.get(card)
    with django_assert_num_queries(3):
        client.get(personal)


@pytest.mark.parametrize(("language", "said"), [("en", "7 February 2027"), ("de", "7. Februar 2027"), ("it", "7 febbraio 2027")])
def test_a_day_is_written_as_a_reader_of_that_language_writes_it(client, shine, language, said):
    voucher = make_voucher(shine, claimed=True)
    Voucher.objects.filter(pk=voucher.pk).update(valid_until=date(2027, 2, 7))
    Person.objects.update(language=language)
    assert said in client.get(voucher.link.path).content.decode()
    with translation.override(language):
        Voucher.objects.filter(pk=voucher.pk).update(state=VoucherState.EXPIRED)
        voucher.refresh_from_db()
        assert said in str(voucher.refusal_to_claim(make_person()))
