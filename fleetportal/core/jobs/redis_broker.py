"""The broker of a large installation: kombu's Redis transport, made safe against a lost connection.

It carries only the bell (the work is a row), so nothing needs to be put back or acknowledged when the connection is lost: kombu would
try to and fail (`None` has no `hostname`, no `client`), and the worker would stop.
"""

import logging
from typing import Any

from kombu.transport import redis, virtual
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


class BellQoS(redis.QoS):
    """Acknowledges where there is a Redis to tell; else only forgets: at worst a bell rings twice."""

    def ack(self, delivery_tag: Any) -> None:
        self.tell(super().ack, delivery_tag)

    def reject(self, delivery_tag: Any, requeue: bool = False) -> None:
        self.tell(super().reject, delivery_tag, requeue=requeue)

    def tell(self, how: Any, delivery_tag: Any, **options: Any) -> None:
        try:
            if self.channel.connection is not None:  # None: the worker has let the lost connection go while a task was running
                how(delivery_tag, **options)
                return
        except (RedisError, OSError) as error:
            log.warning("a bell could not be acknowledged: %s", error)
        virtual.QoS.ack(self, delivery_tag)  # type: ignore[no-untyped-call]  # kombu has no types


class BellChannel(redis.Channel):
    QoS = BellQoS
    do_restore = False


class BellTransport(redis.Transport):
    Channel = BellChannel
