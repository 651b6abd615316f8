"""What our QR codes hold."""

import pytest
import segno

from fleetportal.core import qr

pytestmark = pytest.mark.once


@pytest.mark.parametrize("text", ["https://müller.example/t/abc", "А123ВС777"])
def test_letters_beyond_ascii_are_utf_8(text):
    code = qr.written(text, mask=qr.MASK)
    assert code.matrix == segno.make_qr(text.encode(), error="m", mask=qr.MASK).matrix
    assert code.matrix != segno.make_qr(text, error="m", mask=qr.MASK).matrix  # segno's own choice, which jsQR reads as ""
    assert qr.drawn(text)[1] == qr.path(code)


def test_an_ascii_address_is_as_short_as_before():
    assert qr.written("https://example.com/t/abc").version == segno.make_qr("https://example.com/t/abc", error="m").version
