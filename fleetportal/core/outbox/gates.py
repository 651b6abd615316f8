"""Gates decide whether messages may be sent. A gate decides for a whole batch; its condition is checked again as each message is sent.

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
from django.utils import timezone

from fleetportal.core.db.prepared import Prepared
from fleetportal.core.outbox.message import LEASE, Message, MessageState
from fleetportal.core.registry import Registry

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Go:
    """The message may be sent."""


@dataclass(frozen=True)
class Never:
    """The message may never be sent; `reason` is shown to staff."""

    reason: str


@dataclass(frozen=True)
class NotYet:
    """The message must wait; ask again at `until`."""

    until: datetime


Verdict = Go | Never | NotYet


class Gate(Protocol):
    """Decides whether messages may be sent."""

    @property
    def condition(self) -> Q:
        """The condition on messages that must hold at the moment of sending; an empty one always holds."""

    def ask_many(self, messages: Sequence[Message], now: datetime) -> dict[int, Verdict]:
        """The gate's decision for each of `messages`, by id."""


@dataclass(frozen=True, eq=False)
class ConditionGate:
    """A gate that is only a condition: messages that meet it may be sent, all others never, for `reason`."""

    condition: Q
    reason: str

    def ask_many(self, messages: Sequence[Message], now: datetime) -> dict[int, Verdict]:
        """Costs 1 query, whatever the number of messages."""
        ids = [message.pk for message in messages]
        passing = set(Message.objects.filter(self.condition, pk__in=ids).values_list("pk", flat=True))
        return {pk: Go() if pk in passing else Never(self.reason) for pk in ids}


class FurtherGate(ConditionGate):
    """A gate behind another one: what passes that must also meet `further`, else it never goes, for `reason`."""

    def __init__(self, first: ConditionGate, further: Q, reason: str) -> None:
        super().__init__(first.condition & further, reason)
        object.__setattr__(self, "first", first)

    first: ConditionGate

    def ask_many(self, messages: Sequence[Message], now: datetime) -> dict[int, Verdict]:
        """Costs 1 query, 2 where some may not go: the first gate says why of those that it refuses."""
        verdicts = super().ask_many(messages, now)
        refused = [message for message in messages if isinstance(verdicts[message.pk], Never)]
        why = self.first.ask_many(refused, now) if refused else {}
        return verdicts | {pk: verdict for pk, verdict in why.items() if isinstance(verdict, Never)}


# By name, each registered by the app that knows its rule (`git grep "gates.register"`). `still_holds` asks at the last moment.
gates: Registry[Gate] = Registry("gates of the outbox")


def ask(batch: Sequence[Message], now: datetime) -> dict[int, Verdict]:
    """The gates' decision for each message, by id; none where a gate failed: that message is tried again later."""
    verdicts: dict[int, Verdict] = {}
    for name in {message.gate for message in batch}:
        with logged_failure(name):
            verdicts |= gates[name].ask_many([message for message in batch if message.gate == name], now)
    return verdicts


@contextmanager
def logged_failure(gate: str) -> Iterator[None]:
    """Logs an error of one gate, so that it stops no other message; errors of the database connection are raised."""
    try:
        yield
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # any error: gates are written in the apps above
        log.exception("the gate %r failed", gate)


@cache
def last_look(gate: str, state: str) -> Prepared[Message]:
    """Checks whether a message is still in `state` and its gate's condition holds."""

    def waiting(pk: Any) -> "models.QuerySet[Message]":
        return Message.objects.filter(gates[gate].condition, pk=pk, state=state)

    return Prepared(waiting, columns=("id",), pk=Message._meta.pk)


def still_holds(message: Message) -> bool:
    """True while the message still has the state that was read and its gate's condition holds. Costs 1 query."""
    return bool(last_look(message.gate, str(message.state))(pk=message.pk))


def keep_lease(message: Message) -> bool:
    """True while `message` is ours to send and its gate's condition holds: its lease begins anew. Costs 1 query."""
    ours = Message.objects.filter(gates[message.gate].condition, pk=message.pk, state=MessageState.WAITING, lease_until=message.lease_until)
    until = timezone.now() + LEASE
    if not ours.update(lease_until=until):
        return False
    message.lease_until = until
    return True
