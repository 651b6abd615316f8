"""Reads a stranger's file, whatever it is, in a process of its own."""

from pathlib import Path

from fleetportal.core.sheets import processes
from fleetportal.core.sheets.book import Book, BookSheet


def read(source: Path, *, name: str, spool: Path) -> Book:
    """The sheets of the file at `source`, which its owner calls `name`; the rows are kept at `spool`.

    Raises SheetRefused. A bomb ends a process of its own; this one's memory stays flat. Takes at most 25 seconds of processor time.
    """
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    answer = processes.run("reading", source, ending, spool, name=name)
    return Book(kind=answer["kind"], spool=spool, sheets=tuple(BookSheet(**sheet) for sheet in answer["sheets"]))
