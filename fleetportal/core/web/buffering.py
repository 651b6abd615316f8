"""A gunicorn worker that reads requests in its event loop and gives a thread only to those that have arrived whole.

So callers who send slowly, or half a request, hold no thread: only a connection, and that for some seconds. Bodies too large to wait for
in memory are read by threads, of which half are kept free of them, and within a time that grows with their size.
"""

import re
import selectors
import socket
import struct
import time
from collections import deque
from concurrent.futures import Future
from enum import Enum
from functools import partial
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

HEAD_SECONDS = 10.0
BODY_SECONDS = 30.0
STREAM_SECONDS, STREAM_BYTES_A_SECOND = 60.0, 50_000
SILENT_SECONDS = 20  # that a thread waits for one more byte of a large body, or for a caller to take one more of the answer
LINGER_SECONDS = 2.0  # for a caller to hang up after the last answer: closed at once, it might be cut short
MOST_READING = 500  # connections that are being read; beyond these the oldest one is closed
MOST_HEAD = 64 * 1024  # above it gunicorn refuses, by limits of its own
MOST_BUFFERED = 1024 * 1024

END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,12})[ \t]*\r\n", re.IGNORECASE)
STREAMED = re.compile(rb"\r\n(?:transfer-encoding|expect):", re.IGNORECASE)


class Arrival(Enum):
    """How much of a request has arrived."""

    HEAD = "part of the head"
    BODY = "the head, and part of a body that is waited for"
    WHOLE = "all of it, or enough for gunicorn to refuse it"
    STREAM = "the head, of a body that a thread has to read"


def arrival(came: bytes) -> Arrival:
    """How much of a request `came` is."""
    end = came.find(END)
    if end < 0:
        return Arrival.HEAD if len(came) <= MOST_HEAD else Arrival.WHOLE
    head = came[: end + len(END)]
    if STREAMED.search(head):
        return Arrival.STREAM
    length = body_length(head)
    if length > MOST_BUFFERED:
        return Arrival.STREAM
    return Arrival.WHOLE if len(came) >= len(head) + length else Arrival.BODY


def body_length(head: bytes) -> int:
    found = LENGTH.search(head)
    return int(found[1]) if found else 0


class Caller(TConn):
    """A connection, with what has come of its next request."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.came = bytearray()
        self.ends_at = 0.0
        self.is_at_body = False


class BufferingWorker(ThreadWorker):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.reading: dict[Caller, None] = {}  # the oldest first
        self.streaming: dict[Caller, None] = {}
        self.queueing: deque[Caller] = deque()
        self.lingering: dict[Caller, None] = {}  # answered for the last time; the oldest first

    def accept(self, listener: socket.socket) -> None:
        """As gunicorn does, but the connection is read here."""
        try:
            client, address = listener.accept()
        except OSError:  # gone already, or taken by another worker
            return
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            client.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", SILENT_SECONDS, 0))
        self.nr_conns += 1
        self.begin(Caller(self.cfg, client, address, listener.getsockname()))

    def begin(self, caller: Caller, came: bytes = b"") -> None:
        """Read the next request of `caller`, of which some `came` with the last one."""
        if len(self.reading) >= MOST_READING:
            self.drop(next(iter(self.reading)))
        caller.sock.setblocking(False)
        caller.came, caller.is_at_body, caller.ends_at = bytearray(came), False, time.monotonic() + HEAD_SECONDS
        self.reading[caller] = None
        self.poller.register(caller.sock, selectors.EVENT_READ, partial(self.on_bytes, caller))
        if came:
            self.look(caller)

    def on_bytes(self, caller: Caller, sock: socket.socket) -> None:
        """Takes what has come from the caller, who is dropped once the connection has ended."""
        try:
            data = sock.recv(64 * 1024)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self.drop(caller)
            return
        caller.came += data
        self.look(caller)

    def look(self, caller: Caller) -> None:
        """Hand `caller` to a thread where enough has come."""
        match arrival(bytes(caller.came)):
            case Arrival.WHOLE:
                self.leave(caller)
                self.enqueue_req(caller)
            case Arrival.STREAM:
                self.leave(caller)
                caller.ends_at = time.monotonic() + STREAM_SECONDS + body_length(bytes(caller.came)) / STREAM_BYTES_A_SECOND
                self.queueing.append(caller)
                self.start_streams()
            case Arrival.BODY if not caller.is_at_body:
                caller.is_at_body, caller.ends_at = True, time.monotonic() + BODY_SECONDS

    def start_streams(self) -> None:
        while self.queueing and len(self.streaming) < max(1, self.cfg.threads // 2):
            caller = self.queueing.popleft()
            self.streaming[caller] = None
            self.enqueue_req(caller)

    def handle(self, caller: Caller) -> Any:
        """In a thread."""
        caller.data_ready = True
        caller.sock.setblocking(True)
        caller.init()
        caller.parser.unreader.unread(bytes(caller.came))
        caller.came.clear()
        return super().handle(caller)

    def finish_request(self, caller: Caller, future: "Future[Any]") -> None:
        """In the event loop: what came along of a next request is read on here too, and nobody is waited for to hang up."""
        self.streaming.pop(caller, None)
        self.start_streams()
        is_kept = not future.cancelled() and future.exception() is None and bool(future.result())
        rest = caller.parser.unreader.take_buffered() if is_kept and caller.parser else b""
        if not is_kept:
            self.linger(caller)
        elif rest and self.alive:
            self.begin(caller, rest)
        else:
            super().finish_request(caller, future)

    def linger(self, caller: Caller) -> None:
        """Tell `caller` that nothing more comes, and take what they still send until they hang up too."""
        if len(self.lingering) >= MOST_READING:
            self.hang_up(next(iter(self.lingering)))
        try:
            caller.sock.shutdown(socket.SHUT_WR)
            caller.sock.setblocking(False)
        except OSError:  # gone already
            self.close(caller)
            return
        caller.ends_at = time.monotonic() + LINGER_SECONDS
        self.lingering[caller] = None
        self.poller.register(caller.sock, selectors.EVENT_READ, partial(self.on_rest, caller))

    def on_rest(self, caller: Caller, sock: socket.socket) -> None:
        try:
            data = sock.recv(64 * 1024)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self.hang_up(caller)

    def hang_up(self, caller: Caller) -> None:
        del self.lingering[caller]
        self.poller.unregister(caller.sock)
        self.close(caller)

    def on_client_socket_readable(self, caller: Caller, client: socket.socket) -> None:
        """A kept connection has something to say again."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(caller)
        self.begin(caller)

    def murder_pending(self) -> None:
        """Ends what took too long; all that is being read when the worker stops."""
        super().murder_pending()
        now = time.monotonic()
        for caller in [one for one in self.reading if one.ends_at <= now or not self.alive]:
            self.drop(caller)
        for caller in [one for one in self.queueing if one.ends_at <= now or not self.alive]:
            self.queueing.remove(caller)
            self.close(caller)
        for caller in [one for one in self.streaming if one.ends_at <= now]:
            stop_reading(caller.sock)
        for caller in [one for one in self.lingering if one.ends_at <= now]:
            self.hang_up(caller)

    def leave(self, caller: Caller) -> None:
        del self.reading[caller]
        self.poller.unregister(caller.sock)

    def drop(self, caller: Caller) -> None:
        self.leave(caller)
        self.close(caller)

    def close(self, caller: Caller) -> None:
        self.nr_conns -= 1
        caller.close()


def stop_reading(sock: socket.socket) -> None:
    """The thread that reads from `sock` gets no more and goes on; one that writes its answer is not disturbed."""
    try:
        sock.shutdown(socket.SHUT_RD)
    except OSError:  # closed already
        return
