"""The portal's URLs, preceded by the bare views used as yardsticks."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from events.models import Seating
from fleetportal.urls import urlpatterns as portal
from gifts.models import Voucher
from gifts.models.voucher import VoucherState

FILLED = Template("{% for line in lines %}{{ line }}\n{% endfor %}")


def page(request: HttpRequest) -> HttpResponse:
    """A static string."""
    return HttpResponse("<!doctype html><title>Bare</title><p>Nothing but this.")


@login_required
def as_many_bytes(request: HttpRequest, count: int) -> HttpResponse:
    """A page of that size for a signed-in user, with no other query."""
    return HttpResponse(FILLED.render(Context({"lines": ["x" * 99] * (count // 100)})))


@csrf_exempt
def seat(request: HttpRequest, seating: int) -> HttpResponse:
    """One conditional UPDATE of one contended row."""
    taken = Seating.objects.filter(pk=seating, taken__lt=F("capacity")).update(taken=F("taken") + 1)
    return HttpResponse("in" if taken else "full")


@csrf_exempt
def stamp(request: HttpRequest, voucher: int) -> HttpResponse:
    """One conditional UPDATE, each on a different row."""
    done = Voucher.objects.filter(pk=voucher, state=VoucherState.CLAIMED).update(state=VoucherState.REDEEMED)
    return HttpResponse("go" if done else "stop")


own: list[Any] = [
    path("bare/page/", page),
    path("bare/bytes/<int:count>/", as_many_bytes),
    path("bare/seat/<int:seating>/", seat),
    path("bare/stamp/<int:voucher>/", stamp),
]
urlpatterns = own + portal
