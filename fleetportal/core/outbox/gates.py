"""May a message leave? A gate answers for a whole batch; what must still be true as each message goes is its condition.

An app registers its gates by name: `gates.register("service", ConditionGate(Q(…), "This address was withdrawn."))`.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from django.db import InterfaceError, OperationalError, models
from django.db.models import Q

from fleetportal.core.db.prepared import Prepared
from fleetportal.core.outbox.message import Message
from fleetportal.core.registry import Registry

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
    """The gate's answer "not yet, check again at `until`"."""

    until: datetime


Verdict = Go | Never | NotYet


class Gate(Protocol):
    """Decides whether messages may leave."""

    @property
    def condition(self) -> Q:
        """The where-clause over messages that must hold at the moment one is handed over; an empty one always holds."""

    def ask_many(self, messages: Sequence[Message], now: datetime) -> dict[int, Verdict]:
        """What the gate says to each of `messages`, by id."""


@dataclass(frozen=True, eq=False)
class ConditionGate:
    """A gate that is its condition: messages that meet it may go, all others never, for `reason`."""

    condition: Q
    reason: str

    def ask_many(self, messages: Sequence[Message], now: datetime) -> dict[int, Verdict]:
        """Costs 1 query, whatever the number of messages."""
        ids = [message.pk for message in messages]
        passing = set(Message.objects.filter(self.condition, pk__in=ids).values_list("pk", flat=True))
        return {pk: Go() if pk in passing else Never(self.reason) for pk in ids}


gates: Registry[Gate] = Registry("gates of the outbox")


def ask(batch: Sequence[Message], now: datetime) -> dict[int, Verdict]:
    """What the gates say to each message, by id; nothing where a gate failed: the others go, that one is tried later."""
    verdicts: dict[int, Verdict] = {}
    for name in {message.gate for message in batch}:
        with logged_failure(name):
            verdicts |= gates[name].ask_many([message for message in batch if message.gate == name], now)
    return verdicts


@contextmanager
def logged_failure(gate: str) -> Iterator[None]:
    """A fault of one gate is logged and stops no other message; a database that is away is nobody's fault and rises."""
    try:
        yield
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # any fault there is: a gate is written in an app above
        log.exception("the gate %r failed", gate)


@cache
def last_look(gate: str, state: str) -> Prepared[Message]:
    """Asks whether a message is still in `state` and the condition of its gate holds."""

    def waiting(pk: Any) -> "models.QuerySet[Message]":
        return Message.objects.filter(gates[gate].condition, pk=pk, state=state)

    return Prepared(waiting, columns=("id",), pk=Message._meta.pk)


def still_holds(message: Message) -> bool:
    """True while the message has the state that was read and its gate's condition holds, at this moment. Costs 1 query."""
    return bool(last_look(message.gate, str(message.state))(pk=message.pk))
