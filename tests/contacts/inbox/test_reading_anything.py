"""Whatever the bytes: reading never raises, and what it says can be stored in both databases."""

from dataclasses import fields
from time import process_time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contacts.memory.inbox.reading.leaves import clean
from contacts.memory.inbox.reading.mail import KINDS, read
from contacts.memory.inbox.reading.markup import as_text
from tests.contacts.inbox.letters import FROM, calendar, letter, report

pytestmark = pytest.mark.once

CHARSETS = ["utf-8", "iso-8859-8-i", "x-mac-roman", "koi8-ru", "win-1251", "cp-850", "default", "none", "unknown-8bit", "utf-16", "idna"]
TYPES = ["text/plain", "text/html", "multipart/mixed", "multipart/report; report-type=delivery-status", "message/rfc822", "text/calendar"]
NAMES = ["From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Return-Path", "Auto-Submitted", "X-Failed-Recipients"]
SLOWEST = 5.0  # seconds of the processor for a megabyte; a usual letter takes a few thousandths
SAMPLES = [letter(FROM + "Subject: Re: x", "Ja\n> nein"), report("Final-Recipient: rfc822; a@b.example"), letter(FROM, calendar("REPLY"))]


def is_storable(text: str) -> bool:
    return "\x00" not in text and text.encode("utf-8").decode("utf-8") == text


def texts_of(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for one in value for text in texts_of(one)]
    return [text for name in getattr(value, "__dataclass_fields__", ()) for text in texts_of(getattr(value, name))]


def check(raw: bytes) -> None:
    found = read(raw)
    assert found.kind in KINDS and found.verdict in ("hard", "soft", "")
    assert all(is_storable(text) for field in fields(found) for text in texts_of(getattr(found, field.name)))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=2_000))
@example(b"")
@example(b"Subject: =?utf-8?b?////?=\n\n\x00")
def test_any_bytes(raw):
    check(raw)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(NAMES), st.text(max_size=60) | st.binary(max_size=30).map(lambda raw: raw.decode("latin-1")))),
    st.sampled_from(TYPES),
    st.sampled_from(CHARSETS),
    st.sampled_from(["8bit", "base64", "quoted-printable", "uuencode", "x"]),
    st.binary(max_size=400),
)
def test_any_headers_types_charsets_and_encodings(heads, kind, charset, encoding, body):
    lines = "".join(f"{name}: {' '.join(value.split())}\n" for name, value in heads)
    head = f"{lines}Content-Type: {kind}; charset={charset}; boundary=A\nContent-Transfer-Encoding: {encoding}\n\n"
    check(head.encode("utf-8", "surrogatepass") + b"--A\n\n" + body + b"\n--A\nContent-Type: multipart/alternative; boundary=B\n\n" + body)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SAMPLES), st.integers(min_value=0, max_value=600), st.binary(max_size=8))
def test_any_damage(sample, at, damage):
    check(sample[:at] + damage + sample[at + len(damage) :])


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="<>/abp! =\"'&;\n-[]CDATA", max_size=200))
def test_any_markup_is_text(page):
    assert is_storable(as_text(clean(page)))


@pytest.mark.parametrize("depth", [50, 2_000])
def test_parts_within_parts_beyond_reason(depth):
    nested = "".join(f"Content-Type: multipart/mixed; boundary=b{at}\n\n--b{at}\n" for at in range(depth))
    check(f"From: a@b.example\nSubject: x\n{nested}Content-Type: text/plain\n\nHallo\n".encode())


def test_lone_surrogates_and_nul_are_gone():
    assert clean("a\x00b\ud800c\r\nd\re") == "abc\nd\ne"


CHARSET_NAMES = [
    ("koi8-ru", "koi8-u", "Привіт"),
    ("win-1251", "cp1251", "Привет"),
    ("x-mac-roman", "mac-roman", "Grüße"),
    ("cp-850", "cp850", "Grüße"),
]


@pytest.mark.parametrize(("named", "real", "text"), CHARSET_NAMES)
def test_charset_by_another_name(named, real, text):
    head = f"From: a@b.example\nSubject: x\nContent-Type: text/plain; charset={named}\nContent-Transfer-Encoding: 8bit\n\n".encode()
    assert read(head + text.encode(real)).text == text


def test_letter_split_between_two_encoded_words():
    assert read(b"From: a@b.example\nSubject: =?utf-8?q?Gr=C3?= =?utf-8?q?=BC=C3=9Fe?=\n\nx").subject == "Grüße"


HEAVY = {
    "lines like the head of a quote": ("text/plain", "On 5 May 2026 somebody said something here and there\n" * 20_000),
    "lines of dashes": ("text/plain", "-----\n" * 150_000),
    "lines like headers": ("text/plain", "From: x\n" * 120_000),
    "elements within elements": ("text/html", "<div>" * 200_000),
    "quotes within quotes": ("text/html", "<blockquote>x" * 80_000),
}


@pytest.mark.parametrize(("kind", "body"), HEAVY.values(), ids=HEAVY)
def test_a_message_made_to_be_slow_is_read_in_a_moment(kind, body):
    raw = letter(FROM + "Subject: x", body, kind=kind)
    began = process_time()
    read(raw)
    assert process_time() - began < SLOWEST
