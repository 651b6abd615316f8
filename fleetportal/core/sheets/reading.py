"""Reads an uploaded file in a separate process."""

from pathlib import Path

from fleetportal.core.sheets import processes
from fleetportal.core.sheets.book import Book, BookSheet


def read(source: Path, *, name: str, spool: Path) -> Book:
    """The sheets of the file at `source`, named `name` by its owner; the rows are written to `spool`.

    Raises SheetRefused. A zip bomb can only crash that process; this one's memory stays constant. Takes at most 25 seconds of
    processor time.
    """
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    answer = processes.run("reading", source, ending, spool, name=name)
    found = tuple(BookSheet(**sheet) for sheet in answer["sheets"])
    return Book(kind=answer["kind"], spool=spool, sheets=found, hidden=tuple(answer["hidden"]))
