"""Middleware for every request: an id, headers, the chosen language, refusals shown as pages."""

import logging
import time
from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.defaults import page_not_found

from fleetportal.core import requests
from fleetportal.core.db import busy
from fleetportal.core.errors import Refused, no_room
from fleetportal.core.web import forwarded
from fleetportal.core.web.pages import is_part

log = logging.getLogger("fleetportal.request")
QUIET = ("/static/", "/healthz", "/readyz")  # logged at debug level only

GetResponse = Callable[[HttpRequest], HttpResponse]

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "font-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
# Wagtail's editor needs inline styles and scripts (STACK §5); the portal's pages do not.
CMS_POLICY = {
    **POLICY,
    "script-src": "'self' 'unsafe-inline'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "frame-src": "'self'",
    "frame-ancestors": "'self'",
}


def header(policy: dict[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in policy.items())


class LanguageGivenBack:
    """Restores the thread's language after each request: the next thing it does may not be a request."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with translation.override(translation.get_language()):
            return self.get_response(request)


class RequestId:
    """Gives each request an id, used in the history, the log and the header X-Request-ID, and logs one line."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        current, began = requests.begin(), time.monotonic()
        forwarded.note(request)
        try:
            response = self.get_response(request)
            facts = {"status": response.status_code, "ms": round((time.monotonic() - began) * 1000)}
            level = logging.DEBUG if request.path.startswith(QUIET) else logging.INFO
            log.log(level, "%s %s %s", request.method, request.path, facts["status"], extra=facts)
        finally:
            requests.end()
        response["X-Request-ID"] = current
        return response


class SecurityHeaders:
    """A strict Content-Security-Policy on every response, and no caching of personal pages (R33)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        policy = CMS_POLICY if request.path.startswith("/cms/") else POLICY
        response.setdefault("Content-Security-Policy", header(policy))
        response.setdefault("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if settings.SESSION_COOKIE_NAME in response.cookies or is_personal(request):
            response.setdefault("Cache-Control", "no-store")
        return response


def is_personal(request: HttpRequest) -> bool:
    """True when the response may depend on the signed-in user. Files are the same for everyone and never look the user up."""
    user = getattr(request, "user", None)
    return user is not None and bool(user.is_authenticated)


class ChosenLanguage:
    """On the portal's own addresses, sets the signed-in user's language, or else the one the visitor chose or the browser prefers.

    Public pages have a language prefix, so LocaleMiddleware ignores both elsewhere; pages with a prefix keep its choice.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        knows_us = settings.SESSION_COOKIE_NAME in request.COOKIES  # without a session there is no look-up: public pages need no cookies
        language = getattr(request.user, "language", "") if knows_us and request.user.is_authenticated else ""
        if not speaks_for_itself(request.path_info, settings.ROOT_URLCONF):
            known = language in dict(settings.LANGUAGES)
            request.LANGUAGE_CODE = language if known else translation.get_language_from_request(request)
            translation.activate(request.LANGUAGE_CODE)
        return self.get_response(request)


@lru_cache(maxsize=512)  # resolving an address takes a tenth of a short request, and Django does it once more
def speaks_for_itself(path: str, urls: str) -> bool:
    """True for the address of a public page, whose prefix sets its language: in another language it would not be found.

    LocaleMiddleware has set the language by the address alone, so the answer for an address is always the same.
    """
    try:
        return resolve(path, urls).url_name == "wagtail_serve"
    except Resolver404:
        return False


class RoomForForms:
    """Reads a form with files before the check of its token does: where that found the disk full, nobody would put it into words."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *args: object) -> HttpResponse | None:
        if request.content_type != "multipart/form-data":
            return None
        try:
            request.POST  # noqa: B018  read and kept
        except OSError as error:
            if not (refusal := no_room(error)):
                raise
            log.error("%s %s found the disk full", request.method, request.path, exc_info=error)
            for handler in request.upload_handlers:
                handler.upload_interrupted()  # removes what it wrote
            return put_into_words(request, refusal)
        return None


class Refusals:
    """Turns a Refused into a page with a message and a way back; for htmx into a fragment with the refusal's status.

    Our own 404 page is used with DEBUG too: Django's would show every address and the settings to anyone who tries the demo. The
    address of a button, opened by itself, gets a page too: Django's answer is empty.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_button = isinstance(response, HttpResponseNotAllowed) and request.method == "GET" and not response.content
        if is_button and not is_part(request) and request.accepts("text/html"):
            response.content = render_to_string("405.html", request=request)  # with the headers that its view has set
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Http404):
            return page_not_found(request, error)
        if isinstance(error, OperationalError) and (refusal := busy(error)):
            log.warning("%s %s gave up waiting for a lock", request.method, request.path, exc_info=error)
            error = refusal
        if full := no_room(error):
            log.error("%s %s found the disk full", request.method, request.path, exc_info=error)
            error = full
        return put_into_words(request, error) if isinstance(error, Refused) else None


def put_into_words(request: HttpRequest, error: Refused) -> HttpResponse:
    """The page, or for htmx the fragment, with the refusal's message and way out."""
    template = "core/refusal.html#part" if is_part(request) else "core/refusal.html"
    response = render(request, template, {"refusal": error}, status=error.status)
    response["Cache-Control"] = "no-store"
    if "retry_after" in error.facts:
        response["Retry-After"] = str(error.facts["retry_after"])
    patch_vary_headers(response, ["HX-Request"])
    return response
