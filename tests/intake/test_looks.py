"""Rows that look as if they no longer count, and cells with errors, are said."""

import io

import openpyxl
from openpyxl.styles import Font

from tests.factories.sheets import make_xlsx
from tests.intake.reading_rows import read_file

ROWS = [["Firma", "Kennzeichen"], ["Hansa AG", "HH-AB 1"], ["Nord AG", "HH-AB 2"], ["West AG", "HH-AB 3"]]


def test_hidden_and_struck_rows_are_taken_with_a_note():
    book = openpyxl.load_workbook(make_xlsx({"S": ROWS}))
    book.active.row_dimensions[3].hidden = True
    for cell in book.active[4]:
        cell.font = Font(strike=True)
    file = io.BytesIO()
    book.save(file)
    found = read_file(file, "list.xlsx")
    assert [(row.number, [problem.reason for problem in row.problems]) for row in found.rows] == [
        (2, []),
        (3, ["row.hidden"]),
        (4, ["row.struck"]),
    ]


def test_a_stray_cell_is_cut_off_with_a_note():
    book = openpyxl.load_workbook(make_xlsx({"S": ROWS}))
    book.active["A1048576"] = "x"
    file = io.BytesIO()
    book.save(file)
    found = read_file(file, "list.xlsx")
    assert len(found.rows) == 3 and found.reasons == ["row.cut"]
