"""What every channel has in common: a sender that delivers one message, and what can come of it."""

from dataclasses import dataclass
from typing import Protocol

from fleetportal.core.links import Link
from fleetportal.core.outbox.message import Bounce, Message


@dataclass(frozen=True)
class Delivered:
    """The other side has taken the message."""


@dataclass(frozen=True)
class Failed:
    """Nothing was handed over, for `reason`: try again later."""

    reason: str


@dataclass(frozen=True)
class Rejected:
    """The other side will never take this message; with `bounce`, because it does not know the recipient."""

    reason: str
    bounce: Bounce = Bounce.NONE


@dataclass(frozen=True)
class Unknown:
    """The connection broke after the message was handed over: nobody knows whether it was taken."""

    reason: str


Result = Delivered | Failed | Rejected | Unknown


class Sender(Protocol):
    """Sends the messages of one channel, from the first to the last of a worker's slice."""

    def deliver(self, message: Message, found: dict[int, Link]) -> Result:
        """What came of `message`; `found` has the links that its placeholders name. The same bytes each time it is delivered."""

    def close(self) -> None:
        """End what the sender keeps open for the next message. Raises nothing."""
