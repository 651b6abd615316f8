"""The text of one part of a message, whatever its charset and however broken; safe to be stored."""

import binascii
import re
from email.header import Header, decode_header
from email.message import Message

from charset_normalizer import from_bytes

# Names by which mail programs call charsets that Python knows by another name, or not at all.
CHARSETS = {
    "koi8-ru": "koi8-u",
    "win-1251": "cp1251",
    "x-cp1251": "cp1251",
    "cp-850": "cp850",
    "x-mac-roman": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "ks_c_5601-1987": "cp949",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "us-ascii": "ascii",
    "iso-8859-1": "cp1252",  # as browsers do: mail programs write € and „“ under this name
    "latin1": "cp1252",
}
UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
ENCODED_WORD = re.compile(r"=\?[^?\s]+\?[BbQq]\?")
GUESSED = ["cp1252", "cp1251", "koi8_r", "cp1250", "cp850", "cp866", "shift_jis", "gb18030", "euc_jp", "euc_kr"]
GUESSED_BY = 4_000  # bytes
JAPANESE = b"\x1b$"
LONGEST = 1_000_000  # characters of one part that are read


def clean(text: str) -> str:
    """`text` without NUL, control characters and surrogates, lines ended by \\n; both databases store it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    return UNSAFE.sub("", text)


def text_of(part: Message) -> str:
    """The text of a part without parts, also of one that only calls itself multipart."""
    return clean(decoded(octets_of(part), charset_of(part)))[:LONGEST]


def charset_of(part: Message) -> str:
    found = part.get_param("charset", "")
    return str(found[-1] if isinstance(found, tuple) else found).strip(" \"'").casefold()


def octets_of(part: Message) -> bytes:
    """The bytes of the part after its transfer encoding; as they came where that is wrong."""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def decoded(raw: bytes, charset: str) -> str:
    """`raw` by its charset, by the one we know under that name, or by a guess."""
    escaped = ["iso-2022-jp"] if JAPANESE in raw else []  # a charset of seven bits, which any other reads as rubbish
    for name in (*escaped, CHARSETS.get(charset, charset), "utf-8"):
        try:
            return raw.decode(name or "utf-8")
        except (LookupError, UnicodeError, ValueError):
            continue
    guess = from_bytes(raw[:GUESSED_BY], cp_isolation=GUESSED).best()
    return raw.decode(guess.encoding if guess else "cp1252", "replace")


def header_text(value: object) -> str:
    """A header as people read it: encoded words decoded, on one line."""
    text = " ".join((value.encode(maxlinelen=0) if isinstance(value, Header) else str(value)).split())
    text = words_decoded(text) if ENCODED_WORD.search(text) else decoded(text.encode("utf-8", "surrogatepass"), "utf-8")
    return " ".join(clean(text).split())


def words_decoded(text: str) -> str:
    try:
        pieces = decode_header(text)
    except (ValueError, binascii.Error):  # a broken encoded word
        return text
    joined: list[tuple[bytes, str]] = []
    for piece, charset in pieces:
        raw = piece.encode("utf-8", "surrogatepass") if isinstance(piece, str) else piece
        if joined and charset and joined[-1][1] == charset:  # a letter may be split between two words
            raw = joined.pop()[0] + raw
        joined.append((raw, charset or ""))
    return "".join(decoded(raw, charset.casefold()) for raw, charset in joined)
