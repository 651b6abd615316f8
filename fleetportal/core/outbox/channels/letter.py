"""Letters: the recipient is the lines of a postal address; a delivered letter waits to be printed on the page of letters.

No PDF is stored: it is made from the message when somebody prints it, the same each time, so that no copy of the database contains
a working personal link.
"""

from collections.abc import Iterable

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone, translation

from fleetportal.core import days, pdf
from fleetportal.core.audit import record_many
from fleetportal.core.links import Link, fill_in, found_in
from fleetportal.core.outbox.channels.sender import Delivered, Result
from fleetportal.core.outbox.message import MayAsk, Message, MessageState


class PaperLetterQuerySet(models.QuerySet["PaperLetter"]):
    def where(self, user: MayAsk, *, may: str) -> "PaperLetterQuerySet":
        """Letters of the messages that `user` sees. Costs 1 query immediately."""
        return self.filter(message__in=Message.objects.where(user, may=may))

    def unprinted(self) -> "PaperLetterQuerySet":
        """Letters waiting to be printed, the oldest first; without those held back or whose recipient was erased."""
        waiting = self.filter(printed_at=None).exclude(message__state=MessageState.HELD_BACK)
        return waiting.exclude(message__recipient="").select_related("message").order_by("pk")

    def hold_back(self, why: str) -> int:
        """Withdraw the waiting letters of this set, because they are no longer true; how many there were. Costs 1 query."""
        messages = Message.objects.filter(pk__in=self.filter(printed_at=None).values("message"), state=MessageState.SENT)
        return messages.update(state=MessageState.HELD_BACK, last_answer=why[:300])

    def mark_printed(self, *, by: object) -> int:
        """Mark the waiting letters of this set as printed, with an entry each; how many there were. Costs 4 queries."""
        with transaction.atomic():
            letters = list(self.filter(printed_at=None).select_for_update(no_key=True).order_by("pk"))
            self.model.objects.filter(pk__in=[letter.pk for letter in letters]).update(printed_at=timezone.now())
            record_many("letter.printed", [(letter, {}) for letter in letters], by=by)
            return len(letters)


class PaperLetter(models.Model):
    """A message to be printed and posted."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    printed_at = models.DateTimeField(null=True)

    objects = PaperLetterQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["id"], name="letter_unprinted", condition=models.Q(printed_at=None))]

    def __str__(self) -> str:
        return str(self.message)

    @property
    def postal_address(self) -> str:
        return postal_address(self.message)


class LetterSender:
    """Makes messages available for printing."""

    def deliver(self, message: Message, found: dict[int, Link]) -> Result:
        PaperLetter.objects.get_or_create(message=message)
        return Delivered()

    def close(self) -> None:
        """Nothing to close."""


def as_pdf(messages: Iterable[Message]) -> bytes:
    """A4 pages of `messages`, each on a new page; byte for byte the same each time. Costs 1 query for their links."""
    messages = list(messages)
    found = found_in("".join(message.text for message in messages))
    return pdf.letters([as_sheet(message, found) for message in messages])


def postal_address(message: Message) -> str:
    """The lines shown in the envelope's window: the recipient's name, where known, and the address."""
    return "\n".join(line for line in (message.headers.get("To", ""), message.recipient) if line)


def as_sheet(message: Message, found: dict[int, Link]) -> pdf.LetterSheet:
    """`message` as a letter, with the addresses of its links filled in."""
    with translation.override(message.language or settings.LANGUAGE_CODE):
        day = days.long(timezone.localtime(message.queued_at))
    paragraphs = fill_in(message.text, found).strip().split("\n\n")
    return pdf.LetterSheet(address=postal_address(message), day=str(day), subject=message.subject, paragraphs=paragraphs)
