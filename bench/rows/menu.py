"""Lent: every address of the menu, and every kind of page one click further, for every role: milliseconds, statements, bytes on the wire.

Pages are found by their links, so that new pages are included; of pages that differ only by a number, the first.
"""

import html
import re
import time
from collections.abc import Iterator
from pathlib import Path

from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from accounts.models import Centre, User
from bench.measure import Figure, late, middle, times
from bench.rows.asking import Reader

ROLES = ("anna", "carla", "dora", "emil", "wanda", "admin")
STARTS = ("/today/", "/companies/", "/events/", "/vouchers/redeem/", "/search/")
FURTHER = (  # not linked from the menu's pages
    "/search/?q=gmbh",
    "/search/?q=nord",
    "/people/?page=1500",
    "/companies/?page=1500",
    "/companies/?q=gmbh",
    "/people/?q=an",
    "/companies/?ends=9&sort=name",
    "/companies/?phase=loyal&sort=-name",
)
LEFT_OUT = re.compile(
    r"^/(?:static|media|cms|django-admin|mailbox|login|logout|accounts|i18n)\b|_export|\.(?:pdf|svg|ics|css|js|webmanifest)$"
)
LINK = re.compile(r'(?:href|data-hx-get|data-later)="(/[^"#]*)')
SORT = re.compile(r'<a href="[^"]*[?&]sort=-?(\w+)')
CLICKS = 2
TURNS = 5
MOST_MS = 300


def figures(size: int) -> Iterator[Figure]:
    for role in [*ROLES, *one_centre()]:
        reader = Reader(role)
        for address in [*addresses(reader), *sorts(reader)]:
            yield figure(reader, role, address, size)


def one_centre() -> list[str]:
    """The name of an administrator of a single centre, added to the demo; none for commits with another way to assign roles."""
    try:
        from accounts.staff.actions.roles import give_role  # noqa: PLC0415  what an older commit may lack
    except ImportError:
        return []
    user, is_new = User.objects.get_or_create(username="nora", defaults={"first_name": "Nora"})
    if is_new:
        give_role(user, "administrator", Centre.objects.filter(slug="nord"), by=None)
    return [user.username]


def figure(reader: Reader, role: str, address: str, size: int) -> Figure:
    with CaptureQueriesContext(connection) as queries:
        page = ask(reader, address)
    count = len(queries)
    before = spent_ms()
    ours = times(lambda: ask(reader, address), count=TURNS, warm=0)  # it was asked for before
    cpu = (spent_ms() - before) / TURNS
    what, sent = f"{role} {address if address in FURTHER or 'sort=' in address else shape(address)}", f"{len(page.content):,} bytes"
    note = f"{sent}, over {MOST_MS} ms" if middle(ours) > MOST_MS else sent
    return Figure(what, size, "ms", middle(ours), late(ours), aim=f"<= {MOST_MS} ms", statements=count, cpu_ms=cpu, note=note)


def spent_ms() -> float:
    """The CPU time of this process and of the process of PostgreSQL that answers it: which a busy machine hardly changes."""
    own = time.process_time() * 1000
    if connection.vendor != "postgresql":
        return own
    if connection.connection is None:
        connection.connect()
    running = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return own + (int(running.read_text(encoding="utf-8").split()[0]) / 1e6 if running.is_file() else 0)


def ask(reader: Reader, address: str) -> HttpResponse:
    """The answer as a browser gets it: compressed, where the portal compresses."""
    return reader.client.get(address, headers={"accept-encoding": "gzip"})


def addresses(reader: Reader) -> list[str]:
    """The addresses within CLICKS of `reader`'s start page, one for each kind of page."""
    found: dict[str, str] = {}
    ahead = [next(address for address in STARTS if is_page(reader, address))]
    for click in range(CLICKS + 1):
        pages = [address for address in ahead if shape(address) not in found and is_page(reader, address)]
        found |= {shape(address): address for address in reversed(pages)}
        ahead = (
            [link for address in dict.fromkeys(found[shape(page)] for page in pages) for link in links(reader, address)]
            if click < CLICKS
            else []
        )
    return [*found.values(), *(address for address in FURTHER if is_page(reader, address))]


def sorts(reader: Reader) -> list[str]:
    """Every column by which a list of the menu can be sorted, upwards and downwards."""
    lists = [line for line in links(reader, next(address for address in STARTS if is_page(reader, address))) if "?" not in line]
    found = []
    for address in lists:
        page = reader.client.get(address).content.decode() if is_page(reader, address) else ""
        names = dict.fromkeys(SORT.findall(html.unescape(page)))
        found += [f"{address}?sort={direction}{name}" for name in names for direction in ("", "-")]
    return found


def is_page(reader: Reader, address: str) -> bool:
    response = reader.client.get(address)
    return response.status_code == 200 and response["Content-Type"].startswith("text/html")


def links(reader: Reader, address: str) -> list[str]:
    """The links of a page within the portal, the first of each kind."""
    page = reader.client.get(address).content.decode()
    firsts: dict[str, str] = {}
    for link in map(html.unescape, LINK.findall(page)):
        if not LEFT_OUT.search(link):
            firsts.setdefault(shape(link), link)
    return list(firsts.values())


def shape(address: str) -> str:
    """The kind of a page: its path without numbers."""
    return re.sub(r"\d+", "N", address.partition("?")[0])
