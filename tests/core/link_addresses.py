"""Addresses for the tests of links and repeated requests."""

import secrets

from django.db.models import Value
from django.db.models.functions import Concat
from django.http import HttpResponse
from django.urls import path

from accounts.models import Centre
from fleetportal.core.errors import Refused
from fleetportal.core.links import Link
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.pages import link_page
from fleetportal.urls import urlpatterns as our_own


class Sold(Refused):
    code = "sold"


def count(request):
    """One effect: the centre's name gets longer. `way` says how it ends."""
    Centre.objects.filter(slug="nord").update(name=Concat("name", Value("x")))
    if request.POST.get("way") == "refuse":
        raise Sold("Sold.")
    if request.POST.get("way") == "fault":
        return HttpResponse("Look at your words.", status=422)
    return HttpResponse(f"{secrets.token_hex()} seats", status=201, headers={"Location": "/there/"})


@link_page(scope="voucher")
def voucher(request, link: Link):
    return HttpResponse(f"{link.scope} {link.subject_id}")


urlpatterns = [
    path("voucher/<str:token>/", voucher, name="voucher"),
    path("once/", once(count), name="once"),
    path("once/elsewhere/", once(count), name="elsewhere"),
    path("often/", count, name="often"),
    *our_own,
]
