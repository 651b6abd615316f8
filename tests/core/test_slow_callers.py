"""R50: callers who send slowly, or half a request, hold no thread; the portal answers within a second beside them."""

import http.client
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from fleetportal.core.management.commands.serve import Web
from fleetportal.core.web.buffering import MOST_BUFFERED, MOST_HEAD, Arrival, BufferingWorker, arrival
from tests.core.slow_server import THREADS
from tests.kills.portal import Processes, eventually, free_port

pytestmark = [pytest.mark.kills, pytest.mark.once]

HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\n"
KINDS = {
    "nothing": b"",
    "half a head": HEAD + b"X-Note: 1",
    "half a body": POST + b"Content-Length: 100\r\n\r\nabc",
    "half a large body": POST + b"Content-Length: 9000000\r\n\r\nabc",
    "half a chunk": POST + b"Transfer-Encoding: chunked\r\n\r\n64\r\nabc",
    "a promise": POST + b"Expect: 100-continue\r\nContent-Length: 100\r\n\r\n",
    "half a second request": HEAD + b"\r\n" + HEAD,
    "the last request, without hanging up": HEAD + b"Connection: close\r\n\r\n",
}


@pytest.fixture
def serving(tmp_path: Path, request: Any) -> Iterator[int]:
    """The port of a small server with four threads."""
    port = free_port()
    with Processes(tmp_path) as processes:
        command = [sys.executable, "-m", "tests.core.slow_server", str(port), getattr(request, "param", "ours")]
        processes.start("server", command, dict(os.environ))
        assert eventually(lambda: answered(port, within=2) is not None, within=60), processes.logs()
        yield port


def answered(port: int, *, within: float, body: bytes = b"", chunked: bool = False) -> bytes | None:
    """What the server answers; None where that takes too long."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=within)
    try:
        connection.request("POST", "/", iter([body]) if chunked else body, encode_chunked=chunked, headers=CHUNKED if chunked else {})
        return connection.getresponse().read()
    except OSError:
        return None
    finally:
        connection.close()


CHUNKED = {"Transfer-Encoding": "chunked"}


def callers(stack: ExitStack, port: int, kinds: list[bytes]) -> list[socket.socket]:
    found = []
    for sent in kinds:
        caller = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
        caller.sendall(sent)
        found.append(caller)
    time.sleep(0.3)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_r50_fifty_slow_callers_of_a_kind_silence_nobody(serving: int, kind: str) -> None:
    with ExitStack() as stack:
        slow = callers(stack, serving, [KINDS[kind]] * 50)
        for _second in range(3):
            assert answered(serving, within=1, body=b"hello") == b"ok hello"
            for caller in slow:
                caller.sendall(b"x" if "body" in kind or "chunk" in kind else b"")
            time.sleep(0.3)


@pytest.mark.parametrize("serving", ["gunicorn's own"], indirect=True)
def test_r50_the_negative_control_gunicorns_own_worker_is_silenced(serving: int) -> None:
    with ExitStack() as stack:
        callers(stack, serving, [KINDS["half a head"]] * 2 * THREADS)
        assert answered(serving, within=1) is None


def test_r50_who_takes_too_long_is_hung_up_on(serving: int) -> None:
    with ExitStack() as stack:
        slow = callers(stack, serving, [sent for kind, sent in KINDS.items() if kind not in ("nothing", "half a second request")])
        for caller in slow:
            caller.settimeout(15)
            while caller.recv(1000):
                pass  # an answer may come first; then the end


@pytest.mark.parametrize("size", [0, 1, 100_000, MOST_BUFFERED + 1, 5_000_000])
@pytest.mark.parametrize("chunked", [False, True])
def test_r50_what_is_sent_arrives_whole(serving: int, size: int, chunked: bool) -> None:
    body = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    assert answered(serving, within=10, body=body, chunked=chunked) == b"ok " + body


def test_r50_a_kept_connection_is_used_again_and_again(serving: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", serving, timeout=5)
    for number in range(5):
        connection.request("POST", "/", str(number).encode())
        assert connection.getresponse().read() == b"ok " + str(number).encode()
    connection.close()


def test_r50_requests_in_a_row_on_one_line_are_all_answered(serving: int) -> None:
    with socket.create_connection(("127.0.0.1", serving), timeout=5) as caller:
        caller.sendall((POST + b"Content-Length: 2\r\n\r\nhi") * 3)
        came = b""
        while came.count(b"ok hi") < 3:
            came += caller.recv(1000)


def test_r50_serve_uses_it() -> None:
    assert Web("127.0.0.1:0", 4, lambda: None).cfg.worker_class is BufferingWorker


@pytest.mark.parametrize(
    ("came", "found"),
    [
        (b"", Arrival.HEAD),
        (b"x" * (MOST_HEAD + 1), Arrival.WHOLE),
        (HEAD + b"\r\n", Arrival.WHOLE),
        (b"nonsense\r\n\r\n", Arrival.WHOLE),
        (POST + b"content-LENGTH: 3\r\n\r\nab", Arrival.BODY),
        (POST + b"Content-Length:3\r\n\r\nabc", Arrival.WHOLE),
        (POST + b"Content-Length: 9999999\r\n\r\n", Arrival.STREAM),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n", Arrival.STREAM),
        (POST + b"Content-Length: minus\r\n\r\n", Arrival.WHOLE),
    ],
)
def test_r50_how_much_has_come(came: bytes, found: Arrival) -> None:
    assert arrival(came) is found
