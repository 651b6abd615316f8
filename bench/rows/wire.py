"""Lent: kilobytes on the wire of staff pages as a browser gets them: gzip negotiated, with the parts that a page fetches by itself."""

import html
import re
from collections.abc import Iterator

from bench.measure import Figure
from bench.rows.asking import Reader
from bench.rows.menu import addresses, ask, shape

ROLES = ("anna", "admin")
AIMS_KB = {"/companies/": 12, "/today/": 9}
ANY_PAGE_KB = 15  # a page loaded again: its files come from the browser's cache
PART = re.compile(r'data-hx-get="(/[^"#]*)"\s+data-hx-trigger="load"')


def figures(size: int) -> Iterator[Figure]:
    for role in ROLES:
        reader = Reader(role)
        for address in addresses(reader):
            aim, sent = AIMS_KB.get(address, ANY_PAGE_KB), kilobytes(reader, address)
            note = "" if sent <= aim else f"over {aim} kB"
            yield Figure(f"{role} {shape(address)} on the wire", size, "kB", sent, aim=f"<= {aim} kB", note=note)


def kilobytes(reader: Reader, address: str) -> float:
    """The page, and each part that it asks for as it opens, compressed where the portal compresses."""
    page = reader.client.get(address).content.decode()
    parts = [ask(reader, html.unescape(part)) for part in PART.findall(page)]
    return sum(len(answer.content) for answer in (ask(reader, address), *parts)) / 1000
