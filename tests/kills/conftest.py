"""Servers that these tests may kill."""

import pytest

from tests.kills.redis import OwnRedis


@pytest.fixture
def own_redis(tmp_path):
    server = OwnRedis(tmp_path)
    server.start()
    yield server
    server.stop()
