"""Workbooks with one unlucky cell, or written in a way that only one of the two libraries reads; and what rows look like."""

import io
import zipfile

import openpyxl
import pytest
from openpyxl.styles import Font

from fleetportal.core.sheets import SheetMarks, write_marked
from fleetportal.core.sheets.book import Unreckoned
from tests.core.reading import read
from tests.factories.sheets import make_ods, make_xlsx

pytestmark = pytest.mark.once

ROWS = [["Firma", "Kennzeichen", "Leasingende"], ["Hansa AG", "HH-AB 1", "x"], ["Nord AG", "HH-AB 2", "y"]]


def rewritten(file, change, rename=lambda name: name):
    """The workbook with each of its XML parts changed."""
    new = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(new, "w") as archive:
        for name in old.namelist():
            archive.writestr(rename(name), change(rename(name), old.read(name)))
    return new.getvalue()


@pytest.mark.parametrize("error", ["#GETTING_DATA", "#SPILL!", "#CALC!", "#N/A", "#REF!"])
def test_a_cell_with_an_error_costs_no_workbook(tmp_path, error):
    page = openpyxl.load_workbook(make_xlsx({"S": ROWS}))
    page.active["C2"] = 1
    file = io.BytesIO()
    page.save(file)
    content = rewritten(
        file, lambda _name, part: part.replace(b'<c r="C2" t="n"><v>1</v></c>', f'<c r="C2" t="e"><v>{error}</v></c>'.encode())
    )
    assert error.encode() in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    book = read(tmp_path, content, "list.xlsx")
    rows = [cells for _number, cells in book.rows(book.sheets[0])]
    assert len(rows) == 3 and isinstance(rows[1][2], Unreckoned) and rows[2][:2] == ["Nord AG", "HH-AB 2"]


@pytest.mark.parametrize("place", ["A1048576", "XFD1048576", "XFD3", "ZZ240000"])
def test_a_stray_cell_costs_no_workbook_and_is_told(tmp_path, place):
    book = openpyxl.load_workbook(make_xlsx({"S": ROWS, "T": ROWS}))
    book["S"][place] = "stray"
    file = io.BytesIO()
    book.save(file)
    found = read(tmp_path, file.getvalue(), "list.xlsx")
    rows = [cells for _number, cells in found.rows(found.sheets[0])]
    assert [row[:3] for row in rows] == ROWS and found.sheets[0].looks["cut"] == [[3, 3]] and found.sheets[1].rows == 3


def test_hidden_and_struck_rows_are_told(tmp_path):
    book = openpyxl.load_workbook(make_xlsx({"S": [*ROWS, *ROWS[1:], *ROWS[1:]]}))
    page = book.active
    page.row_dimensions[3].hidden = page.row_dimensions[4].hidden = True
    for cell in page[6]:
        cell.font = Font(strike=True)
    page["A7"].font = Font(bold=True)
    file = io.BytesIO()
    book.save(file)
    assert read(tmp_path, file.getvalue(), "list.xlsx").sheets[0].looks == {"hidden": [[3, 4]], "struck": [[6, 6]]}


STRICT = {
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": b"http://purl.oclc.org/ooxml/officeDocument/relationships",
}


def strict(name, part):
    for ours, theirs in STRICT.items():
        part = part.replace(ours, theirs) if not name.endswith("[Content_Types].xml") else part
    return part


def renamed(name):
    return name.replace("sharedStrings", "SharedStrings")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (rewritten(make_xlsx({"S": ROWS}), lambda _name, part: part, renamed), None),
        (rewritten(make_xlsx({"S": ROWS}), strict), "The looks are lost."),
    ],
)
def test_a_workbook_that_was_read_comes_back_marked_however_it_was_written(tmp_path, content, said):
    source, target = tmp_path / "list.xlsx", tmp_path / "back.xlsx"
    source.write_bytes(content)
    book = read(tmp_path, content, "list.xlsx")
    assert [cells for _number, cells in book.rows(book.sheets[0])] == ROWS
    marks = [SheetMarks(0, 1, {2: ("Look here.", [1])})]
    write_marked(source, book, marks, target, name="list.xlsx", heading="Problem", looks_lost="The looks are lost.")
    page = openpyxl.load_workbook(target).active
    assert page["D2"].value == "Look here." and page["A3"].value == "Nord AG" and page["E1"].value == said


def test_a_row_without_a_bad_column_is_coloured_where_it_is_said(tmp_path):
    content = make_xlsx({"S": ROWS}).getvalue()
    source, target = tmp_path / "list.xlsx", tmp_path / "back.xlsx"
    source.write_bytes(content)
    for name in ("list.xlsx", "list.csv"):
        book = read(tmp_path, content if name.endswith("xlsx") else "\n".join(";".join(map(str, row)) for row in ROWS).encode(), name)
        marks = [SheetMarks(0, 1, {2: ("Look here.", []), 3: ("And here.", [1])})]
        write_marked(source, book, marks, target, name=name, heading="Problem")
        page = openpyxl.load_workbook(target).active
        colours = [page.cell(row, 4).fill.start_color.rgb[-6:] for row in (2, 3)]
        assert colours[0] == "FBE3E0" and colours[1] != "FBE3E0" and page["B3"].fill.start_color.rgb[-6:] == "FBE3E0"


def test_hidden_and_filtered_rows_of_an_opendocument_are_told(tmp_path):
    rows = [*ROWS, *ROWS[1:], *ROWS[1:]]
    with zipfile.ZipFile(make_ods({"A & B": rows, "C": ROWS})) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    pieces = parts["content.xml"].split(b"<table:table-row>")
    content = pieces[0]
    for number, piece in enumerate(pieces[1:], start=1):
        shape = {3: b' table:visibility="collapse"', 4: b' table:visibility="filter"'}.get(number, b"")
        content += b"<table:table-row" + shape + b">" + piece
    content = content.replace(
        b"<table:table-row table:number-rows-repeated", b'<table:table-row table:visibility="collapse" table:number-rows-repeated'
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as copy:
        for name, part in {**parts, "content.xml": content}.items():
            copy.writestr(name, part)
    book = read(tmp_path, made.getvalue(), "list.ods")
    assert [sheet.looks for sheet in book.sheets] == [{"hidden": [[3, 4]]}, {}]
