"""The id of the current request, for the history and the log."""

import secrets
from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("request_id", default="")


def request_id() -> str:
    """The current request's id, or "" outside one."""
    return _current.get()


def begin() -> str:
    """Set a new id for this context and return it."""
    _current.set(secrets.token_hex(8))
    return _current.get()


def end() -> None:
    _current.set("")
