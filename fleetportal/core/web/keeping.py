"""Vouchers and tickets kept on the visitor's own phone, so that the code can be shown offline.

The page says until when it may be kept; our service worker keeps that one response in one named cache and drops it as soon as the
page no longer says so: used, withdrawn, expired. The `no-store` of these pages is for the HTTP cache.
"""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fleetportal.core.web.pages import public_page

UNTIL = "X-Keep-Until"


def keep(response: HttpResponse, *, until: datetime) -> HttpResponse:
    """Mark `response` as one that the visitor's device, and nothing else, may keep until then."""
    response[UNTIL] = str(int(until.timestamp()))
    return response


@public_page(why="The script that keeps a code without a network; the same for everybody.")
@require_safe
@never_cache
def keeper(request: HttpRequest) -> HttpResponse:
    """The service worker. The browser limits it to the folder of its address, so it is served next to the pages that it keeps."""
    return render(request, "core/keeper.js", {"until": UNTIL}, content_type="text/javascript")
