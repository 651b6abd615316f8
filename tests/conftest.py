"""What every test has at hand. The database: databases.py; which tests run: selection.py; the people: people.py; threads: races.py."""

import gc

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
    pytest_testnodedown,
)

gc.disable()  # until all is loaded: what is loaded stays


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """Garbage is looked for from now on, less often than elsewhere and not among what was loaded: a fifth of the suite's time."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def room_for_many_visitors() -> None:
    """A live server lets as many visitors wait at its door as a race brings; Django's lets ten and sends the others away."""
    WSGIServer.request_queue_size = 128
