"""Fixtures of the core tests."""

import pytest

from contacts.models import Person
from tests.factories.contacts import make_person


@pytest.fixture
def brandt(db: None) -> Person:
    return make_person("Brandt", email="brandt@customer.example")
