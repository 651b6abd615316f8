"""What a list page declares about itself, and what it needs to know of its reader."""

from dataclasses import dataclass
from typing import Protocol

from fleetportal.core.web.lists.columns import Words


@dataclass(frozen=True)
class Preset:
    """A saved view that everybody has: a name and its query."""

    label: Words
    query: str


@dataclass(frozen=True)
class Empty:
    """What an empty list shows: what belongs here, an example, the button to start."""

    title: Words
    words: Words
    action: Words = ""
    url_name: str = ""
    may: str = ""


@dataclass(frozen=True)
class Bulk:
    """An action on the selected rows: a button that opens the page `url_name` with `?row=…` for each of them."""

    label: Words
    icon: str
    url_name: str
    may: str


class ListReader(Protocol):
    """What a list needs to know of its signed-in user."""

    views: dict[str, dict[str, str]]

    def may(self, codename: str) -> bool: ...
