"""R46: the second factor opens only to the session that has shown it, whatever the user does in others."""

from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from accounts.models import User
from tests.accounts.test_sign_in import code_now, sign_in

pytestmark = pytest.mark.django_db

PAGES = (
    "/second-factor/",
    "/second-factor/app/",
    "/second-factor/app/off/",
    "/second-factor/recovery/",
    "/second-factor/recovery/new/",
    "/second-factor/recovery/file/",
)


@pytest.fixture(params=[["account_manager"], []], ids=["required", "of one's own will"])
def required(request, settings) -> Iterator[list[str]]:
    settings.REQUIRE_SECOND_FACTOR = request.param
    yield request.param


def set_up(client: Client) -> str:
    """The secret of the second factor that the user of `client` sets up."""
    secret = client.get("/second-factor/app/").context["form"].secret
    assert client.post("/second-factor/app/", {"code": code_now(secret)}).status_code == 302
    return secret


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("way", ["get", "post"])
def test_r46_no_page_of_the_factor_opens_to_a_session_that_gave_the_password_alone(anna: User, required, page: str, way: str) -> None:
    other = Client()
    sign_in(other, "anna")
    TOTP.activate(anna, generate_totp_secret())  # as from another device, a moment ago
    RecoveryCodes.activate(anna)
    answer = getattr(other, way)(page)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/second-factor/code/again/")
    assert Authenticator.objects.filter(user=anna).count() == 2


def test_r46_a_password_given_again_is_not_the_factor(anna: User, required) -> None:
    other = Client()
    sign_in(other, "anna")
    TOTP.activate(anna, generate_totp_secret())
    RecoveryCodes.activate(anna)
    other.post("/login/again/", {"password": "demo"})
    assert other.get("/second-factor/recovery/")["Location"].startswith("/second-factor/code/again/")


def test_r46_setting_a_factor_up_ends_the_users_other_sessions_and_no_one_elses(anna: User, boris: User, required) -> None:
    here, elsewhere, somebody = Client(), Client(), Client()
    sign_in(here, "anna")
    sign_in(elsewhere, "anna")
    sign_in(somebody, boris.username)
    set_up(here)
    assert here.get("/second-factor/recovery/").status_code == 200
    assert elsewhere.get("/companies/")["Location"].startswith("/login/")
    assert somebody.get("/theme/").status_code == 405
    assert "_auth_user_id" in somebody.session


def test_r46_what_counts_as_a_moment_ago_is_the_sessions_own_sign_in(anna: User, settings, monkeypatch) -> None:
    """An old session gains nothing from the owner's sign-in on another device."""
    settings.REQUIRE_SECOND_FACTOR = []
    old, new = Client(), Client()
    sign_in(old, "anna")
    session = old.session
    session["account_authentication_methods"][0]["at"] -= 3600
    session.save()
    sign_in(new, "anna")
    assert new.get("/second-factor/app/").status_code == 200
    assert old.get("/second-factor/app/")["Location"].startswith("/login/again/")


def test_r46_whoever_has_shown_the_factor_reads_the_codes(anna: User, required) -> None:
    secret = generate_totp_secret()
    TOTP.activate(anna, secret)
    RecoveryCodes.activate(anna)
    client = Client()
    sign_in(client, "anna")
    client.post("/second-factor/code/", {"code": code_now(secret)})
    assert client.get("/second-factor/recovery/").status_code == 200
