"""What a gate says to a message that wants to leave, and what must hold in the database at the moment it goes."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import InterfaceError, OperationalError, connection
from django.db.models import Q

if TYPE_CHECKING:
    from fleetportal.core.outbox import Message

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Go:
    """The gate's yes."""


@dataclass(frozen=True)
class Never:
    """The gate's no, for good; `reason` is shown to staff."""

    reason: str


@dataclass(frozen=True)
class NotYet:
    """The gate's "ask me again at `until`"."""

    until: datetime


Verdict = Go | Never | NotYet
Gate = Callable[["Message", datetime], Verdict]


@dataclass(frozen=True)
class Condition:
    """The where-clause under which a gate says yes, put into SQL once for each purpose and asked at the last moment.

    `clause` is made for a purpose with stand-ins where a message's own facts belong; `facts` maps them to those facts.
    """

    clause: Callable[[str], Q]
    facts: Callable[["Message"], Mapping[Any, Any]]


# name -> gate; `contacts` registers service, marketing, …
gates: dict[str, Gate] = {}
# The same question for many messages at once, by id; for gates that can answer it in one query.
gates_of_many: dict[str, Callable[[list["Message"], datetime], dict[int, Verdict]]] = {}
# The same once more, of one message at the moment it is handed over; a gate without one is asked once, for its batch.
conditions: dict[str, Condition] = {}


def ask(batch: list["Message"], now: datetime) -> dict[int, Verdict]:
    """What the gates say to each message, by id; nothing where a gate failed: the others go, that one is tried later."""
    verdicts: dict[int, Verdict] = {}
    for gate in {message.gate for message in batch}:
        asking = [message for message in batch if message.gate == gate]
        if gate in gates_of_many:
            with of_that_gate_alone(gate):
                verdicts |= gates_of_many[gate](asking, now)
        else:
            for message in asking:
                with of_that_gate_alone(gate):
                    verdicts[message.pk] = gates[gate](message, now)
    return verdicts


@contextmanager
def of_that_gate_alone(gate: str) -> Iterator[None]:
    """A fault of one gate is logged and keeps no other message; a database that is away is nobody's fault and rises."""
    try:
        yield
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # any fault there is: a gate is filled in from above
        log.exception("the gate %r failed", gate)


THIS = -1  # stands for the message in the statements made ready once


@cache
def last_look(vendor: str, messages: type["Message"], state: str, gate: str, purpose: str) -> tuple[str, tuple[Any, ...]]:
    """Asks whether a message is still in `state` and its gate's condition holds, with its parameters; in SQL once for a process."""
    clause = conditions[gate].clause(purpose) if gate in conditions else Q()
    rows = messages.objects.filter(clause, pk=THIS, state=state).values_list("pk")
    sql, parameters = rows.query.sql_with_params()
    return sql, tuple(parameters)


def still_holds(message: "Message") -> bool:
    """True while the message's state is the one that was read and its gate's condition holds, at this moment. Costs 1 query."""
    sql, parameters = last_look(connection.vendor, type(message), str(message.state), message.gate, message.purpose)
    facts = {THIS: message.pk, **(conditions[message.gate].facts(message) if message.gate in conditions else {})}
    with connection.cursor() as cursor:
        cursor.execute(sql, [facts.get(value, value) for value in parameters])
        return cursor.fetchone() is not None
