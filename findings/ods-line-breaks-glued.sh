#!/bin/sh
# Guessed: a line break or a tab inside a cell is white space to every reader of ODS, as it is in XLSX.
# Seen: ODS has two spellings, two paragraphs or one with <text:line-break/>. pyexcel-ods3 writes the second; calamine drops
#   the mark without a space, so two lines become one word: "0171 1234567" over "040 6696910" is "0171 1234567040 6696910". A
#   tab is lost too. Paragraphs come out as lines, and the same cell from XLSX does.
# With: python-calamine 0.9.1, pyexcel-ods3 0.6.1, odfpy 1.4.1, XlsxWriter 3.3.1.
# Why it matters: two numbers become one that looks possible, a street grows together with its town, two plates with each
#   other.
# What to do: where ODS is taken, exchange <text:line-break/> and <text:tab/> for a line end and a space before calamine reads
#   the copy, or refuse a telephone number that is longer than any of its country.
set -eu
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/env"
"$room/env/bin/pip" install -qq --no-cache-dir python-calamine==0.9.1 pyexcel-ods3==0.6.1 odfpy==1.4.1 xlsxwriter==3.3.1
"$room/env/bin/python" - "$room" <<'END'
import sys
from importlib.metadata import version

import pyexcel_ods3
import xlsxwriter
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from python_calamine import CalamineWorkbook


def seen(what, value, expected):
    print(f"{what}: {value!r}")
    assert value == expected, f"expected {expected!r}"


def read(path):
    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


for name in ("python-calamine", "pyexcel-ods3", "odfpy", "xlsxwriter"):
    print(name, version(name))
room, cells = sys.argv[1], ["0171 1234567\n040 6696910", "HH-AB 12\tHH-AB 13"]

pyexcel_ods3.save_data(f"{room}/list.ods", {"Fleet": [cells]})
seen("pyexcel-ods3 reads its own file", pyexcel_ods3.get_data(f"{room}/list.ods")["Fleet"], [cells])
seen("calamine reads that file", read(f"{room}/list.ods"), [["0171 1234567040 6696910", "HH-AB 12HH-AB 13"]])

paragraphs = OpenDocumentSpreadsheet()
table, row, cell = Table(name="Fleet"), TableRow(), TableCell(valuetype="string")
for line in cells[0].split("\n"):
    cell.addElement(P(text=line))
row.addElement(cell)
table.addElement(row)
paragraphs.spreadsheet.addElement(table)
paragraphs.save(f"{room}/paragraphs.ods")
seen("calamine reads two paragraphs", read(f"{room}/paragraphs.ods"), [[cells[0]]])

with xlsxwriter.Workbook(f"{room}/list.xlsx") as book:
    book.add_worksheet().write_row(0, 0, cells)
seen("calamine reads the same cells of XLSX", read(f"{room}/list.xlsx"), [cells])
END
