"""The same on mails of real servers and programs, which are not ours to publish. docs/incoming.md has the rates."""

import csv
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from contacts.memory.inbox.reading import answers
from contacts.memory.inbox.reading.mail import MailRead, read

pytestmark = pytest.mark.samples

OTHER = {"lhost-amazonses-11.eml", "lhost-amazonses-12.eml"}  # a complaint and a receipt
ALONE = {  # of folders that hold several kinds
    "bounced_1.eml": "bounce",
    "rb-issue-368-bug.eml": "bounce",
    "fwd_lines.eml": "reply",
    "arf-12.eml": "unsubscribe",
    "vacation_de_rfc3834.eml": "auto_reply",
}
# The lines of the files that are the writer's own, from the first line as 1; those between are quoted.
OWN_LINES = {
    "email_1_1.txt": [(1, 5)],
    "email_1_2.txt": [(1, 1), (9, 34)],
    "email_1_3.txt": [(1, 3)],
    "email_1_4.txt": [(1, 1)],
    "email_1_6.txt": [(1, 1)],
    "email_1_7.txt": [(1, 1)],
    "email_1_8.txt": [(13, 13), (19, 19)],
    "email_2_1.txt": [(1, 1)],
    "email_2_3.txt": [(1, 1)],
    "email_bullets.txt": [(1, 9)],
    "email_gmail.txt": [(1, 1)],
    "email_headers_no_delimiter.txt": [(1, 1)],
    "email_iPhone.txt": [(1, 1)],
    "email_multi_word_sent_from_my_mobile_device.txt": [(1, 1)],
    "email_one_is_not_on.txt": [(1, 5)],
    "email_sig_delimiter_in_middle_of_line.txt": [(1, 7)],
    "greedy_on.txt": [(1, 6)],
    "pathological.txt": [(1, 2)],
}


def folder(name: str) -> Path:
    return Path(os.environ["SAMPLES_DIR"], "email", name)


def half_of(name: str) -> int:
    """0 for the half of the mails by which the reading was written, 1 for the half that was held back."""
    return int(sha256(name.encode()).hexdigest(), 16) % 2


def letters(half: int) -> Iterator[tuple[Path, MailRead]]:
    for path in sorted(folder("").glob("*/*.eml")):
        if half_of(path.name) == half:
            yield path, read(path.read_bytes())


def kind_of(path: Path) -> str:
    name, kind = path.name, path.parent.name
    if name in ALONE:
        return ALONE[name]
    if kind == "bounces_sisimai" and name not in OTHER and not name.startswith("arf"):
        return "auto_reply" if name.startswith("rfc3834") else "bounce"
    return "reply" if kind == "replies_talon" else "bounce" if name.startswith("bounce_") else "other"


@pytest.mark.parametrize("half", [0, 1])
def test_kinds_of_real_mails(half):
    found = [(path.name, message.kind, kind_of(path)) for path, message in letters(half)]
    wrong = [row for row in found if row[1] != row[2]]
    assert len(found) > 190 and len(wrong) <= len(found) / 100, wrong


def hard_by_file(half: int) -> dict[str, bool]:
    """Whether the origin's own tests call the first recipient's bounce hard."""
    with (folder("bounces_sisimai") / "EXPECTED.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["recipient_no"] == "1" and half_of(row["file"]) == half]
    return {row["file"]: row["hard_bounce"] == "1" for row in rows if kind_of(folder("bounces_sisimai") / row["file"]) == "bounce"}


@pytest.mark.parametrize(("half", "least"), [(0, 0.95), (1, 0.92)])
def test_hard_and_soft_of_real_bounces(half, least):
    """The rest are mostly "no such user" that the origin takes for a filter's answer, without a sign in the mail."""
    wanted = hard_by_file(half)
    found = {name: read((folder("bounces_sisimai") / name).read_bytes()) for name in wanted}
    wrong = [name for name, hard in wanted.items() if (found[name].verdict == "hard") is not hard]
    assert len(wanted) > 140 and 1 - len(wrong) / len(wanted) >= least, wrong
    assert all(message.address for message in found.values())


@pytest.mark.parametrize("name", sorted(OWN_LINES))
def test_answer_in_a_real_text(name):
    text = (folder("replies_zapier") / name).read_text(encoding="utf-8")
    lines = [line.rstrip() for line in text.splitlines()]
    runs = ["\n".join(lines[first - 1 : last]) for first, last in OWN_LINES[name]]
    assert answers.part(text).own == "\n\n".join(runs).replace("\n\n\n", "\n\n")


@pytest.mark.parametrize("name", ["android", "aol", "apple_mail", "gmail", "hotmail", "outlook", "yahoo"])
def test_answer_of_a_mail_program(name):
    assert read((folder("replies_talon") / f"{name}.eml").read_bytes()).text == "Hello"
