"""Common to all channels: a sender that delivers one message, and the possible results."""

from dataclasses import dataclass
from typing import Protocol

from fleetportal.core.links import Link
from fleetportal.core.outbox.message import Bounce, Message


@dataclass(frozen=True)
class Delivered:
    """The receiving server accepted the message."""


@dataclass(frozen=True)
class Failed:
    """Nothing was sent, for `reason`: try again later."""

    reason: str


@dataclass(frozen=True)
class Rejected:
    """The receiving server will never accept this message; with `bounce`, because it does not know the recipient."""

    reason: str
    bounce: Bounce = Bounce.NONE


@dataclass(frozen=True)
class Unknown:
    """The connection broke after the message was sent: it may or may not have been accepted."""

    reason: str


Result = Delivered | Failed | Rejected | Unknown


class Sender(Protocol):
    """Sends the messages of one channel during a worker's slice."""

    def deliver(self, message: Message, found: dict[int, Link]) -> Result:
        """Deliver `message`; the result. `found` has the links of its placeholders. Each delivery sends the same bytes."""

    def close(self) -> None:
        """Close the sender's connections. Raises nothing."""
