"""Lent: guests let in by the code on their ticket, beside a bare view with one conditional UPDATE."""

from collections.abc import Iterator
from secrets import token_hex

from accounts.models import Centre, User
from bench.measure import Figure, late
from bench.rows.http import Post, Server, signed_in
from bench.rows.whole import Portal
from contacts.models import Person, PersonAddress
from events.models import CheckIn
from fleetportal.core.links import Link
from tests.factories.accounts import make_company
from tests.factories.events import make_event, make_invitation

GUESTS = 500
WHOLE, WARM = 150, 30  # measured guests, and warm-up guests


def figures(size: int) -> Iterator[Figure]:
    centre = Centre.objects.order_by("pk").first()
    event, yardstick = (make_event(centre, capacity=GUESTS) for _turn in range(2))
    company = make_company(centre)
    reached = PersonAddress.objects.filter(channel="email", state="confirmed")
    people = list(Person.objects.filter(pk__in=reached.values("person")).order_by("pk")[:GUESTS])
    invitations = [make_invitation(event, person, company=company).pk for person in people]
    paths = [link.path for link in Link.objects.make_many("invitation", invitations)]
    with Server() as server:
        server.rush([Post(path, {"party": "1", "_key": token_hex(16)}) for path in paths])
    guests = list(event.registrations.values_list("pk", flat=True))
    cookies = signed_in(User.objects.get(username="carla"))
    tickets = Link.objects.filter(scope="ticket", subject_id__in=guests)
    door = f"/events/{event.pk}/check-in/arrive/"
    posts = [Post(door, {"code": one.path, "any_day": "1", "_key": token_hex(16)}, cookies) for one in tickets]
    posts, apart = posts[WHOLE:], posts[:WHOLE]
    with Server() as server:
        theirs, ours = server.rush([Post(f"/bare/seat/{yardstick.seating().pk}/")] * GUESTS), server.rush(posts)
    inside = CheckIn.objects.filter(undone_at=None, registration__event=event).count()
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
    with Portal() as portal:
        portal.settle()
        portal.figure("warm", [apart[:WARM]])
        yield portal.figure("guest checked in by QR code, whole way", [apart[WARM:]])
