"""A "no" that a person can understand."""

import errno
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _


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


class NoRoom(Refused):
    """The disk of the server is full."""

    code = "no_room"
    status = 507


FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
POSTGRESQL_FULL, SQLITE_FULL = "53100", 13


def no_room(error: BaseException) -> NoRoom | None:
    """The refusal for a disk that is full, of the files or of the database; None for any other error."""
    if not any(is_full(one) for one in with_causes(error)):
        return None
    return NoRoom(_("The server has no room left to store this. Nothing was saved; please tell your administrators, then try again."))


def is_full(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno in FULL
    return getattr(error, "sqlstate", None) == POSTGRESQL_FULL or getattr(error, "sqlite_errorcode", None) == SQLITE_FULL


def with_causes(error: BaseException) -> Iterator[BaseException]:
    """`error`, and the errors that it followed from."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or following.__context__
