"""Gifts received by a person or a company's people: a part of their pages, loaded separately."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import Company
from accounts.staff.requests import StaffRequest
from contacts import hospitality as ledger
from contacts.models import Person
from fleetportal.core.web.pages import answer, page
from gifts.models import HandOut, Voucher

SHOWN = 8


@page(may="see_customers")
@require_safe
def person(request: StaffRequest, person_id: int) -> HttpResponse:
    """What one person received for companies in reach, and what they may still receive this year."""
    one = get_object_or_404(Person.objects.where(request.user, may="see_customers"), pk=person_id)
    context = rows(request, person=one) | {"person": one, "title": one.name, "back": reverse("contacts:person", args=[one.pk])}
    context["gift_year"] = ledger.gift_year(one, company=None, on=request.user.today(timezone.now()))
    return answer(request, context, part="gifts/received.html#part")


@page(may="see_customers")
@require_safe
def company(request: StaffRequest, company_id: int) -> HttpResponse:
    """What the people of one company received."""
    one = get_object_or_404(Company.objects.where(request.user, may="see_customers"), pk=company_id)
    context = rows(request, company=one) | {"title": one.name, "back": reverse("accounts:company", args=[one.pk])}
    return answer(request, context, part="gifts/received.html#part")


def rows(request: StaffRequest, **whose: object) -> dict[str, object]:
    """The latest hand-outs and vouchers, each only where its company is in reach. Costs 2 queries."""
    seen = Company.objects.where(request.user, may="see_customers")
    vouchers = Voucher.objects.filter(company__in=seen, **whose).exclude(person=None).with_names().order_by("-pk")
    hand_outs = HandOut.objects.filter(company__in=seen, **whose).for_list()
    return {"vouchers": list(vouchers[:SHOWN]), "hand_outs": list(hand_outs[:SHOWN])}
