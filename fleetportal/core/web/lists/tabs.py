"""The views of a list as tabs above it: everybody's and the user's own, each with the number of its rows."""

from collections.abc import Callable, Mapping, Sequence

from fleetportal.core.web.lists.parts import Preset

COUNTS = "_counts"  # parameter: the tabs alone, counted; the page itself waits for no count
Tab = tuple[object, str, int | None]  # name, address, number of rows where they were counted


def tabs(
    path: str, url_with: Callable[..., str], presets: Sequence[Preset], own: Mapping[str, str], count: Callable[[str], int] | None
) -> dict[str, object]:
    """The presets and the user's `own` views (query by name) of the list at `path`, and which of them `url_with` is at.

    Costs what `count` does, once for each; without it nothing, and `counting` is the address that counts.
    """

    def tab(name: object, query: str) -> Tab:
        return name, f"{path}?{query}" if query else path, count(query) if count else None

    return {
        "presets": [tab(preset, preset.query) for preset in presets],
        "saved": [tab(name, query) for name, query in sorted(own.items())],
        "whole": url_with(),
        "current": url_with(sort=None, rows=None),
        "counting": "" if count else url_with(**{COUNTS: "yes"}),
    }
