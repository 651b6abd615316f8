"""Whether a bounce is the mailbox's end (hard) or says something of us, of now or of this message (soft)."""

import re

from contacts.memory.inbox.reading.phrases import has
from fleetportal.core.outbox.channels.answers import NO_MAILBOX, OURS

STATUS = re.compile(r"(?<![\d.\-/])([245])\.(\d{1,3})\.(\d{1,3})(?![\d]|\.\d)")
REPLY = re.compile(r"(?<![\d.])([45]\d\d)(?=[ \-:#;]|$)")
ENDED = {f"5.{subject}.{detail}" for subject, detail in NO_MAILBOX}
ABOUT_US = {f"5.{subject}.{detail}" for subject, detail in OURS}
LONGEST = 4_000  # characters of an answer that are looked at


def status_in(text: str) -> str:
    """The first enhanced status in a server's answer: "5.1.1"; the most telling one, not 5.0.0, where it says several."""
    found = [".".join(match.groups()) for match in STATUS.finditer(text[:LONGEST])]
    return next((one for one in found if not one.endswith(".0.0")), found[0] if found else "")


def verdict(answer: str, status: str, *, action: str, after_data: bool) -> str:
    """ "hard" when the server says that the mailbox is not there, else "soft".

    What a server says counts before its number: many send 5.7.1 or 5.0.0 with "user unknown". A "no such user" after it took the
    recipient and saw the letter is a filter's way to say no (mobile operators do so). `action` is the report's.
    """
    said = " ".join(answer[:LONGEST].split())
    if action == "delayed" or has("soft before hard", said):
        return "soft"
    if has("hard", said) and not is_ours(status):
        return "soft" if after_data and not status.startswith("5.1.") else "hard"
    return "hard" if status in ENDED and not has("soft", said) else "soft"


def is_ours(status: str) -> bool:
    """Whether the number is one about the sender or a rule, whatever words stand beside it."""
    return status.startswith("5.7.") or status in ABOUT_US
