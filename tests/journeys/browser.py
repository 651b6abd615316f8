"""A browser for the journeys that counts clicks: a click, tap or submit counts as one; typing and scrolling are free."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import segno
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE_MS = 60_000  # a busy machine is slow; a journey counts clicks, not seconds
DESK = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
SIZES = {"desktop": DESK, "phone": PHONE}
CAMERA_WIDTH, CAMERA_HEIGHT, FRAMES = 640, 480, 4


def launch(playwright: Playwright, *args: str) -> Browser:
    """Chromium: the system's, or the one installed by set-up."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        os.environ.setdefault("PLAYWRIGHT_BROWSERS_PATH", str(ROOT / ".tools" / "browsers"))
    return playwright.chromium.launch(executable_path=found, args=["--disable-gpu", *args])


class Hand:
    """One person at one screen. Any error on a page's console fails the test."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.clicks, self.complaints = 0, []
        self.base, self.page = base, context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self.hear)

    def hear(self, message: Any) -> None:
        is_answer = "Failed to load resource" in message.text  # a refusal's status, which the test looks at itself
        if message.type == "error" and not is_answer:
            self.complaints.append(message.text)

    def open(self, address: str) -> Page:
        """Open a link from a letter, a card or the address bar: one tap."""
        self.clicks += 1
        self.page.goto(address if "://" in address else self.base + address)
        return self.page

    def arrive(self, address: str) -> Page:
        """Open the start page, without a click."""
        self.page.goto(address if "://" in address else self.base + address)
        return self.page

    def press(self, thing: Locator) -> None:
        self.clicks += 1
        thing.click()

    def see(self, words: str) -> Locator:
        """The element with this text; fails when it does not appear."""
        found = self.page.get_by_text(words).first
        found.wait_for()
        return found

    def fits(self) -> bool:
        """True when nothing overflows horizontally; a telephone would show such a page smaller."""
        size = self.page.viewport_size
        return size is not None and self.page.evaluate("document.documentElement.scrollWidth") <= size["width"]


Meet = Callable[..., Hand]


@contextmanager
def hands(browser: Browser, base: str) -> Iterator[Meet]:
    """A function that seats a person at a screen of a size, signed in with a session where one is given."""
    contexts, met = [], []

    def meet(size: dict[str, Any], *, session: str = "", **options: Any) -> Hand:
        context = browser.new_context(**size, locale="en", **options)
        contexts.append(context)
        if session:
            context.add_cookies([{"name": "session", "value": session, "url": base}])
        met.append(Hand(context, base))
        return met[-1]

    yield meet
    complaints = [complaint for hand in met for complaint in hand.complaints]
    for context in contexts:
        context.close()
    assert complaints == [], complaints


def film(text: str, path: Path, *, beside: str = "") -> Path:
    """A film of a QR code for the browser's pretended camera: uncompressed frames, the code dark on light in the middle.

    With `beside` it is smaller, and the code of that text is in view to the right of it.
    """
    picture = [bytearray([235]) * CAMERA_WIDTH for _row in range(CAMERA_HEIGHT)]
    room = CAMERA_HEIGHT * 6 // 10 if beside else CAMERA_HEIGHT
    draw(text, picture, room, centre=CAMERA_WIDTH // 2)
    if beside:
        draw(beside, picture, (CAMERA_WIDTH - room) // 2, centre=CAMERA_WIDTH - (CAMERA_WIDTH - room) // 4)
    frame = b"FRAME\n" + b"".join(picture) + bytes([128]) * (CAMERA_WIDTH * CAMERA_HEIGHT // 2)
    path.write_bytes(f"YUV4MPEG2 W{CAMERA_WIDTH} H{CAMERA_HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * FRAMES)
    return path


def draw(text: str, picture: list[bytearray], room: int, *, centre: int) -> None:
    """The code of `text` as large as `room` allows, half way down the picture."""
    modules = [list(row) for row in segno.make(text, error="m").matrix_iter(scale=1, border=4)]
    scale = room // len(modules)
    left, above = centre - len(modules) * scale // 2, (CAMERA_HEIGHT - len(modules) * scale) // 2
    for number, row in enumerate(modules):
        dots = b"".join(bytes([16 if dark else 235]) * scale for dark in row)
        for line in range(scale):
            picture[above + number * scale + line][left : left + len(dots)] = dots
