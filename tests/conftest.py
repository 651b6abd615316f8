"""What every test has at hand. The database: databases.py; which tests run: selection.py; the people: people.py; threads: races.py."""

import pytest
from django.core.servers.basehttp import WSGIServer

from tests.databases import database, django_db_setup
from tests.people import *
from tests.selection import (
    chance,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_report_header,
    pytest_runtest_logreport,
    pytest_sessionfinish,
    pytest_terminal_summary,
)


@pytest.fixture(scope="session", autouse=True)
def room_for_many_visitors() -> None:
    """A live server lets as many visitors wait at its door as a race brings; Django's lets ten and sends the others away."""
    WSGIServer.request_queue_size = 128
