"""What every test has at hand. The database: databases.py; which tests run: selection.py; the people: people.py; threads: races.py."""

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
