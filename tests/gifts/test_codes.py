"""Codes and tokens are random and unique, guessing is stopped, and nobody is locked out by others (R29)."""

from collections import Counter

import pytest
from django.test import Client

from contacts.models import Driver
from fleetportal.core.links import Link
from fleetportal.core.web import throttle
from gifts import codes
from gifts.models import Challenge, Claim, Voucher, VoucherState
from tests.factories.contacts import make_role
from tests.factories.gifts import card_of, make_issue, make_programme, make_voucher
from tests.selection import LONG

MANY = 1_000_000 if LONG else 100_000
# The 0.999999 quantile of chi-square with 29 and 63 degrees of freedom: a sound generator fails once in a million runs.
LIMIT_30, LIMIT_64 = 82.0, 131.0


def chi_square(texts: list[str], alphabet: str) -> float:
    counts = Counter("".join(texts))
    assert set(counts) <= set(alphabet)
    expected = sum(counts.values()) / len(alphabet)
    return sum((counts[sign] - expected) ** 2 / expected for sign in alphabet)


def test_codes_are_unique_and_every_sign_is_as_likely():
    made = [codes.code_of(index.to_bytes(16, "big")) for index in range(MANY)]
    assert len(set(made)) == MANY
    assert {len(code) for code in made} == {codes.LENGTH}
    assert chi_square(made, codes.ALPHABET) < LIMIT_30


def test_a_poor_generator_is_noticed():
    """The canary: half of the alphabet left out."""
    made = [codes.code_of(index.to_bytes(16, "big")).translate(str.maketrans("A", "B")) for index in range(2_000)]
    assert chi_square(made, codes.ALPHABET) > LIMIT_30


def test_codes_have_at_least_fifty_bits_and_no_look_alikes():
    assert len(codes.ALPHABET) ** codes.LENGTH > 2**58
    assert not set(codes.ALPHABET) & set("01ILOU")


def test_tokens_are_unique_and_every_sign_is_as_likely():
    tokens = [Link(scope="voucher", nonce=index.to_bytes(16, "big")).token for index in range(MANY)]
    assert len(set(tokens)) == MANY
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    assert chi_square(tokens, alphabet) < LIMIT_64
    assert {len(token) for token in tokens} == {32}  # 192 bits


@pytest.mark.parametrize("typed", ["w7k4qd9p3mxa", "W7K4-QD9P-3MXA", " w7k4 qd9p 3mxa "])
def test_a_code_is_read_however_it_is_typed(typed):
    assert codes.fold_code(typed) == "W7K4QD9P3MXA"


@pytest.mark.parametrize("typed", ["", "W7K4", "O7K4QD9P3MXA", "W7K4QD9P3MXAA", "ШЩ" * 6, "x" * 400])
def test_what_cannot_be_a_code_asks_nothing(typed):
    assert codes.fold_code(typed) == ""


@pytest.mark.django_db
def test_the_database_holds_no_code_and_no_token(north):
    """A copy of the database alone opens nothing."""
    voucher = make_voucher(make_programme(north), claimed=True)
    stored = str(Voucher.objects.values().get()) + str(list(Link.objects.values())) + str(list(Claim.objects.values()))
    for secret in (voucher.code, voucher.code.replace(" ", ""), voucher.link.token):
        assert secret not in stored


# --- R29 -------------------------------------------------------------------------------------------------------------------


def wrong(client: Client, **headers: str) -> int:
    return client.get(f"/claim/{'x' * 32}/", **headers).status_code


@pytest.mark.django_db
def test_after_ten_wrong_links_comes_429_whatever_the_headers_say(client, north):
    assert [wrong(client) for _try in range(10)] == [404] * 10
    answer = client.get(f"/voucher/{'y' * 32}/", headers={"x-forwarded-for": "203.0.113.9", "forwarded": "for=203.0.113.9"})
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 600
    assert wrong(client, REMOTE_ADDR="198.51.100.7") == 404


@pytest.mark.django_db
def test_whoever_has_the_right_link_passes_behind_the_same_address(client, north, north_ag):
    for _try in range(12):
        wrong(client)
    cards = [card_of(voucher).path for voucher in make_issue(make_programme(north), count=30, company=north_ag).vouchers.all()]
    answers = [client.post(path, {"first_name": f"Driver {n}"}).status_code for n, path in enumerate(cards)]
    assert Counter(answers) == {303: 30}
    assert Driver.objects.count() == 30


@pytest.mark.django_db
def test_there_is_a_cap_for_all_together(client, monkeypatch):
    monkeypatch.setattr(throttle, "WRONG_BY_ALL", 5)
    answers = [wrong(client, REMOTE_ADDR=f"198.51.100.{n}") for n in range(7)]
    assert Counter(answers) == {404: 5, 429: 2}


@pytest.mark.django_db
def test_an_operator_who_types_twenty_wrong_codes_scans_for_the_rest_of_the_day(client, north, wanda, emil):
    voucher = make_voucher(make_programme(north), claimed=True)
    client.force_login(wanda)
    answers = [type_code(client, f"W7K4QD9P{n:04d}".replace("0", "A").replace("1", "B"), f"198.51.100.{n}") for n in range(20)]
    assert Counter(answers) == {422: 20}
    assert type_code(client, voucher.code, "198.51.100.99") == 429
    assert Voucher.objects.get().state == VoucherState.CLAIMED
    assert client.post("/vouchers/redeem/", {"code": voucher.link.url}).status_code == 200
    other = make_voucher(make_programme(north), claimed=True)
    client.force_login(emil)
    assert type_code(client, other.code, "198.51.100.99") == 200


def type_code(client: Client, code: str, address: str) -> int:
    return client.post("/vouchers/redeem/", {"code": code}, REMOTE_ADDR=address).status_code


@pytest.mark.django_db
def test_three_codes_an_hour_for_one_mailbox_and_sixty_a_minute_behind_one_address(client, north):
    programme = make_programme(north)
    make_issue(programme, way="pool", count=100)
    path = programme.claim_page.path

    def ask(contact: str) -> int:
        return client.post(path, {"first_name": "Mirko", "contact": contact, "plate": "HH-AB 1"}).status_code

    assert [ask("mirko@drivers.example") for _try in range(4)] == [303, 303, 303, 429]
    assert [ask(f"driver{n}@drivers.example") for n in range(30)] == [303] * 30
    assert Challenge.objects.count() == 33


@pytest.mark.django_db
def test_wrong_answers_stay_counted_when_the_address_is_stopped(client, north):
    """A 429 gives no fourth try: the challenge counts its own."""
    programme = make_programme(north)
    make_issue(programme, way="pool", count=1)
    page = client.post(programme.claim_page.path, {"first_name": "M", "contact": "m@d.example", "plate": "HH-A 1"})["Location"]
    for _try in range(12):
        wrong(client)
    assert [client.post(page, {"code": "12"}).status_code for _try in range(3)] == [429] * 3
    assert Challenge.objects.get().tries == 3


@pytest.mark.django_db
def test_a_right_answer_passes_when_the_address_is_stopped(client, north, django_capture_on_commit_callbacks):
    voucher = make_voucher(make_programme(north), driver=make_role("driver"))
    for _try in range(12):
        wrong(client)
    assert client.post(voucher.link.path).status_code == 303
