"""Lent: a rush for seats: many guests at once on one event, beside a bare view with one conditional UPDATE."""

from collections.abc import Iterator, Sequence
from secrets import token_hex

from accounts.models import Centre
from bench.measure import Figure, late
from bench.rows.http import Post, Server
from bench.rows.whole import Portal
from contacts.models import Person, PersonAddress
from events.models import Registration
from fleetportal.core.links import Link
from tests.factories.accounts import make_company
from tests.factories.events import make_event, make_invitation

SEATS, GUESTS = 300, 1000
WHOLE, WARM = 180, 30  # measured guests, and warm-up guests


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
    yield whole_way(centre, people[:WHOLE])


def whole_way(centre: Centre, people: Sequence[Person]) -> Figure:
    """The cost of a guest from the personal link to the message: the page, the answer, the page with the ticket's code."""
    event, company = make_event(centre, capacity=2 * WHOLE), make_company(centre)
    invitations = [make_invitation(event, person, company=company).pk for person in people]
    paths = [link.path for link in Link.objects.make_many("invitation", invitations)]
    with Portal() as portal:
        known, paths = paths[:WARM], paths[WARM:]
        portal.figure("warm", requests_of(known))
        return portal.figure("guest registered, whole way, letter sent", requests_of(paths))


def requests_of(paths: Sequence[str]) -> list[list[Post]]:
    look = [Post(path, method="GET") for path in paths]
    return [look, [Post(path, {"party": "1", "_key": token_hex(16)}) for path in paths], look]
