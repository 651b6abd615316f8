"""The counter: a voucher for a driver who is known, and drivers whom a claim made and nobody has looked at."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Company
from contacts.models import Driver, Person
from fleetportal.core import qr
from fleetportal.core.idempotency import once
from fleetportal.core.pages import done, page, whole_number
from gifts.actions.claims import confirm_driver
from gifts.actions.counter import issue_at_counter
from gifts.actions.finding import people_found
from gifts.forms import ConfirmForm, CounterForm, names_of
from gifts.models import Allowance, Claim, Programme, State, Voucher
from gifts.models.voucher import person_mark

SHOWN = 50


@page(may="hand_out")
@require_safe
def counter(request: HttpRequest) -> HttpResponse:
    """Find the driver who stands here."""
    asked = request.GET.get("q", "").strip()
    people = people_found(request.user, asked) if asked else []
    return render(request, "gifts/counter.html", {"q": asked, "people": people})


def drivers_of(request: HttpRequest, person: Person) -> QuerySet[Driver]:
    """The person's driver roles today at companies in reach."""
    return (
        Driver.objects.running(on=timezone.localdate()).visible_to(request.user).filter(person=person).select_related("company", "person")
    )


@page(may="hand_out")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def counter_person(request: HttpRequest, person_id: int) -> HttpResponse:
    """One tap gives this driver a voucher: as a code on the screen, and by e-mail where there is an address."""
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=person_id)
    drivers = drivers_of(request, person)
    programmes = Programme.objects.where(request.user, may="hand_out").running(on=timezone.localdate()).select_related("centre")
    if request.method == "POST":
        form = CounterForm(request.POST, programmes=programmes, drivers=drivers)
        if form.is_valid():
            made = issue_at_counter(form.cleaned_data["programme"], form.cleaned_data["driver"], by=request.user)
            return done(request, f"{request.path}?voucher={made.pk}", _("%s has a voucher.") % person)
    context: dict[str, Any] = {
        "person": person,
        "offers": [(programme, driver, is_left(programme, person)) for programme in programmes for driver in drivers],
        "shown": shown_voucher(request, person),
        "has_email": bool(person.email),
    }
    return render(request, "gifts/counter_person.html", context, status=422 if request.method == "POST" else 200)


def is_left(programme: Programme, person: Person) -> bool:
    period = programme.period_of(programme.centre.today(timezone.now()))
    return Allowance.objects.is_left(programme, period, person_mark(person))


def shown_voucher(request: HttpRequest, person: Person) -> dict[str, Any] | None:
    """The voucher just issued, with the code for the driver's phone."""
    asked = whole_number(request.GET.get("voucher", ""))
    mine = Voucher.objects.where(request.user, may="hand_out").with_names().filter(person=person, state__in=(State.FREE, State.CLAIMED))
    voucher = mine.filter(pk=asked).first() if asked is not None else None
    if voucher is None or voucher.link is None:
        return None
    return {"voucher": voucher, "qr": qr.svg(voucher.link.address, label=str(_("The driver’s own link")))}


# --- drivers whom a claim made ---------------------------------------------------------------------------------------------


def unconfirmed(request: HttpRequest) -> QuerySet[Person]:
    return Person.objects.where(request.user, may="serve_customers").filter(is_confirmed=False)


@page(may="serve_customers")
@require_safe
def drivers(request: HttpRequest) -> HttpResponse:
    """Drivers who entered themselves by a claim, oldest first, at the companies in reach."""
    people = list(unconfirmed(request).order_by("entered_at", "pk").with_roles_seen_by(request.user)[:SHOWN])
    claims = Claim.objects.visible_to(request.user).filter(person__in=people).order_by("-pk").select_related("voucher__programme")
    said = {claim.person_id: claim for claim in claims}
    return render(request, "gifts/drivers.html", {"rows": [(person, said.get(person.pk)) for person in people]})


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def driver_confirm(request: HttpRequest, person_id: int) -> HttpResponse:
    """This driver is one of ours, called so, at that company."""
    person = get_object_or_404(Person.objects.where(request.user, may="serve_customers"), pk=person_id)
    form = ConfirmForm(request.POST if request.method == "POST" else None, user=request.user, person=person)
    back = reverse("gifts:drivers")
    if form.is_valid():
        confirm_driver(person, by=request.user, **{"company": None, **form.cleaned_data})
        return done(request, back, _("%s is confirmed.") % person)
    claim = Claim.objects.visible_to(request.user).filter(person=person).order_by("-pk").first()
    context = {"form": form, "title": _("Is this a driver of ours?"), "save": _("Yes, confirm"), "back": back, "claim": claim}
    if "company" in form.fields:
        context["names"] = names_of(Company.objects.where(request.user, may="serve_customers"))
    return render(request, "gifts/form.html", context, status=422 if form.is_bound else 200)
