#!/bin/sh
# Guessed: a check sign in a bar code is between the writer and the reader, as in EAN; a wrong one is refused.
# Seen: python-barcode adds one to Code 39, where it is optional and readers hand it on: the plate HH-AB 12 is read, and printed
#   under the bars, as HH-AB 123, which is a plate as well. A vehicle's number gets an eighteenth sign. Of an EAN whose last
#   digit was mistyped it makes another article's number without a word.
# With: python-barcode 0.16.1, zxing-cpp 3.1.1 (its symbology_identifier "]A1" says that a check sign was found and handed on).
# Why it matters: the key tag of one car opens another's record, or none; the eye sees the same wrong text under the bars.
# What to do: add_checksum=False, or Code 128, which has its own check and never shows it; read each kind of label back once.
#   Compare an EAN's last digit before it is drawn.
set -eu
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/env"
"$room/env/bin/pip" install -qq --no-cache-dir python-barcode==0.16.1 pillow==13.0.0 zxing-cpp==3.1.1
"$room/env/bin/python" - <<'END'
import io
import re
from importlib.metadata import version

import barcode
import zxingcpp
from barcode.writer import ImageWriter, SVGWriter
from PIL import Image


def seen(what, value, expected):
    print(f"{what}: {value}")
    assert value == expected, f"expected {expected}"


def read(kind, text, **how):
    drawn = io.BytesIO()
    barcode.get_barcode_class(kind)(text, writer=ImageWriter(), **how).write(drawn)
    return [(code.text, code.symbology_identifier) for code in zxingcpp.read_barcodes(Image.open(drawn))]


print("python-barcode", version("python-barcode"), "zxing-cpp", version("zxing-cpp"))
seen("Code 39 of HH-AB 12", read("code39", "HH-AB 12"), [("HH-AB 123", "]A1")])
drawn = io.BytesIO()
barcode.get_barcode_class("code39")("HH-AB 12", writer=SVGWriter()).write(drawn)
seen("under its bars", re.findall(r"<text[^>]*>(.*?)</text>", drawn.getvalue().decode()), ["HH-AB 123"])
seen("of a vehicle's number", read("code39", "WVWZZZ1JZXW000001"), [("WVWZZZ1JZXW000001K", "]A1")])
seen("without the check sign", read("code39", "HH-AB 12", add_checksum=False), [("HH-AB 12", "]A0")])
seen("Code 128", read("code128", "HH-AB 12"), [("HH-AB 12", "]C0")])
seen("EAN of 4012345678909", read("ean13", "4012345678909"), [("4012345678901", "]E0")])
END
