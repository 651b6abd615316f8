"""A mail server for tests: stores messages in order, and replies as the test says."""

import email
import email.policy
import time
from collections import Counter
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from tests.kills.portal import free_port

TAKEN = "250 taken"


class Sink:
    """Use as a context manager; `answer(recipient)` gives the SMTP reply, `delay_seconds` the time it takes."""

    def __init__(self, *, delay_seconds: float = 0, answer: Callable[[str], str] = lambda recipient: TAKEN) -> None:
        self.port = free_port()
        self.url = f"smtp://127.0.0.1:{self.port}"
        self.delay_seconds, self.answer = delay_seconds, answer
        self.taken: list[tuple[str, bytes]] = []
        self.connections = 0
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    def __enter__(self) -> "Sink":
        self._controller.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._controller.stop()

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        recipient = envelope.rcpt_tos[0]
        if self.delay_seconds:
            time.sleep(self.delay_seconds)  # in the server's own thread: one message after the other
        answer = self.answer(recipient)
        if answer.startswith("250"):
            self.taken.append((recipient, envelope.original_content))
        return answer

    @property
    def recipients(self) -> set[str]:
        return {recipient for recipient, _content in self.taken}

    @property
    def copies(self) -> Counter[str]:
        """How many copies each recipient got."""
        return Counter(recipient for recipient, _content in self.taken)

    def versions(self, recipient: str) -> set[bytes]:
        """The different bodies that one recipient got; one, when each copy was the same bytes."""
        return {content for to, content in self.taken if to == recipient}

    def messages(self) -> list[EmailMessage]:
        return [email.message_from_bytes(content, policy=email.policy.default) for _recipient, content in self.taken]
