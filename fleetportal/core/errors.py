"""A "no" that a person can understand."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise


class Refused(Exception):
    """A rule forbids the action; nothing has changed.

    Each rule has its own subclass with a `code`, beside its noun. `core.middleware.Refusals` turns it into a page or,
    for htmx, a fragment. `way_out` is the address of a page where the person can continue; `facts` are for templates and the API.
    """

    code = "refused"
    status = 409

    def __init__(self, message: str | Promise, *, way_out: str = "", facts: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.way_out = way_out
        self.facts = dict(facts or {})

    def __str__(self) -> str:
        return str(self.message)
