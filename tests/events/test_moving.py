"""An event moves: not into the past (F3), its links go along (F2), whoever comes or waits is told (F9, F10), each is reminded once (F5)."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db.models import Value
from django.db.models.functions import Concat
from django.utils import timezone

from accounts.models import Company
from events.actions import planning
from events.actions.inviting import nudge_many
from events.actions.sessions import remind_coming
from events.models import Area, Event, Invitation, PastMoment, Registration
from fleetportal.core.audit import Entry
from fleetportal.core.links import Link
from fleetportal.core.outbox.message import Message
from tests.events.work import run_jobs
from tests.factories.accounts import make_centre, make_user
from tests.factories.events import clocks_change, in_days, make_event, make_guest, make_invitation, make_registration

pytestmark = pytest.mark.django_db


def edit(event: Event, **values: Any) -> None:
    planning.edit(Event.objects.get(pk=event.pk), by=None, **values)


def steps(registration: Registration) -> list[str]:
    found = Message.objects.about(registration).order_by("pk").values_list("template", flat=True)
    return [template.rpartition("/")[2] for template in found]


@pytest.mark.parametrize("published", [True, False])
@pytest.mark.parametrize("back", [timedelta(days=365), timedelta(days=29), timedelta(days=28, hours=6)])
def test_an_event_ahead_is_not_moved_into_the_past(north_ag: Company, back: timedelta, published: bool) -> None:
    event = make_event(north_ag.centre, starts_at=timezone.now() + timedelta(days=28, hours=5), published=published)
    if published:
        make_registration(event, company=north_ag)
    entries, messages = Entry.objects.count(), Message.objects.count()

    with pytest.raises(PastMoment):
        edit(event, starts_at=event.starts_at - back, ends_at=event.ends_at - back)
    run_jobs()

    now = Event.objects.get()
    assert (now.starts_at, now.ends_at) == (event.starts_at, event.ends_at)
    assert (Entry.objects.count(), Message.objects.count()) == (entries, messages)
    edit(event, starts_at=event.starts_at + timedelta(days=1), ends_at=event.ends_at + timedelta(days=1))


def test_an_event_under_way_keeps_its_beginning_and_does_not_end_before_now(north: Any) -> None:
    began = timezone.now() - timedelta(hours=1)
    event = make_event(north, starts_at=began, ends_at=began + timedelta(hours=3))

    edit(event, ends_at=began + timedelta(hours=4), starts_at=began, title="Longer")
    with pytest.raises(PastMoment):
        edit(event, ends_at=began + timedelta(minutes=30))

    assert (Event.objects.get().ends_at, Event.objects.get().title) == (began + timedelta(hours=4), "Longer")


def test_a_slip_of_the_year_is_refused_at_the_field(client: Any, carla: Any, north: Any) -> None:
    event = make_event(north)
    client.force_login(carla)
    form = client.get(f"/events/{event.pk}/edit/").context["form"]
    data = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    data |= {"day": (event.on - timedelta(days=365)).isoformat(), "_shown": form.showing, "_key": "c" * 32}

    said = client.post(f"/events/{event.pk}/edit/", data)

    assert (said.status_code, set(said.context["form"].errors)) == (422, {"day"})


@pytest.mark.parametrize("days", [31, 60, 400])
def test_links_open_as_long_after_the_new_day_as_after_the_old_one(north_ag: Company, days: int) -> None:
    event, guest = make_event(north_ag.centre), make_guest(north_ag)
    make_invitation(event, guest, company=north_ag)
    make_registration(event, guest, company=north_ag)

    edit(event, starts_at=event.starts_at + timedelta(days=days), ends_at=event.ends_at + timedelta(days=days))

    links = Link.objects.filter(scope__in=("ticket", "invitation"))
    assert {link.expires_at for link in links} == {event.ends_at + timedelta(days=days + 30)}


@pytest.mark.parametrize(
    ("moved", "typed", "expected"),
    [(7, None, 5), (-10, None, -12), (-27, None, -2), (7, -3, -3), (0, None, -2)],  # days, all from the old beginning
)
def test_registration_closes_as_long_before_the_new_beginning(north: Any, moved: int, typed: int | None, expected: int) -> None:
    event = make_event(north)
    closes = event.starts_at - timedelta(days=2)
    edit(event, registration_closes_at=closes)
    chosen = closes if typed is None else event.starts_at + timedelta(days=typed)
    days = timedelta(days=moved)

    edit(event, starts_at=event.starts_at + days, ends_at=event.ends_at + days, registration_closes_at=chosen)

    assert Event.objects.get().registration_closes_at == event.starts_at + timedelta(days=expected)


def test_registration_closes_at_the_same_hour_when_clocks_change_between(north: Any) -> None:
    sunday = clocks_change(10)
    begins = datetime.combine(sunday - timedelta(days=4), time(18, 30), north.zone)
    closes = datetime.combine(sunday - timedelta(days=6), time(23, 59), north.zone)
    event = make_event(north, starts_at=begins, ends_at=begins + timedelta(hours=2), registration_closes_at=closes)
    moved = datetime.combine(sunday, time(18, 30), north.zone)

    edit(event, starts_at=moved, ends_at=moved + timedelta(hours=2))

    expected = datetime.combine(sunday - timedelta(days=2), time(23, 59), north.zone)
    assert Event.objects.get().registration_closes_at == expected


@pytest.mark.parametrize("change", ["centre", "zone", "area", "location"])
def test_whatever_changes_the_address_or_the_time_told_is_told(north_ag: Company, change: str) -> None:
    centre = north_ag.centre
    centre.street, centre.city = "Hafenstraße 1", "Hamburg"
    centre.save()
    event = make_event(centre)
    coming = make_registration(event, company=north_ag)
    there = make_centre("b", name="B", street="Via Roma 1", city="Roma")
    abroad = make_centre("c", name="C", street=centre.street, city=centre.city, postcode=centre.postcode, time_zone="America/New_York")
    values = {"centre": {"centre": there}, "zone": {"centre": abroad}, "area": {"area": Area.ELSEWHERE}, "location": {"location": "Hall 2"}}

    edit(event, **values[change])
    run_jobs()
    edit(event, host=None, audience="users", largest_party=5)
    run_jobs()

    assert steps(coming) == ["seated", "moved"]
    assert Registration.objects.get(pk=coming.pk).revision == 1


def test_waiting_guests_are_told_that_the_day_moved_without_an_entry(north_ag: Company) -> None:
    event = make_event(north_ag.centre, capacity=2)
    coming, waits = make_registration(event, company=north_ag, party=2), make_registration(event, company=north_ag)

    edit(event, starts_at=event.starts_at + timedelta(days=7), ends_at=event.ends_at + timedelta(days=7))
    run_jobs()

    told = Message.objects.about(waits).get(template="events/mail/moved")
    assert told.attachments == []
    assert "waiting list" in told.text
    assert len(Message.objects.about(coming).get(template="events/mail/moved").attachments) == 1


def test_each_guest_is_reminded_once_for_each_date(north_ag: Company) -> None:
    event = make_event(north_ag.centre, starts_at=in_days(2))
    guest = make_registration(event, company=north_ag)
    assert remind_coming(now=event.starts_at - timedelta(hours=20)) == 1
    run_jobs()

    later = event.starts_at + timedelta(days=7)
    edit(event, starts_at=later, ends_at=event.ends_at + timedelta(days=7))
    run_jobs()
    assert [remind_coming(now=later - timedelta(hours=hours)) for hours in (20, 10)] == [1, 0]
    run_jobs()

    assert steps(guest) == ["seated", "reminder", "moved", "reminder"]


def test_whoever_has_not_answered_may_be_reminded_again_of_the_new_day_and_of_the_old_one_again(north_ag: Company) -> None:
    event = make_event(north_ag.centre, starts_at=in_days(20))
    guest = make_guest(north_ag)
    invitation = make_invitation(event, guest, company=north_ag)
    declined = make_invitation(event, company=north_ag)
    Invitation.objects.filter(pk=declined.pk).update(declined_at=timezone.now())
    for days in (0, 7, 0):
        edit(event, starts_at=in_days(20 + days), ends_at=in_days(20 + days, hour=20))
        Message.objects.filter(template="events/mail/nudge").update(key=Concat("key", Value(f":{days}")))  # seconds have passed
        nudged = nudge_many(event, [invitation.pk, declined.pk], by=None)
        assert [one.person for one in nudged] == [guest] and nudge_many(event, [invitation.pk], by=None) == []
    assert Message.objects.filter(template="events/mail/nudge").count() == 3


def test_registration_does_not_open_after_it_closes(client: Any, carla: Any, north: Any) -> None:
    event = make_event(north, published=False, starts_at=in_days(20))
    client.force_login(carla)
    page = client.get(f"/events/{event.pk}/edit/").context["form"]
    sent = {name: page[name].value() for name in page.fields if page[name].value() not in (None, "")}
    day = event.on
    for opens, closes, right in ((day, day - timedelta(days=1), False), (day + timedelta(days=1), "", False), (day, day, True)):
        answer = client.post(f"/events/{event.pk}/edit/", {**sent, "opens_on": str(opens), "closes_on": str(closes)})
        assert (answer.status_code < 400) == right
        assert right or "opens_on" in answer.context["form"].errors


def test_whoever_registered_after_the_reminders_were_due_is_not_reminded(north_ag: Company) -> None:
    event = make_event(north_ag.centre, starts_at=in_days(2))
    early, late = make_registration(event, company=north_ag), make_registration(event, company=north_ag)
    now = event.starts_at - timedelta(hours=3)
    Registration.objects.filter(pk=late.pk).update(changed_at=now - timedelta(minutes=5))

    assert remind_coming(now=now) == 1
    assert Registration.objects.get(pk=early.pk).to_tell == "reminder"


def test_a_host_who_can_no_longer_be_chosen_stays_the_host(client: Any, carla: Any, north: Any) -> None:
    event = make_event(north, host=make_user("gone", is_active=False))
    client.force_login(carla)
    form = client.get(f"/events/{event.pk}/edit/").context["form"]
    data = {name: "" if form[name].value() is None else form[name].value() for name in form.fields} | {"_shown": form.showing}

    assert client.post(f"/events/{event.pk}/edit/", data | {"title": "Words"}).status_code == 303

    assert (Event.objects.get().host, Event.objects.get().title) == (event.host, "Words")


def test_a_guest_with_more_seats_than_the_limit_of_now_keeps_them(client: Any, north_ag: Company) -> None:
    event, guest = make_event(north_ag.centre, largest_party=6), make_guest(north_ag)
    invitation = make_invitation(event, guest, company=north_ag)
    registration = make_registration(event, guest, company=north_ag, party=4, companions=["A", "B", "C"])
    edit(event, largest_party=3)
    address = f"/invitation/{Link.objects.get(scope='invitation', subject_id=invitation.pk).token}/change/"
    form = client.get(address).context["form"]
    data = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    assert data["party"] == 4

    client.post(address, data | {"wishes": "A high chair", "_key": "d" * 16})

    now = Registration.objects.get(pk=registration.pk)
    assert (now.party, now.companions, now.wishes) == (4, ["A", "B", "C"], "A high chair")
    assert client.post(address, data | {"party": 5, "_key": "e" * 16}).status_code == 422


@pytest.mark.parametrize(
    ("facts", "told"), [({"street": "Neue Straße 2"}, True), ({"time_zone": "America/New_York"}, True), ({"phone": "1"}, False)]
)
def test_guests_hear_when_their_centre_moves(client: Any, admin: Any, north_ag: Company, facts: dict[str, str], told: bool) -> None:
    centre = north_ag.centre
    coming = make_registration(make_event(centre), company=north_ag)
    client.force_login(admin)
    address = f"/django-admin/accounts/centre/{centre.pk}/change/"
    form = client.get(address).context["adminform"].form
    data = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}

    assert client.post(address, data | facts).status_code == 302
    run_jobs()

    assert steps(coming) == (["seated", "moved"] if told else ["seated"])
