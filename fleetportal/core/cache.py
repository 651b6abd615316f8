"""The cache in Redis, which may be away: pages then cost what they cost without a cache, and answer."""

import functools
import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

AWAY_SECONDS = 5.0  # for so long nobody waits for a Redis that has just not answered


class ForgivingCache(RedisCache):
    """Django's cache in Redis. Where Redis does not answer, nothing is found and nothing is kept."""

    away_until = 0.0

    def answer(self, ask: Callable[[], Any], otherwise: Any) -> Any:
        """What Redis says to `ask`, or `otherwise` while it is away."""
        if time.monotonic() < type(self).away_until:
            return otherwise
        try:
            return ask()
        except (RedisError, OSError) as error:
            type(self).away_until = time.monotonic() + AWAY_SECONDS  # of the process: each thread has a cache of its own
            log.warning("the cache does not answer: %s", error)
            return otherwise

    def add(self, *args: Any, **options: Any) -> Any:
        return self.answer(functools.partial(super().add, *args, **options), True)

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        return self.answer(functools.partial(super().get, key, default, version), default)

    def set(self, *args: Any, **options: Any) -> Any:
        return self.answer(functools.partial(super().set, *args, **options), None)

    def touch(self, *args: Any, **options: Any) -> Any:
        return self.answer(functools.partial(super().touch, *args, **options), False)

    def delete(self, *args: Any, **options: Any) -> Any:
        return self.answer(functools.partial(super().delete, *args, **options), False)

    def get_many(self, *args: Any, **options: Any) -> Any:
        return self.answer(functools.partial(super().get_many, *args, **options), {})

    def has_key(self, *args: Any, **options: Any) -> Any:
        return self.answer(functools.partial(super().has_key, *args, **options), False)

    def incr(self, key: Any, delta: Any = 1, version: Any = None) -> Any:
        """The new value; `delta` while Redis is away. Raises ValueError for a key that is not there."""
        return self.answer(functools.partial(super().incr, key, delta, version), delta)

    def set_many(self, data: Any, *args: Any, **options: Any) -> Any:
        return self.answer(functools.partial(super().set_many, data, *args, **options), list(data))

    def delete_many(self, *args: Any, **options: Any) -> Any:
        return self.answer(functools.partial(super().delete_many, *args, **options), None)

    def clear(self) -> Any:
        return self.answer(super().clear, False)
