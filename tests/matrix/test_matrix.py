"""The permission matrix (R20, R22–R24, R26): every address × ten columns × own, foreign, missing; it grows with each page.

What is expected comes from the table in `accounts/staff/roles.py` and from what each view declares; nothing here names a page.
"""

import difflib
import itertools
from collections.abc import Iterator
from contextlib import nullcontext
from copy import copy
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from fleetportal.core.links import Link, scopes
from tests.answers import said
from tests.matrix.addresses import Address, addresses
from tests.matrix.columns import COLUMNS, PLACES, Column, Place
from tests.matrix.not_found import drawn_once
from tests.matrix.trees import FAULTS, SAMPLES, SHOWS_ALL, WRITES
from tests.matrix.world import MISSING, NOUNS, SUBJECTS, World, noun_of
from tests.matrix.writes import counted, written

pytestmark = pytest.mark.matrix
ALL_ADDRESSES = addresses()
OURS = [address for address in ALL_ADDRESSES if address.access]
STAFF = [address for address in OURS if address.access.kind == "staff"]
LINKS = [address for address in OURS if address.access.kind == "link"]
OPEN = [address for address in OURS if address.access.kind == "everyone"]
FOREIGN = [address for address in ALL_ADDRESSES if address.tree and address.shape not in FAULTS]
ANONYMOUS = COLUMNS[0]
# Foreign and missing tokens are tried by every column; the other ways to be shut by a visitor, the link's holder and the administrator.
ASKS_EVERY_TOKEN = (COLUMNS[0], COLUMNS[-1])
EACH_ITS_OWN = {"X-Request-ID", "Content-Length"}  # the length goes with the body, in which the address itself may stand
STRANGERS = 2  # foreign combinations asked for in each cell: the nearest first, a colleague's before another centre's
# A visitor with a link asks for a page that takes no link with the very bytes of one without.
SIGNED_IN_OR_ANONYMOUS = [column for column in COLUMNS if not column.scope]


class Cell:
    """One request and what came of it; what it wrote is taken back."""

    def __init__(self, world: World, column: Column, method: str, path: str, *, known: Place | None = None) -> None:
        self.column, self.method, self.path = column, method, path
        client = world.clients[column]
        cookies = copy(client.cookies)
        with transaction.atomic(), written() as tables, counted() as statements:
            answer = client.generic(method, path)
            self.status, self.body = said(answer, apart_from=[path])
            self.to = answer.get("Location", "")
            transaction.set_rollback(True)
        self.headers = {name: value for name, value in answer.items() if name not in EACH_ITS_OWN}
        self.statements = len(statements)
        client.cookies = cookies
        self.tables = tables
        self.leaks = sorted(world.leaked(column, self.body + self.to.encode(), known=known))

    def __str__(self) -> str:
        return f"{self.column.name}: {self.method} {self.path} → {self.status} {self.to}".strip()

    @property
    def asks_to_sign_in(self) -> bool:
        return self.status == 302 and self.to.startswith("/login/")

    def faults(self, *, denied: bool) -> Iterator[str]:
        """What is wrong with the cell whatever its address."""
        if self.leaks and not self.path.lstrip("/").startswith((*SHOWS_ALL,)):
            yield f"{self} shows {self.leaks}"
        if self.status >= 500:
            yield f"{self} is a fault of ours"
        if self.tables and (denied or self.method in ("GET", "HEAD", "OPTIONS")):
            yield f"{self} writes to {sorted(self.tables)}"


def combinations(address: Address, column: Column) -> Iterator[tuple[bool, dict[str, Place]]]:
    """For each choice of places for the address's kwargs: is it in reach? One place for all, and with two kwargs each mixed pair."""
    kwargs = address.kwargs
    for places in itertools.product(*(PLACES[:1] if noun_of(address, kwarg).of_all else PLACES for kwarg in kwargs)):
        chosen = dict(zip(kwargs, places, strict=True))
        reached = [noun_of(address, kwarg).is_reached(column, place, address.access.may) for kwarg, place in chosen.items()]
        yield len(set(places)) <= 1 and all(reached), chosen


def test_every_address_declares_who_may_reach_it():
    undeclared = [str(address) for address in ALL_ADDRESSES if address.access is None and address.tree is None]
    assert not undeclared, f"{undeclared} declare nobody: decorate the view with page, link_page or public_page (core.web.pages)"


def test_every_kwarg_has_a_maker():
    unknown = {kwarg: str(address) for address in STAFF for kwarg in address.kwargs if kwarg not in NOUNS}
    assert not unknown, f"{unknown}: tests/matrix/world.py must know how to make an own and a foreign row for each (NOUNS)"


def test_every_scope_of_links_has_a_subject():
    unknown = {address.access.scope: str(address) for address in LINKS if address.access.scope not in SUBJECTS}
    assert not unknown, f"{unknown}: tests/matrix/world.py must know a subject for links of each scope (SUBJECTS)"
    assert {address.access.scope for address in LINKS} <= set(scopes)


def test_kept_messages_are_shown_nowhere_where_a_mail_server_is_named(world, settings):
    settings.KEEPS_MAIL = False
    mailbox = [address for address in STAFF if address.shape.startswith("mailbox/")]
    cells = [Cell(world, COLUMNS[-1], "GET", a.path({k: world.row(a, k, PLACES[0], COLUMNS[-1]) for k in a.kwargs})) for a in mailbox]
    assert [(str(cell), cell.status) for cell in cells if cell.status != 404] == []
    assert cells


def test_open_pages_say_why_and_take_no_id_but_that_of_an_event_with_a_public_page():
    assert [str(address) for address in OPEN if not address.access.why or set(address.kwargs) - {"event_id"}] == []


@pytest.mark.parametrize("address", STAFF, ids=str)
def test_a_staff_page_opens_for_the_roles_of_the_table_and_for_their_rows(world, address):
    faults = []
    for column in SIGNED_IN_OR_ANONYMOUS:
        faults += faults_of(world, address, column)
    assert not faults, "\n".join(faults)


def faults_of(world: World, address: Address, column: Column) -> Iterator[str]:
    """What is wrong with the page for that column: own and foreign rows, and one that is not there."""
    may = address.access.may
    nowhere = address.path(dict.fromkeys(address.kwargs, MISSING))
    is_told_apart = column.may(may) and address.kwargs
    missing = {method: Cell(world, column, method, nowhere) for method in ("GET", "POST")} if is_told_apart else {}
    for cell in missing.values():
        yield from cell.faults(denied=bool(address.kwargs) or not column.may(may))
        if address.kwargs and column.may(may) and cell.status not in (404, 405):
            yield f"{cell}, but nothing is there"
    for in_reach, places in choices(address, column):
        path = address.path({kwarg: world.row(address, kwarg, place, column) for kwarg, place in places.items()})
        for method in ("GET", "POST"):
            with nullcontext() if column.may(may) else drawn_once(column):
                cell = Cell(world, column, method, path)
            yield from cell.faults(denied=not in_reach)
            yield from unexpected(cell, missing.get(method, cell), may, in_reach)


def unexpected(cell: Cell, missing: Cell, may: str, in_reach: bool) -> Iterator[str]:
    """Where the answer is not the one that the table of rights asks for."""
    if cell.column.is_visitor:
        if not cell.asks_to_sign_in:
            yield f"{cell}, but a visitor is asked to sign in"
    elif not cell.column.may(may):
        if cell.status != 404:
            yield f"{cell}, but the role may not {may}"
    elif in_reach:
        if cell.asks_to_sign_in or (cell.method == "GET" and cell.status not in (200, 302, 303, 405)):
            yield f"{cell}, but the role may {may} there"
    elif (cell.status, cell.body) != (missing.status, missing.body):
        yield f"{cell}, but what is out of reach must look like what is missing ({missing}): {difference(missing.body, cell.body)}"
    elif cell.headers != missing.headers:
        yield f"{cell} with {cell.headers}, but what is missing has {missing.headers}"
    elif cell.statements != missing.statements:
        yield f"{cell} takes {cell.statements} statements, but what is missing takes {missing.statements}"


def difference(one: bytes, other: bytes) -> str:
    """The first lines in which two bodies differ."""
    lines = difflib.unified_diff(*(body.decode(errors="replace").splitlines() for body in (one, other)), n=0, lineterm="")
    return " ".join(list(lines)[3:7])[:400]


def choices(address: Address, column: Column) -> list[tuple[bool, dict[str, Place]]]:
    """The combinations worth a request: one in reach, the others as far as they differ for this column."""
    if not address.kwargs:
        return [(column.may(address.access.may), {})]
    if column.is_visitor or not column.may(address.access.may):
        return [(False, dict.fromkeys(address.kwargs, PLACES[0]))]
    if is_personal(address):
        return []  # somebody else's: see the test below
    found = list(combinations(address, column))
    return [*[pair for pair in found if pair[0]][:1], *[pair for pair in found if not pair[0]][: STRANGERS * len(address.kwargs) ** 2]]


def is_personal(address: Address) -> bool:
    return any(kwarg in NOUNS and noun_of(address, kwarg).is_personal for kwarg in address.kwargs)


@pytest.mark.parametrize("address", [*filter(is_personal, STAFF)], ids=str)
def test_a_personal_row_is_nobody_elses(world, address):
    faults = []
    for column, owner in itertools.permutations([column for column in COLUMNS if column.may(address.access.may)], 2):
        path = address.path({kwarg: world.row(address, kwarg, PLACES[0], owner) for kwarg in address.kwargs})
        missing = Cell(world, column, "GET", address.path(dict.fromkeys(address.kwargs, MISSING)))
        cell = Cell(world, column, "GET", path)
        faults += cell.faults(denied=True)
        if (cell.status, cell.body) != (missing.status, missing.body):
            faults.append(f"{cell} is {owner.name}'s")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("address", LINKS, ids=str)
def test_a_link_page_opens_for_the_holder_alone(world, address):
    scope, faults = address.access.scope, []
    shut = shut_tokens(world, scope)
    for column in COLUMNS:
        for method in ("GET", "POST"):
            asked = shut if column in ASKS_EVERY_TOKEN or column.scope == scope else dict(itertools.islice(shut.items(), 2))
            cells = {why: Cell(world, column, method, address.path({"token": token})) for why, token in asked.items()}
            faults += [fault for cell in cells.values() for fault in cell.faults(denied=True)]
            if {cell.status for cell in cells.values()} != {404} or len({cell.body for cell in cells.values()}) != 1:
                faults.append(f"{[f'{why}: {cell}' for why, cell in cells.items()]} differ")
        if column.scope == scope or column is ANONYMOUS:
            for method in ("GET", "POST"):
                cell = Cell(world, column, method, address.path({"token": world.token(scope)}), known=PLACES[0])
                faults += cell.faults(denied=False)
                if method == "GET" and cell.status not in (200, 302, 303, 405):
                    faults.append(f"{cell}, but the link opens it")
    assert not faults, "\n".join(faults)


def shut_tokens(world: World, scope: str) -> dict[str, str]:
    """Tokens that open nothing of `scope`, by why; first the two that everybody tries."""
    now = timezone.now()
    expired = Link.objects.make(scope, MISSING, expires_at=now - timedelta(seconds=1))
    revoked = Link.objects.make(scope, MISSING)
    Link.objects.filter(pk=revoked.pk).revoke(now=now)
    other = Link.objects.make("another", MISSING)
    return {"foreign": other.token, "unknown": "A" * 32, "expired": expired.token, "revoked": revoked.token, "malformed": "1"}


@pytest.mark.parametrize("address", OPEN, ids=str)
def test_an_open_page_changes_nothing_by_being_looked_at(world, address):
    faults = []
    for column in SIGNED_IN_OR_ANONYMOUS:
        rows = {kwarg: world.row(address, kwarg, PLACES[0], column) for kwarg in address.kwargs}
        for path, method in itertools.product({address.path(rows), address.path(dict.fromkeys(rows, MISSING))}, ("GET", "POST")):
            faults += Cell(world, column, method, path).faults(denied=False)
    assert not faults, "\n".join(faults)


@pytest.mark.once
@pytest.mark.parametrize("address", FOREIGN, ids=str)
def test_a_third_partys_page_opens_for_the_roles_of_the_table(world, address):
    values = {kwarg: SAMPLES.get(kwarg, MISSING if kwarg.endswith(("id", "pk", "_0", "_1")) else "nothing") for kwarg in address.kwargs}
    path, tree, faults = address.path(values), address.tree, []
    harmless = next((tables for prefix, tables in WRITES.items() if address.shape.startswith(prefix)), set())
    for column in SIGNED_IN_OR_ANONYMOUS:
        is_let_in = not tree.may or column.may(tree.may)
        for method in ("GET",) if is_let_in else ("GET", "POST"):
            with nullcontext() if is_let_in else drawn_once(column):
                cell = Cell(world, column, method, path)
            cell.tables -= harmless
            faults += cell.faults(denied=not is_let_in)
            if not is_let_in and not (cell.status in (403, 404) or cell.asks_to_sign_in):
                faults.append(f"{cell}, but the role may not {tree.may}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("address", OURS, ids=str)
def test_other_methods_do_nothing(world, address):
    """The administrator asks for own rows, the holder of a link for theirs: nothing is deleted, put or patched by its address."""
    column, faults = COLUMNS[-1], []
    if address.access.kind == "link":
        values: dict[str, Any] = {"token": world.token(address.access.scope)}
    else:
        values = {kwarg: world.row(address, kwarg, PLACES[0], column) for kwarg in address.kwargs}
    for method in ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"):
        cell = Cell(world, column, method, address.path(values))
        faults += cell.faults(denied=True)
        if method not in ("HEAD", "OPTIONS") and cell.status < 400 and not cell.asks_to_sign_in:
            faults.append(f"{cell}, but no page is asked that way")
    assert not faults, "\n".join(faults)
