"""One day and one clock decide each question about events and meetings, also where house and centre are in different zones."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Company
from contacts.models import Meeting, rules
from tests.factories.accounts import make_centre, make_company, make_user
from tests.factories.contacts import make_role
from tests.factories.events import make_event
from tests.factories.meetings import make_meeting

pytestmark = pytest.mark.django_db
EVENING = datetime(2026, 12, 24, 21, 30, tzinfo=UTC)  # 22:30 in Berlin, where the house is; half past midnight in Moscow
IN_MOSCOW = date(2026, 12, 25)


@pytest.fixture
def moscow_ag(db: None) -> Company:
    return make_company(make_centre("moscow", time_zone="Europe/Moscow"), name="Moscow AG")


def meeting_at(company: Company, moment: datetime, *, state: str, **facts: Any) -> Meeting:
    meeting = make_meeting(company, **facts)
    Meeting.objects.filter(pk=meeting.pk).update(state=state, starts_at=moment)
    return meeting


def test_the_annual_meeting_was_held_on_the_centres_day(moscow_ag: Company) -> None:
    make_role("decision_maker", moscow_ag)
    meeting_at(moscow_ag, EVENING, state="held")
    due = IN_MOSCOW + relativedelta(years=1)
    for day, is_due in ((due - timedelta(days=1), False), (due, True)):
        found = list(rules["annual_meeting"].find(Company.objects.all(), on=day))
        assert [one.due_on for one in found] == ([due] if is_due else [])


def test_an_appointment_is_shown_by_the_clock_on_the_wall_there(moscow_ag: Company, client: Client) -> None:
    user = make_user(role="centre_manager", at=[moscow_ag.centre], home_centre=moscow_ag.centre)
    noon = datetime.combine(timezone.localdate(), datetime.min.time(), tzinfo=moscow_ag.centre.zone).replace(hour=12)
    meeting_at(moscow_ag, noon, state="fixed", account_manager=user)
    client.force_login(user)
    page = client.get("/today/").content.decode()
    assert ">12:00<" in page.replace("\n", "").replace(" ", "")


def test_a_list_names_the_day_that_the_letter_names(moscow_ag: Company, client: Client) -> None:
    event = make_event(moscow_ag.centre, title="After midnight", starts_at=EVENING + timedelta(days=3650))
    client.force_login(make_user(role="centre_manager", at=[moscow_ag.centre]))
    rows = client.get("/events/").content.decode()
    assert event.title in rows
    assert date_format(event.on, "SHORT_DATE_FORMAT") in rows
    assert date_format(event.on - timedelta(days=1), "SHORT_DATE_FORMAT") not in rows
