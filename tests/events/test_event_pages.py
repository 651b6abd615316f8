"""Events for staff: list, form, cockpit, whom to invite, and the door; each page's queries do not grow with its rows."""

import html
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from events.actions import planning, registering
from events.models import CheckIn, Event, EventKind, EventState, Invitation, Registration
from fleetportal.core.audit import Entry
from fleetportal.core.jobs import queue as jobs
from fleetportal.core.links import Link
from fleetportal.core.web.forms import moment
from tests.accounts.test_two_editors import shown_by
from tests.factories.accounts import make_company
from tests.factories.events import clocks_change, make_event, make_guest, make_invitation, make_registration

pytestmark = pytest.mark.django_db


def signed_in(client: Client, user: Any) -> Client:
    client.force_login(user)
    return client


def text(answer: Any) -> str:
    return answer.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(
    client: Client, carla: Any, north_ag: Any, rows: int, django_assert_num_queries: Any
) -> None:
    for _row in range(rows):
        make_registration(make_event(north_ag.centre, capacity=1), company=north_ag)
    signed_in(client, carla).get("/events/")

    with django_assert_num_queries(6):
        page = client.get("/events/")

    assert text(page).count("data-row") == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_guests_of_several_events_cost_the_same_for_one_and_three(
    client: Client, carla: Any, north_ag: Any, rows: int, django_assert_num_queries: Any
) -> None:
    for _row in range(rows):
        make_registration(make_event(north_ag.centre), company=north_ag)
    signed_in(client, carla).get("/events/guests/")

    with django_assert_num_queries(5):
        page = client.get("/events/guests/")

    assert text(page).count("data-row") == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_the_cockpit_costs_the_same_for_one_guest_and_three(
    client: Client, carla: Any, north_ag: Any, rows: int, django_assert_num_queries: Any
) -> None:
    event = make_event(north_ag.centre, capacity=60)
    for _row in range(rows):
        guest = make_guest(north_ag)
        make_invitation(event, guest, company=north_ag)
        make_registration(event, guest, company=north_ag, party=2)
    signed_in(client, carla).get(reverse("events:event", args=[event.pk]))

    with django_assert_num_queries(16):
        page = client.get(reverse("events:event", args=[event.pk]))

    assert text(page).count('class="taken"') == 2 * rows


def test_the_cockpit_names_only_guests_in_reach_and_counts_all_seats(client: Client, anna: Any, north_ag: Any) -> None:
    event = make_event(north_ag.centre, capacity=12)
    colleagues = make_company(north_ag.centre, name="Kanarienvogel Colleagues GmbH")
    make_registration(event, make_guest(north_ag, last_name="Brandt"), company=north_ag)
    make_registration(event, make_guest(colleagues, last_name="Kanarienvogel"), company=colleagues, party=3)

    page = text(signed_in(client, anna).get(reverse("events:event", args=[event.pk])))

    assert "Brandt" in page
    assert "Kanarienvogel" not in page
    assert "<strong>4</strong>" in page


def test_a_template_plans_a_preview_evening(client: Client, dora: Any, north: Any) -> None:
    signed_in(client, dora)
    form = client.get("/events/new/?kind=preview").context["form"]
    data = {name: form[name].value() for name in form.fields if form[name].value() is not None} | {
        "centre": north.pk,
        "title": "The new Larea",
    }

    done = client.post("/events/new/?kind=preview", data)

    event = Event.objects.get()
    assert done["Location"] == reverse("events:event", args=[event.pk])
    assert (event.kind, event.state, event.seating().capacity, event.begins.strftime("%H:%M")) == (
        EventKind.PREVIEW,
        EventState.DRAFT,
        60,
        "18:30",
    )


def test_a_faulty_form_says_so_and_plans_nothing(client: Client, dora: Any, south: Any) -> None:
    page = signed_in(client, dora).post("/events/new/", {"title": "", "capacity": "0"})

    assert (page.status_code, Event.objects.count()) == (422, 0)


def test_fewer_seats_than_taken_are_refused_on_the_form(client: Client, dora: Any, north_ag: Any) -> None:
    event = make_event(north_ag.centre, capacity=5)
    make_registration(event, company=north_ag, party=4)
    signed_in(client, dora)
    form = client.get(reverse("events:edit", args=[event.pk])).context["form"]
    data = {name: form[name].value() for name in form.fields if form[name].value() is not None} | {"capacity": 3}

    page = client.post(reverse("events:edit", args=[event.pk]), data)

    assert page.status_code == 422
    assert "4 seats are already taken, so you can’t offer fewer." in text(page)


def test_publish_then_invite_with_one_click_each(client: Client, dora: Any, north_ag: Any) -> None:
    event, guest = make_event(north_ag.centre, published=False), make_guest(north_ag)
    signed_in(client, dora)
    assert "Publish the event" in text(client.get(reverse("events:event", args=[event.pk])))

    client.post(reverse("events:publish", args=[event.pk]))
    assert "Invite this person" in text(client.get(reverse("events:event", args=[event.pk])))
    client.post(reverse("events:invite", args=[event.pk]))
    jobs.run_due()

    assert Invitation.objects.get().person == guest


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Invite the selected people (out of 2)"), ("de", "Ausgewählte Personen einladen (von 2)")]
)
def test_whom_to_invite_is_asked_in_the_languages_of_staff(client: Client, carla: Any, north_ag: Any, language: str, said: str) -> None:
    event = make_event(north_ag.centre)
    planning.publish(event, by=carla)
    for _guest in range(2):
        make_guest(north_ag)
    carla.language = language
    carla.save(update_fields=["language"])

    assert said in text(signed_in(client, carla).get(reverse("events:proposal", args=[event.pk])))


def test_whom_to_invite_can_be_looked_at_and_one_taken_out(client: Client, carla: Any, north_ag: Any) -> None:
    event = make_event(north_ag.centre)
    first, second = make_guest(north_ag), make_guest(north_ag)
    address = reverse("events:proposal", args=[event.pk])
    assert text(signed_in(client, carla).get(address)).count('name="invite"') == 2

    client.post(address, {"shown": f"{first.pk} {second.pk}", "invite": [first.pk]})
    jobs.run_due()

    assert list(Invitation.objects.values_list("person", flat=True)) == [first.pk]
    assert second.pk != first.pk


def test_next_months_second_delivery_is_one_click(client: Client, dora: Any, north: Any) -> None:
    for _click in range(2):
        answer = signed_in(client, dora).post("/events/second-delivery/")

    event = Event.objects.get()
    assert (event.kind, event.state) == (EventKind.SECOND_DELIVERY, EventState.DRAFT)
    assert answer["Location"] == reverse("events:event", args=[event.pk])


def test_a_second_delivery_that_stands_is_not_said_to_be_drafted(client: Client, dora: Any, north: Any) -> None:
    signed_in(client, dora).post("/events/second-delivery/")
    planning.publish(Event.objects.get(), by=dora)
    page = client.post("/events/second-delivery/", follow=True).content.decode()
    assert "There is already one next month" in page
    assert "has been drafted for next month" not in page[page.index("There is already one next month") :]


@pytest.mark.parametrize("name", ["publish", "invite", "remind", "arrive", "fewer", "undo_check_in", "make_landing"])
def test_what_changes_is_never_asked_by_get(client: Client, carla: Any, north: Any, name: str) -> None:
    event = make_event(north)

    assert signed_in(client, carla).get(reverse(f"events:{name}", args=[event.pk])).status_code == 405


# --- the door ------------------------------------------------------------------------------------------------------------------


TODAY = {"any_day": "1"}  # the event is weeks ahead, and the door was told that it is all right


def code(registration: Registration) -> str:
    return Link.objects.get(scope="ticket", subject_id=registration.pk).url


def test_a_ticket_opens_the_door_once_and_says_why_not_again(client: Client, emil: Any, north_ag: Any) -> None:
    event = make_event(north_ag.centre)
    registration = make_registration(event, make_guest(north_ag, first_name="Thomas", last_name="Brandt"), company=north_ag, party=4)
    address = reverse("events:arrive", args=[event.pk])
    signed_in(client, emil)

    green, red = client.post(address, {"code": code(registration), **TODAY}), client.post(address, {"code": code(registration), **TODAY})

    assert (green.status_code, red.status_code) == (200, 409)
    assert "fp-door__say--ok" in text(green) and "Thomas Brandt" in text(green)
    assert "Already checked in at" in text(red) and "Emil" in text(red)
    assert CheckIn.objects.not_undone().get().heads == 4


def test_the_door_costs_what_it_did(client: Client, emil: Any, north_ag: Any, django_assert_num_queries: Any) -> None:
    """Session 1, user with rights 1, ticket, event and bar 1, the verb 5, the answer kept 1; and the test's own savepoint."""
    event = make_event(north_ag.centre)
    ticket = code(make_registration(event, make_guest(north_ag), company=north_ag))
    signed_in(client, emil)
    with django_assert_num_queries(9 + 2):
        assert client.post(reverse("events:arrive", args=[event.pk]), {"code": ticket, "_key": "one", **TODAY}).status_code == 200


@pytest.mark.parametrize("case", ["another event", "waiting", "cancelled", "nonsense", "unknown"])
def test_red_for_what_holds_no_seat_here(client: Client, emil: Any, north_ag: Any, case: str) -> None:
    event = make_event(north_ag.centre, capacity=1)
    coming = make_registration(event, company=north_ag)
    says = {"nonsense": "W7K4 QD9P", "unknown": "http://testserver/ticket/" + "A" * 32 + "/"}.get(case, code(coming))
    if case == "another event":
        says = code(make_registration(make_event(north_ag.centre), company=north_ag))
    if case == "cancelled":
        registering.cancel(coming, by=None)
    data = {"guest": make_registration(event, company=north_ag).pk} if case == "waiting" else {"code": says}

    answer = signed_in(client, emil).post(reverse("events:arrive", args=[event.pk]), data)

    assert answer.status_code == 409
    assert "fp-door__say--stop" in text(answer)
    assert not CheckIn.objects.exists()


@pytest.mark.parametrize("heads", ["0", "-1", "three", "2.5"])
def test_a_number_of_people_that_is_none_is_said_and_nobody_comes_in(client: Client, emil: Any, north_ag: Any, heads: str) -> None:
    event = make_event(north_ag.centre)
    coming = make_registration(event, make_guest(north_ag), company=north_ag, party=3)
    for who in ({"code": code(coming)}, {"guest": coming.pk}):
        answer = signed_in(client, emil).post(reverse("events:arrive", args=[event.pk]), {**who, "heads": heads})
        assert answer.status_code == 422
        assert f"“{heads}” is not a number of people" in text(answer) and "1 or more" in text(answer)
        assert "Not one of our tickets" not in text(answer)
    assert not CheckIn.objects.exists()


def test_a_guest_of_another_event_is_not_called_a_false_ticket(client: Client, emil: Any, north_ag: Any) -> None:
    event, elsewhere = make_event(north_ag.centre), make_registration(make_event(north_ag.centre), company=north_ag)
    answer = signed_in(client, emil).post(reverse("events:arrive", args=[event.pk]), {"guest": elsewhere.pk})
    assert answer.status_code == 422 and "Not a guest of this event" in text(answer)
    assert not CheckIn.objects.exists()


def test_two_letters_of_the_name_are_enough(client: Client, emil: Any, north_ag: Any) -> None:
    event = make_event(north_ag.centre)
    for last_name in ("Überland", "Иванов", "Brandt"):
        make_registration(event, make_guest(north_ag, last_name=last_name), company=north_ag)

    for asked, found in (("üb", "Überland"), ("ueb", ""), ("иВ", "Иванов"), ("br", "Brandt")):
        page = text(signed_in(client, emil).get(reverse("events:check_in", args=[event.pk]), {"q": asked}))
        assert [name for name in ("Überland", "Иванов", "Brandt") if f"<b>Alex {name}</b>" in page] == ([found] if found else [])


def test_whoever_is_not_inside_yet_comes_first(client: Client, emil: Any, north_ag: Any) -> None:
    event = make_event(north_ag.centre)
    inside, waiting = (make_registration(event, make_guest(north_ag, last_name=name), company=north_ag) for name in ("Abel", "Abelmann"))
    inside.check_in(by=emil)
    page = text(signed_in(client, emil).get(reverse("events:check_in", args=[event.pk]), {"q": "abel"}))
    assert 0 < page.index("<b>Alex Abelmann</b>") < page.index("<b>Alex Abel</b>")
    assert waiting.pk != inside.pk


def test_fewer_came_and_undo(client: Client, emil: Any, north_ag: Any) -> None:
    event = make_event(north_ag.centre)
    registration = make_registration(event, company=north_ag, party=4)
    signed_in(client, emil).post(reverse("events:arrive", args=[event.pk]), {"guest": registration.pk, **TODAY})
    arrival = CheckIn.objects.get()

    client.post(reverse("events:fewer", args=[event.pk]), {"arrival": arrival.pk, "heads": 2})
    assert CheckIn.objects.get().heads == 2
    client.post(reverse("events:undo_check_in", args=[event.pk]), {"arrival": arrival.pk})

    assert not CheckIn.objects.not_undone().exists()
    assert client.post(reverse("events:arrive", args=[event.pk]), {"guest": registration.pk, **TODAY}).status_code == 200


def test_a_guest_list_is_exported_with_a_reason_and_without_strangers(client: Client, carla: Any, north_ag: Any, south_ag: Any) -> None:
    event = make_event(north_ag.centre)
    make_registration(event, make_guest(north_ag, last_name="Brandt"), company=north_ag, wishes="=1+1")
    make_registration(event, make_guest(south_ag, last_name="Kanarienvogel"), company=south_ag)

    sheet = signed_in(client, carla).post(f"/events/guests/?event={event.pk}", {"_export": "csv", "reason": "For the door"})

    words = sheet.content.decode("utf-8-sig")
    assert "Brandt" in words and "Kanarienvogel" not in words
    assert ",=1+1" not in words


def test_the_door_finds_nobody_by_a_thousand_words_and_stays_open(client: Client, carla: Any, north: Any) -> None:
    event = make_event(north)
    client.force_login(carla)

    assert client.get(f"/events/{event.pk}/check-in/", {"q": " ".join(["a"] * 1500)}).status_code == 200


@pytest.mark.parametrize("field", ["day", "opens_on", "closes_on"])
@pytest.mark.parametrize("slip", ["0001-01-01", "0026-12-10", "9999-12-31"])
def test_a_day_out_of_our_times_is_asked_again(client: Client, dora: Any, north: Any, field: str, slip: str) -> None:
    event = make_event(north)
    signed_in(client, dora)
    at = event.starts_at.astimezone(event.zone)
    facts = {"title": event.title, "centre": north.pk, "day": f"{at:%Y-%m-%d}", "begins": f"{at:%H:%M}", "ends": "23:00", "capacity": "5"}

    answer = client.post(f"/events/{event.pk}/edit/", {**facts, field: slip})

    assert answer.status_code == 422
    assert "between 1900 and 2199" in text(answer)


# --- two who edit at once, and nights when clocks change -------------------------------------------------------------------------


def opened(client: Client, event: Event) -> tuple[str, dict[str, Any]]:
    """The address of the edit form, and its fields as a browser would send them back."""
    address = reverse("events:edit", args=[event.pk])
    page = client.get(address)
    form = page.context["form"]
    return address, {name: form[name].value() for name in form.fields if form[name].value() is not None} | {"_shown": shown_by(text(page))}


def test_who_edits_later_never_writes_unseen_over_who_was_first(client: Client, dora: Any, carla: Any, north: Any) -> None:
    event = make_event(north, capacity=40, published=False, title="Evening")
    address, fields = opened(signed_in(client, dora), event)
    planning.edit(Event.objects.get(pk=event.pk), by=carla, place="Hall 4", title="Long evening", capacity=80)

    late = client.post(address, {**fields, "title": "Short evening", "capacity": 40})

    page = html.unescape(text(late))
    assert late.status_code == 422
    assert "Carla Hellwege entered “Long evening” here a moment ago" in page
    assert "These other changes are new and will be kept: Location: Hall 4." in page
    shown = shown_by(text(late))
    assert client.post(address, {**fields, "title": "Short evening", "_shown": shown, "_keep-title": "mine"}).status_code == 303
    event = Event.objects.get()
    assert (event.title, event.place, event.seating().capacity) == ("Short evening", "Hall 4", 80)


def test_a_number_of_seats_that_another_has_set_is_asked_about(client: Client, dora: Any, carla: Any, north: Any) -> None:
    event = make_event(north, capacity=40, published=False)
    address, fields = opened(signed_in(client, dora), event)
    planning.edit(Event.objects.get(pk=event.pk), by=carla, capacity=80)

    late = client.post(address, {**fields, "capacity": 50})

    assert late.status_code == 422
    assert "Carla Hellwege entered “80” here" in html.unescape(text(late))
    again = {**fields, "capacity": 50, "_shown": shown_by(text(late))}
    assert client.post(address, {**again, "_keep-capacity": "theirs"}).status_code == 303
    assert event.seating().capacity == 80
    assert client.post(address, {**again, "_keep-capacity": "mine"}).status_code == 303
    assert event.seating().capacity == 50


@pytest.mark.parametrize(("keep", "hours"), [("mine", ("20:30", "21:00")), ("theirs", ("18:00", "20:00"))])
def test_beginning_and_end_are_one_persons(client: Client, dora: Any, carla: Any, north: Any, keep: str, hours: tuple[str, str]) -> None:
    day = timezone.localdate() + timedelta(days=30)
    starts_at, ends_at = (datetime.combine(day, clock, north.zone) for clock in (time(18), time(21)))
    event = make_event(north, published=False, starts_at=starts_at, ends_at=ends_at)
    address, fields = opened(signed_in(client, dora), event)
    planning.edit(Event.objects.get(pk=event.pk), by=carla, ends_at=ends_at - timedelta(hours=1))

    late = client.post(address, {**fields, "begins": "20:30"})

    assert late.status_code == 422
    again = {**fields, "begins": "20:30", "_shown": shown_by(text(late)), "_keep-ends": keep, "_keep-begins": keep}
    assert client.post(address, again).status_code == 303
    event = Event.objects.get()
    assert (f"{event.begins:%H:%M}", f"{event.ends:%H:%M}") == hours


def test_saving_what_was_shown_changes_nothing(client: Client, dora: Any, north: Any) -> None:
    closes = make_event(north).starts_at - timedelta(days=2, hours=3)
    event = make_event(north, registration_closes_at=closes, host=dora)
    address, fields = opened(signed_in(client, dora), event)
    entries = Entry.objects.count()

    assert client.post(address, fields).status_code == 303
    assert Entry.objects.count() == entries
    assert Event.objects.get(pk=event.pk).registration_closes_at == closes


@pytest.mark.parametrize("shown", ["{", '{"registration_closes_at": 7}', '{"registration_closes_at": "9999-99-99"}', "[]"])
def test_senseless_words_about_what_was_shown_break_nothing(client: Client, dora: Any, north: Any, shown: str) -> None:
    event = make_event(north, registration_closes_at=make_event(north).starts_at)
    address, fields = opened(signed_in(client, dora), event)

    assert client.post(address, {**fields, "_shown": shown, "title": "Evening"}).status_code in (303, 422)


@pytest.mark.parametrize(("begins", "ends", "field"), [("02:30", "04:00", "begins"), ("01:00", "02:59", "ends")])
def test_an_event_begins_and_ends_at_times_that_there_are(
    client: Client, dora: Any, north: Any, begins: str, ends: str, field: str
) -> None:
    event = make_event(north)
    address, fields = opened(signed_in(client, dora), event)

    answer = client.post(address, {**fields, "day": clocks_change(3).isoformat(), "begins": begins, "ends": ends})

    assert answer.status_code == 422
    assert answer.context["form"].errors == {field: ["This time doesn’t exist on that day, because the clocks go forward."]}


def test_an_hour_that_comes_twice_is_the_first(north: Any) -> None:
    day = clocks_change(10)
    assert moment(day, time(2, 30), north.zone) == datetime.combine(day, time(0, 30), UTC)
    assert moment(day, time(3, 30), north.zone) == datetime.combine(day, time(2, 30), UTC)
