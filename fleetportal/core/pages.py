"""What every page has: a declaration of who may reach it, and one way to answer.

The permission matrix (R20) walks the resolver and asks each view for its `access`; a view that declares nothing fails
the build.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from fleetportal.core import idempotency
from fleetportal.core.links import Link
from fleetportal.core.registry import Registry

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Access:
    """Who may reach an address: `staff` with the codename `may`, the holder of a link of `scope`, or `everyone`, with the reason why."""

    kind: str
    may: str = ""
    scope: str = ""
    why: str = ""


@dataclass(frozen=True)
class NavigationEntry:
    """A line of the side rail; shown to those who may."""

    label: Any
    icon: str
    url_name: str
    may: str
    group: int = 0
    on_phone: bool = False


navigation: Registry[NavigationEntry] = Registry("navigation")


def page(*, may: str) -> Callable[[View], View]:
    """Declares a staff page: anonymous visitors sign in first, a user without the right anywhere gets 404.

    What the page shows is still narrowed by its querysets (`visible_to`, `where`). The answer is never stored by a cache.
    """

    def declare(view: View) -> View:
        @functools.wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            admit(request, may)
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            response = view(request, *args, **kwargs)
            return private(response)

        wrapper.access = Access("staff", may=may)  # type: ignore[attr-defined]
        return wrapper

    return declare


def admit(request: HttpRequest, may: str) -> None:
    """Raises Http404 when the signed-in user does not hold `may` anywhere."""
    if request.user.is_authenticated and not request.user.may(may):  # type: ignore[union-attr]
        raise Http404


def public_page(*, why: str) -> Callable[[View], View]:
    """Declares a page for everyone; `why` is the reason the matrix prints."""

    def declare(view: View) -> View:
        view.access = Access("everyone", why=why)  # type: ignore[attr-defined]
        return view

    return declare


def link_page(*, scope: str) -> Callable[[View], View]:
    """Declares a page for the holder of a link; the view gets the standing `link` instead of its token.

    Unknown, expired, revoked and foreign tokens get the same 404 page (R30).
    """

    def declare(view: View) -> View:
        @functools.wraps(view)
        def wrapper(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponse:
            link = Link.objects.find(scope, token)
            if link is None:
                return private(render(request, "core/link_unknown.html", status=404))
            return private(view(request, link, *args, **kwargs))

        wrapper.access = Access("link", scope=scope)  # type: ignore[attr-defined]
        return wrapper

    return declare


def private(response: HttpResponse) -> HttpResponse:
    """`response`, never kept by a cache."""
    response.setdefault("Cache-Control", "no-store")
    return response


def answer(request: HttpRequest, context: dict[str, Any], *, part: str, to: str = "", status: int = 200) -> HttpResponse:
    """The part `template.html#name` to htmx; to everyone else a redirect to `to`, or the whole template without one."""
    if is_part(request):
        response = render(request, part, context, status=status)
    elif to and status < 400:
        response = HttpResponseRedirect(to, status=303)
    else:
        response = render(request, part.partition("#")[0], context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def is_part(request: HttpRequest) -> bool:
    """True when htmx asks for a part, not for a whole page."""
    htmx = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.boosted


def page_context(request: HttpRequest) -> dict[str, Any]:
    """For every template: the navigation this user may use and a fresh key for forms. Costs no query of its own."""
    return {"navigation": NavigationFor(request), "new_key": idempotency.new_key}


class NavigationFor:
    """The lines of the side rail for one request, worked out only where a template asks."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def __iter__(self) -> Any:
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            return iter(())
        return iter([entry for entry in navigation if user.may(entry.may)])
