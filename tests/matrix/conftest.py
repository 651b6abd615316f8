from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.databases import Copies
from tests.matrix.world import World


@pytest.fixture(scope="package")
def world(database: Copies, django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One world for all cells: each cell is rolled back, and at the end the world is."""
    with django_db_blocker.unblock():
        database.fresh()
    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)
