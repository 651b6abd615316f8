"""Vouchers and cards as PDF. The first page loads ReportLab: 0.3 s, then 10 ms a page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _

from fleetportal.core import days, money, qr
from fleetportal.core.pdf import A4, A6, MM, fonts, new_canvas, wrapped
from gifts.models import Programme, Voucher

INK, SOFT, PETROL = "#1d1b18", "#524d45", "#0e5a70"
# A sheet of cards: A4, two by four, 85 × 60 mm each.
CARD_WIDTH, CARD_HEIGHT, COLUMNS, ROWS = 85 * MM, 60 * MM, 2, 4
COURIER_WIDTH = 0.6  # of each letter, for its size


@dataclass(frozen=True)
class VoucherCard:
    """The content of one card."""

    address: str
    company: str = ""


def voucher(one: Voucher, address: str) -> bytes:
    """A6: the voucher with its QR code (38 mm), code, last day and washes."""
    out = BytesIO()
    page = new_canvas(out, A6, title=str(one.programme))
    width, height = A6
    regular, bold = fonts()
    page.setFillColor(PETROL)
    page.rect(0, height - 26 * MM, width, 26 * MM, stroke=0, fill=1)
    page.setFillColor("#ffffff")
    page.setFont(bold, 17)
    page.drawString(9 * MM, height - 16 * MM, _("One wash, on us."))
    name = one.first_name_said
    page.setFont(regular, 9)
    page.drawString(9 * MM, height - 22 * MM, _("%s’s voucher") % name if name else one.programme.centre.name)
    _qr(page, address, (width - 44 * MM) / 2, height - 74 * MM, 44 * MM)
    page.setFillColor(INK)
    page.setFont(bold, 15)
    page.drawCentredString(width / 2, height - 82 * MM, one.code)
    _rows(page, height - 92 * MM, width, rows_of(one))
    _address(page, address, width / 2, 6 * MM, width - 18 * MM)
    page.showPage()
    page.save()
    return out.getvalue()


def rows_of(one: Voucher) -> list[tuple[str, str]]:
    washes = ", ".join(centre.name for centre in one.programme.centres.all())
    return [
        (_("Valid until"), days.long(one.valid_until)),
        (_("Where"), washes),
        (_("Programme"), one.programme.details or one.programme.name),
        (_("Value"), money.display(one.value_cents)),
    ]


def cards(programme: Programme, valid_until: date, sheet: Iterable[VoucherCard]) -> bytes:
    """A4 sheets of eight cards with cutting lines; each card's QR code opens its own claim page."""
    out = BytesIO()
    page = new_canvas(out, A4, title=_("Cards: %s") % programme)
    left, bottom = (A4[0] - COLUMNS * CARD_WIDTH) / 2, (A4[1] - ROWS * CARD_HEIGHT) / 2
    for number, card in enumerate(sheet):
        position = number % (COLUMNS * ROWS)
        if number and not position:
            page.showPage()
        x = left + (position % COLUMNS) * CARD_WIDTH
        y = bottom + (ROWS - 1 - position // COLUMNS) * CARD_HEIGHT
        _card(page, programme, valid_until, card, x, y)
    page.showPage()
    page.save()
    return out.getvalue()


def _card(page: Any, programme: Programme, valid_until: date, card: VoucherCard, x: float, y: float) -> None:
    regular, bold = fonts()
    page.setStrokeColor("#d0c9bd")
    page.setDash(2, 2)
    page.rect(x, y, CARD_WIDTH, CARD_HEIGHT, stroke=1, fill=0)
    page.setDash()
    _qr(page, card.address, x + CARD_WIDTH - 40 * MM, y + 12 * MM, 36 * MM)
    page.setFillColor(PETROL)
    page.rect(x, y + CARD_HEIGHT - 11 * MM, CARD_WIDTH, 11 * MM, stroke=0, fill=1)
    page.setFillColor("#ffffff")
    page.setFont(bold, 12)
    page.drawString(x + 5 * MM, y + CARD_HEIGHT - 7.5 * MM, _("One wash, on us."))
    top = y + CARD_HEIGHT - 17 * MM
    for number, text in enumerate(card_lines(programme, valid_until, card)):
        font, size, colour = (regular, 7.5, SOFT) if number else (bold, 8.5, INK)
        page.setFont(font, size)
        page.setFillColor(colour)
        for line in wrapped(text, font, size, CARD_WIDTH - 48 * MM):
            page.drawString(x + 5 * MM, top, line)
            top -= size * 1.3
        top -= 1.3 * MM
    page.setFont(regular, 6)
    page.drawCentredString(x + CARD_WIDTH - 22 * MM, y + 9.5 * MM, _("Scan to claim"))
    _address(page, card.address, x + CARD_WIDTH / 2, y + 4 * MM, CARD_WIDTH - 8 * MM)


def card_lines(programme: Programme, valid_until: date, card: VoucherCard) -> list[str]:
    """The words on a card; what it says is asked is what its claim page asks."""
    return [
        _("For the drivers of %s") % card.company if card.company else _("For drivers"),
        programme.details or programme.name,
        _("Scan the code, enter your first name, and the voucher is yours.")
        if card.company
        else _("Scan the code, enter your first name and your company or number plate, and the voucher is yours."),
        _("Valid until %s") % days.long(valid_until),
        programme.centre.name,
    ]


def _address(page: Any, address: str, middle: float, y: float, width: float) -> None:
    """The web address to type, in letters that can be told apart, as large as it fits into `width`."""
    page.setFillColor(SOFT)
    page.setFont("Courier", min(8.0, width / (len(address) * COURIER_WIDTH)))
    page.drawCentredString(middle, y, address)


def _rows(page: Any, top: float, width: float, rows: Iterable[tuple[str, str]]) -> None:
    regular, bold = fonts()
    for label, value in rows:
        page.setFont(regular, 8)
        page.setFillColor(SOFT)
        page.drawString(9 * MM, top, label)
        page.setFont(bold, 8)
        page.setFillColor(INK)
        for line in wrapped(value, bold, 8, width - 45 * MM):
            page.drawString(36 * MM, top, line)
            top -= 4 * MM
        top -= 2 * MM


def _qr(page: Any, address: str, x: float, y: float, side: float) -> None:
    """The QR code of `address` with its quiet zone, on white."""
    matrix = qr.written(address).matrix
    module = side / (len(matrix) + 8)
    page.setFillColor("#ffffff")
    page.rect(x, y, side, side, stroke=0, fill=1)
    page.setFillColor("#000000")
    path = page.beginPath()
    for row, modules in enumerate(matrix):
        for column, dark in enumerate(modules):
            if dark:
                path.rect(x + (column + 4) * module, y + side - (row + 5) * module, module, module)
    page.drawPath(path, stroke=0, fill=1)
