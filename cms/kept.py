"""Caches public pages, and what they show of the branding, in this process's memory, without any query: 20,000 phones may open one
invitation within minutes."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from events.landing import Landing
from fleetportal.core.web.brand import Brand
from fleetportal.core.web.compression import accepts_gzip

GetResponse = Callable[[HttpRequest], HttpResponse]
Address = tuple[bool, bool, str, str]

MOST = 200  # addresses; a visitor may use any allowed host name


@dataclass(frozen=True)
class Kept:
    """A response, as the first visitor got it."""

    until: float
    body: bytes
    headers: dict[str, str]

    def as_response(self) -> HttpResponse:
        return HttpResponse(self.body, headers=self.headers)


kept: dict[Address, Kept] = {}
branding: dict[str, tuple[float, Brand]] = {}  # the one of this portal, with its expiry time
landings: dict[tuple[int, str], tuple[float, Landing | None]] = {}  # by event and language, each with its expiry time


def forget() -> None:
    """Clear the cache after a page was saved: this process shows the new version immediately, others within KEEP_PAGES_SECONDS."""
    kept.clear()
    landings.clear()


def forget_branding() -> None:
    """Clear the caches after the branding was saved, which every page shows; other processes show it within KEEP_BRAND_SECONDS."""
    branding.clear()
    forget()


class KeptPages:
    """Serves pages that `cms.models.PublicPage` marked `is_for_everyone` from the cache for KEEP_PAGES_SECONDS. Costs no query.

    Requests with a session or a query string are not served from it; responses of other views are never cached.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "GET" or request.META.get("QUERY_STRING") or settings.SESSION_COOKIE_NAME in request.COOKIES:
            return self.get_response(request)
        address = (request.is_secure(), accepts_gzip(request), request.META.get("HTTP_HOST", ""), request.path)
        found = kept.get(address)
        if found and time.monotonic() < found.until:
            return found.as_response()
        response = self.get_response(request)
        if getattr(response, "is_for_everyone", False) and not response.cookies and settings.KEEP_PAGES_SECONDS:
            if len(kept) >= MOST:
                kept.clear()
            kept[address] = Kept(time.monotonic() + settings.KEEP_PAGES_SECONDS, response.content, dict(response.items()))
        return response
