"""Strangers' files: what is read, and how our own lists and marked files come back (R17)."""

import io
import signal
import subprocess
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleetportal.core.sheets import (
    SheetColumn,
    SheetMarks,
    SheetRefused,
    cells,
    harmless,
    processes,
    write_csv,
    write_marked,
    write_xlsx,
    writing,
)
from fleetportal.core.sheets.work import limits
from fleetportal.core.sheets.writing import FORMATS
from tests.core.reading import read
from tests.factories.sheets import make_ods, make_xlsx

pytestmark = pytest.mark.once


def rows(tmp_path, content, name="list.csv", sheet=0):
    book = read(tmp_path, content, name)
    return [cells for _number, cells in book.rows(book.sheets[sheet])]


# --- text ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Firma;Ort\nMüller GmbH;Köln\n", "utf-8"),
        ("Firma;Ort\nMüller GmbH;Köln\n", "utf-8-sig"),
        ("Firma;Ort\nMüller GmbH;Köln\n", "utf-16"),
        ("Firma;Ort\nMüller GmbH;Köln\n", "utf-16-le"),
        ("Firma;Ort\nMüller GmbH;Köln\n", "utf-16-be"),
        ("Firma;Ort\nMüller GmbH;Köln\nBäckerei Groß – „Süß“;Fürth\n", "cp1252"),
        ("Société;Ville\nCafé d'Été;Saint-Césaire\n", "latin-1"),
        ("Firma;Miasto\nŻółć Spółka z o.o.;Łódź\nGrażyna Wiśniewska;Częstochowa\n", "cp1250"),
        ("Организация;Город\nООО «Ромашка»;Псков\nАО «Лихачёва»;Москва\n", "cp1251"),
        ("Организация;Город\nООО Ромашка;Псков\nАО Лихачева;Москва\n", "koi8-r"),
        ("Организация;Город\nООО Ромашка;Псков\nАО Лихачева;Москва\n", "cp866"),
        ("名,会社\n名無しの権兵衛,とよた自動車\n", "cp932"),
    ],
)
def test_text_is_read_whatever_its_encoding(tmp_path, text, encoding):
    delimiter = ";" if ";" in text else ","
    assert rows(tmp_path, text.encode(encoding)) == [line.split(delimiter) for line in text.splitlines()]


@pytest.mark.parametrize("encoding", ["utf-32", "utf-32-le", "utf-32-be"])
def test_text_that_no_spreadsheet_program_writes_is_refused(tmp_path, encoding):
    with pytest.raises(SheetRefused) as refused:
        read(tmp_path, "Firma;Ort\nMüller GmbH;Köln\n".encode(encoding), "list.csv")
    assert "encoding" in str(refused.value) or "letters" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("a,b,c\n1,2,3\n", ["a", "b", "c"], ["1", "2", "3"]),
        ("a;b\n1,5;2,5\n", ["a", "b"], ["1,5", "2,5"]),
        ("a\tb, c\n1\t2, 3\n", ["a", "b, c"], ["1", "2, 3"]),
        ("a|b\n1|2\n", ["a", "b"], ["1", "2"]),
        ("sep=;\na;b\n1;2\n", ["a", "b"], ["1", "2"]),
        ("a,b\rx,y\nv,w\r\ng,h", ["a", "b"], ["g", "h"]),
        ('a,b\n"72"" MOWER",x\n', ["a", "b"], ['72" MOWER', "x"]),
        ('a,b\n"two\nlines",x\n', ["a", "b"], ["two\nlines", "x"]),
        ('a, "b"\n1, "2, 3"\n', ["a", "b"], ["1", "2, 3"]),
        ("only\none\ncolumn\n", ["only"], ["column"]),
        ("List of 2026\n\na;b;c\n1;2;3\n4;5;6\n", ["List of 2026"], ["4", "5", "6"]),
    ],
)
def test_delimiter_quotes_and_line_ends_are_found_out(tmp_path, text, first, last):
    found = rows(tmp_path, text.encode())
    assert (found[0], found[-1]) == (first, last)


def test_rows_keep_the_number_a_reader_sees(tmp_path):
    book = read(tmp_path, b"a,b\n\n1,2\n\n\n3,4\n")
    assert [number for number, _cells in book.rows(book.sheets[0])] == [1, 3, 6]


def test_a_text_of_several_tables_becomes_several_sheets(tmp_path):
    book = read(tmp_path, b"Table:id,name\n1,x\nTable:id,plate,model\n7,HH 1,Golf\n8,HH 2,Polo\n", "export.txt")
    assert [(sheet.rows, sheet.width) for sheet in book.sheets] == [(2, 2), (3, 3)]
    assert [cells for _n, cells in book.rows(book.sheets[1])] == [["id", "plate", "model"], ["7", "HH 1", "Golf"], ["8", "HH 2", "Polo"]]


@given(table=st.lists(st.lists(st.text(max_size=12), min_size=2, max_size=5), min_size=1, max_size=8), delimiter=st.sampled_from(",;\t|"))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_read_or_refused_in_words(tmp_path, table, delimiter):
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in table)
    try:
        book = read(tmp_path, text.encode("utf-8", "replace"))
    except SheetRefused as refused:
        assert "list.csv" in str(refused) and refused.code != "too_much_memory"
    else:
        assert all(sheet.rows for sheet in book.sheets)


@pytest.mark.parametrize("name", ["list.xls", "list.xlsx", "list.csv"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_web_page_under_any_name_is_called_one(tmp_path, name, mark):
    with pytest.raises(SheetRefused) as refused:
        read(tmp_path, f"{mark}<html><body><table><tr><td>Plate</td></tr></table></body></html>".encode(), name)
    assert "web page" in str(refused.value)


# --- what the reading may cost ------------------------------------------------------------------------------------------------


def test_a_busy_machine_makes_no_sound_file_too_slow(tmp_path, monkeypatch):
    """What the reader may use is processor time; the clock on the wall is the last resort."""
    waited = []

    def run(*_arguments, timeout, **_more):
        waited.append(timeout)
        return subprocess.CompletedProcess([], -signal.SIGXCPU, b"", b"")

    monkeypatch.setattr(processes.subprocess, "run", run)
    with pytest.raises(SheetRefused) as refused:
        read(tmp_path, b"a;b\n1;2\n")
    assert refused.value.code == "too_slow" and str(limits.SECONDS) in str(refused.value) and waited[0] >= 6 * limits.SECONDS


# --- workbooks ----------------------------------------------------------------------------------------------------------------


def test_a_workbook_gives_typed_cells_and_repeats_merged_ones(tmp_path):
    file = make_xlsx(
        {"Cars": [["Customer", "", "Car"], ["Name", "City", "Since"], ["A", "B", date(2021, 3, 4)], [1.0, 2.5, True]]}, merged=["A1:B1"]
    )
    assert rows(tmp_path, file.read(), "x.xlsx") == [
        ["Customer", "Customer", "Car"],
        ["Name", "City", "Since"],
        ["A", "B", date(2021, 3, 4)],
        [1, 2.5, True],
    ]


def test_an_open_document_is_read_without_its_blank_rest(tmp_path):
    assert rows(tmp_path, make_ods({"Autos": [["Targa", "Marca"], ["AB123CD", "Fiat"]]}).read(), "x.ods") == [
        ["Targa", "Marca"],
        ["AB123CD", "Fiat"],
    ]


def test_hidden_sheets_stay_hidden(tmp_path):
    file = make_xlsx({"Shown": [["a", "b"]], "Lists": [["x", "y"]]})
    book = openpyxl.load_workbook(file)
    book["Lists"].sheet_state = "hidden"
    book.save(tmp_path / "h.xlsx")
    assert [sheet.name for sheet in read(tmp_path, (tmp_path / "h.xlsx").read_bytes(), "h.xlsx").sheets] == ["Shown"]


# --- our own lists ------------------------------------------------------------------------------------------------------------


HOSTILE = ["=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", '=HYPERLINK("http://canary.invalid/")', "＝1+1", " =1"]
COLUMNS = (("Name", "text"), ("Vehicles", "int"), ("Value", "money"), ("Since", "date"), ("At", "datetime"))


def test_a_list_comes_typed_with_frozen_header_and_filters():
    file = io.BytesIO()
    moment = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    assert write_xlsx(file, COLUMNS, [("Müller", 3, Decimal("12.50"), date(2026, 1, 2), moment), ("Beta", None, None, None, None)]) == 2
    page = openpyxl.load_workbook(file).active
    assert page.freeze_panes == "A2" and page.auto_filter.ref == "A1:E3"
    assert [c.value for c in page[2]][:3] == ["Müller", 3, 12.5]
    assert page["D2"].value.date() == date(2026, 1, 2) and page["E2"].value.tzinfo is None


@pytest.mark.parametrize("text", HOSTILE)
def test_text_that_begins_like_a_formula_stays_text(text):
    file, lines = io.BytesIO(), io.StringIO(newline="")
    write_xlsx(file, [("Name", "text")], [(text,)])
    write_csv(lines, [("Name", "text")], [(text,)])
    assert openpyxl.load_workbook(file).active["A2"].data_type == "s"
    assert lines.getvalue().splitlines()[1].strip('"').startswith("'")


VALUES = ["Müller & Söhne <GmbH>", "_x0041_ stays", " blanks ", "two\nlines", "back\rslash", "\x00\ud800", "x" * 40_000, "", None, True, 0,
-3,
    10**15, 0.1, 1 / 3, 1e-9, Decimal("12.50"), Decimal("-0.005"), date(1900, 2, 28), date(1900, 3, 1), date(2026, 1, 2),
    datetime(2026, 1, 2, 3, 4, 5, 678900, tzinfo=UTC), datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC)]  # fmt: skip


@pytest.mark.parametrize("kind", ["text", "int", "number", "money", "date", "datetime"])
def test_each_value_means_what_xlsxwriter_makes_of_it(kind: str) -> None:
    """Our rows are text put into XlsxWriter's workbook: cell by cell they are what its own calls would have written."""
    ours, theirs = io.BytesIO(), io.BytesIO()
    write_xlsx(ours, [("Value", kind), ("Place", "int")], [(value, place) for place, value in enumerate(VALUES)])
    book = xlsxwriter.Workbook(theirs, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page, formats = book.add_worksheet(), {name: book.add_format({"num_format": pattern}) for name, pattern in FORMATS.items()}
    for row, value in enumerate(VALUES, start=1):
        if isinstance(value, (int, float, Decimal)) and kind in ("int", "number", "money"):
            page.write_number(row, 0, value, formats[kind])
        elif isinstance(value, date):
            moment = cells.local(value) if isinstance(value, datetime) else value
            page.write_datetime(row, 0, moment, formats["datetime" if kind == "datetime" and isinstance(value, datetime) else "date"])
        elif value not in ("", None):
            page.write_string(row, 0, cells.clean(str(value)))
    book.close()
    made, wanted = (openpyxl.load_workbook(file).active for file in (ours, theirs))
    for row in range(2, len(VALUES) + 2):
        mine, other = made.cell(row, 1), wanted.cell(row, 1)
        assert (mine.value, mine.data_type, mine.number_format) == (other.value, other.data_type, other.number_format), VALUES[row - 2]
        assert made.cell(row, 2).value == row - 2


def test_a_sheet_ends_where_a_workbook_does() -> None:
    columns = [SheetColumn("Name")]
    text = cells.xlsx_rows(columns, [("last",), ("too far",)], first=cells.SHEET_ROWS, styles=writing.styles())
    assert text == f'<row r="{cells.SHEET_ROWS}"><c r="A{cells.SHEET_ROWS}" t="inlineStr"><is><t>last</t></is></c></row>'


@pytest.mark.parametrize("text", ["+49 30 1234-5", "-12.50", "+1 (212) 555", "Müller", ""])
def test_numbers_and_telephones_need_no_apostrophe(text):
    assert harmless(text) == text


def test_a_csv_reads_back_as_it_was():
    lines = io.StringIO(newline="")
    write_csv(lines, COLUMNS, [('Say "hi", you', 3, Decimal("12.50"), date(2026, 1, 2), None)])
    assert lines.getvalue().splitlines()[1] == '"Say ""hi"", you",3,12.50,2026-01-02,'


# --- the file back ------------------------------------------------------------------------------------------------------------


def marked(tmp_path, content, name, marks, *, header=1):
    book = read(tmp_path, content, name)
    write_marked(tmp_path / "source", book, [SheetMarks(0, header, marks)], tmp_path / "back.xlsx", name=name, heading="Problem")
    return openpyxl.load_workbook(tmp_path / "back.xlsx")


def test_the_workbook_comes_back_with_its_looks_and_a_column_of_reasons(tmp_path):
    source = openpyxl.load_workbook(make_xlsx({"Cars": [["Plate", "VIN"], ["HH 1", "short"], ["HH 2", "ok"]]}))
    source["Cars"].column_dimensions["A"].width = 33
    source.save(tmp_path / "in.xlsx")
    page = marked(tmp_path, (tmp_path / "in.xlsx").read_bytes(), "in.xlsx", {2: ("A VIN has 17 characters.", [1])})["Cars"]
    assert [[c.value for c in row] for row in page.iter_rows()] == [
        ["Plate", "VIN", "Problem"],
        ["HH 1", "short", "A VIN has 17 characters."],
        ["HH 2", "ok", None],
    ]
    assert page.column_dimensions["A"].width == 33 and page["B2"].fill.fgColor.rgb.endswith("FBE3E0")


def test_nothing_in_the_returned_workbook_runs(tmp_path):
    source = openpyxl.load_workbook(make_xlsx({"S": [["a", "b"], ["x", "y"]]}))
    source["S"]["B2"] = '=HYPERLINK("http://canary.invalid/","x")'
    source.save(tmp_path / "in.xlsx")
    page = marked(tmp_path, (tmp_path / "in.xlsx").read_bytes(), "in.xlsx", {2: ("=1+1 is wrong", [])})["S"]
    assert {c.data_type for row in page.iter_rows() for c in row} <= {"s", "n"}


def test_a_mended_file_that_comes_again_gets_no_second_column(tmp_path):
    first = marked(tmp_path, make_xlsx({"S": [["a", "b"], ["x", "y"]]}).read(), "in.xlsx", {2: ("wrong", [])})
    first.save(tmp_path / "again.xlsx")
    page = marked(tmp_path, (tmp_path / "again.xlsx").read_bytes(), "in.xlsx", {2: ("still wrong", [])})["S"]
    assert [[c.value for c in row] for row in page.iter_rows()] == [["a", "b", "Problem"], ["x", "y", "still wrong"]]


def test_a_text_comes_back_as_a_workbook(tmp_path):
    page = marked(tmp_path, "Firma;Ort\n=1+1;Köln\n\nBeta;Ulm\n".encode(), "in.csv", {2: ("no company", [0])}).active
    assert [[c.value for c in row] for row in page.iter_rows()] == [
        ["Firma", "Ort", "Problem"], ["=1+1", "Köln", "no company"], [None, None, None], ["Beta", "Ulm", None],
    ]  # fmt: skip
    assert page["A2"].data_type == "s"


def test_of_a_very_large_file_only_the_faulty_rows_come_back(tmp_path):
    text = "a,b\n" + "".join(f"{n},x\n" for n in range(20_001))
    page = marked(tmp_path, text.encode(), "in.csv", {5_000: ("wrong", [])}).active
    assert [[c.value for c in row] for row in page.iter_rows()] == [["a", "b", "Problem"], ["4998", "x", "wrong"]]
