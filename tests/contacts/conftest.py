"""Tests of the contact rules run without the rules of the annual meeting and of higher apps."""

import pytest
from django.test import Client

from accounts.models import User
from contacts.models import rules

ABOUT_CONTACT = ("contract_end", "coverage", "silence")


@pytest.fixture(autouse=True)
def own_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "_entries", {name: rules._entries[name] for name in ABOUT_CONTACT})


@pytest.fixture
def as_anna(client: Client, anna: User) -> Client:
    client.force_login(anna)
    return client
