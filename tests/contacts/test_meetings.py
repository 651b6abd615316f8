"""The annual meeting: times proposed by letter, one chosen by link, fixed, moved, held or called off; the calendar follows."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Policy
from contacts.memory.actions import meetings
from contacts.memory.forms.meeting import MeetingForm, TimesForm
from contacts.memory.models.meeting import ANNUAL_MEETING_MINUTES
from contacts.models import Interaction, Meeting, MeetingState, NotYourTurn, Reason, TimeGone
from contacts.people.person_data import to_forget, to_move
from contacts.reasons.computing import look_again
from contacts.reasons.rule import rules
from fleetportal.core.audit import Entry
from fleetportal.core.links import Link
from fleetportal.core.outbox.channels.email import as_email
from fleetportal.core.outbox.message import Message
from tests.events.test_letters import entry
from tests.factories.accounts import make_company
from tests.factories.contacts import make_person, make_role
from tests.factories.events import clocks_change
from tests.factories.meetings import in_days, make_meeting
from tests.races import race

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_rules() -> None:
    """All rules count here."""


@pytest.fixture
def kern(north_ag: Any) -> Any:
    """Herr Kern, who decides at the company."""
    person = make_person("Kern", title="Herr", email="kern@nordhafen.example", language="de")
    make_role("decision_maker", north_ag, person)
    return person


@pytest.fixture
def offered(north_ag: Any, kern: Any, anna: Any) -> Meeting:
    meeting = make_meeting(north_ag, decision_maker=kern, account_manager=anna, times=[])
    meetings.offer(meeting, [in_days(7), in_days(8), in_days(9)], by=anna)
    return meeting


def letters(meeting: Meeting) -> list[Message]:
    return list(Message.objects.about(meeting).order_by("pk"))


def state(meeting: Meeting) -> tuple[Any, ...]:
    row = Meeting.objects.get(pk=meeting.pk)
    return (row.state, row.starts_at, row.revision, Entry.objects.count(), Message.objects.count(), Interaction.objects.count())


def propose(client: Client, company: Any, person: Any, **fields: Any) -> Any:
    times = {f"on{n}": (timezone.localdate() + timedelta(days=20 + n)).isoformat() for n in (1, 2, 3)}
    clocks = {f"at{n}": "10:00" for n in (1, 2, 3)}
    return client.post(f"/meetings/new/{company.pk}/", {"decision_maker": person.pk, **times, **clocks, **fields})


def test_a_new_length_counts_for_meetings_made_from_then_on(north_ag: Any, south_ag: Any, kern: Any) -> None:
    """What is in somebody's calendar stays as their letter said it."""
    before = meetings.arrange(north_ag, in_days(7), decision_maker=kern, account_manager=None, director=None, by=None)
    Policy.change(ANNUAL_MEETING_MINUTES, 90, valid_from=timezone.localdate(), by=None)
    after = meetings.arrange(south_ag, in_days(14), decision_maker=kern, account_manager=None, director=None, by=None)
    for meeting, minutes in ((before, 60), (after, 90)):
        found = Meeting.objects.get(pk=meeting.pk)
        assert found.ends_at == found.starts_at + timedelta(minutes=minutes)
        _method, file = entry(letters(meeting)[-1])
        assert file.decoded("dtend") - file.decoded("dtstart") == timedelta(minutes=minutes)
    meetings.fix(before, in_days(8), by=None)
    assert before.ends_at == in_days(8) + timedelta(minutes=60), "moved, it lasts as long as before"


def test_the_letter_says_how_long_the_meeting_lasts(north_ag: Any, kern: Any, anna: Any) -> None:
    Policy.change(ANNUAL_MEETING_MINUTES, 90, valid_from=timezone.localdate(), by=None)
    meeting = make_meeting(north_ag, decision_maker=kern, account_manager=anna, times=[])
    meetings.offer(meeting, [in_days(7), in_days(8)], by=anna)
    (message,) = letters(meeting)
    for body in (message.text, message.html):
        assert "90 Minuten" in body and "Stunde" not in body


def test_proposing_twice_writes_once_with_and_without_a_key(client: Client, anna: Any, north_ag: Any, kern: Any) -> None:
    client.force_login(anna)
    assert 'name="_key"' in client.get(f"/meetings/new/{north_ag.pk}/").content.decode()
    for key in ({"_key": "one"}, {"_key": "one"}, {}, {}):
        assert propose(client, north_ag, kern, **key).status_code == 303
    meeting = Meeting.objects.get()
    assert len(letters(meeting)) == 1
    assert Interaction.objects.filter(kind="meeting.proposed").count() == 1
    assert Entry.objects.filter(action="meeting.times_proposed").count() == 1


def test_a_letter_that_cannot_be_written_leaves_no_meeting(anna: Any, north_ag: Any, kern: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(meeting: Meeting) -> None:
        raise RuntimeError("a crash in between")

    monkeypatch.setattr(meetings.letters, "propose_times", breaks)
    with pytest.raises(RuntimeError):
        meetings.propose(north_ag, [in_days(7)], decision_maker=kern, account_manager=anna, director=None, by=anna)
    assert not Meeting.objects.exists()
    assert not Entry.objects.filter(action__startswith="meeting.").exists()


def test_plan_on_today_fixes_a_meeting_at_a_time_that_there_is(client: Client, anna: Any, north_ag: Any, kern: Any) -> None:
    look_again([north_ag.pk])
    reason = Reason.objects.get(company=north_ag, rule="annual_meeting")
    client.force_login(anna)
    page = client.get("/today/", {"do": "plan", "open": reason.pk}).content.decode()
    assert "Who is joining from our management" in page
    assert "will receive an e-mail with the calendar entry straight away" in page
    skipped = clocks_change(3)
    for day, clock, said in ((skipped, "02:30", "clocks go forward"), (date(2026, 1, 1), "10:00", "This time has already passed")):
        answer = client.post(f"/today/{reason.pk}/plan/", {"on": day.isoformat(), "at": clock})
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert not Meeting.objects.exists()
    planned = {"on": (skipped + timedelta(days=1)).isoformat(), "at": "10:00", "location": "Kiel"}
    assert client.post(f"/today/{reason.pk}/plan/", planned).status_code < 400
    meeting = Meeting.objects.get()
    assert (meeting.is_fixed, f"{meeting.begins:%H:%M}", meeting.location) == (True, "10:00", "Kiel")
    assert entry(letters(meeting)[0])[0] == "REQUEST"


@pytest.mark.parametrize("step", ["new", "times", "fix"])
def test_no_meeting_is_asked_for_in_an_hour_that_is_skipped(client: Client, anna: Any, offered: Meeting, kern: Any, step: str) -> None:
    client.force_login(anna)
    address = f"/meetings/new/{offered.company_id}/" if step == "new" else f"/meetings/{offered.pk}/{step}/"
    day = clocks_change(3).isoformat()
    fields = {"decision_maker": kern.pk, "on1": day, "at1": "02:30", "on": day, "at": "02:30"}
    before = state(offered)

    answer = client.post(address, fields)

    assert answer.status_code == 422
    assert "This time doesn’t exist on that day, because the clocks go forward." in answer.content.decode()
    assert state(offered) == before


# --- staff -----------------------------------------------------------------------------------------------------------------


def test_the_dossier_leads_to_three_times_and_a_letter_in_his_language(client: Client, anna: Any, north_ag: Any, kern: Any) -> None:
    client.force_login(anna)
    assert f"/meetings/new/{north_ag.pk}/" in client.get(reverse("events:company", args=[north_ag.pk])).content.decode()
    form = client.get(f"/meetings/new/{north_ag.pk}/").context["form"]
    sent = {name: form[name].value() or "" for name in form.fields} | {"decision_maker": kern.pk}
    done = client.post(f"/meetings/new/{north_ag.pk}/", sent)
    meeting = Meeting.objects.get()
    assert (done.status_code, done["Location"]) == (303, f"/meetings/{meeting.pk}/")
    assert (meeting.state, len(meeting.choices), meeting.decision_maker, meeting.account_manager) == ("proposed", 3, kern, anna)
    (letter,) = letters(meeting)
    mail = as_email(letter)
    assert (letter.language, letter.gate) == ("de", "meeting")
    for part in (mail.body, mail.alternatives[0][0]):
        assert "Herr Kern" in part and meeting.link.url in part and "10:00" in part
    assert f"/meetings/{meeting.pk}/" in client.get(reverse("events:company", args=[north_ag.pk])).content.decode()


def test_no_time_is_proposed_for_a_weekend(north_ag: Any, anna: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for day in range(7):
        monkeypatch.setattr(type(north_ag.centre), "today", lambda centre, now, day=day: date(2026, 11, 16 + day))
        proposed = [TimesForm(company=north_ag).initial[f"on{number}"] for number in (1, 2, 3)]
        assert len(set(proposed)) == 3 and all(one.weekday() < 5 for one in proposed)
        assert MeetingForm(company=north_ag, user=anna).initial["on"] == proposed[0]


def test_the_page_shows_sides_times_and_steps(client: Client, anna: Any, offered: Meeting) -> None:
    client.force_login(anna)
    page = client.get(f"/meetings/{offered.pk}/").content.decode()
    assert "Herr" not in page and "Kern" in page and str(anna) in page
    assert page.count("<time") == 3
    for step in ("times", "fix", "held", "cancel"):
        assert client.get(f"/meetings/{offered.pk}/{step}/").status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_meeting_and_three(
    client: Client, anna: Any, north: Any, rows: int, django_assert_num_queries: Any
) -> None:
    for _number in range(rows):
        make_meeting(make_company(north, looked_after_by=anna), decision_maker=make_person(), account_manager=anna)
    client.force_login(anna)
    with django_assert_num_queries(4):
        page = client.get("/meetings/")
    assert len(page.context["rows"]) == rows


def test_a_meeting_of_a_company_out_of_reach_is_not_there(client: Client, boris: Any, offered: Meeting, north_ag: Any) -> None:
    client.force_login(boris)
    assert client.get("/meetings/").context["rows"] == []
    for step in ("", "times/", "fix/", "held/", "cancel/"):
        assert client.get(f"/meetings/{offered.pk}/{step}").status_code == 404
    assert client.get(f"/meetings/new/{north_ag.pk}/").status_code == 404
    assert client.get("/meetings/999999/").status_code == 404


def test_a_meeting_stands_in_the_calendar_of_its_day(client: Client, anna: Any, offered: Meeting) -> None:
    Meeting.objects.filter(pk=offered.pk).update(state=MeetingState.FIXED, starts_at=timezone.now() + timedelta(minutes=1))
    client.force_login(anna)
    lines = client.get("/today/").context["day"].appointments
    assert [(line.title, line.url) for line in lines] == [(offered.company.name, f"/meetings/{offered.pk}/")]


def test_fixing_moving_and_calling_off_keep_one_calendar_entry(client: Client, anna: Any, offered: Meeting) -> None:
    client.force_login(anna)
    for day, sequence in ((7, 1), (8, 2)):
        when = in_days(day)
        client.post(f"/meetings/{offered.pk}/fix/", {"on": f"{when:%Y-%m-%d}", "at": "10:00", "location": "Kontor"})
        method, event = entry(letters(offered)[-1])
        assert (method, event["SEQUENCE"], event["DTSTART"].dt.hour, str(event["LOCATION"])) == ("REQUEST", sequence, 10, "Kontor")
    client.post(f"/meetings/{offered.pk}/cancel/")
    method, event = entry(letters(offered)[-1])
    assert (method, event["SEQUENCE"], event["STATUS"]) == ("CANCEL", 3, "CANCELLED")
    assert len({str(entry(letter)[1]["UID"]) for letter in letters(offered)[1:]}) == 1
    assert client.post(f"/meetings/{offered.pk}/fix/", {"on": "2030-01-01", "at": "10:00"}).status_code == 409


def test_no_meeting_is_fixed_in_the_past_but_one_under_way_may_change_its_place(client: Client, anna: Any, offered: Meeting) -> None:
    client.force_login(anna)
    before = state(offered)
    refused = client.post(f"/meetings/{offered.pk}/fix/", {"on": "2001-01-01", "at": "10:00", "location": "Kontor"})
    assert refused.status_code == 422 and "Kontor" in refused.content.decode()
    assert state(offered) == before
    begun = in_days(-1).replace(second=0, microsecond=0).astimezone(offered.zone)
    Meeting.objects.filter(pk=offered.pk).update(state=MeetingState.FIXED, starts_at=begun)
    sent = {"on": f"{begun:%Y-%m-%d}", "at": f"{begun:%H:%M}", "location": "Kantine"}
    assert client.post(f"/meetings/{offered.pk}/fix/", sent).status_code == 303
    assert Meeting.objects.get().location == "Kantine"


def test_a_meeting_that_was_held_rests_the_reason_for_a_year(client: Client, anna: Any, offered: Meeting, north_ag: Any) -> None:
    client.force_login(anna)
    assert client.post(f"/meetings/{offered.pk}/held/", {"on": "2999-01-01"}).status_code == 422
    done = client.post(f"/meetings/{offered.pk}/held/", {"on": f"{timezone.localdate():%Y-%m-%d}", "minutes": "Two vans."})
    assert done.status_code == 303
    offered.refresh_from_db()
    assert (offered.state, offered.minutes) == (MeetingState.HELD, "Two vans.")
    assert Interaction.objects.get(kind="meeting.held").is_real_contact
    look_again([north_ag.pk])
    assert not Reason.objects.filter(rule="annual_meeting").exists()
    later = timezone.localdate() + timedelta(days=370)
    companies = type(north_ag).objects.filter(pk=north_ag.pk)
    assert [found.company for found in rules["annual_meeting"].find(companies, on=later)] == [north_ag.pk]


# --- the decision-maker ----------------------------------------------------------------------------------------------------


def test_he_takes_a_time_with_one_tap_and_looking_takes_none(client: Client, offered: Meeting) -> None:
    before = state(offered)
    page = client.get(offered.link.path)
    assert page.content.decode().count('name="time"') == 3
    assert "Wann passt es Ihnen?" in page.content.decode() and page["Cache-Control"] == "no-store"
    for method in ("head", "options"):
        getattr(client, method)(offered.link.path)
    assert state(offered) == before

    second = offered.choices[1]
    done = client.post(offered.link.path, {"time": second.isoformat(timespec="minutes")})
    assert (done.status_code, done["Location"]) == (303, offered.link.path)
    offered.refresh_from_db()
    assert (offered.state, offered.starts_at) == (MeetingState.FIXED, second)
    method, event = entry(letters(offered)[-1])
    file = client.get(f"{offered.link.path}meeting.ics").content.decode()
    assert (method, event["SEQUENCE"]) == ("REQUEST", 1)
    assert str(event["UID"]) in file and "METHOD:REQUEST" in file
    settled = state(offered)
    assert client.post(offered.link.path, {"time": second.isoformat(timespec="minutes")}).status_code == 303
    assert state(offered) == settled


@pytest.mark.parametrize("time", ["", "soon", "2001-01-01T10:00:00+01:00", "2031-01-01T10:00"])
def test_a_time_that_was_not_proposed_changes_nothing(client: Client, offered: Meeting, time: str) -> None:
    before = state(offered)
    assert client.post(offered.link.path, {"time": time}).status_code in (409, 422)
    assert state(offered) == before


def test_refusals_by_class(offered: Meeting, anna: Any) -> None:
    with pytest.raises(TimeGone):
        meetings.choose(offered, in_days(30))
    meetings.fix(offered, in_days(8), by=anna)
    with pytest.raises(NotYourTurn):
        meetings.choose(offered, in_days(9))
    meetings.cancel(offered, by=anna)
    with pytest.raises(NotYourTurn):
        meetings.choose(offered, in_days(7))
    with pytest.raises(NotYourTurn):
        meetings.offer(offered, [in_days(5)], by=anna)


@pytest.mark.parametrize("step", ["fixed", "held", "cancelled"])
def test_the_link_says_how_the_meeting_stands(client: Client, offered: Meeting, anna: Any, step: str) -> None:
    if step == "cancelled":
        meetings.cancel(offered, by=anna)
    else:
        meetings.fix(offered, in_days(7), by=anna)
    if step == "held":
        meetings.hold(offered, by=anna)
    page = client.get(offered.link.path)
    assert (page.status_code, 'name="time"' in page.content.decode()) == (200, False)
    assert client.get(f"{offered.link.path}meeting.ics").status_code == (200 if step == "fixed" else 404)


def test_who_is_forgotten_has_no_link_any_more(client: Client, offered: Meeting, kern: Any) -> None:
    to_forget["contacts.meeting"](kern)
    assert client.get(Link.objects.get(scope="meeting").path).status_code == 404
    assert Meeting.objects.get().decision_maker is None


def test_a_meeting_stays_the_companys_without_its_decision_maker(north_ag: Any, kern: Any) -> None:
    meeting = make_meeting(north_ag, decision_maker=kern)
    meetings.offer(meeting, meeting.times, by=None)
    to_forget["contacts.meeting"](kern)
    assert Meeting.objects.get().decision_maker is None
    assert meeting.link is None


def test_a_merge_moves_the_duplicates_meetings() -> None:
    kept, duplicate = make_person(), make_person()
    meeting = make_meeting(decision_maker=duplicate)
    assert [row.pk for row, _changes in to_move["contacts.meeting"](duplicate, kept)] == [meeting.pk]
    assert Meeting.objects.get().decision_maker == kept


def test_a_fixed_meeting_and_its_end_stand_in_the_decision_makers_calendar(north_ag: Any, anna: Any, kern: Any) -> None:
    meeting = make_meeting(north_ag, decision_maker=kern, account_manager=anna)
    first = in_days(10)

    meetings.fix(meeting, first, by=anna)
    meetings.fix(meeting, first + timedelta(days=1), by=anna)
    meetings.cancel(meeting, by=anna)
    meetings.cancel(meeting, by=anna)

    told = [entry(message) for message in letters(meeting)]
    assert [(method, int(found["SEQUENCE"])) for method, found in told] == [("REQUEST", 1), ("REQUEST", 2), ("CANCEL", 3)]
    assert told[1][1].start == first + timedelta(days=1)
    assert timezone.is_aware(told[1][1].start)


# --- two at once -----------------------------------------------------------------------------------------------------------


def choosing(offered: Meeting) -> list[Any]:
    mine: list[datetime] = offered.choices
    return race(*[partial(meetings.choose, Meeting.objects.get(pk=offered.pk), mine[number % 3]) for number in range(6)])


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_who_choose_at_once_fix_one_time(offered: Meeting) -> None:
    choosing(offered)
    assert Entry.objects.filter(action="meeting.fixed").count() == 1
    assert len(letters(offered)) == 2


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_choosing_without_its_lock_fixes_twice(offered: Meeting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meetings, "lock", lambda row: row)
    monkeypatch.setattr(meetings.letters, "tell_of_meeting", lambda meeting: None)  # its key would stop the second one
    choosing(offered)
    assert Entry.objects.filter(action="meeting.fixed").count() > 1
