"""The list of meetings begins with those still to be held, the next one first (pages 30)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Centre, User
from contacts.models import Meeting
from tests.factories.accounts import make_company

pytestmark = pytest.mark.django_db


def test_what_is_to_be_held_comes_first_and_by_its_day(client: Client, anna: User, north: Centre) -> None:
    meetings = (
        ("Asked", None, "proposed"),
        ("Later", 30, "fixed"),
        ("Gone", 9, "cancelled"),
        ("Sooner", 3, "fixed"),
        ("Held", -20, "held"),
    )
    for name, days, state in meetings:
        company = make_company(north, name=name, looked_after_by=anna)
        starts = None if days is None else timezone.now() + timedelta(days=days)
        Meeting.objects.create(company=company, account_manager=anna, state=state, starts_at=starts, lasts_minutes=60)
    client.force_login(anna)

    def names(query: str) -> list[str]:
        return [row.company.name for row in client.get(f"/meetings/{query}").context["rows"]]

    assert names("") == ["Sooner", "Later", "Asked"]  # one whose day is not yet agreed comes last
    assert names("?state=fixed") == ["Sooner", "Later"]
    assert names("?state=all") == ["Later", "Gone", "Sooner", "Held", "Asked"]
    assert names("?state=held") == ["Held"]
