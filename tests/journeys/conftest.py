"""The portal with a small demo in it, and people at screens."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Playwright, sync_playwright

from accounts.models import User
from demo.seed import fill
from tests.databases import Copies
from tests.journeys.browser import SIZES, Hand, Meet, hands, launch

COMPANIES = 14


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The test tool; while it runs, this thread has an event loop, which Django would otherwise take for an async caller."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as tool:
        yield tool
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    chromium = launch(playwright)
    yield chromium
    chromium.close()


@pytest.fixture(scope="package", autouse=True)
def demo(database: Copies, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A dealership group with customers, as the first visitor meets it, for each journey."""
    with django_db_blocker.unblock(), database.filled(lambda: fill(COMPANIES, seed=1, on=timezone.localdate())):
        yield


@pytest.fixture
def portal(live_server: Any, settings: Any) -> str:
    """The address of the running portal; links in letters lead there."""
    settings.BASE_URL = live_server.url
    return live_server.url


@pytest.fixture
def meet(browser: Browser, portal: str) -> Iterator[Meet]:
    with hands(browser, portal) as seat:
        yield seat


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> dict[str, Any]:
    return SIZES[request.param]


def session_of(username: str) -> str:
    """The key of a session in which that member of staff has signed in."""
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client.cookies[django_settings.SESSION_COOKIE_NAME].value


def sit_down(meet: Meet, username: str, size: dict[str, Any]) -> Hand:
    """That member of staff, signed in, at a screen."""
    return meet(size, session=session_of(username))
