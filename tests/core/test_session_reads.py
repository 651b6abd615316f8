"""A session read by a prepared statement is worth what Django's own is: nothing once it has ended, whichever way."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from fleetportal.core.web.sessions import SessionStore
from tests.factories.accounts import make_centre, make_user

pytestmark = pytest.mark.django_db
PAGE = "/today/"


def both(key: str | None) -> list[dict[str, Any]]:
    """What the portal and what Django reads of the session `key`."""
    return [dict(store(key).items()) for store in (SessionStore, db.SessionStore)]


def a_session(**values: Any) -> str:
    store = SessionStore()
    store.update(values)
    store.create()
    return str(store.session_key)


def key_of(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def is_let_in(client: Client) -> bool:
    return client.get(PAGE).status_code == 200


def test_a_session_is_read_as_django_reads_it(django_assert_num_queries: Any) -> None:
    key, other = a_session(colour="blue"), a_session(colour="red")
    assert both(key) == [{"colour": "blue"}] * 2
    assert both(other) == [{"colour": "red"}] * 2
    with django_assert_num_queries(1):
        assert SessionStore(key)["colour"] == "blue"


@pytest.mark.parametrize("key", [None, "", "short", "x" * 32, "x" * 200, "' OR 1=1 --aaaaaaa", "%s%s%s%s%s%s"])
def test_an_unknown_key_opens_nothing_and_is_not_kept(key: str | None) -> None:
    a_session(colour="blue")
    assert both(key) == [{}, {}]
    store = SessionStore(key)
    assert store.get("colour") is None and store.session_key is None


def test_an_expired_session_is_empty() -> None:
    key = a_session(colour="blue")
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert both(key) == [{}, {}]
    Session.objects.update(expire_date=timezone.now() + timedelta(minutes=1))
    assert both(key) == [{"colour": "blue"}] * 2


def test_data_that_was_not_signed_by_us_is_empty() -> None:
    key = a_session(colour="blue")
    Session.objects.update(session_data="eyJjb2xvdXIiOiJyZWQifQ:1:forged")
    assert both(key) == [{}, {}]


def test_a_flushed_session_and_one_before_a_new_key_are_empty() -> None:
    store = SessionStore(a_session(colour="blue"))
    first = store.session_key
    store.cycle_key()
    assert both(first) == [{}, {}] and both(store.session_key) == [{"colour": "blue"}] * 2
    second = store.session_key
    store.flush()
    assert both(second) == [{}, {}]


def test_whoever_signs_out_is_out_with_the_old_cookie_too(client: Client) -> None:
    client.force_login(make_user("anna", role="account_manager", at=[make_centre()]))
    kept = key_of(client)
    assert is_let_in(client)
    client.logout()
    client.cookies[settings.SESSION_COOKIE_NAME] = kept
    assert not is_let_in(client)


def test_a_changed_password_ends_the_sessions(client: Client) -> None:
    user = make_user("anna", role="account_manager", at=[make_centre()])
    client.force_login(user)
    assert is_let_in(client)
    user.set_password("another one, long enough")
    user.save()
    assert not is_let_in(client)


def test_signing_in_gives_a_new_key_and_the_old_one_opens_nothing(client: Client) -> None:
    client.cookies[settings.SESSION_COOKIE_NAME] = planted = a_session(colour="blue")
    client.force_login(make_user("anna", role="account_manager", at=[make_centre()]))
    assert key_of(client) != planted and both(planted) == [{}, {}]
    stranger = Client()
    stranger.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert is_let_in(client) and not is_let_in(stranger)


def test_an_expired_session_opens_no_page(client: Client) -> None:
    client.force_login(make_user("anna", role="account_manager", at=[make_centre()]))
    assert is_let_in(client)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert not is_let_in(client)
