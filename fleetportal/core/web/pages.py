"""Every page declares who may open it and answers in one way.

The permission matrix (R20) walks the resolver and reads the `access` of each view; a view that declares nothing fails
the build.
"""

import functools
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit, urlunsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_http_methods

from fleetportal.core.links import Link
from fleetportal.core.outbox.message import MayAsk
from fleetportal.core.registry import Registry
from fleetportal.core.web import idempotency, throttle
from fleetportal.core.web.brand import brand

Response = TypeVar("Response", bound=HttpResponseBase)
View = Callable[..., HttpResponseBase]

# Pages take GET and POST; none is put, patched or deleted.
asked_as_a_page = require_http_methods(["GET", "HEAD", "OPTIONS", "POST"])


@dataclass(frozen=True)
class Access:
    """Who may reach an address: `staff` with the codename `may`, the holder of a link of `scope`, or `everyone`, with the reason why."""

    kind: str
    may: str = ""
    scope: str = ""
    why: str = ""


@dataclass(frozen=True)
class NavigationEntry:
    """An entry of the side rail, shown to users who hold `may`. Entries of another `group` are set apart by a line; `on_phone` puts
    it into the phone's bar.

    `query` is added to the address; `in_rail=False` keeps the entry out of the rail (search is shown elsewhere). Users who hold
    `starts_for` begin their day there; everybody else begins with the first entry of the rail.
    """

    label: object
    icon: str
    url_name: str
    may: str
    group: int = 0
    on_phone: bool = False
    in_rail: bool = True
    query: str = ""
    starts_for: str = ""


@dataclass(frozen=True)
class NavigationLine:
    """An entry as the current user sees it."""

    entry: NavigationEntry
    url: str
    is_current: bool
    is_start: bool = False


navigation: Registry[NavigationEntry] = Registry("navigation")


def page(*, may: str) -> Callable[[View], View]:
    """Declares a staff page: anonymous visitors must sign in first, a user who holds `may` nowhere gets 404.

    The page's querysets still narrow what it shows (`visible_to`, `where`). Caches never store the response.
    """

    def declare(view: View) -> View:
        @asked_as_a_page
        @functools.wraps(view)
        def wrapper(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            admit(request, may)
            if not request.user.is_authenticated:
                return sign_in_first(request)
            response = view(request, *args, **kwargs)
            return private(response)

        wrapper.access = Access("staff", may=may)  # type: ignore[attr-defined]  # functions take attributes
        return wrapper

    return declare


def sign_in_first(request: HttpRequest, door: str | None = None) -> HttpResponse:
    """To the sign-in, or another `door`, and from there to the page where the visitor is.

    The address of a form or of a part is no page: whoever sent it goes back to where it was sent from, and htmx moves the whole page.
    """
    is_page = request.method in ("GET", "HEAD") and not is_part(request)
    to = redirect_to_login(request.get_full_path() if is_page else page_before(request), door)
    return HttpResponse(status=204, headers={"HX-Redirect": to.url}) if is_part(request) else to


def page_before(request: HttpRequest) -> str:
    """The page of ours that `request` was sent from; "" where the browser does not say."""
    sent_from = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    return urlunsplit(("", "", sent_from.path, sent_from.query, "")) if sent_from.netloc == request.get_host() else ""


def admit(request: HttpRequest, may: str) -> None:
    """Raises Http404 when the signed-in user does not hold `may` anywhere."""
    if request.user.is_authenticated and not request.user.may(may):
        raise Http404


def signed_in(request: HttpRequest) -> MayAsk:
    """The user whom `page` has admitted."""
    return cast(MayAsk, request.user)


def public_page(*, why: str) -> Callable[[View], View]:
    """Declares a page for everyone; `why` is the reason that the matrix prints."""

    def declare(view: View) -> View:
        wrapper = asked_as_a_page(view)
        wrapper.access = Access("everyone", why=why)  # type: ignore[attr-defined]  # functions take attributes
        return wrapper

    return declare


def link_page(*, scope: str, also: str = "") -> Callable[[View], View]:
    """Declares a page for the holder of a link, of `scope` or `also`; the view gets the valid `link` instead of its token.

    Unknown, expired, revoked and foreign tokens get the same 404 page (R30), above the limits of R29 a 429.
    """

    def declare(view: View) -> View:
        @asked_as_a_page
        @functools.wraps(view)
        def wrapper(request: HttpRequest, token: str, *args: object, **kwargs: object) -> HttpResponseBase:
            link = Link.objects.find(scope, token, also=also)
            if link is None:
                throttle.wrong_code(request)
                return link_unknown(request)
            return private(view(request, link, *args, **kwargs))

        wrapper.access = Access("link", scope=scope)  # type: ignore[attr-defined]  # functions take attributes
        return wrapper

    return declare


def link_unknown(request: HttpRequest) -> HttpResponse:
    """The answer to every invalid link, also where its object has been deleted: nothing reveals that it ever existed (R30)."""
    return private(render(request, "core/link_unknown.html", status=404))


def private(response: Response) -> Response:
    """`response` with headers that forbid caching."""
    response.setdefault("Cache-Control", "no-store")
    return response


def answer(request: HttpRequest, context: dict[str, object], *, part: str, to: str = "", status: int = 200) -> HttpResponse:
    """The part `template.html#name` to htmx; to everyone else a redirect to `to`, or the whole template without one."""
    if is_part(request):
        response = render(request, part, context, status=status)
    elif to and status < 400:
        response = HttpResponseRedirect(to, status=303)
    else:
        response = render(request, part.partition("#")[0], context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def done(request: HttpRequest, to: str, message: Any = "") -> HttpResponse:
    """After a verb: redirect to `to` and show `message` there as a toast; htmx reloads that page."""
    if message:
        messages.success(request, message)
    if is_part(request):
        return HttpResponse(status=204, headers={"HX-Redirect": to})
    return HttpResponseRedirect(to, status=303)


def ask(request: HttpRequest, form: Any, *, title: Any, save: Any, back: str, **context: Any) -> HttpResponse:
    """A page with one form, or the side panel with it for htmx; 422 when the form was sent and refused."""
    context |= {"form": form, "title": title, "save": save, "back": back}
    return answer(request, context, part="core/form.html#panel", status=422 if form.is_bound else 200)


def is_part(request: HttpRequest) -> bool:
    """True when htmx requests a part of a page."""
    htmx = getattr(request, "htmx", None)
    return htmx is not None and bool(htmx) and not htmx.boosted


def page_context(request: HttpRequest) -> dict[str, object]:
    """For every template: the user's navigation, a fresh idempotency key, the branding. Costs no query until it is used."""
    return {"navigation": NavigationFor(request), "new_key": idempotency.new_key, "brand": SimpleLazyObject(brand)}


class NavigationFor:
    """The side rail, the phone's bar and the start page of one request's user, computed only where a template uses it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @functools.cached_property
    def lines(self) -> list[NavigationLine]:
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            return []
        return [self._line(entry, bool(entry.starts_for and user.may(entry.starts_for))) for entry in navigation if user.may(entry.may)]

    def _line(self, entry: NavigationEntry, is_start: bool) -> NavigationLine:
        url = reverse(entry.url_name)
        return NavigationLine(entry, url + entry.query, is_current=not entry.query and self.request.path.startswith(url), is_start=is_start)

    @property
    def groups(self) -> list[list[NavigationLine]]:
        """The rail's entries, in groups that are set apart by a line."""
        shown = [line for line in self.lines if line.entry.in_rail]
        return [
            list(group)
            for _key, group in itertools.groupby(sorted(shown, key=lambda line: line.entry.group), key=lambda line: line.entry.group)
        ]

    @property
    def tabs(self) -> list[NavigationLine]:
        """The four entries of the phone's bar; "More" is the fifth."""
        return [line for line in self.lines if line.entry.on_phone][:4]

    @property
    def search(self) -> str:
        """The URL of the search, for users who may search."""
        return next((line.url for line in self.lines if line.entry.icon == "search"), "")

    @property
    def quick_add(self) -> "NavigationLine | None":
        """What can be added from any page, for users who may."""
        return next((line for line in self.lines if line.entry.icon == "plus"), None)

    @property
    def home(self) -> str:
        """The user's start page: the one that their work begins with, otherwise the first entry of the rail."""
        rail = [line for line in self.lines if line.entry.in_rail]
        first = next((line for line in self.lines if line.is_start), rail[0] if rail else None)
        return first.url if first else self.search or "/"


def whole_number(text: str) -> int | None:
    """`text` as an id or count; None where it is not a whole number of up to 18 digits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
