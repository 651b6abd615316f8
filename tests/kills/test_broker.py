"""The broker goes away while a bell is in somebody's hand."""

import pytest

from fleetportal.celery import app
from fleetportal.core.jobs import redis_broker

pytestmark = pytest.mark.kills


@pytest.fixture
def bell(own_redis):
    """A connection with a bell in hand that was not acknowledged, its server gone and its pool and client let go.

    So a worker of Celery closes it before it connects again (seen where Redis was stopped under work).
    """

    def broken(url):
        connection = app.connection_for_write(url, transport_options={"socket_connect_timeout": 1, "max_retries": 0})
        queue = connection.SimpleQueue("bells", channel=connection.default_channel)
        queue.put({"task": "core.send_outbox"})
        assert queue.get(timeout=30).payload
        own_redis.stop()
        connection.default_channel._disconnect_pools()
        connection.transport.client = None
        return connection

    return broken


@pytest.mark.redis
def test_a_line_that_breaks_with_a_bell_in_hand_ends_no_worker(bell, own_redis):
    bell(own_redis.url).close()


@pytest.mark.redis
def test_the_negative_control_kombus_own_channel_would_end_it(bell, own_redis, monkeypatch):
    monkeypatch.setattr(redis_broker.BellChannel, "do_restore", True)
    with pytest.raises(AttributeError, match="hostname"):
        bell(own_redis.url).close()
