"""A word in an address that is no choice matches nothing, and the page says which word."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Company, User
from contacts.models import Interaction
from contacts.rounds import choosing
from tests.factories.contacts import make_person, make_role
from tests.factories.reasons import make_reason

pytestmark = pytest.mark.django_db


def test_today_and_its_round_hold_nobody_for_a_group_or_colleague_that_is_none(client: Client, anna: User, north_ag: Company) -> None:
    make_reason(north_ag)
    client.force_login(anna)
    for query in ("group=drivrs", "group=Driver", "for=boris", "for=0"):
        answer = client.get(f"/today/?{query}")
        page = answer.content.decode()
        assert answer.context["queue"] == [] and "data-not-understood" in page and query.partition("=")[2] in page
    assert "data-not-understood" not in client.get("/today/?group=driver").content.decode()
    assert choosing.of_today(by=anna, on=timezone.localdate(), group="drivrs") == []


def test_a_timeline_has_no_line_for_a_channel_that_is_none(client: Client, anna: User, north_ag: Company) -> None:
    person = make_role("user", north_ag, make_person("Ferraris")).person
    Interaction.log(north_ag, person=person, channel="phone", outcome="reached", text="Tuesday.", by=anna)
    client.force_login(anna)
    for path in (f"/companies/{north_ag.pk}/timeline/", f"/people/{person.pk}/timeline/"):
        for word in ("smoke", "Phone"):
            page = client.get(f"{path}?channel={word}").content.decode()
            assert "Tuesday." not in page and f"“{word}” is not understood" in page
        assert "Tuesday." in client.get(f"{path}?channel=phone").content.decode()
