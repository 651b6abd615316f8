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


@dataclass(frozen=True)
class LineDown:
    """The line to the other side does not serve: it was not reached, broke, or said no to us. No message is tried until it is well again.

    `at_message`: it happened in the conversation about this message, so another one is tried first; `is_refusal`: the server said so.
    """

    reason: str
    at_message: bool = False
    is_refusal: bool = False


@dataclass(frozen=True)
class NotOurs:
    """Somebody else sends the message by now, or it must not go any more; nothing of it was handed over."""


Result = Delivered | Failed | Rejected | Unknown | LineDown | NotOurs


class Sender(Protocol):
    """Sends the messages of one channel during a worker's slice."""

    def deliver(self, message: Message, found: dict[int, Link]) -> Result:
        """Deliver `message`; the result. `found` has the links of its placeholders. Each delivery sends the same bytes."""

    def close(self) -> None:
        """Close the sender's connections. Raises nothing."""
