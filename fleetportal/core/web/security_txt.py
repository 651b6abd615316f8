"""/.well-known/security.txt (RFC 9116): where to tell us of a weakness."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from fleetportal.core.web.pages import public_page

FRESH = timedelta(days=180)  # the standard asks for less than a year


@public_page(why="whoever found a weakness reads where to tell us; says nothing else")
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Where weaknesses are reported (RFC 9116). Costs no query."""
    lines = (
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {timezone.now() + FRESH:%Y-%m-%dT00:00:00Z}",
        f"Preferred-Languages: {', '.join(code for code, _name in settings.LANGUAGES)}",
        f"Canonical: {settings.BASE_URL}/.well-known/security.txt",
    )
    return HttpResponse("\n".join((*lines, "")), content_type="text/plain; charset=utf-8")
