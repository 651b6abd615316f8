"""A rush for seats: many guests at once on one event, beside a bare view with one conditional UPDATE."""

from collections.abc import Iterator
from secrets import token_hex

from accounts.models import Centre
from bench.measure import Figure, late
from bench.rows.http import Post, Server
from contacts.models import Person, PersonAddress
from events.models import Registration
from fleetportal.core.links import Link
from tests.factories.accounts import make_company
from tests.factories.events import make_event, make_invitation

SEATS, GUESTS = 300, 1000


def figures(size: int) -> Iterator[Figure]:
    centre = Centre.objects.order_by("pk").first()
    event, yardstick = make_event(centre, capacity=SEATS), make_event(centre, capacity=SEATS)
    company = make_company(centre)
    reached = PersonAddress.objects.filter(channel="email", state="confirmed")
    people = Person.objects.filter(pk__in=reached.values("person")).order_by("pk")[:GUESTS]
    invitations = [make_invitation(event, person, company=company).pk for person in people]
    paths = [link.path for link in Link.objects.make_many("invitation", invitations)]
    posts = [Post(path, {"party": "1", "_key": token_hex(16)}) for path in paths]
    bare = [Post(f"/bare/seat/{yardstick.seating().pk}/") for _guest in posts]
    with Server() as server:
        theirs, ours = server.rush(bare), server.rush(posts)
    seated = Registration.objects.filter(event=event, status="seated").count()
    assert seated <= SEATS, f"{seated} seats given of {SEATS}"
    yield Figure(
        "guest registered, from link to letter queued",
        len(posts),
        "/s",
        ours.rate,
        late(ours.milliseconds),
        "bare conditional UPDATE",
        theirs.rate,
        ours.rate / theirs.rate,
        ">= 0.5",
        cpu_ms=ours.cpu_ms_each,
        note=f"{seated} of {SEATS} seats; {ours.failed} failed",
    )
