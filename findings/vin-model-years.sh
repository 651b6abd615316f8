#!/bin/sh
# Guessed: vininfo gives a model year where the number holds one, and an empty list where its maker doesn't say it.
# Seen: the tenth sign is read as the year, whoever the maker is. Mercedes' European numbers have the steering there (1 left,
#   2 right), so each of them is of 2001 or 2002, also those with W1V, a van's prefix of today. Ford of Europe has the year in
#   the eleventh place, as the package itself knows for Ford of Australia: a car of 2008 is "1999". A 0 there gives none. A
#   maker whose prefix is unknown is called "UnsupportedBrand", a text like any other (Z94, Hyundai in Russia).
# With: vininfo 1.11.0. The list of years also depends on today's date, as the code repeats after 30 years.
# Why it matters: the vans of a whole fleet are 25 years old in the list, and every offer for a new one is due at once.
# What to do: take a year from the registration only; from the number at most the maker, and never "UnsupportedBrand".
set -eu
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/env"
"$room/env/bin/pip" install -qq --no-cache-dir vininfo==1.11.0
"$room/env/bin/python" - <<'END'
from importlib.metadata import version

from vininfo import Vin


def seen(what, value, expected):
    print(f"{what}: {value}")
    assert value == expected, f"expected {expected}"


def read(number):
    vin = Vin(number)
    return vin.manufacturer, min(vin.years, default=None)


print("vininfo", version("vininfo"))
seen("a Mercedes van, left-hand drive", read("W1V9076331P123456"), ("Mercedes-Benz", 2001))
seen("the same, right-hand drive", read("W1V9076332P123456"), ("Mercedes-Benz", 2002))
seen("a Ford of 2008 (8 in place 11)", read("WF0XXXGCDX8A12345"), ("Ford of Europe", 1999))
seen("a Fiat (0 in place 10)", read("ZFA31200000123456"), ("Fiat Automobiles", None))
seen("an unknown prefix", Vin("Z94CT41DAHR123456").manufacturer, "UnsupportedBrand")
seen("Ford of Australia's place of the year", Vin("6FPAAAJGSW8A12345").years_code, "8")
END
