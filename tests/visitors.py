"""HTTP clients for a live server, each with its own cookies, many at once."""

import http.client
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from queue import Empty, Queue
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.test import Client

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([A-Za-z0-9]{64})"')
PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Visitor:
    """One browser. `session` is a signed-in session's key, `headers` are sent with everything."""

    url: str
    session: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    csrf: str = "a" * 32

    @classmethod
    def signed_in(cls, url: str, user: object) -> "Visitor":
        client = Client()
        client.force_login(user)
        return cls(url, session=client.cookies[settings.SESSION_COOKIE_NAME].value)

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post(self, path: str, data: dict[str, str]) -> Answer:
        return self.ask("POST", path, urlencode({**data, "csrfmiddlewaretoken": self.csrf}))

    def ask(self, method: str, path: str, body: str | None = None) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=PATIENCE_SECONDS)
        cookies = f"{settings.CSRF_COOKIE_NAME}={self.csrf}" + (f"; {settings.SESSION_COOKIE_NAME}={self.session}" if self.session else "")
        headers = {"Cookie": cookies, **self.headers} | ({"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {})
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers.get("Location", ""), answer.read())
        finally:
            connection.close()


def rush(requests: Sequence[Callable[[], Answer]], *, at_once: int) -> list[Answer]:
    """The answers to `requests`, in their order, sent by `at_once` visitors who start at one barrier."""
    waiting: Queue[tuple[int, Callable[[], Answer]]] = Queue()
    for pair in enumerate(requests):
        waiting.put(pair)
    answers: dict[int, Answer] = {}
    barrier = threading.Barrier(at_once)

    def work() -> None:
        barrier.wait(PATIENCE_SECONDS)
        while True:
            try:
                number, request = waiting.get_nowait()
            except Empty:
                return
            answers[number] = request()

    threads = [threading.Thread(target=work, daemon=True) for _one in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert len(answers) == len(requests), "a visitor got no answer"
    return [answers[number] for number in range(len(requests))]
