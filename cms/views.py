"""Views for resources of public pages."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cms.branding import house_brand
from cms.models import HouseBrand
from fleetportal.core.web.pages import public_page

FOR_EVER = "public, max-age=31536000, immutable"


@public_page(why="the colours of customer pages")
@require_safe
def brand(request: HttpRequest) -> HttpResponse:
    """The branding's colours as a stylesheet, because the CSP forbids inline styles. Cached for ever under its own address."""
    found = house_brand()
    kept = FOR_EVER if request.get_full_path() == found.stylesheet else "no-store"
    return HttpResponse(found.colours, content_type="text/css; charset=utf-8", headers={"Cache-Control": kept})


@public_page(why="the imprint, which the law asks for")
@require_safe
def imprint(request: HttpRequest) -> HttpResponse:
    return legal(request, "imprint", _("Imprint"))


@public_page(why="the privacy policy, which the law asks for")
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return legal(request, "privacy", _("Privacy"))


def legal(request: HttpRequest, name: str, title: str) -> HttpResponse:
    """The text as the editor wrote it; 404 until somebody has. Costs 1 query."""
    text = HouseBrand.objects.values_list(name, flat=True).first()
    if not text:
        raise Http404
    return render(request, "cms/legal.html", {"title": title, "text": text})
