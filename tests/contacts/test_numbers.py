"""Numbers of the trade in contacts: the fleet manager's share of the cadence, and the hours of annual meetings, each asked in one place."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from django.test import Client
from django.utils import formats, timezone

from accounts.models import Centre, Company, Policy, Tier, User
from accounts.staff.models.policy import outlook, supposing
from contacts.memory.actions import meetings
from contacts.memory.forms.meeting import MeetingForm, ProposeForm, TimesForm
from contacts.memory.models.meeting import MEETING_FROM, MEETING_UNTIL, OutsideHours
from contacts.models import Meeting
from contacts.reasons.silence import FLEET_SHARE, Interval
from fleetportal.core.audit import Entry
from fleetportal.core.outbox.message import Message
from tests.contacts.reasons import DAY, found, sentences, spoke
from tests.contacts.rules import both_ways
from tests.factories.accounts import make_company
from tests.factories.contacts import make_role
from tests.factories.meetings import make_meeting

pytestmark = pytest.mark.django_db


# --- directly responsible for the fleet ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tier", "interval"),
    [
        (Tier.DIAMOND, Interval(0, weeks=2)),
        (Tier.PLATINUM, Interval(1)),
        (Tier.GOLD, Interval(0, weeks=6)),
        (Tier.SILVER, Interval(3)),
        (Tier.BRONZE, Interval(6)),
        ("", Interval(3)),
    ],
)
def test_who_is_responsible_for_the_fleet_hears_from_us_in_half_the_time(north: Centre, tier: str, interval: Interval) -> None:
    company = make_company(north, tier=tier)
    fleet = make_role("decision_maker", company, kind="fleet_manager").person
    last = DAY - relativedelta(months=interval.months, weeks=interval.weeks)
    spoke(fleet, company, last + timedelta(days=1))
    assert found(company, "silence") == []
    fleet.interactions.all().delete()
    spoke(fleet, company, last)
    (reason,) = found(company, "silence")
    assert reason.person == fleet and last.isoformat() in reason.key


def test_other_decision_makers_keep_the_whole_cadence(north: Centre) -> None:
    company = make_company(north, tier=Tier.GOLD)
    fleet = make_role("decision_maker", company, kind="fleet_manager").person
    owner = make_role("decision_maker", company, kind="owner").person
    for person in (fleet, owner):
        spoke(person, company, DAY - relativedelta(months=2))
    assert [reason.person for reason in found(company, "silence")] == [fleet]


@pytest.mark.parametrize(
    ("tier", "weeks", "words"),
    [
        (Tier.DIAMOND, 3, "We haven’t been in touch for three weeks. A Diamond fleet manager should hear from us every two weeks."),
        (Tier.GOLD, 7, "We haven’t been in touch for a month. A Gold fleet manager should hear from us every six weeks."),
        (Tier.PLATINUM, 6, "We haven’t been in touch for a month. A Platinum fleet manager should hear from us every month."),
        ("", 14, "We haven’t been in touch for three months. A fleet manager should hear from us every three months."),
    ],
)
def test_the_card_names_the_share_in_weeks_or_months(north: Centre, tier: str, weeks: int, words: str) -> None:
    company = make_company(north, tier=tier)
    spoke(make_role("decision_maker", company, kind="fleet_manager").person, company, DAY - timedelta(weeks=weeks))
    day = formats.date_format(DAY - timedelta(weeks=weeks), "DATE_FORMAT")
    silence, cadence = words.split(". ")
    assert sentences(company, "silence") == [f"{silence}. The last time was on {day}. {cadence}"]


def test_a_changed_share_changes_query_card_explaining_and_count_alike(north: Centre, south: Centre) -> None:
    today = timezone.localdate()
    for centre in (north, south):
        company = make_company(centre, tier=Tier.BRONZE)
        spoke(make_role("decision_maker", company, kind="fleet_manager").person, company, today - relativedelta(months=7))
    companies = list(Company.objects.order_by("pk"))
    (ahead,) = outlook(FLEET_SHARE, 100, on=today, at=Centre.objects.filter(pk=north.pk))
    assert (str(ahead.words), ahead.before, ahead.after) == ("Fleet managers who should hear from us again", 1, 0)
    Policy.change(FLEET_SHARE, 100, valid_from=today + timedelta(days=1), by=None)
    assert len(both_ways("silence", *companies)) == 2, "planned only"
    with supposing(FLEET_SHARE, 100):
        assert both_ways("silence", *companies) == set()
    Policy.change(FLEET_SHARE, 50, valid_from=today + timedelta(days=1), by=None)
    Policy.change(FLEET_SHARE, 25, valid_from=today, by=None)
    assert "should hear from us every three months." in sentences(companies[0], "silence", on=today)[0]


# --- the hours of annual meetings ------------------------------------------------------------------------------------------


def at(clock: str, *, company: Company) -> datetime:
    """A moment three weeks ahead by the clock of the company's centre."""
    hour, minute = map(int, clock.split(":"))
    day = timezone.localdate() + timedelta(weeks=3)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=company.centre.zone)


@pytest.fixture
def sides(north_ag: Company, anna: User) -> dict[str, Any]:
    return {"decision_maker": make_role("decision_maker", north_ag).person, "account_manager": anna, "director": None, "by": anna}


@pytest.mark.parametrize("clock", ["09:00", "12:15", "16:00"])
def test_a_meeting_lies_within_the_hours(north_ag: Company, sides: dict[str, Any], clock: str) -> None:
    assert meetings.arrange(north_ag, at(clock, company=north_ag), **sides).is_fixed


@pytest.mark.parametrize("clock", ["07:00", "08:59", "16:01", "22:00"])
def test_a_meeting_outside_the_hours_is_neither_proposed_nor_arranged(north_ag: Company, sides: dict[str, Any], clock: str) -> None:
    good, bad = at("10:00", company=north_ag), at(clock, company=north_ag)
    for act in (
        lambda: meetings.arrange(north_ag, bad, **sides),
        lambda: meetings.propose(north_ag, [good, bad], **sides),
    ):
        with pytest.raises(OutsideHours, match="between 09:00 and 17:00"):
            act()
    assert not Meeting.objects.exists() and not Message.objects.exists()
    assert not Entry.objects.filter(action__startswith="meeting.").exists()


@pytest.mark.parametrize(("first", "filled_in"), [(8, "10:00"), (9, "10:00"), (11, "11:00")])
def test_forms_fill_in_a_time_at_which_meetings_may_begin(north_ag: Company, anna: User, first: int, filled_in: str) -> None:
    Policy.change(MEETING_FROM, first, valid_from=timezone.localdate(), by=None)
    times, one = ProposeForm(company=north_ag, user=anna).initial, MeetingForm(company=north_ag, user=anna).initial
    assert {times["at1"], times["at2"], times["at3"], one["at"]} == {filled_in}
    assert TimesForm({name: times[name] for name in times if name != "location"}, company=north_ag).is_valid()


def test_hours_are_those_of_the_companys_centre(anna: User) -> None:
    from_nine = make_company(Centre.objects.create(slug="east", name="East", time_zone="Asia/Yekaterinburg"))
    berlin = at("09:00", company=make_company())
    known: dict[str, Any] = {"decision_maker": None, "account_manager": None, "director": None, "by": None}
    assert meetings.arrange(from_nine, berlin, **known).begins.hour in (12, 13)
    with pytest.raises(OutsideHours):
        meetings.arrange(make_company(), at("09:00", company=from_nine), **known)


def test_changed_hours_count_from_their_day_for_every_meeting_of_that_day(north_ag: Company, sides: dict[str, Any]) -> None:
    late = at("16:30", company=north_ag)
    Policy.change(MEETING_UNTIL, 18, valid_from=late.date() + timedelta(days=1), by=None)
    with pytest.raises(OutsideHours):
        meetings.arrange(north_ag, late, **sides)
    meeting = meetings.arrange(north_ag, late + timedelta(days=1), **sides)
    assert not meeting.is_outside_hours


def test_a_meeting_keeps_a_time_that_was_agreed_before_the_hours_changed(north_ag: Company, sides: dict[str, Any]) -> None:
    early = at("09:30", company=north_ag)
    meeting = meetings.arrange(north_ag, early, **sides)
    Policy.change(MEETING_FROM, 11, valid_from=timezone.localdate(), by=None)
    meetings.fix(meeting, early, location="Kiel", by=None)
    with pytest.raises(OutsideHours):
        meetings.fix(meeting, early + timedelta(minutes=15), by=None)
    meeting.refresh_from_db()
    assert (meeting.location, meeting.starts_at) == ("Kiel", early)


def test_a_preview_counts_the_meetings_outside_the_hours_at_ones_centres(
    north_ag: Company, south_ag: Company, sides: dict[str, Any]
) -> None:
    today = timezone.localdate()
    for company in (north_ag, south_ag):
        meetings.arrange(company, at("09:30", company=company), **dict.fromkeys(sides))
    make_meeting(make_company(north_ag.centre))
    (ahead,) = outlook(MEETING_FROM, 11, on=today, at=Centre.objects.filter(pk=north_ag.centre_id))
    assert (str(ahead.words), ahead.before, ahead.after) == ("Annual meetings ahead outside these hours", 0, 1)
    assert Meeting.objects.count() == 3 and not Policy.objects.exists()


@pytest.mark.parametrize("step", ["new", "times", "fix"])
def test_a_form_says_the_hours_and_keeps_what_was_typed(
    client: Client, anna: User, north_ag: Company, sides: dict[str, Any], step: str
) -> None:
    meeting = make_meeting(north_ag)
    day = timezone.localdate() + timedelta(weeks=3)
    client.force_login(anna)
    address = f"/meetings/new/{north_ag.pk}/" if step == "new" else f"/meetings/{meeting.pk}/{step}/"
    fields = {"decision_maker": sides["decision_maker"].pk, "on1": day, "at1": "19:45", "on": day, "at": "19:45", "location": "Kontor"}
    answer = client.post(address, fields)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Annual meetings take place between 09:00 and 17:00" in page and "19:45" in page
    assert Meeting.objects.get().is_proposed


@pytest.mark.parametrize(("number", "words"), [("annual_meeting_from", "09:00"), ("cadence_fleet_share", "50%")])
def test_the_pages_say_hours_and_shares_in_words(client: Client, admin: User, number: str, words: str) -> None:
    client.force_login(admin)
    page = client.get(f"/policies/{number}/", {"value": "11", "valid_from": timezone.localdate()})
    assert page.status_code == 200
    assert f"Today: {words}" in " ".join(page.content.decode().split())
