"""What a mail server's answer is about: us, the mailbox, this message, or only this moment (RFC 5321, RFC 3463).

Servers say "no" to a sender far more often than to a mailbox: a changed relay, a password, a limit, a listed address. Only words about
the mailbox itself may end an address.
"""

import re
from enum import Enum

ENHANCED = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})\b")
NO_MAILBOX = {(1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (2, 1)}
MAILBOX_FULL = (2, 2)
TOO_LARGE = (3, 4)
OURS = {(1, 7), (1, 8), (3, 0), (3, 2)}  # our address, or their system; all of 4 (routing) and 7 (policy, security) as well
AUTHENTICATION = (530, 534, 535, 538)
CLOSING = 421

ABOUT_US = re.compile(
    r"relay|rcpthosts|block|black ?list|denied|deny|policy|reputation|authenticat|log ?in|not (?:allowed|permitted|authori[sz]ed)|sender"
    r"|sending|rate|limit|quota|too many|spf|dkim|dmarc|helo|ehlo|client host|reverse|\bptr\b|\bip\b|listed|banned|refused|tls|spam",
    re.IGNORECASE,
)
ABOUT_A_MAILBOX = re.compile(
    r"(?:no such|unknown|invalid|non-?existent|inactive|disabled|no)\b[^.;]{0,30}"
    r"\b(?:user|mailbox|recipient|address|account|person|local part)"
    r"|\b(?:user|mailbox|recipient|address|account)\b[^.;]{0,60}"
    r"(?:unknown|not found|no(?:t| longer) |n['’]t|invalid|unavailable|disabled|inactive)",
    re.IGNORECASE,
)


class Stage(Enum):
    """How far a conversation had come."""

    LINE = "connection, greeting, sign-in, MAIL FROM"
    RECIPIENT = "RCPT TO"
    TEXT = "DATA"


class About(Enum):
    """What an answer is about."""

    US = "the sender, the line, the server: no message is tried until it is well again"
    NOBODY = "there is no such mailbox"
    LATER = "this message, for the moment"
    MESSAGE = "this message, for good"


def about(stage: Stage, code: int, answer: str) -> About:
    """What the answer `code` `answer` to a command of `stage` is about."""
    enhanced = ENHANCED.match(answer)
    subject, detail = (int(enhanced[2]), int(enhanced[3])) if enhanced else (0, 0)
    if stage is Stage.LINE:
        return About.MESSAGE if (subject, detail) == TOO_LARGE or (code == 552 and not enhanced) else About.US
    if code == CLOSING or code in AUTHENTICATION:
        return About.US
    if code < 500 or (enhanced and enhanced[1] == "4"):
        return About.LATER
    return about_code(subject, detail) if enhanced else about_words(stage, code, answer)


def about_code(subject: int, detail: int) -> About:
    """By the second and third figure of an enhanced code of class 5."""
    if (subject, detail) in NO_MAILBOX:
        return About.NOBODY
    if (subject, detail) == MAILBOX_FULL:
        return About.LATER
    return About.US if subject in (4, 7) or (subject, detail) in OURS else About.MESSAGE


def about_words(stage: Stage, code: int, answer: str) -> About:
    """A permanent refusal without an enhanced code: only its words are left to go by."""
    if code == 552:  # RFC 5321: storage exceeded
        return About.MESSAGE if re.search(r"size|large|big", answer, re.IGNORECASE) else About.LATER
    if stage is Stage.TEXT:
        return About.US if re.search(r"relay", answer, re.IGNORECASE) else About.MESSAGE
    if code in (550, 553) and ABOUT_A_MAILBOX.search(answer) and not ABOUT_US.search(answer):
        return About.NOBODY
    return About.US if ABOUT_US.search(answer) else About.MESSAGE
