#!/bin/sh
# Guessed: told the language, dateparser reads a month with its year as that month, a term of lease as a span ahead or not at
#   all.
# Seen: on 30 November 2026, in German: "10/27" (October 2027, the form of every inspection sticker) is 10 November 2027,
#   "Januar 27" is 27 January 2026, "10/2027" is the 30th, today's day. "36 Monate" is three years ago and "90 Tage" is
#   September; with "in" before it the same words look ahead. "KW 12" and "Ende März 2027" give none.
# With: dateparser 1.5.0, the moment fixed by RELATIVE_BASE.
# Why it matters: a remark like "HU 10/27" or "Laufzeit 36 Monate" becomes a date that looks good and lies in the past.
# What to do: read month and year by an own pattern first; give dateparser only texts with a day; REQUIRE_PARTS (day, month,
#   year) makes the months None, as shown below, but not the terms: refuse those by their words.
set -eu
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/env"
"$room/env/bin/pip" install -qq --no-cache-dir dateparser==1.5.0
"$room/env/bin/python" - <<'END'
from datetime import datetime
from importlib.metadata import version

import dateparser

TODAY = datetime(2026, 11, 30, 20)


def read(text, **more):
    found = dateparser.parse(text, languages=["de"], settings={"RELATIVE_BASE": TODAY, **more})
    return found and found.date().isoformat()


def seen(text, expected, **more):
    value = read(text, **more)
    print(f"{text}{' (all parts required)' if more else ''}: {value}")
    assert value == expected, f"expected {expected}"


print("dateparser", version("dateparser"))
seen("10/27", "2027-11-10")
seen("10/2027", "2027-10-30")
seen("Januar 27", "2026-01-27")
seen("36 Monate", "2023-11-30")
seen("in 36 Monaten", "2029-11-30")
seen("90 Tage", "2026-09-01")
seen("KW 12", None)
seen("Ende März 2027", None)
parts = {"REQUIRE_PARTS": ["day", "month", "year"]}
for text, expected in (("10/27", None), ("10/2027", None), ("Januar 27", None), ("36 Monate", "2023-11-30")):
    seen(text, expected, **parts)
END
