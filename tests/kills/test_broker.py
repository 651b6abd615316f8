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


@pytest.fixture
def in_flight(own_redis):
    """A message whose task is running, and its connection."""
    connection = app.connection_for_write(own_redis.url, transport_options={"socket_connect_timeout": 1, "max_retries": 0})
    queue = connection.SimpleQueue("bells", channel=connection.default_channel)
    queue.put({"task": "core.send_outbox"})
    return queue.get(timeout=5), connection


def lose(own_redis, connection, *, is_let_go):
    own_redis.stop()
    connection.default_channel._disconnect_pools()
    if is_let_go:  # as a worker does before it connects again
        connection.default_channel.connection = None


@pytest.mark.redis
@pytest.mark.parametrize("is_let_go", [False, True])
@pytest.mark.parametrize("answer", ["ack", "reject"])
def test_r9_a_task_that_ends_after_redis_went_ends_no_worker(in_flight, own_redis, is_let_go, answer):
    message, connection = in_flight
    lose(own_redis, connection, is_let_go=is_let_go)
    getattr(message, answer)()
    assert message.acknowledged


@pytest.mark.redis
def test_r9_with_redis_there_a_bell_is_acknowledged(in_flight, own_redis):
    message, connection = in_flight
    message.ack()
    assert not connection.default_channel.client.hlen(connection.default_channel.unacked_key)


@pytest.mark.redis
@pytest.mark.parametrize("is_let_go", [False, True])
def test_r9_the_negative_control_kombus_own_acknowledgement_rises(in_flight, own_redis, is_let_go, monkeypatch):
    monkeypatch.setattr(redis_broker.BellQoS, "tell", lambda qos, how, tag, **options: how(tag, **options))
    message, connection = in_flight
    lose(own_redis, connection, is_let_go=is_let_go)
    with pytest.raises((AttributeError, *app.connection_for_write(own_redis.url).connection_errors)):
        message.ack()
