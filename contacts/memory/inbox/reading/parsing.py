"""The bytes of a message taken apart: its headers as text, its parts without the letters that are enclosed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses, parseaddr
from functools import cached_property

from contacts.memory.inbox.reading.leaves import clean, header_text, text_of
from contacts.memory.inbox.reading.markup import as_text

ADDRESS = re.compile(r"[^\s<>()\[\]{}:;,\"'`|\\=]+@[\w.\-]+\.?\w")
MESSAGE_ID = re.compile(r"<[^<>\s]+>")
DEEPEST = 30  # parts within parts
MOST = 500  # parts


@dataclass
class Leaf:
    """A part of a message that holds no further part of it: a text, a report, an enclosed letter."""

    kind: str  # "text/plain"
    part: Message
    is_attached: bool = False
    is_alternative: bool = False  # to another part beside it

    @property
    def text(self) -> str:
        """The text; of an enclosed letter or a report all its lines."""
        return "\n\n".join(written(inner) for inner in self.inner) if self.inner else text_of(self.part)

    @property
    def inner(self) -> list[Message]:
        """The enclosed letter, or the blocks of a report."""
        return inner_of(self.part)


def written(message: Message) -> str:
    """Headers and body of an enclosed message, as lines."""
    heads = "\n".join(f"{name}: {header_text(value)}" for name, value in message.items())
    return heads if message.is_multipart() else f"{heads}\n\n{text_of(message)}"


def inner_of(part: Message) -> list[Message]:
    payload = part.get_payload() if part.is_multipart() else []  # else it would be decoded, whatever charset it claims
    return [one for one in payload if isinstance(one, Message)]


@dataclass
class Parts:
    """A message taken apart."""

    message: Message
    leaves: list[Leaf] = field(default_factory=list)

    def header(self, name: str) -> str:
        return header_text(self.message.get(name, ""))

    def headers(self, name: str) -> list[str]:
        return [header_text(value) for value in self.message.get_all(name, [])]

    @property
    def kind(self) -> str:
        return self.message.get_content_type()

    @property
    def report_type(self) -> str:
        found = self.message.get_param("report-type", "")
        return str(found[-1] if isinstance(found, tuple) else found).casefold()

    def of_kind(self, *kinds: str) -> list[Leaf]:
        return [leaf for leaf in self.leaves if leaf.kind in kinds]

    @property
    def sender(self) -> tuple[str, str]:
        """Name and address of whoever wrote it."""
        return mailbox_of(self.header("From"))

    @property
    def recipients(self) -> list[str]:
        """The addresses it was sent to."""
        return self.addresses_in("To", "Cc")

    def addresses_in(self, *names: str) -> list[str]:
        raw = [value for name in names for value in self.headers(name)]
        return list(dict.fromkeys(address.casefold() for _name, address in getaddresses(raw) if "@" in address))

    @cached_property
    def text(self) -> str:
        """What a reader sees first: the plain text, else the HTML as text. Of a report, its part for people."""
        plain = [leaf for leaf in self.of_kind("text/plain") if not leaf.is_attached]
        text = "\n".join(leaf.text.strip("\n") for leaf in plain)
        if text.strip():
            return text
        pages = [leaf for leaf in self.of_kind("text/html") if not leaf.is_attached]
        if pages:
            return as_text(pages[0].text)
        rest = [leaf for leaf in self.leaves if leaf.kind.startswith("multipart/")]  # it only calls itself so
        return rest[0].text if rest else ""


def mailbox_of(header: str) -> tuple[str, str]:
    name, address = parseaddr(header)
    if "@" not in address:
        found = ADDRESS.search(header)
        return "", found[0] if found else ""
    return name, address


def ids_in(header: str) -> list[str]:
    return [found[0] for found in MESSAGE_ID.finditer(header)]


def take_apart(raw: bytes) -> Parts:
    """`raw` as a message; one that is nested beyond reason is read as a text."""
    raw = without_leading_noise(raw)
    try:
        message = message_from_bytes(raw)
        return Parts(message, list(leaves_of(message))[:MOST])
    except RecursionError:
        head, _between, body = raw.partition(b"\n\n")
        message = message_from_bytes(re.sub(rb"(?im)^content-type:.*$", b"X-Was: nested", head) + b"\n\n")
        message.set_payload(clean(body[:100_000].decode("ascii", "replace")))
        return Parts(message, [Leaf("text/plain", message)])


def without_leading_noise(raw: bytes) -> bytes:
    """Without the byte order mark and blank lines before the first header, and the first line of a mailbox file."""
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    return raw.partition(b"\n")[2] if raw.startswith((b"From ", b">From ")) else raw


def leaves_of(part: Message, *, depth: int = 0, attached: bool = False, alternative: bool = False) -> Iterator[Leaf]:
    kind = part.get_content_type()
    inner = inner_of(part)
    disposition = str(part.get("Content-Disposition", "")).strip().casefold()
    attached = attached or disposition.startswith("attachment")
    if part.get_content_maintype() == "multipart" and inner and depth < DEEPEST:
        for one in inner:
            yield from leaves_of(one, depth=depth + 1, attached=attached, alternative=alternative or kind == "multipart/alternative")
    else:
        yield Leaf(kind, part, attached, alternative)
