"""R29, R30 at the door: limits by name and by network that shut no house out, and nothing said of who left."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from accounts.staff import passwords
from fleetportal.core.web import throttle
from tests.accounts.test_sign_in import code_now, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_the_middle_of_a_window(monkeypatch) -> None:
    cache.clear()
    monkeypatch.setattr(throttle, "timezone", SimpleNamespace(now=lambda: datetime(2026, 12, 1, 12, 5, 20, tzinfo=UTC)))


@pytest.fixture(autouse=True)
def quick(monkeypatch) -> None:
    monkeypatch.setattr("allauth.account.auth_backends.AuthenticationBackend._mitigate_timing_attack", lambda *_args: None)


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8:1:2::9", "::ffff:192.0.2.7"])
def test_r29_wrong_names_at_one_address_shut_no_colleague_out(anna: User, address: str) -> None:
    guest, colleague = Client(REMOTE_ADDR=address), Client(REMOTE_ADDR=address)
    said = [sign_in(guest, f"made-up-{number}", "wrong").status_code for number in range(passwords.NETWORK_LIMIT + 5)]
    assert said == [200] * passwords.NETWORK_LIMIT + [429] * 5
    assert sign_in(colleague, "anna").status_code == 302
    assert "_auth_user_id" in colleague.session


def test_r29_a_refusal_for_the_network_says_how_long_to_wait(anna: User) -> None:
    for number in range(passwords.NETWORK_LIMIT):
        sign_in(Client(), f"made-up-{number}", "wrong")
    assert int(sign_in(Client(), "another", "wrong")["Retry-After"]) > 0


def test_r29_addresses_of_one_ipv6_network_count_as_one(anna: User) -> None:
    for number in range(passwords.HERE_LIMIT):
        sign_in(Client(REMOTE_ADDR=f"2001:db8:1:2::{number + 1:x}"), "anna", "wrong")
    same, other = Client(REMOTE_ADDR="2001:db8:1:2:ffff::1"), Client(REMOTE_ADDR="2001:db8:1:3::1")
    sign_in(same, "anna")
    sign_in(other, "anna")
    assert "_auth_user_id" not in same.session
    assert "_auth_user_id" in other.session


def test_r29_a_name_tried_from_everywhere_gets_one_try_at_each_network_and_is_not_shut(anna: User) -> None:
    for number in range(passwords.NAME_LIMIT):
        sign_in(Client(REMOTE_ADDR=f"198.51.{number // 4}.1"), "Anna", "wrong")
    stranger, owner = Client(REMOTE_ADDR="203.0.113.9"), Client(REMOTE_ADDR="192.0.2.1")
    sign_in(stranger, "anna", "wrong")
    sign_in(stranger, "anna")
    sign_in(owner, "anna")
    assert "_auth_user_id" not in stranger.session
    assert "_auth_user_id" in owner.session


def test_r29_codes_of_the_second_factor_are_counted_by_user(anna: User, settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = ["account_manager"]
    secret = generate_totp_secret()
    TOTP.activate(anna, secret)
    client = Client()
    sign_in(client, "anna")
    for _try in range(passwords.CODE_LIMIT):
        client.post("/second-factor/code/", {"code": "000000"})
    client.post("/second-factor/code/", {"code": code_now(secret)})
    assert "_auth_user_id" not in client.session


def test_r29_a_mapped_address_is_the_network_of_its_ipv4_address_and_of_no_other(anna: User) -> None:
    """Else all callers of a server that listens on IPv6 count as one, and a stranger's tries shut the house out."""
    for _try in range(passwords.HERE_LIMIT):
        sign_in(Client(REMOTE_ADDR="::ffff:192.0.2.7"), "anna", "wrong")
    same, other = Client(REMOTE_ADDR="192.0.2.7"), Client(REMOTE_ADDR="::ffff:198.51.100.1")
    sign_in(same, "anna")
    sign_in(other, "anna")
    assert "_auth_user_id" not in same.session
    assert "_auth_user_id" in other.session


@pytest.mark.parametrize("page", ["/second-factor/code/again/", "/login/again/"])
def test_r29_what_is_asked_again_in_an_open_session_is_limited_too(anna: User, page: str) -> None:
    """A session that somebody left open, or a stolen one: neither code nor password is guessed from it."""
    client, secret = Client(), generate_totp_secret()
    sign_in(client, "anna")
    if "code" in page:
        TOTP.activate(anna, secret)
    field, right = ("code", code_now(secret)) if "code" in page else ("password", "demo")
    for _try in range(passwords.CODE_LIMIT):
        assert client.post(page, {field: "000000"}).status_code == 200
    assert client.post(page, {field: right}).status_code == 200, "refused"


def test_r29_a_right_code_uses_up_no_try(anna: User) -> None:
    for _time in range(passwords.CODE_LIMIT + 1):
        passwords.count_code(anna.pk)
        passwords.code_was_right(anna.pk)
    secret = generate_totp_secret()
    TOTP.activate(anna, secret)
    client = Client()
    sign_in(client, "anna")
    client.post("/second-factor/code/", {"code": code_now(secret)})
    assert throttle.Counter.objects.filter(scope=passwords.CODE).get().count == 0


def test_r30_the_right_password_of_somebody_who_left_looks_like_a_wrong_one(anna: User) -> None:
    def said(password: str) -> tuple[int, int, str]:
        answer = sign_in(Client(), "anna", password)
        page = answer.content.decode()
        return answer.status_code, len(page), page.split('role="alert"')[1].split("</div>")[0]

    User.objects.filter(pk=anna.pk).update(is_active=False)
    assert said("demo") == said("wron")


def test_r30_the_password_of_somebody_who_left_counts_as_a_wrong_one(anna: User) -> None:
    User.objects.filter(pk=anna.pk).update(is_active=False)
    for _try in range(passwords.HERE_LIMIT):
        sign_in(Client(), "anna")
    User.objects.filter(pk=anna.pk).update(is_active=True)
    client = Client()
    sign_in(client, "anna")
    assert "_auth_user_id" not in client.session
