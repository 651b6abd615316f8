"""Guests let in by the code on their ticket, beside a bare view with one conditional UPDATE."""

from collections.abc import Iterator
from secrets import token_hex

from accounts.models import Centre, User
from bench.measure import Figure, late
from bench.rows.http import Post, Server, signed_in
from contacts.models import Person
from events.actions import registering
from events.models import CheckIn
from fleetportal.core.links import Link
from tests.factories.accounts import make_company
from tests.factories.events import make_event

GUESTS = 500


def figures(size: int) -> Iterator[Figure]:
    centre = Centre.objects.order_by("pk").first()
    event, yardstick = (make_event(centre, capacity=GUESTS) for _turn in range(2))
    company, seating = make_company(centre), event.seating()
    people = Person.objects.order_by("pk")[:GUESTS]
    guests = [registering.register(event, person, company=company, seating=seating, party=1, by=None).pk for person in people]
    cookies = signed_in(User.objects.get(username="carla"))
    tickets = Link.objects.filter(scope="ticket", subject_id__in=guests)
    posts = [Post(f"/events/{event.pk}/check-in/arrive/", {"code": one.url, "_key": token_hex(16)}, cookies) for one in tickets]
    with Server() as server:
        theirs, ours = server.rush([Post(f"/bare/seat/{yardstick.seating().pk}/")] * GUESTS), server.rush(posts)
    inside = CheckIn.objects.not_undone().filter(registration__event=event).count()
    assert inside + ours.failed == len(posts), f"{inside} of {len(posts)} inside: {ours.statuses}"
    yield Figure(
        "guest checked in by QR code",
        len(posts),
        "/s",
        ours.rate,
        late(ours.milliseconds),
        "bare conditional UPDATE",
        theirs.rate,
        ours.rate / theirs.rate,
        ">= 0.6",
        cpu_ms=ours.cpu_ms_each,
        note=f"{ours.failed} failed",
    )
