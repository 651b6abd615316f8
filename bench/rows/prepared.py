"""What prepared statements save: CPU time of whole paths, each use of `core.db.prepared` taken away for itself and all of them
together, in turns with the path as it is. Of the web process alone: the database does the same work either way."""

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from secrets import token_hex
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Centre, User
from bench.measure import Figure, middle
from bench.rows.asking import Reader
from bench.rows.messages import queue
from cms.models import EventPage
from contacts.models import Interaction, Person, PersonAddress
from fleetportal.core.db.locks import can_lock
from fleetportal.core.db.prepared import Prepared, PreparedUpdate, PreparedValues, Statement
from fleetportal.core.links import Link
from fleetportal.core.outbox import gates
from fleetportal.core.outbox.message import Message
from gifts.models import Voucher
from gifts.models.voucher import VoucherState
from tests.factories.accounts import make_company
from tests.factories.contacts import make_role
from tests.factories.events import make_event, make_invitation
from tests.factories.gifts import make_issue, make_programme

RUNS = int(os.environ.get("BENCH_RUNS", "200"))
MANY = 8  # on a path with as many statements each alone is measured in a tenth of the runs
Action = Callable[[], object]

taken_away: set[int] = set()
asked: Counter[int] = Counter()
statements: dict[int, Statement[Any]] = {}


def note(statement: Statement[Any]) -> bool:
    """Counts the call; True where the statement is not to be prepared."""
    statements[id(statement)] = statement
    asked[id(statement)] += 1
    return id(statement) in taken_away


def rows(self: Prepared[Any], **values: object) -> list[Any]:
    """The rows as a plain queryset reads them."""
    if not note(self):
        return prepared_rows(self, **values)
    found = self.ask(**values)
    heads = list(dict.fromkeys(name.rpartition("__")[0] for name in self.columns if "__" in name))
    found = found.select_related(None).select_related(*self.related, *heads) if self.related or heads else found
    if self.columns:
        own = [name for name in self.columns if "__" not in name] or [field.name for field in found.model._meta.concrete_fields]
        found = found.only(*own, *heads, *(name for name in self.columns if "__" in name))
    return list(found.select_for_update(no_key=True, of=("self",)) if self.locks and can_lock() else found)


def bare(self: PreparedValues[Any], **values: object) -> list[Any]:
    return list(self.ask(**values)) if note(self) else prepared_values(self, **values)


def filled(self: PreparedUpdate, values: dict[str, object]) -> tuple[str, list[Any]]:
    return self.caught().filled(values) if note(self) else prepared_update(self, values)


prepared_rows, prepared_values, prepared_update = Prepared.__call__, PreparedValues.__call__, PreparedUpdate.filled


def figures(size: int) -> Iterator[Figure]:
    with ExitStack() as stack:
        for target, name, function in (
            (Prepared, "__call__", rows),
            (PreparedValues, "__call__", bare),
            (PreparedUpdate, "filled", filled),
        ):
            stack.enter_context(patch.object(target, name, function))
        for what, action in paths():
            yield from savings(what, size, action)


def savings(what: str, size: int, action: Action) -> Iterator[Figure]:
    """A figure for each prepared statement that the path asks, and one for all of them."""
    taken_away.clear()
    for _warm in range(3):
        action()
    asked.clear()
    action()
    used = dict(asked)
    alone = [(name_of(statements[one]), {one}, RUNS if len(used) < MANY else RUNS // 10) for one in used]
    for names, gone, runs in [*alone, (f"all {len(used)}", set(used), RUNS)]:
        without, having = in_turns(action, gone, runs)
        saved = 1 - middle(having) / middle(without)
        yield Figure(
            f"{what}: {names}", size, "CPU ms", middle(having), None, "not prepared", middle(without), saved, ">= 0.2", note=f"{saved:.0%}"
        )


def in_turns(action: Action, gone: set[int], runs: int) -> tuple[list[float], list[float]]:
    """CPU milliseconds without and with the prepared statements, one after the other, so that a busy machine slows both."""
    without, having = list[float](), list[float]()
    for _turn in range(runs):
        for times, away in ((without, gone), (having, set[int]())):
            taken_away.clear()
            taken_away.update(away)
            began = time.process_time()
            action()
            times.append((time.process_time() - began) * 1000)
    taken_away.clear()
    return without, having


def name_of(statement: Statement[Any]) -> str:
    """The module and the name there; the function that asks where the statement is made in a function."""
    module = sys.modules[statement.ask.__module__]
    names = [name for name, value in vars(module).items() if value is statement]
    return f"{module.__name__.rpartition('.')[2]}.{names[0] if names else statement.ask.__qualname__.partition('.')[0]}"


def paths() -> Iterator[tuple[str, Action]]:
    anna, wanda, carla = Reader("anna"), Reader("wanda"), Reader("carla")
    yield "landing page, fresh", landing_page()
    yield from of_guests(carla)
    yield from at_the_wash(wanda)
    yield "log a contact", rolled_back(contact(anna.user))
    yield "last look at twenty messages", last_look()
    yield "Today", lambda: anna.get("/today/")


def landing_page() -> Action:
    page = EventPage.objects.live().exclude(event=None).order_by("pk").first()
    assert page, "the demo has a landing page"
    guest = Client(headers={"host": settings.BASE_HOST})
    guest.cookies[settings.SESSION_COOKIE_NAME] = "nobody"  # who has a session gets a fresh page
    return lambda: guest.get(page.url)


def of_guests(carla: Reader) -> Iterator[tuple[str, Action]]:
    centre = Centre.objects.order_by("pk").first()
    event, company = make_event(centre, capacity=500), make_company(centre)
    reached = PersonAddress.objects.filter(channel="email", state="confirmed")
    first, second = Person.objects.filter(pk__in=reached.values("person")).order_by("pk")[:2]
    links = Link.objects.make_many("invitation", [make_invitation(event, person, company=company).pk for person in (first, second)])
    comes, looks = (link.path for link in links)
    guest = Client(headers={"host": settings.BASE_HOST})
    yield "invitation", lambda: guest.get(looks)
    yield "guest registered", rolled_back(lambda: guest.post(looks, {"party": "1", "_key": token_hex(16)}))
    guest.post(comes, {"party": "1", "_key": token_hex(16)})
    ticket = Link.objects.get(scope="ticket", subject_id=event.registrations.get().pk)
    yield "ticket", lambda: guest.get(ticket.path)
    door, code = f"/events/{event.pk}/check-in/arrive/", {"code": ticket.path, "any_day": "1"}
    yield "check-in by code", rolled_back(lambda: carla.client.post(door, code | {"_key": token_hex(16)}))


def at_the_wash(wanda: Reader) -> Iterator[tuple[str, Action]]:
    wash = wanda.user.home_centre
    driver = make_role("driver", make_company(wash))
    issue = make_issue(make_programme(wash), count=1)
    Voucher.objects.filter(issue=issue).update(state=VoucherState.CLAIMED, person=driver.person, company=driver.company)
    (link,) = Link.objects.make_many("voucher", Voucher.objects.filter(issue=issue).values_list("pk", flat=True))
    sent = {"code": link.url, "wash": str(wash.pk)}
    yield "voucher redeemed", rolled_back(lambda: wanda.client.post("/vouchers/redeem/", sent | {"_key": token_hex(16)}))
    guest = Client(headers={"host": settings.BASE_HOST})
    yield "a driver's voucher", lambda: guest.get(link.path)


def contact(user: User) -> Action:
    company = make_company(user.home_centre)
    facts = {"channel": "phone", "outcome": "reached", "text": "All fine."}
    return lambda: Interaction.log(company, person=None, by=user, **facts)


def last_look() -> Action:
    message = Message.objects.get(pk=queue()[0])
    assert Message.objects.due(now=timezone.now()).exists()
    return lambda: [gates.still_holds(message) for _one in range(20)]


def rolled_back(action: Action) -> Action:
    """`action` in a transaction that leaves nothing, so that it can be done again."""

    def once() -> None:
        with transaction.atomic():
            answer = action()
            assert getattr(answer, "status_code", 200) < 400, getattr(answer, "content", b"")[:300]
            transaction.set_rollback(True)

    return once
