#!/bin/sh
# Guessed: a QR code with letters beyond ASCII is read by every reader as it was written, since the writer picks the shortest
#   encoding and the readers are the usual ones.
# Seen: segno writes umlauts as Latin-1 and Russian letters as Shift JIS, a Japanese encoding that has them, without a mark
#   that says so. jsQR finds the code and gives an empty text (not null, no error). zxing-cpp takes "ÄÖÜ" for Japanese. OpenCV
#   reads the plate А123ВС777 as @123BR777 with three control characters. segno's eci=True changes nothing for umlauts; UTF-8
#   is read rightly by all three.
# With: segno 1.6.6, jsQR 1.4.0, zxing-cpp 3.1.1, opencv-python-headless 5.0.0.93.
# Why it matters: a code on a key tag or a letter works on one telephone and does nothing at all on another.
# What to do: only ASCII in a code (addresses in their xn-- and %-forms); else encoding="utf-8". A scanner's page treats "" as
#   unread.
set -eu
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/env"
"$room/env/bin/pip" install -qq --no-cache-dir segno==1.6.6 zxing-cpp==3.1.1 opencv-python-headless==5.0.0.93 pillow==13.0.0
npm install --loglevel=error --no-fund --no-audit --no-update-notifier --cache "$room/cache" --prefix "$room" jsqr@1.4.0 pngjs@6.0.0
"$room/env/bin/python" - "$room" <<'END'
import sys
from importlib.metadata import version
from pathlib import Path

import cv2
import segno
import zxingcpp
from PIL import Image


def seen(what, value, expected):
    print(f"{what}: {value!r}")
    assert value == expected, f"expected {expected!r}"


room = Path(sys.argv[1])
for name in ("segno", "zxing-cpp", "opencv-python-headless"):
    print(name, version(name))


def read(name, text, **how):
    path = room / f"{name}.png"
    segno.make_qr(text, **how).save(str(path), scale=8)
    Image.open(path).convert("RGBA").save(path)
    by_zxing = [code.text for code in zxingcpp.read_barcodes(Image.open(path).convert("L"))]
    return by_zxing, cv2.QRCodeDetector().detectAndDecode(cv2.imread(str(path)))[0]


seen("Müller by zxing-cpp and OpenCV", read("latin", "Müller"), (["Müller"], "Müller"))
seen("ÄÖÜ", read("umlauts", "ÄÖÜ"), (["ﾄﾖﾜ"], "ÄÖÜ"))
seen("ÄÖÜ with eci", read("umlauts-eci", "ÄÖÜ", eci=True), (["ﾄﾖﾜ"], "ÄÖÜ"))
seen("А123ВС777 (Russian letters)", read("plate", "А123ВС777"), (["А123ВС777"], "\x84@123\x84B\x84R777"))
seen("its octets", "А123ВС777".encode("shift_jis"), b"\x84@123\x84B\x84R777")
seen("ÄÖÜ as UTF-8", read("umlauts-utf8", "ÄÖÜ", encoding="utf-8"), (["ÄÖÜ"], "ÄÖÜ"))
seen("А123ВС777 as UTF-8", read("plate-utf8", "А123ВС777", encoding="utf-8"), (["А123ВС777"], "А123ВС777"))
END
cat >"$room/read.js" <<'END'
const assert = require("node:assert");
const { readFileSync } = require("node:fs");
const jsQR = require("jsqr");
const { PNG } = require("pngjs");
const read = (name) => {
  const picture = PNG.sync.read(readFileSync(`${__dirname}/${name}.png`));
  return jsQR(new Uint8ClampedArray(picture.data), picture.width, picture.height);
};
const seen = (what, value, expected) => { console.log(what, JSON.stringify(value)); assert.strictEqual(value, expected); };
seen("jsQR: Müller", read("latin").data, "");
seen("jsQR: octets that it found", read("latin").binaryData.length, 6);
seen("jsQR: ÄÖÜ with eci", read("umlauts-eci").data, "");
seen("jsQR: А123ВС777", read("plate").data, "");
seen("jsQR: ÄÖÜ as UTF-8", read("umlauts-utf8").data, "ÄÖÜ");
seen("jsQR: А123ВС777 as UTF-8", read("plate-utf8").data, "А123ВС777");
END
node "$room/read.js"
