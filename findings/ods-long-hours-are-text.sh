#!/bin/sh
# Guessed: hours of work (26:00, 100:30) come from ODS as from XLSX: a span of time.
# Seen: from XLSX calamine gives a timedelta. From ODS it gives a time of day below 24 hours, and from 24 hours on the raw
#   text of the format, "PT26H00M00S"; the same column holds both. "PT9H30M", as short as the standard's own type allows, is
#   text as well. pyexcel-ods3 reads all of them.
# With: python-calamine 0.9.1, pyexcel-ods3 0.6.1, odfpy 1.4.1, openpyxl 3.1.5.
# Why it matters: operating hours of machines, hours of a hire: rows over a day are refused or stored as words, the others are
#   right, and a test with 9:30 finds nothing.
# What to do: read text of the form PT…H…M…S as a span before anything else does; never judge the column by its first rows.
set -eu
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/env"
"$room/env/bin/pip" install -qq --no-cache-dir python-calamine==0.9.1 pyexcel-ods3==0.6.1 odfpy==1.4.1 openpyxl==3.1.5
"$room/env/bin/python" - "$room" <<'END'
import sys
from datetime import time, timedelta
from importlib.metadata import version

import openpyxl
import pyexcel_ods3
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from python_calamine import CalamineWorkbook


def seen(what, value, expected):
    print(f"{what}: {value}")
    assert value == expected, f"expected {expected}"


def column(path):
    return [row[0] for row in CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()]


for name in ("python-calamine", "pyexcel-ods3", "odfpy", "openpyxl"):
    print(name, version(name))
room = sys.argv[1]
book = OpenDocumentSpreadsheet()
table = Table(name="Hours")
for stored, shown in (("PT09H30M00S", "9:30"), ("PT26H00M00S", "26:00"), ("PT100H30M00S", "100:30"), ("PT9H30M", "9:30")):
    row, cell = TableRow(), TableCell(valuetype="time", timevalue=stored)
    cell.addElement(P(text=shown))
    row.addElement(cell)
    table.addElement(row)
book.spreadsheet.addElement(table)
book.save(f"{room}/hours.ods")
seen("calamine, ODS", column(f"{room}/hours.ods"), [time(9, 30), "PT26H00M00S", "PT100H30M00S", "PT9H30M"])
by_pyexcel = [row[0] for row in pyexcel_ods3.get_data(f"{room}/hours.ods")["Hours"][:3]]
seen("pyexcel-ods3, ODS", by_pyexcel, [time(9, 30), timedelta(hours=26), timedelta(hours=100, minutes=30)])

xlsx = openpyxl.Workbook()
for hours in (9.5, 26, 100.5):
    xlsx.active.append([timedelta(hours=hours)])
xlsx.save(f"{room}/hours.xlsx")
spans = [timedelta(hours=9.5), timedelta(hours=26), timedelta(hours=100.5)]
seen("calamine, XLSX", column(f"{room}/hours.xlsx"), spans)
END
