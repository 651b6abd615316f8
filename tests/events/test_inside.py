"""Whoever is in the house neither gives back the seats from the telephone nor has them given to others (F8)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Company
from events.actions import registering, seats
from events.models import CheckIn, Registration, Status, StillInside
from fleetportal.core.links import Link
from tests.factories.events import make_event, make_guest, make_invitation, make_registration
from tests.races import race

pytestmark = pytest.mark.django_db


def test_a_party_inside_neither_cancels_nor_shrinks_below_the_heads_inside(north_ag: Company) -> None:
    event = make_event(north_ag.centre, capacity=4)
    inside, waits = make_registration(event, company=north_ag, party=4), make_registration(event, company=north_ag, party=3)
    inside.check_in(by=None, heads=2)

    for act in (lambda: registering.cancel(inside, by=None), lambda: registering.change(inside, by=None, party=1)):
        with pytest.raises(StillInside):
            act()
    registering.change(inside, by=None, party=2)

    waits.refresh_from_db()
    assert (Registration.objects.get(pk=inside.pk).status, waits.status) == (Status.SEATED, Status.WAITING)
    CheckIn.objects.get().undo(by=None)
    registering.cancel(inside, by=None)


def test_the_guest_reads_to_tell_us_at_the_door(client: Client, north_ag: Company) -> None:
    event, guest = make_event(north_ag.centre), make_guest(north_ag)
    invitation = make_invitation(event, guest, company=north_ag)
    registration = make_registration(event, guest, company=north_ag)
    registration.check_in(by=None)
    token = Link.objects.get(scope="invitation", subject_id=invitation.pk).token

    for page in ("cancel", "no"):
        said = client.post(f"/invitation/{token}/{page}/", {"_key": page * 16})
        assert said.status_code == 409
        assert "tell us at the door" in said.content.decode()
    assert Registration.objects.get(pk=registration.pk).is_seated


def both(north_ag: Company) -> tuple[Registration, list[Any]]:
    event = make_event(north_ag.centre, capacity=4)
    party = make_registration(event, company=north_ag, party=4)
    acts: list[Callable[[], object]] = [
        lambda: Registration.objects.get(pk=party.pk).check_in(by=None),
        lambda: registering.cancel(Registration.objects.get(pk=party.pk), by=None),
    ]
    outcomes = race(*acts)
    return Registration.objects.get(pk=party.pk), outcomes


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_the_door_and_the_telephone_at_once_one_wins(north_ag: Company) -> None:
    for _round in range(5):
        party, outcomes = both(north_ag)
        assert sum(isinstance(one, Exception) for one in outcomes) == 1
        assert party.is_seated == CheckIn.objects.not_undone().filter(registration=party).exists()


def test_the_canary_seats_are_given_away_without_the_guard(north_ag: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registering, "refuse_inside", lambda *args, **kwargs: None)
    event = make_event(north_ag.centre, capacity=4)
    party, waits = make_registration(event, company=north_ag, party=4), make_registration(event, company=north_ag, party=3)
    party.check_in(by=None)

    registering.cancel(party, by=None)
    Registration.objects.get(pk=waits.pk).check_in(by=None)

    assert sum(CheckIn.objects.not_undone().values_list("heads", flat=True)) > seats.Seating.objects.get(event=event).capacity
