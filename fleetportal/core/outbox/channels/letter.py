"""Letter: the recipient is the lines of a postal address; delivered is what waits to be printed, on the page of letters.

No PDF is kept: it is made of the message when somebody prints it, the same each time, so that no copy of the database holds a
personal link that opens.
"""

from collections.abc import Iterable
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models, transaction
from django.utils import formats, timezone, translation

from fleetportal.core import pdf
from fleetportal.core.audit import record_many
from fleetportal.core.links import Link, fill_in, found_in
from fleetportal.core.outbox.channels.sender import Delivered, Result
from fleetportal.core.outbox.message import Message

if TYPE_CHECKING:
    from reportlab.platypus import Flowable

LEFT, RIGHT, TOP, BOTTOM = 25 * pdf.MM, 20 * pdf.MM, 25 * pdf.MM, 25 * pdf.MM
ADDRESS_TOP, ADDRESS_WIDTH, ADDRESS_HEIGHT = 45 * pdf.MM, 85 * pdf.MM, 45 * pdf.MM  # the window of the envelope, DIN 5008 form B


class PaperLetterQuerySet(models.QuerySet["PaperLetter"]):
    def unprinted(self) -> "PaperLetterQuerySet":
        """Letters that wait to be printed, the oldest first; one whose recipient was forgotten waits no more."""
        return self.filter(printed_at=None).exclude(message__recipient="").select_related("message").order_by("pk")

    def mark_printed(self, *, by: object) -> int:
        """How many letters of this set waited and are now marked as printed, with an entry each. Costs 4 queries."""
        with transaction.atomic():
            letters = list(self.filter(printed_at=None).select_for_update(no_key=True).order_by("pk"))
            self.model.objects.filter(pk__in=[letter.pk for letter in letters]).update(printed_at=timezone.now())
            record_many("letter.printed", [(letter, {}) for letter in letters], by=by)
            return len(letters)


class PaperLetter(models.Model):
    """A message that somebody has to print and post."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    printed_at = models.DateTimeField(null=True)

    objects = PaperLetterQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["id"], name="letter_unprinted", condition=models.Q(printed_at=None))]

    def __str__(self) -> str:
        return str(self.message)


class LetterSender:
    """Puts messages on the pile to be printed."""

    def deliver(self, message: Message, found: dict[int, Link]) -> Result:
        PaperLetter.objects.get_or_create(message=message)
        return Delivered()

    def close(self) -> None:
        """Nothing is kept open."""


def as_pdf(messages: Iterable[Message]) -> bytes:
    """A4 pages of `messages`, each beginning a new page; equal byte for byte each time. Costs 1 query for their links."""
    from reportlab.lib.pagesizes import A4  # noqa: PLC0415
    from reportlab.platypus import SimpleDocTemplate  # noqa: PLC0415

    messages, out = list(messages), BytesIO()
    found = found_in("".join(message.text for message in messages))
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=LEFT,
        rightMargin=RIGHT,
        topMargin=TOP,
        bottomMargin=BOTTOM,
        title=messages[0].subject if len(messages) == 1 else "",
        author="Fleetportal",
        invariant=1,
    )
    document.build([block for message in messages for block in blocks(message, found)])
    return out.getvalue()


def blocks(message: Message, found: dict[int, Link]) -> "list[Flowable]":
    """The address in the window of the envelope, the day, the subject, the text."""
    from reportlab.lib.styles import ParagraphStyle  # noqa: PLC0415
    from reportlab.platypus import PageBreak, Paragraph, Table  # noqa: PLC0415

    regular, bold = pdf.fonts()
    text = ParagraphStyle("text", fontName=regular, fontSize=10, leading=14, spaceAfter=8, splitLongWords=1)
    subject = ParagraphStyle("subject", parent=text, fontName=bold, spaceAfter=14)
    address = Table(
        [[""], [Paragraph(lines(message.recipient), text)]],
        colWidths=[ADDRESS_WIDTH],
        rowHeights=[ADDRESS_TOP - TOP, ADDRESS_HEIGHT],
        style=[("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0), ("TOPPADDING", (0, 0), (-1, -1), 0)],
        hAlign="LEFT",
    )
    paragraphs = fill_in(message.text, found).strip().split("\n\n")
    return [
        address,
        Paragraph(day_of(message), ParagraphStyle("day", parent=text, alignment=2)),
        Paragraph(escape(message.subject), subject),
        *(Paragraph(lines(paragraph), text) for paragraph in paragraphs),
        PageBreak(),
    ]


def lines(text: str) -> str:
    return "<br/>".join(escape(line) for line in text.splitlines())


def day_of(message: Message) -> str:
    """The day of the letter, as its reader writes it."""
    with translation.override(message.language or settings.LANGUAGE_CODE):
        return str(formats.date_format(timezone.localtime(message.queued_at), "DATE_FORMAT"))
