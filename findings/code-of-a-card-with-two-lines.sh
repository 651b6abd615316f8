#!/bin/sh
# Guessed: segno's helper for a visiting card as QR code escapes what needs it: commas, semicolons and line ends.
# Seen: it escapes commas and semicolons, but a line end in the note, the street or the organisation goes into the card as it
#   is. The rest of the text then stands on a line of its own that is no line of a vCard, and vobject refuses the whole card.
# With: segno 1.6.6, vobject 0.9.9.
# Why it matters: notes and addresses often have several lines; the code looks like any other, and who scans it gets no contact.
# What to do: exchange line ends for a comma and a space before the helper gets the text; read the card back before it is
#   printed. Where several lines are wanted, make the vCard with another package and give segno its text.
set -eu
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/env"
"$room/env/bin/pip" install -qq --no-cache-dir segno==1.6.6 vobject==0.9.9
"$room/env/bin/python" - <<'END'
from importlib.metadata import version

import vobject
from segno import helpers


def seen(what, value, expected):
    print(f"{what}: {value!r}")
    assert value == expected, f"expected {expected!r}"


def card(**more):
    return helpers.make_vcard_data(name="Kern;Hans", displayname="Hans Kern", phone="+49 171 1234567", **more)


def read(text):
    try:
        return [line.value for line in vobject.readOne(text).contents["tel"]]
    except vobject.base.ParseError as error:
        return type(error).__name__


print("segno", version("segno"), "vobject", version("vobject"))
seen("commas and semicolons are escaped", "NOTE:a\\, b\\; c" in card(memo="a, b; c").splitlines(), True)
seen("a note of one line", read(card(memo="Key at the desk")), ["+49 171 1234567"])
seen("a note of two lines", card(memo="Key at the desk\nRing twice").splitlines()[-3:-1], ["NOTE:Key at the desk", "Ring twice"])
seen("read by vobject", read(card(memo="Key at the desk\nRing twice")), "ParseError")
seen("a street of two lines", read(card(street="Hof 2\nTor 5", city="Leer")), "ParseError")
seen("an organisation of two lines", read(card(org="Kern\nDachbau")), "ParseError")
END
