"""Fixtures for all tests. The database: databases.py; which tests run: selection.py; the people: people.py; threads: races.py."""

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
    pytest_xdist_make_scheduler,
)

gc.disable()  # until everything is loaded, which is kept


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """Collect garbage from now on, but less often than usual and not among loaded modules, which saves a fifth of the suite's time."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def room_for_many_visitors() -> None:
    """Let a live server queue as many connections as a race needs; Django's queue holds ten."""
    WSGIServer.request_queue_size = 128
