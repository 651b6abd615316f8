"""Pictures that editors bring: what cannot be read is refused in words, and nothing of it stays."""

import struct
import zlib
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image as Pixels
from wagtail.images.models import Image
from wagtail.models import Collection

from accounts.models import User

pytestmark = pytest.mark.django_db


def noise(kind: str) -> bytes:
    with BytesIO() as file:
        Pixels.effect_noise((200, 100), 80).convert("RGB").save(file, kind)
        return file.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def bomb() -> bytes:
    """A picture of a few hundred bytes that says it has 900 million dots."""
    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(30_001))) + chunk(b"IEND", b"")


BROKEN = {
    "cut.jpg": noise("JPEG")[:2000],
    "cut.png": noise("PNG")[:2000],
    "cut.webp": noise("WEBP")[:1000],
    "script.gif": b"GIF89a\x01\x00\x01\x00\x00\x00\x00<script>alert(1)</script>",
    "bomb.png": bomb(),
}
IN_WORDS = ("either not an image or a corrupted image", "This file has too many pixels")  # the latter by Wagtail 8, of the bomb


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize(("door", "field"), [("/cms/images/add/", "file"), ("/cms/images/multiple/add/", "files[]")])
def test_a_picture_that_cannot_be_read_is_refused_in_words(client: Client, dora: User, name: str, door: str, field: str) -> None:
    client.force_login(dora)
    file = SimpleUploadedFile(name, BROKEN[name], content_type=f"image/{name.rpartition('.')[2]}")
    root = Collection.get_first_root_node()

    answer = client.post(door, {"title": "A", "collection": root.pk, field: file}, headers={"X-Requested-With": "XMLHttpRequest"})

    assert answer.status_code == 200
    assert any(words in answer.content.decode() for words in IN_WORDS)
    assert not Image.objects.exists()


def test_a_sound_picture_is_taken(client: Client, dora: User) -> None:
    client.force_login(dora)
    file = SimpleUploadedFile("sound.png", noise("PNG"), content_type="image/png")

    client.post("/cms/images/add/", {"title": "Sound", "collection": Collection.get_first_root_node().pk, "file": file})

    assert Image.objects.get().title == "Sound"
