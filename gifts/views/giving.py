"""Gifts: find the person, hand out a gift with one tap; stock and latest hand-outs."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Company, responsible_for
from accounts.staff.requests import StaffRequest
from contacts import hospitality as ledger
from contacts.models import Person
from fleetportal.core.errors import Refused
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.pages import done, page, whole_number
from gifts.actions import handing_out
from gifts.actions.finding import people_found
from gifts.forms import GiftForm, HandOutForm, ReceiveForm
from gifts.models import Gift, HandOut, Stock

SHOWN = 20


@dataclass(frozen=True)
class Offer:
    """A gift in stock: by how much it would exceed the person's year, 0 where it may be handed out, and when they had one today."""

    stock: Stock
    over_cents: int
    had_at: datetime | None


@page(may="hand_out")
@require_safe
def gifts(request: StaffRequest) -> HttpResponse:
    """The counter's page: search, stock, latest hand-outs."""
    asked = request.GET.get("q", "").strip()
    context = {
        "q": asked,
        "people": people_found(request.user, asked) if asked else [],
        "stock": list(
            Stock.objects.where(request.user, may="hand_out").select_related("gift", "centre").order_by("centre__name", "gift__name")
        ),
        "hand_outs": list(HandOut.objects.where(request.user, may="hand_out").for_list()[:SHOWN]),
        "can_make": request.user.may("approve_gift"),
    }
    return render(request, "gifts/gifts.html", context)


def companies_of(request: StaffRequest, person: Person, *, on: date) -> QuerySet[Company]:
    """The companies in reach for which the person works today."""
    return ledger.employers(person, None).filter(pk__in=Company.objects.visible_to(request.user).values("pk")).order_by("name_folded")


@page(may="hand_out")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def hand_out(request: StaffRequest, person_id: int) -> HttpResponse:
    """The gifts that this person may still receive; hands one out with one tap."""
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=person_id)
    companies = companies_of(request, person, on=timezone.localdate())
    if request.method == "POST":
        form = HandOutForm(request.POST, user=request.user, companies=companies)
        if form.is_valid():
            return give(request, person, form.cleaned_data["stock"], form.cleaned_data["company"])
        return person_page(request, person, companies, status=422)
    return person_page(request, person, companies)


def give(request: StaffRequest, person: Person, stock: Stock, company: Company) -> HttpResponse:
    try:
        given = handing_out.hand_out(stock.gift, person, company=company, centre=stock.centre, by=request.user)
    except Refused as refused:
        companies = companies_of(request, person, on=timezone.localdate())
        return person_page(request, person, companies, refused=refused, status=refused.status)
    return done(
        request,
        f"{request.path}?given={given.pk}",
        _("%(gift)s has been handed out to %(person)s.") % {"gift": given.gift, "person": person},
    )


def person_page(
    request: StaffRequest, person: Person, companies: QuerySet[Company], *, refused: Refused | None = None, status: int = 200
) -> HttpResponse:
    at = list(companies)
    chosen = next((company for company in at if str(company.pk) == request.GET.get("company")), at[0] if at else None)
    now = timezone.now()
    gift_year = ledger.gift_year(person, company=chosen, on=request.user.today(now))
    received = list(HandOut.objects.visible_to(request.user).filter(person=person).for_list()[:SHOWN])
    context: dict[str, object] = {
        "person": person,
        "companies": at,
        "company": chosen,
        "gift_year": gift_year,
        "stock": offers(request, person, gift_year, received, now=now),
        "received": received,
        "given": just_given(request, person),
        "refused": refused,
        "responsible": responsible_for(chosen, on=request.user.today(now)) if chosen else None,
    }
    return render(request, "gifts/hand_out.html", context, status=status)


def offers(request: StaffRequest, person: Person, gift_year: ledger.GiftYear, received: list[HandOut], *, now: datetime) -> list[Offer]:
    """The stock at the user's centres, each gift with what speaks against it: the year's cap, and one that they had today (the latest of
    `received`). Costs 1 query, 1 more while the centres' years differ."""
    in_year = {request.user.today(now).year: gift_year}
    at_hand = (
        Stock.objects.where(request.user, may="hand_out").at_hand().select_related("gift", "centre").order_by("gift__name", "centre__name")
    )
    found = []
    for stock in at_hand:
        year = stock.centre.today(now).year
        if year not in in_year:
            in_year[year] = ledger.GiftYear(gift_year.cap, ledger.received_in(person, year))
        over = max(0, stock.gift.value_cents - in_year[year].left_cents)
        same = (one.handed_out_at for one in received if one.gift_id == stock.gift_id and one.undone_at is None)
        last = max(same, default=None)
        found.append(Offer(stock, over, last if last and stock.centre.today(last) == stock.centre.today(now) else None))
    return found


def just_given(request: StaffRequest, person: Person) -> HandOut | None:
    asked = whole_number(request.GET.get("given", ""))
    if asked is None:
        return None
    return HandOut.objects.not_undone().where(request.user, may="hand_out").filter(person=person, pk=asked).select_related("gift").first()


@page(may="hand_out")
@require_POST
@once
def undo(request: StaffRequest, hand_out_id: int) -> HttpResponse:
    """Returns the gift to stock."""
    given = get_object_or_404(
        HandOut.objects.where(request.user, may="hand_out").select_related("person", "company", "gift"), pk=hand_out_id
    )
    handing_out.take_back(given, by=request.user)
    back = reverse("gifts:hand_out", args=[given.person_id]) if given.person_id else reverse("gifts:gifts")
    return done(request, back, _("The hand-out has been undone. %s is back in stock.") % given.gift)


@page(may="hand_out")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def receive(request: StaffRequest) -> HttpResponse:
    """Receives gifts into stock."""
    initial = {"gift": request.GET.get("gift"), "centre": request.GET.get("centre") or request.user.home_centre_id}
    form = ReceiveForm(request.POST if request.method == "POST" else None, user=request.user, initial=initial)
    if form.is_valid():
        values = form.cleaned_data
        stock = Stock.receive(values["gift"], values["centre"], count=values["count"], by=request.user)
        return done(request, reverse("gifts:gifts"), _("%(gift)s: %(count)s now in stock.") % {"count": stock.quantity, "gift": stock.gift})
    context = {"form": form, "title": _("Add to stock"), "save": _("Add to stock"), "back": reverse("gifts:gifts")}
    return render(request, "gifts/form.html", context, status=422 if form.is_bound else 200)


@page(may="approve_gift")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def gift_new(request: StaffRequest) -> HttpResponse:
    """A new kind of gift."""
    form = GiftForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        gift = Gift.enter(by=request.user, **form.cleaned_data)
        return done(request, f"{reverse('gifts:receive')}?gift={gift.pk}", _("%s has been added. How many have arrived?") % gift)
    context = {"form": form, "title": _("New gift"), "save": _("Add the gift"), "back": reverse("gifts:gifts")}
    return render(request, "gifts/form.html", context, status=422 if form.is_bound else 200)
