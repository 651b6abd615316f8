"""J7: the monthly second delivery in three clicks, and its day is moved: guests are told, and whoever it is for now is offered."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Vehicle
from contacts.consent.models import reachable
from contacts.models import Holder, Person
from events.actions import planning, registering
from events.models import Event, EventKind, Invitation
from fleetportal.core.outbox.message import Message
from tests.events.work import run_jobs
from tests.journeys.browser import DESK
from tests.journeys.conftest import sit_down

pytestmark = pytest.mark.journey
TARGET = 3


def taken_delivery(event, centre, days):
    """People of the centre who may be invited, with their car delivered so many days before (or after) the event."""
    people = reachable(Person.objects.all(), "email", "invitations").values("pk")
    running = Holder.objects.running(on=timezone.localdate()).filter(user__company__centre=centre, user__person__in=people)
    holders = running.filter(vehicle__given_back_on=None).exclude(user__person__last_name="Brandt").select_related("user__person")
    found, seen = [], set()
    for holder in holders.order_by("pk"):
        if holder.user.person_id not in seen and len(found) < len(days):
            seen.add(holder.user.person_id)
            found.append(holder)
    Vehicle.objects.filter(pk__in=event.delivered()).update(delivered_on=event.on - timedelta(days=200))
    for holder, before in zip(found, days, strict=True):
        Vehicle.objects.filter(pk=holder.vehicle_id).update(delivered_on=event.on - timedelta(days=before))
    return [holder.user.person for holder in found]


def test_j7_over_a_moved_second_delivery(meet, portal):
    for other in Event.objects.filter(kind=EventKind.SECOND_DELIVERY, starts_at__gt=timezone.now()).exclude(state="cancelled"):
        planning.call_off(other, by=None)
    Invitation.objects.filter(event__kind=EventKind.SECOND_DELIVERY).delete()
    dora = sit_down(meet, "dora", DESK)
    page = dora.arrive("/events/")
    dora.press(page.locator("form[action$='/second-delivery/'] button"))
    dora.see("This is a draft")
    event = Event.objects.select_related("centre", "host").filter(kind=EventKind.SECOND_DELIVERY).latest("pk")
    comes, early, late = taken_delivery(event, event.centre, (5, 27, -3))
    page.reload()
    dora.press(page.locator(".fp-next button"))
    dora.press(page.locator(".fp-next form[action$='/invite/'] button"))
    dora.see("The invitations")
    run_jobs()
    assert dora.clicks == TARGET
    assert set(event.invitations.values_list("person", flat=True)) == {comes.pk, early.pk}

    event = Event.objects.select_related("centre", "host").get(pk=event.pk)
    invitation = event.invitations.get(person=comes)
    registering.register(event, comes, company=invitation.company, seating=event.seating(), party=2, by=None)
    page = dora.arrive(f"/events/{event.pk}/edit/")
    page.locator("[name=day]").fill((event.on + timedelta(days=7)).isoformat())
    dora.press(page.locator("form.fp-form button.btn-primary"))
    dora.see("has been saved")
    run_jobs()

    event = Event.objects.select_related("centre", "host").get(pk=event.pk)
    told = Message.objects.filter(template="events/mail/moved", recipient_id=comes.pk)
    assert [part["type"].split(";")[0] for part in told.get().attachments] == ["text/calendar"]
    page = dora.arrive(f"/events/{event.pk}/proposal/")
    assert page.locator("input[name=invite]").evaluate_all("all => all.map(one => Number(one.value))") == [late.pk]
    dora.press(page.locator("form button.btn-primary").first)
    run_jobs()
    assert set(event.invitations.values_list("person", flat=True)) == {comes.pk, early.pk, late.pk}
