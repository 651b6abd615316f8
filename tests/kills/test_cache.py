"""R50: a Redis that goes and comes back."""

import pytest
from django.core.cache import cache

from fleetportal.core.cache import ForgivingCache
from tests.core.test_cache import redis_at

pytestmark = pytest.mark.kills


@pytest.mark.redis
def test_r50_the_cache_is_back_with_redis(own_redis, settings, monkeypatch) -> None:
    settings.CACHES = redis_at(own_redis.port)
    cache.set("a", 1)
    assert cache.get("a") == 1
    own_redis.stop()
    assert cache.get("a") is None
    own_redis.start()
    monkeypatch.setattr(ForgivingCache, "away_until", 0.0)  # some seconds later
    cache.set("a", 2)
    assert cache.get("a") == 2
