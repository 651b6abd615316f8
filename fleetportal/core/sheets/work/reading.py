"""Turns an uploaded file into one line of JSON for each row that is not empty."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict

from . import archive, content, limits, looks, mending, opendocument, process, text, workbook
from .limits import Unreadable

BOOKS = ("xlsx", "ods")
TEXTS = ("csv", "tsv", "tab", "txt")
OLD = {"xls": "xls", "xlsb": "xlsb", "numbers": "numbers"}
NO_TABLE = ("picture", "pdf", "document", "slides", "mail", "database", "program", "packed")
as_line = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode
CUT, MENDED = ".cut", ".mended"  # endings of copies, which are gone afterwards
TOO_FAR = ("too_many_rows", "too_many_columns", "too_many_cells")


class SpooledSheet(TypedDict):
    """One sheet of the file; its rows start at `offset` in the spool."""

    name: str
    position: int
    rows: int
    width: int
    offset: int
    looks: looks.Looks  # rows that are hidden or struck out, or end a sheet that was cut


def spool(source: Path, ending: str, target: Path) -> dict[str, object]:
    """The sheets of the file, each with its name, number of rows and width; all rows are written to `target`. Raises Unreadable."""
    try:
        return spool_checked(source, kind_of(source, ending), target)
    finally:
        for suffix in (CUT, MENDED):
            target.with_suffix(suffix).unlink(missing_ok=True)


def spool_checked(source: Path, kind: str, target: Path) -> dict[str, object]:
    """The sheets of the file, or of a copy of it without what no reader would take."""
    source, is_cut = checked(source, kind, target) if kind in BOOKS else (source, False)
    try:
        sheets, last = write(source, kind, target)
    except Unreadable as refused:
        if refused.code != "damaged" or kind != "xlsx" or not mending.has_strange_errors(source):
            raise
        source = mending.without_strange_errors(source, target.with_suffix(MENDED))
        sheets, last = write(source, kind, target)
    hidden = workbook.hidden(source) if kind in BOOKS else []
    if not sheets and hidden:
        raise Unreadable("all_hidden", sheets=", ".join(hidden))
    if not sheets:
        raise Unreadable("empty")
    add_looks(sheets, source, kind, last, is_cut=is_cut)
    return {"kind": kind, "sheets": list(sheets.values()), "hidden": hidden}


def write(source: Path, kind: str, target: Path) -> tuple[dict[str, SpooledSheet], dict[str, int]]:
    """(the sheets, the last row of each): all rows go to `target`."""
    rows = workbook.read(source) if kind in BOOKS else text.read(source)
    sheets: dict[str, SpooledSheet] = {}
    last: dict[str, int] = {}
    offset = 0
    with target.open("w", encoding="utf-8") as out:
        for name, number, cells in rows:
            sheet = sheets.setdefault(name, {"name": name, "position": len(sheets), "rows": 0, "width": 0, "offset": offset, "looks": {}})
            cells = [clipped(cell) if type(cell) is str else cell for cell in cells]
            sheet["rows"] += 1
            sheet["width"] = max(sheet["width"], len(cells))
            last[name] = number
            offset += out.write(as_line([sheet["position"], number, cells]) + "\n")
    return sheets, last


def add_looks(sheets: dict[str, SpooledSheet], source: Path, kind: str, last: Mapping[str, int], *, is_cut: bool) -> None:
    """What rows look like, and the last one of each sheet where something far below or beside it was cut off."""
    found = looks.of_rows(source) if kind == "xlsx" else {}
    if kind == "ods":
        found = {
            name: {"hidden": hidden}
            for name, ranges in opendocument.hidden_rows(source).items()
            if (hidden := within(ranges, last.get(name, 0)))
        }
    for name, sheet in sheets.items():
        sheet["looks"] = {**found.get(name, {}), **({"cut": [[last[name], last[name]]]} if is_cut and name in last else {})}


def within(ranges: list[list[int]], last: int) -> list[list[int]]:
    """The ranges up to the last row that holds something: the blank rest of a page is hidden too at times."""
    return [[first, min(end, last)] for first, end in ranges if first <= last]


def clipped(cell: str) -> str:
    """The cell, cut to one character more than allowed, so that the row's check sees that it was too long."""
    return cell if len(cell) <= limits.CELL_CHARACTERS else cell[: limits.CELL_CHARACTERS + 1]


def kind_of(source: Path, ending: str) -> str:
    """`ending`, if the content agrees with it."""
    size = source.stat().st_size
    if size > limits.BYTES:
        raise Unreadable("too_big", bytes=size, limit=limits.BYTES)
    if not size:
        raise Unreadable("empty")
    if ending == "xlsm" or ending == "xltm":
        raise Unreadable("macros")
    if ending not in (*BOOKS, *TEXTS, *OLD):
        raise Unreadable("unknown_ending", ending=ending)
    with source.open("rb") as file:
        found = content.found_in(source, file.read(500))
    if found == "ole":  # of no kind that we know
        found = "xls" if ending in OLD else "locked"
    refuse_others(found, ending)
    return ending


def refuse_others(found: str, ending: str) -> None:
    """Raises Unreadable with the true reason where a file that is `found` is no table, or another one than its ending says."""
    if found in ("locked", "web_page"):  # some systems call a web page .xls
        raise Unreadable(found)
    if found in NO_TABLE or (found == "zip" and ending not in BOOKS):
        raise Unreadable("no_list", found=found, ending=ending)
    if found in OLD:
        raise Unreadable("old_format", found=found)
    fits = TEXTS if found == "text" else BOOKS  # what is wrong with a workbook, the check of its parts says
    if ending not in fits:
        raise Unreadable("other_kind", found=found, ending=ending)


def checked(source: Path, kind: str, target: Path) -> tuple[Path, bool]:
    """(the workbook, or a copy without cells far away from its tables; whether it is a copy). Raises Unreadable."""
    try:
        archive.check(source, kind)
    except Unreadable as refused:
        if refused.code not in TOO_FAR or kind != "xlsx":
            raise
        copy = mending.without_strays(source, target.with_suffix(CUT))
        archive.check(copy, kind)
        return copy, True
    return source, False


if __name__ == "__main__":
    process.answer(spool, sys.argv[1:])
