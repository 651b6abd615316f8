"""R50: Redis away costs the cache, not the sign-in; public pages answer."""

import pytest
from django.core.cache import cache
from django.test import Client
from redis.exceptions import RedisError

from accounts.models import User
from fleetportal.core.cache import ForgivingCache
from tests.kills.portal import free_port

pytestmark = pytest.mark.django_db


def redis_at(port: int, backend: str = "fleetportal.core.cache.ForgivingCache") -> dict[str, object]:
    options = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}
    return {"default": {"BACKEND": backend, "LOCATION": f"redis://127.0.0.1:{port}/0", "OPTIONS": options}}


@pytest.fixture(autouse=True)
def just_answered(monkeypatch) -> None:
    monkeypatch.setattr(ForgivingCache, "away_until", 0.0)


@pytest.fixture
def redis_away(settings) -> None:
    settings.CACHES = redis_at(free_port())


def test_r50_with_redis_away_people_sign_in_and_the_home_page_answers(redis_away, client: Client, anna: User) -> None:
    assert client.post("/login/", {"login": "anna", "password": "demo"}).status_code == 302
    assert client.get("/companies/").status_code == 200
    assert Client().get("/").status_code < 500


def test_r50_with_redis_away_wrong_passwords_are_still_limited(redis_away, client: Client, anna: User) -> None:
    for _try in range(5):
        client.post("/login/", {"login": "anna", "password": "wrong"})
    client.post("/login/", {"login": "anna", "password": "demo"})
    assert "_auth_user_id" not in client.session


def test_r50_a_cache_that_is_away_finds_nothing_and_keeps_nothing(redis_away) -> None:
    assert cache.get("a", "otherwise") == "otherwise"
    assert cache.get_or_set("a", 5) == 5
    assert cache.get_many(["a"]) == {}
    assert cache.add("a", 1) is True
    assert cache.incr("a") == 1
    assert cache.set_many({"a": 1}) == ["a"]
    assert not cache.delete("a") and not cache.has_key("a") and not cache.touch("a") and not cache.clear()
    cache.delete_many(["a"])


def test_r50_while_redis_is_away_nobody_waits_for_it_again(redis_away, monkeypatch) -> None:
    cache.get("a")
    monkeypatch.setattr("django.core.cache.backends.redis.RedisCache.get", lambda *_args: pytest.fail("asked again"))
    assert cache.get("a") is None


def test_r50_the_negative_control_djangos_own_cache_rises(settings) -> None:
    settings.CACHES = redis_at(free_port(), "django.core.cache.backends.redis.RedisCache")
    with pytest.raises(RedisError):
        cache.get("a")
