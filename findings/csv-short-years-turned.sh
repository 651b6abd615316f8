#!/bin/sh
# Guessed: DuckDB finds out a column's date format, and where two formats fit it takes the day first or leaves the text.
# Seen: 31.12.27 and 15.11.28 are read year first: 27 December 2031 and 28 November 2015. It depends on the other rows: with
#   01.02.29 among them (29 February 2001 doesn't exist) the column stays text; with a year above 31 it is read rightly. With
#   / and - the same.
# With: DuckDB 2.0.1.
# Why it matters: ends of leases written as Germans and Italians write them are years off, plausible, and change with the next
#   file.
# What to do: never let it guess: dateformat='%d.%m.%y', or all columns as text and one's own reading; a test file with only
#   years to 31.
set -eu
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/env"
"$room/env/bin/pip" install -qq --no-cache-dir duckdb==2.0.1
"$room/env/bin/python" - "$room" <<'END'
import sys
from pathlib import Path

import duckdb


def seen(what, value, expected):
    print(f"{what}: {value}")
    assert value == expected, f"expected {expected}"


path = Path(sys.argv[1], "leases.csv")


def read(*ends, how=""):
    path.write_text("plate;end\n" + "".join(f"HH-AB {number};{end}\n" for number, end in enumerate(ends, 1)))
    return [str(row[1]) for row in duckdb.sql(f"from read_csv('{path}'{how})").fetchall()]


print("duckdb", duckdb.__version__)
seen("two years below 32", read("31.12.27", "15.11.28"), ["2031-12-27", "2015-11-28"])
seen("with slashes", read("31/12/27", "15/11/28"), ["2031-12-27", "2015-11-28"])
seen("a day that would not exist", read("31.12.27", "15.11.28", "01.02.29"), ["31.12.27", "15.11.28", "01.02.29"])
seen("a year above 31", read("31.12.27", "15.11.32"), ["2027-12-31", "2032-11-15"])
seen("told the format", read("31.12.27", "15.11.28", how=", dateformat='%d.%m.%y'"), ["2027-12-31", "2028-11-15"])
END
