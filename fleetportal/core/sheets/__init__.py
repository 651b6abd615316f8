"""Spreadsheets: uploaded files are read in a separate process, exports are written with typed cells, and neither can run formulas."""

from fleetportal.core.sheets.book import Book, BookSheet, Unreckoned
from fleetportal.core.sheets.cells import SheetColumn, harmless
from fleetportal.core.sheets.marking import SheetMarks, write_marked
from fleetportal.core.sheets.reading import read
from fleetportal.core.sheets.refusals import SheetRefused, refusal
from fleetportal.core.sheets.writing import piece, put_together, write_csv, write_xlsx

__all__ = [
    "Book",
    "BookSheet",
    "SheetColumn",
    "SheetMarks",
    "SheetRefused",
    "Unreckoned",
    "harmless",
    "piece",
    "put_together",
    "read",
    "refusal",
    "write_csv",
    "write_marked",
    "write_xlsx",
]
