"""Limits on guessing, shared by all processes."""

import pytest
from django.test import RequestFactory
from django.utils import timezone

from fleetportal.core.web import throttle
from fleetportal.core.web.throttle import Counter, TooMany
from tests.races import race, won
from tests.selection import repetitions

A_DAY = 86_400


def tries(number, key="10.0.0.1", scope="code", limit=3):
    """How many of `number` tries were let through."""
    passed = 0
    for _ in range(number):
        try:
            throttle.hit(scope, key, limit=limit, seconds=A_DAY)
            passed += 1
        except TooMany:
            pass
    return passed


@pytest.mark.django_db
def test_tries_pass_up_to_the_limit():
    assert tries(5) == 3


@pytest.mark.django_db
def test_each_key_and_each_scope_has_its_own_limit():
    assert [tries(5), tries(5, key="10.0.0.2"), tries(5, scope="login")] == [3, 3, 3]


@pytest.mark.django_db
def test_a_refusal_says_how_long_to_wait():
    tries(3)
    with pytest.raises(TooMany) as refusal:
        throttle.hit("code", "10.0.0.1", limit=3, seconds=A_DAY)
    assert refusal.value.status == 429
    assert 1 <= refusal.value.facts["retry_after"] <= A_DAY


@pytest.mark.django_db
def test_a_new_window_counts_anew(monkeypatch):
    tries(3)
    later = timezone.now() + timezone.timedelta(days=1)
    monkeypatch.setattr(throttle.timezone, "now", lambda: later)
    assert tries(5) == 3


@pytest.mark.django_db
def test_a_try_costs_one_query(django_assert_num_queries):
    tries(1)
    with django_assert_num_queries(1):
        throttle.hit("code", "10.0.0.1", limit=3, seconds=A_DAY)


@pytest.mark.django_db
def test_no_address_of_the_network_is_stored():
    tries(1)
    assert "10.0.0.1" not in repr(Counter.objects.values())


@pytest.mark.django_db
def test_counters_of_past_windows_are_removed(monkeypatch):
    tries(1)
    assert throttle.forget_old() == 0
    later = timezone.now() + timezone.timedelta(days=2)
    monkeypatch.setattr(throttle.timezone, "now", lambda: later)
    assert throttle.forget_old() == 1


def test_a_header_that_anyone_can_send_is_not_believed():
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": "1.2.3.4", "X-Real-IP": "1.2.3.4"})
    assert throttle.address_of(request) == "10.0.0.1"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "1.2.3.4, 203.0.113.9", "203.0.113.9"),
        (1, "203.0.113.9:4711", "203.0.113.9"),
        (1, "2001:db8::7", "2001:db8::7"),
        (2, "1.2.3.4, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (1, "", "10.0.0.1"),
        (1, " ", "10.0.0.1"),
        (1, "unknown", "10.0.0.1"),
        (2, "203.0.113.9", "10.0.0.1"),  # past one of the two: what it says itself is not believed
    ],
)
def test_behind_proxies_the_last_of_them_says_who_calls(settings, proxies, forwarded, address):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert throttle.address_of(RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", headers=headers)) == address


@pytest.mark.django_db
def test_behind_a_proxy_callers_are_counted_apart_and_inventing_addresses_does_not_help(client, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    def status(forwarded):
        return client.get("/voucher/unknown/", headers={"X-Forwarded-For": forwarded}).status_code

    guesser = [status(f"198.51.100.{n}, 203.0.113.9") for n in range(throttle.WRONG_BY_ADDRESS + 1)]
    assert guesser == [404] * throttle.WRONG_BY_ADDRESS + [429]
    assert status("203.0.113.10") == 404


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_no_more_than_the_limit_pass_when_all_try_at_once():
    for turn in range(repetitions()):
        outcomes = race(*[lambda turn=turn: throttle.hit("code", f"address {turn}", limit=5, seconds=A_DAY)] * 12)
        assert len(won(outcomes)) == 5
        assert {type(outcome) for outcome in outcomes if outcome is not None} == {TooMany}


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_more_pass_when_they_look_before_they_count():
    """The canary: read, then write."""
    tries(4, limit=5)
    looked = race(*[lambda: Counter.objects.filter(count__lt=5).exists()] * 12)
    assert len([free for free in looked if free]) > 1
