"""Whether a proxy tells us of callers that we are not set up to believe: then all of them count as one (R29)."""

import logging
import time

from django.conf import settings
from django.http import HttpRequest

log = logging.getLogger(__name__)

REMEMBERED_SECONDS = 3600.0
_seen: dict[str, float] = {}


def note(request: HttpRequest) -> None:
    """Warn in the log, once an hour, where X-Forwarded-For comes while TRUSTED_PROXIES is 0. Costs nothing."""
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT or "HTTP_X_FORWARDED_FOR" not in request.META or is_ignored():
        return
    _seen["at"] = time.monotonic()
    log.warning(
        "X-Forwarded-For came while TRUSTED_PROXIES is 0: behind a proxy all callers count as one and share its limits. "
        "Set TRUSTED_PROXIES=1 if a proxy of yours adds the header."
    )


def is_ignored() -> bool:
    """True when this process has seen such a header within the last hour."""
    return time.monotonic() - _seen.get("at", -REMEMBERED_SECONDS) < REMEMBERED_SECONDS
