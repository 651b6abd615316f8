"""The pictures of docs/pictures: ten pages of the running demo, in the light and dark theme, on a desktop and a phone.

    make run                                   (in another terminal, on an empty database)
    .venv/bin/python tools/pictures.py         (PICTURES_OF=http://localhost:8000 by default)

It signs in as the demo's people, finds personal links in /mailbox/ as anybody who tries the demo would, and changes nothing but
one import in its dry run.
"""

import io
import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "pictures"
BASE = os.environ.get("PICTURES_OF", "http://localhost:8000")
SIZES = {"1440": (1440, 1000), "390": (390, 844)}
SCHEMES = ("light", "dark")
COLOURS = 200  # a picture of a page has few; so it stays small
FLEET = """Kunde;Kennzeichen;FIN;Marke;Modell;Fahrer;Vertragsende
Hansebogen Bau AG;HH-HB 4101;;Tavo;Cargo L2;Uwe Kröger;31.03.2028
Hansebogen Bau AG;HH-HB 4102;;Tavo;Cargo L2;;31.03.2028
Hansebogen Bau AG;HH-HB 4103;WTVCGL2D0TA00O31;Tavo;Cargo E;;30.02.2028
Brenner Kältetechnik GmbH;HH-BK 2090;;Larea;Kombi E;Lene Ahrens;14.06.2029
;HH-XX 12;;Pico;Van E;;01.09.2027
"""


def sign_in(context: BrowserContext, username: str) -> Page:
    page = context.new_page()
    page.goto(f"{BASE}/login/")
    page.locator("input[name=login]").fill(username)
    page.locator("input[name=password]").fill("demo")
    page.locator("form button").first.click()
    page.wait_for_load_state("networkidle")
    return page


def letter(page: Page, recipient: str, subject: str) -> str:
    """The address of the newest message in the mailbox with that recipient and subject."""
    page.goto(f"{BASE}/mailbox/?q={recipient}")
    found = page.locator("table a", has_text=re.compile(subject))
    if not found.count():
        sys.exit(f"no letter to {recipient} in the mailbox that reads {subject}: is the demo loaded?")
    return BASE + str(found.first.get_attribute("href"))


def link_in(page: Page, address: str, part: str) -> str:
    """The link of a letter whose address holds `part`."""
    page.goto(address)
    return str(page.locator(f"a[href*='{part}']").first.get_attribute("href"))


def dry_run(page: Page) -> str:
    """The address of an import of a small list with faults, in its dry run."""
    page.goto(f"{BASE}/imports/")
    page.locator("input[type=file]").set_input_files({"name": "fleet.csv", "mimeType": "text/csv", "buffer": FLEET.encode()})
    page.locator("form[enctype] button").first.click()
    page.wait_for_url(re.compile(r"/imports/\d+/"))
    page.wait_for_timeout(6000)
    return page.url


def first(page: Page, listing: str, pattern: str, text: str = "") -> str:
    """The address of the first link on a list that matches `pattern` and contains `text`."""
    page.goto(f"{BASE}{listing}")
    links = page.eval_on_selector_all("main a[href]", "nodes => nodes.map(node => [node.getAttribute('href'), node.textContent])")
    found = [address for address, said in links if re.fullmatch(pattern, address) and text in said]
    if not found:
        sys.exit(f"nothing like {pattern} on {listing}")
    return BASE + found[0]


def addresses(browser: Browser) -> dict[str, tuple[str, str]]:
    """The user and the address of each picture, by name."""
    context = browser.new_context(locale="en")
    anna = sign_in(context, "anna")
    north = browser.new_context(locale="en")
    event = first(sign_in(north, "carla"), "/events/", r"/events/\d+/", "Larea")
    found = {
        "today": ("anna", f"{BASE}/today/"),
        "dossier": ("anna", first(anna, "/companies/?q=Nordhafen+Logistik", r"/companies/\d+/", "Nordhafen Logistik")),
        "companies": ("anna", f"{BASE}/companies/"),
        "import": ("anna", dry_run(anna)),
        "event": ("carla", event),
        "check-in": ("emil", f"{event}check-in/"),
        "invitation": ("", link_in(anna, letter(anna, "thomas.brandt", "Larea"), "/invitation/")),
        "invitation-done": ("", link_in(anna, letter(anna, "nordhafen", "Confirmed|Bestätigt|Confermato|Подтверждено"), "/invitation/")),
        "voucher": ("", link_in(anna, letter(anna, "mirko.petrovic", "Wäsche|wash"), "/voucher/")),
        "redeem": ("wanda", f"{BASE}/vouchers/redeem/"),
    }
    context.close()
    north.close()
    return found


def compact(png: bytes) -> bytes:
    """The same picture in few colours."""
    small = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
    return small.getvalue()


def take_pictures(browser: Browser, name: str, username: str, address: str, report: Callable[[str], None]) -> None:
    """The four pictures of one page."""
    for width, (wide, high) in SIZES.items():
        for scheme in SCHEMES:
            context = browser.new_context(
                viewport={"width": wide, "height": high}, color_scheme=scheme, locale="en", reduced_motion="reduce"
            )
            page = sign_in(context, username) if username else context.new_page()
            page.goto(address)
            page.wait_for_load_state("networkidle")
            english = page.locator("button[name=language][value=en]:not([aria-current])")
            if not username and english.count():  # the pages speak their guest's language; the docs speak English
                english.first.click()
                page.wait_for_load_state("networkidle")
            path = FOLDER / f"{name}-{width}-{scheme}.png"
            path.write_bytes(compact(page.screenshot()))
            report(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} kB")
            context.close()


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    chosen = sys.argv[1:]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"))
        for name, (username, address) in addresses(browser).items():
            if not chosen or name in chosen:
                take_pictures(browser, name, username, address, print)
        browser.close()


if __name__ == "__main__":
    main()
