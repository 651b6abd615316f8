"""R26: a mail scanner opens every link it finds in letters, runs the scripts there and follows what it sees. Nothing may change."""

import hashlib
import re
from collections import Counter

import pytest

from events.actions import registering
from events.models import Invitation
from fleetportal.core import links
from fleetportal.core.links import Link
from fleetportal.core.outbox.channels.email import as_email
from fleetportal.core.outbox.message import Message
from tests.journeys.browser import PHONE
from tests.own_models import own_models

pytestmark = [pytest.mark.journey, pytest.mark.once]
OF_EACH_LETTER, OF_EACH_SCOPE, OF_EACH_SHAPE = 1, 2, 2
WRITTEN_AT = "http://testserver"  # the demo's letters keep the address of the portal that wrote them
NAMES_A_ROW = re.compile(r"[0-9A-Za-z_-]{20,}|[0-9]+")  # the token or number in an address: the rest is the kind of page
ADDRESS = re.compile(r"https?://[^\s\"'<>]+")
COUNTERS = {"core.Counter"}  # the throttle counts visits; that is what it is for


def state() -> dict[str, str]:
    """A checksum of every table of ours."""
    found = {}
    for model in own_models():
        if model._meta.label not in COUNTERS:
            rows = model._base_manager.order_by("pk").values_list()
            found[model._meta.label] = hashlib.sha256(repr(list(rows)).encode()).hexdigest()
    return found


def test_a_scanner_that_runs_scripts_and_follows_links_changes_nothing(meet):
    scanner, seen, shapes = meet(PHONE), set(), Counter[str]()
    waiting = [address.replace(WRITTEN_AT, scanner.base, 1) for address in mailed()] + [
        link.url for scope in links.scopes for link in Link.objects.filter(scope=scope).order_by("pk")[:OF_EACH_SCOPE]
    ]
    mailed_to_it = set(waiting)
    before = state()

    while waiting:
        address = waiting.pop()
        shape = NAMES_A_ROW.sub("#", address.removeprefix(scanner.base))
        if address in seen or shapes[shape] == OF_EACH_SHAPE:
            continue
        seen.add(address)
        shapes[shape] += 1
        answer = scanner.page.request.get(address)
        assert answer.status < 500
        if answer.ok and answer.headers.get("content-type", "").startswith("text/html"):
            scanner.arrive(address)
            scanner.page.wait_for_load_state("networkidle")
            waiting += found_on(scanner)

    assert len(mailed_to_it & seen) > 12
    assert seen - mailed_to_it, "it follows what it sees"
    assert state() == before
    registering.decline(Invitation.objects.silent().first(), by=None)
    assert state() != before  # the checksum would have seen a single answer


def test_a_page_that_pressed_its_own_button_would_be_found_out(meet):
    """The canary: the same browser, on pages whose scripts send the first form by themselves."""
    scanner = meet(PHONE)
    scanner.page.add_init_script("addEventListener('load', () => document.querySelector('main form[method=post]')?.requestSubmit())")
    before = state()
    for link in Link.objects.filter(scope="invitation").order_by("pk")[:OF_EACH_SCOPE]:
        scanner.arrive(link.url)
        scanner.page.wait_for_load_state("networkidle")
    assert state() != before


def mailed() -> list[str]:
    """Every address in a letter of each kind, of what is read as text and as HTML."""
    templates = Message.objects.order_by("template").values_list("template", flat=True).distinct()
    letters = [letter for template in templates for letter in Message.objects.filter(template=template).order_by("pk")[:OF_EACH_LETTER]]
    return [address.rstrip(".,)") for letter in letters for address in ADDRESS.findall(as_email(letter).body + letter.filled_html)]


def found_on(scanner) -> list[str]:
    """The portal's own addresses on the page, as a scanner collects them: links, and where forms would go."""
    page = scanner.page
    addresses = page.eval_on_selector_all("a[href]", "nodes => nodes.map(node => node.href)")
    addresses += page.eval_on_selector_all("form[action]", "nodes => nodes.map(node => node.action)")
    addresses += page.eval_on_selector_all("[formaction]", "nodes => nodes.map(node => node.formAction)")
    return [address.partition("#")[0] for address in addresses if address.startswith(scanner.base)]
