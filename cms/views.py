"""Views for resources of public pages."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from cms.models.brand import house_brand
from fleetportal.core.web.pages import public_page

FOR_EVER = "public, max-age=31536000, immutable"


@public_page(why="the colours of customer pages")
@require_safe
def brand(request: HttpRequest) -> HttpResponse:
    """The branding's colours as a stylesheet, because the CSP forbids inline styles. Cached for ever under its own address."""
    found = house_brand()
    kept = FOR_EVER if request.get_full_path() == found.stylesheet else "no-store"
    return HttpResponse(found.colours, content_type="text/css; charset=utf-8", headers={"Cache-Control": kept})
