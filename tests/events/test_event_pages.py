"""Events for staff: list, form, cockpit, whom to invite, and the door; each page's queries do not grow with its rows."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from events.actions import planning
from events.models import Event, EventKind, EventState, Invitation
from fleetportal.core.jobs import queue as jobs
from tests.factories.accounts import make_company
from tests.factories.events import make_event, make_guest, make_invitation, make_registration

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

    with django_assert_num_queries(18):
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
