"""What an address selects in a list: rows by their keys, or all that match its filter."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fleetportal.core.errors import Refused
from fleetportal.core.web.pages import whole_number

ROW, ALL = "row", "all"  # parameters: the key of a row, as often as needed; all that match the filter beside it
AT_ONCE = 1000
NAMED = 20
Row = TypeVar("Row")


class TooManySelected(Refused):
    """More rows are selected than one page can change."""

    code = "too_many_selected"
    status = 422


def clean(query: QueryDict) -> QueryDict:
    """A mutable copy of `query` without empty values."""
    cleaned = QueryDict(mutable=True)
    for key, values in query.lists():
        kept = [value for value in values if value != ""]
        if kept:
            cleaned.setlist(key, kept)
    return cleaned


def selected_keys(query: QueryDict) -> list[int] | None:
    """The keys of the selected rows, several in one value are separated by blanks; None where rows are not selected by key."""
    if query.get(ALL) or ROW not in query:
        return None
    return [key for text in " ".join(query.getlist(ROW)).split() if (key := whole_number(text)) is not None]


def at_once(rows: models.QuerySet[Any, Row]) -> list[Row]:
    """All of `rows`. Raises TooManySelected for more than AT_ONCE. Costs 1 query."""
    found = list(rows[: AT_ONCE + 1])
    if len(found) > AT_ONCE:
        raise TooManySelected(_("No more than %d rows can be changed at once. Narrow the filter, then select again.") % AT_ONCE)
    return found


def named(rows: Iterable[object]) -> str:
    """The names of the first rows, and how many more there are."""
    names = [str(row) for row in rows]
    more = len(names) - NAMED
    first = ", ".join(names[:NAMED])
    return first if more <= 0 else f"{first} " + ngettext("and one more", "and %(count)s more", more) % {"count": more}
