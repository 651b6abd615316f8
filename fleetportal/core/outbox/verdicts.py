"""What a gate says to a message that wants to leave, and what must hold in the database at the moment it goes."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import InterfaceError, OperationalError, models
from django.db.models import Q

from fleetportal.core.db.prepared import Prepared

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

    `clause` is made for a purpose, with a place for each of a message's `facts`; `like` has the fields whose values they take.
    """

    clause: Callable[..., Q]
    facts: Callable[["Message"], Mapping[str, Any]]
    like: Mapping[str, "models.Field[Any, Any]"]


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


@cache
def last_look(messages: type["Message"], state: str, gate: str, purpose: str) -> "Prepared[Message]":
    """Asks whether a message is still in `state` and its gate's condition holds."""
    condition = conditions.get(gate)

    def ask(pk: Any, **facts: Any) -> "models.QuerySet[Message]":
        clause = condition.clause(purpose, **facts) if condition else Q()
        return messages.objects.filter(clause, pk=pk, state=state).only("pk")

    return Prepared(ask, pk=messages._meta.pk, **(condition.like if condition else {}))


def still_holds(message: "Message") -> bool:
    """True while the message's state is the one that was read and its gate's condition holds, at this moment. Costs 1 query."""
    facts = conditions[message.gate].facts(message) if message.gate in conditions else {}
    return bool(last_look(type(message), str(message.state), message.gate, message.purpose)(pk=message.pk, **facts))
