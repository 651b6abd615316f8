"""The landing page of an event for many phones at once: kept and fresh, beside a bare view with a static string."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings

from bench.measure import Figure, late
from bench.rows.http import Post, Rush, Server
from cms.models import EventPage

VISITS = 2000


def figures(size: int) -> Iterator[Figure]:
    page = EventPage.objects.live().exclude(event=None).order_by("pk").first()
    assert page, "the demo has a landing page"
    path = urlsplit(page.full_url).path
    fresh = {settings.SESSION_COOKIE_NAME: "nobody"}  # who has a session gets a fresh page
    with Server() as server:
        server.rush([Post(path, method="GET")] * 20)
        theirs = server.rush([Post("/bare/page/", method="GET")] * VISITS)
        yield figure("landing page, kept", server.rush([Post(path, method="GET")] * VISITS), theirs, ">= 0.5")
        yield figure("landing page, fresh", server.rush([Post(path, method="GET", cookies=fresh)] * (VISITS // 4)), theirs, ">= 0.1")


def figure(what: str, ours: Rush, theirs: Rush, aim: str) -> Figure:
    ratio = ours.rate / theirs.rate
    note = f"{ours.failed} failed"
    rates = (ours.rate, late(ours.milliseconds), "a bare view with a static string", theirs.rate, ratio)
    return Figure(what, len(ours.milliseconds), "/s", *rates, aim, cpu_ms=ours.cpu_ms_each, note=note)
