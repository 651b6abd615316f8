"""Serves public pages by one look-up: Wagtail walks down the tree with a query for each level and then checks restrictions."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.functions import StrIndex
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from wagtail.models import PageViewRestriction, Site
from wagtail.views import serve as walk_and_serve

from cms.models import EventPage
from fleetportal.core.db.prepared import Prepared


def serve(request: HttpRequest, path: str) -> HttpResponse:
    """Serve the landing page at `path`; all other pages, restricted or unknown ones, and other methods are left to Wagtail.

    Costs 1 query to find it, and those of the page itself.
    """
    found = landing_at(path) if request.method in ("GET", "HEAD") else None
    return walk_and_serve(request, path) if found is None else found.serve(request)


def landing_at(path: str) -> EventPage | None:
    """The public landing page at `path` in the language of the request, with its event, picture and language. Costs 1 query."""
    roots = Site.get_site_root_paths()
    mine = [root for root in roots if root.language_code == get_language()]
    if len({root.site_id for root in roots}) > 1 or len(mine) != 1:
        return None
    return at_url_path.first(url_path=f"{mine[0].root_path}{path}")


def open_to_all(url_path: Any) -> QuerySet[EventPage]:
    """The live landing page at that path, unless it or a page above it is restricted."""
    above: Any = PageViewRestriction.objects.annotate(below=StrIndex(OuterRef("path"), "page__path")).filter(below=Value(1))
    return EventPage.objects.live().filter(~Exists(above), url_path=url_path)


at_url_path: Prepared[EventPage] = Prepared(
    open_to_all,
    related=("locale", "picture", "event", "event__centre", "event__host"),
    url_path=EventPage.url_path.field,
)
