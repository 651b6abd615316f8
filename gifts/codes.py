"""The code to type where there is no camera: 12 of 30 characters, 58.9 bits, none easily confused with another.

Like a link's token it is derived from a secret outside the database: it can be shown or printed at any time and is found by a keyed
hash, and a copy of the database alone gives no access.
"""

import hashlib
import hmac

from django.conf import settings

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0 O, no 1 I L, no U
LENGTH = 12
NONCE_BYTES = 16


def code_of(nonce: bytes) -> str:
    """The code that belongs to `nonce`. The remainder of 256 bits favours no character by more than 2^-190."""
    number = int.from_bytes(_keyed(b"voucher code " + bytes(nonce)), "big")
    signs = []
    for _place in range(LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[rest])
    return "".join(signs)


def grouped(code: str) -> str:
    """The code in groups: "W7K4 QD9P 3MXA"."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def fold_code(typed: str) -> str:
    """The typed code in the form for comparison: capitals, no spaces or hyphens; "" where it cannot be a code."""
    signs = "".join(sign for sign in typed.upper() if sign.isalnum())
    return signs if len(signs) == LENGTH and all(sign in ALPHABET for sign in signs) else ""


def code_hash(code: str) -> str:
    """The hash by which a voucher is found; keyed, so that nobody can try all codes against a copy of the database."""
    return _keyed(b"voucher hash " + code.encode()).hex()


def mark_hash(kind: str, *values: object) -> str:
    """The hash of a mark by which a driver is recognised (a number, a plate)."""
    return _keyed("\0".join(["driver's mark", kind, *map(str, values)]).encode()).hex()


def _keyed(text: bytes) -> bytes:
    return hmac.new(settings.LINK_KEY.encode(), text, hashlib.sha256).digest()
