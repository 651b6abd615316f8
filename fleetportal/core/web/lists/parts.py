"""What a list page declares about itself."""

from dataclasses import dataclass

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
