"""The Redis cache, made safe against an outage: pages then work as without a cache."""

import logging
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

Answer = TypeVar("Answer")
log = logging.getLogger(__name__)

AWAY_SECONDS = 5.0  # no requests to Redis for this long after it failed to answer


class ForgivingCache(RedisCache):
    """Django's cache in Redis. While Redis does not answer, nothing is found or stored."""

    away_until = 0.0

    def answer(self, ask: Callable[[], Answer], otherwise: Answer) -> Answer:
        """The result of `ask`, or `otherwise` while Redis does not answer."""
        if time.monotonic() < type(self).away_until:
            return otherwise
        try:
            return ask()
        except (RedisError, OSError) as error:
            type(self).away_until = time.monotonic() + AWAY_SECONDS  # of the process: each thread has a cache of its own
            log.warning("the cache does not answer: %s", error)
            return otherwise

    def add(self, key: str, value: object, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self.answer(partial(super().add, key, value, timeout, version), True)

    def get(self, key: str, default: object = None, version: int | None = None) -> Any:
        return self.answer(partial(super().get, key, default, version), default)

    def set(self, key: str, value: object, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self.answer(partial(super().set, key, value, timeout, version), None)

    def touch(self, key: str, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self.answer(partial(super().touch, key, timeout, version), False)

    def delete(self, key: str, version: int | None = None) -> bool:
        return self.answer(partial(super().delete, key, version), False)

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, object]:
        return self.answer(partial(super().get_many, keys, version), {})

    def has_key(self, key: str, version: int | None = None) -> bool:
        return self.answer(partial(super().has_key, key, version), False)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """The new value; `delta` while Redis is away. Raises ValueError for a key that does not exist."""
        return self.answer(partial(super().incr, key, delta, version), delta)

    def set_many(self, data: dict[str, object], timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> list[str]:
        return self.answer(partial(super().set_many, data, timeout, version), list(data))

    def delete_many(self, keys: Iterable[str], version: int | None = None) -> None:
        self.answer(partial(super().delete_many, keys, version), None)

    def clear(self) -> None:
        self.answer(super().clear, None)
