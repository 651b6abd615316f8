"""Lent: every address of the menu, and every kind of page one click further, for every role: milliseconds, statements, bytes on the wire.

Pages are found by their links, so that a page which is added is measured too; of pages that differ by a number alone, the first.
"""

import html
import re
from collections.abc import Iterator

from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from bench.measure import Figure, late, middle, times
from bench.rows.asking import Reader

ROLES = ("anna", "carla", "dora", "emil", "wanda", "admin")
STARTS = ("/today/", "/companies/", "/events/", "/vouchers/redeem/", "/search/")
FURTHER = (  # no link of the menu's pages leads there
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
    for role in ROLES:
        reader = Reader(role)
        for address in [*addresses(reader), *sorts(reader)]:
            yield figure(reader, role, address, size)


def figure(reader: Reader, role: str, address: str, size: int) -> Figure:
    with CaptureQueriesContext(connection) as queries:
        page = ask(reader, address)
    count = len(queries)
    ours = times(lambda: ask(reader, address), count=TURNS, warm=1)
    what, sent = f"{role} {address if address in FURTHER or 'sort=' in address else shape(address)}", f"{len(page.content):,} bytes"
    note = f"{sent}, over {MOST_MS} ms" if middle(ours) > MOST_MS else sent
    return Figure(what, size, "ms", middle(ours), late(ours), aim=f"<= {MOST_MS} ms", statements=count, note=note)


def ask(reader: Reader, address: str) -> HttpResponse:
    """The answer as a browser gets it: compressed, where the portal compresses."""
    return reader.client.get(address, headers={"accept-encoding": "gzip"})


def addresses(reader: Reader) -> list[str]:
    """Where `reader` comes within CLICKS of the page that the day begins with, one address for each kind of page."""
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
