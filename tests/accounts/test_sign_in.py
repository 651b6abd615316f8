"""The door: user name, password, second factor; where each one's day starts; no other way in."""

from datetime import timedelta

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import Centre, User
from accounts.staff.actions.roles import give_role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def untried() -> None:
    """Failed tries are counted in the cache; each test starts with none."""
    cache.clear()


def sign_in(client: Client, name: str, password: str = "demo", **more: str):
    return client.post("/login/", {"login": name, "password": password, **more})


def code_now(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_the_page_asks_for_user_name_and_password(client: Client) -> None:
    page = client.get("/login/").content.decode()
    assert 'name="login"' in page
    assert 'name="password"' in page
    assert page.count("btn-primary") == 1


def test_signing_in_leads_to_the_first_page_of_ones_day(client: Client, anna: User) -> None:
    answer = sign_in(client, "anna")
    assert answer.status_code == 302
    assert client.get(answer["Location"]).status_code == 200
    assert answer["Location"] in ("/today/", "/companies/")


def test_signing_in_goes_on_to_the_page_that_was_asked_for(client: Client, anna: User) -> None:
    asked = client.get("/companies/?sort=-name")
    assert asked["Location"] == "/login/?next=/companies/%3Fsort%3D-name"
    assert sign_in(client, "anna", next="/companies/?sort=-name")["Location"] == "/companies/?sort=-name"


@pytest.mark.parametrize(
    ("sent_from", "next_page"), [("http://testserver/people/?sort=name", "/people/%3Fsort%3Dname"), ("https://evil.example/people/", "")]
)
def test_a_form_or_part_sent_after_the_session_ended_leads_back_to_its_page(client: Client, sent_from: str, next_page: str) -> None:
    """The address of a form shows nothing when it is opened, and a panel is no place for the sign-in."""
    form = client.post("/companies/hand-over/", headers={"Referer": sent_from})
    assert form["Location"] == f"/login/?next={next_page}"
    part = client.get("/companies/hand-over/", headers={"HX-Request": "true", "HX-Current-URL": sent_from})
    assert (part.status_code, part.content, part["HX-Redirect"]) == (204, b"", f"/login/?next={next_page}")


def test_signing_in_without_a_page_to_go_on_to_leads_to_the_first_page(client: Client, anna: User) -> None:
    assert sign_in(client, "anna", next="")["Location"] in ("/today/", "/companies/")


def test_signing_in_never_leads_to_another_host(client: Client, anna: User) -> None:
    assert "evil" not in sign_in(client, "anna", next="https://evil.example/")["Location"]


def test_a_wrong_password_is_refused_in_words_and_the_name_is_kept(client: Client, anna: User) -> None:
    answer = sign_in(client, "anna", "wrong")
    assert answer.status_code == 200
    assert 'value="anna"' in answer.content.decode()
    assert "fp-problem" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_an_unknown_name_and_a_wrong_password_look_alike(client: Client, anna: User) -> None:
    def said(name: str) -> str:
        return sign_in(client, name, "wrong").content.decode().split('role="alert"')[1].split("</div>")[0]

    assert said("anna") == said("nobody")


def test_after_many_wrong_passwords_the_right_one_waits_too(client: Client, anna: User) -> None:
    for _try in range(5):
        sign_in(client, "anna", "wrong")
    sign_in(client, "anna")
    assert "_auth_user_id" not in client.session


def test_a_stranger_who_tries_a_name_does_not_shut_its_owner_out(client: Client, anna: User) -> None:
    stranger = Client(REMOTE_ADDR="203.0.113.9")
    for _try in range(6):
        sign_in(stranger, "anna", "wrong")
    sign_in(stranger, "anna")
    sign_in(client, "anna")

    assert "_auth_user_id" not in stranger.session
    assert "_auth_user_id" in client.session


def test_signing_in_often_uses_up_no_try(client: Client, anna: User) -> None:
    """Only wrong passwords count, in whatever case the name is typed."""
    for _time in range(7):
        assert sign_in(client, anna.username).status_code == 302
        client.post("/logout/")
    for name in (anna.username, anna.username.upper(), anna.username, anna.username.upper(), anna.username):
        sign_in(client, name, "wrong")
    assert sign_in(client, anna.username).status_code != 302


def test_signing_out_needs_a_post(client: Client, anna: User) -> None:
    client.force_login(anna)
    assert client.get("/logout/").status_code == 200
    assert "_auth_user_id" in client.session
    assert client.post("/logout/")["Location"] == "/login/"
    assert "_auth_user_id" not in client.session


def test_nobody_signs_up(client: Client) -> None:
    assert client.get("/signup/").status_code == 404


@pytest.mark.parametrize("door", ["/cms/", "/cms/login/", "/cms/pages/"])
def test_the_cms_has_no_door_of_its_own(client: Client, wanda: User, door: str) -> None:
    assert client.get(door)["Location"].startswith("/login/")
    client.force_login(wanda)
    assert client.get(door).status_code == 404


def test_a_role_that_needs_a_second_factor_sets_it_up_first(client: Client, anna: User, settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = ["account_manager"]
    sign_in(client, "anna")
    assert client.get("/companies/")["Location"] == "/second-factor/app/"
    page = client.get("/second-factor/app/")
    secret = page.context["form"].secret
    assert client.post("/second-factor/app/", {"code": code_now(secret)}).status_code == 302
    assert client.get("/companies/").status_code == 200


def test_the_second_factor_is_asked_at_the_door(client: Client, anna: User, settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = ["account_manager"]
    secret = generate_totp_secret()
    TOTP.activate(anna, secret)
    RecoveryCodes.activate(anna)
    answer = sign_in(client, "anna")
    assert answer["Location"] == "/second-factor/code/"
    assert "_auth_user_id" not in client.session
    assert client.post("/second-factor/code/", {"code": "000000"}).status_code == 200
    assert "_auth_user_id" not in client.session
    client.post("/second-factor/code/", {"code": code_now(secret)})
    assert client.session["_auth_user_id"] == str(anna.pk)


def test_a_role_gained_counts_in_a_session_that_is_open(client: Client, anna: User, north: Centre, settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = ["centre_manager"]
    sign_in(client, "anna")
    assert client.get("/companies/").status_code == 200
    give_role(anna, "centre_manager", [north], by=None)
    assert client.get("/companies/")["Location"] == "/second-factor/app/"


def test_a_session_opened_with_the_password_alone_is_asked_for_the_code(client: Client, anna: User, settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = ["account_manager"]
    sign_in(client, "anna")
    secret = generate_totp_secret()
    TOTP.activate(anna, secret)  # on another device
    asked = client.get("/companies/")["Location"]
    assert asked == "/second-factor/code/again/?next=/companies/"
    assert client.post(asked, {"code": code_now(secret), "next": "/companies/"})["Location"] == "/companies/"
    assert client.get("/companies/").status_code == 200


def test_what_one_user_has_shown_is_forgotten_at_sign_out_and_counts_for_nobody_else(
    client: Client, anna: User, boris: User, settings
) -> None:
    settings.REQUIRE_SECOND_FACTOR = ["account_manager"]
    sign_in(client, "anna")
    client.post("/second-factor/app/", {"code": code_now(client.get("/second-factor/app/").context["form"].secret)})
    assert client.get("/companies/").status_code == 200
    client.force_login(boris)
    assert client.get("/companies/")["Location"] == "/second-factor/app/"
    client.force_login(anna)
    assert client.get("/companies/")["Location"].startswith("/second-factor/code/again/")


def test_a_changed_password_ends_the_sessions_that_are_open(client: Client, anna: User) -> None:
    sign_in(client, "anna")
    anna.set_password("another one entirely")
    anna.save()
    assert client.get("/companies/")["Location"] == "/login/?next=/companies/"


@pytest.mark.parametrize("required", [[], ["administrator"], ["account_manager"]])
def test_the_second_factor_costs_no_query(client: Client, anna: User, settings, required: list[str], django_assert_num_queries) -> None:
    settings.REQUIRE_SECOND_FACTOR = required
    TOTP.activate(anna, generate_totp_secret())
    client.force_login(anna)
    session = client.session
    session["second_factor"] = anna.pk
    session.save()
    with django_assert_num_queries(4):
        client.get("/companies/")


def test_other_roles_sign_in_with_the_password_alone(client: Client, anna: User, settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = ["administrator"]
    sign_in(client, "anna")
    assert client.get("/companies/").status_code == 200


def test_the_colours_are_kept_with_the_user(client: Client, anna: User) -> None:
    client.force_login(anna)
    assert client.post("/theme/", {"theme": "dark", "next": "/companies/"})["Location"] == "/companies/"
    assert '<html lang="en" data-theme="dark">' in client.get("/companies/").content.decode()
    assert client.get("/theme/").status_code == 405


def test_the_language_is_kept_with_the_user_and_in_a_cookie(client: Client, anna: User) -> None:
    client.force_login(anna)
    answer = client.post("/language/", {"language": "de", "next": "https://evil.example/"})
    assert answer["Location"] == "/"
    assert answer.cookies["language"].value == "de"
    anna.refresh_from_db()
    assert anna.language == "de"
    assert client.post("/language/", {"language": "xx"}).cookies.get("language") is None


def test_a_session_lasts_until_its_day_and_no_key_is_made_up(client: Client, anna: User) -> None:
    client.force_login(anna)
    assert client.get("/companies/").status_code == 200
    key = client.session.session_key
    Session.objects.filter(pk=key).update(expire_date=timezone.now() - timedelta(seconds=1))
    assert client.get("/companies/").status_code == 302
    Session.objects.filter(pk=key).update(expire_date=timezone.now() + timedelta(days=1))
    client.cookies["session"] = key
    assert client.get("/companies/").status_code == 200
    for made_up in ("x" * 32, f"{key}x", "' OR 1=1 --", ""):
        client.cookies["session"] = made_up
        assert client.get("/companies/").status_code == 302
    assert set(Session.objects.values_list("pk", flat=True)) == {key}
