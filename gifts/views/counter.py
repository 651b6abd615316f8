"""The counter: vouchers for known drivers, and drivers made by claims that nobody has checked yet."""

from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Company
from accounts.staff.models.centre import dates_on_earth
from accounts.staff.requests import StaffRequest
from contacts import hospitality as ledger
from contacts.models import Driver, Person
from contacts.people.models.person import PersonQuerySet
from fleetportal.core import qr
from fleetportal.core.db import search
from fleetportal.core.web import throttle
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.middleware import put_into_words
from fleetportal.core.web.pages import done, page, whole_number
from gifts.actions.claiming import person_mark
from gifts.actions.claims import confirm_driver
from gifts.actions.counter import claim_for, issue_at_counter
from gifts.actions.finding import people_found
from gifts.forms import ConfirmForm, CounterForm, OnBehalfForm, names_of
from gifts.models import Allowance, Claim, Programme, Voucher, VouchersPassCap, VoucherState

SHOWN = 50
Row = TypeVar("Row", bound=Model)


@page(may="hand_out")
@require_safe
def counter(request: StaffRequest) -> HttpResponse:
    """Find the driver at the counter."""
    asked = request.GET.get("q", "").strip()
    people = people_found(request.user, asked) if asked else []
    return render(request, "gifts/counter.html", {"q": asked, "people": people})


def drivers_of(request: StaffRequest, person: Person) -> QuerySet[Driver]:
    """The person's driver roles today at companies in reach."""
    return (
        Driver.objects.running(on=timezone.localdate()).visible_to(request.user).filter(person=person).select_related("company", "person")
    )


@page(may="hand_out")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def counter_person(request: StaffRequest, person_id: int) -> HttpResponse:
    """Gives this driver a voucher with one tap: as a code on the screen, and by e-mail where there is an address."""
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=person_id)
    if request.method == "POST":
        form = CounterForm(request.POST, programmes=rows_of(programmes_of(request), Programme), drivers=drivers_of(request, person))
        if form.is_valid():
            made = issue_at_counter(form.cleaned_data["programme"], form.cleaned_data["driver"], by=request.user)
            return done(request, f"{request.path}?voucher={made.pk}", _("%s now has a voucher.") % person)
    return counter_page(request, person, status=422 if request.method == "POST" else 200)


def programmes_of(request: StaffRequest) -> list[Programme]:
    """The programmes that issue vouchers today, where the user may hand them out. Costs 1 query."""
    return Programme.objects.where(request.user, may="hand_out").running(now=timezone.now())


def counter_page(request: StaffRequest, person: Person, *, form: OnBehalfForm | None = None, status: int = 200) -> HttpResponse:
    """The vouchers that can be given to this driver, and those that they can claim."""
    drivers, own = list(drivers_of(request, person)), own_vouchers(request, person)
    context: dict[str, Any] = {
        "person": person,
        "drivers": drivers,
        "offers": offers_for(drivers, programmes_of(request), now=timezone.now()),
        "own": [(voucher, driver) for voucher in own for driver in drivers if driver.company_id == voucher.company_id],
        "form": form or OnBehalfForm(own=rows_of(own, Voucher), drivers=drivers_of(request, person)),
        "shown": shown_voucher(request, person),
        "has_email": bool(person.email),
    }
    return render(request, "gifts/counter_person.html", context, status=status)


def offers_for(drivers: list[Driver], programmes: list[Programme], *, now: datetime) -> list[tuple[Programme, Driver, str]]:
    """The programmes for the driver in each of their roles, with the reason where one can't be given, by the date at the
    programme's centre.

    Costs 3 queries a role (6 in a night in which the centres' years differ), 1 a programme and role.
    """
    offers = []
    for driver in drivers:
        in_year: dict[int, ledger.GiftYear] = {}
        for programme in programmes:
            day = programme.centre.today(now)
            if day.year not in in_year:
                in_year[day.year] = ledger.gift_year(driver.person, company=driver.company, on=day)
            offers.append((programme, driver, why_not(programme, driver.person, in_year[day.year])))
    return offers


def why_not(programme: Programme, person: Person, gift_year: ledger.GiftYear) -> str:
    """The reason why `person` can't get a voucher of `programme` now; "" where they can."""
    if not is_left(programme, person):
        left = {"count": programme.per_driver, "period": programme.get_period_display()}
        return _("The limit of %(count)d %(period)s has been reached.") % left
    if not gift_year.allows(programme.value_cents):
        return str(ledger.refusal(person, gift_year.cap, received=gift_year.received_cents, asked=programme.value_cents))
    return ""


def own_vouchers(request: StaffRequest, person: Person) -> list[Voucher]:
    """Vouchers waiting for this driver's "it's mine". Costs 1 query, and 1 for each that may expire today."""
    now = timezone.now()
    earliest, _latest = dates_on_earth(now)
    mine = Voucher.objects.where(request.user, may="hand_out").visible_to(request.user).filter(person=person)
    waiting = mine.claimable(on=earliest).with_names().order_by("pk")
    return [voucher for voucher in waiting if not voucher.has_expired(on=voucher.today(now))]


def rows_of(found: list[Row], model: type[Row]) -> QuerySet[Row]:
    """`found` as rows for a form's choice. No additional query."""
    return model._default_manager.filter(pk__in=[row.pk for row in found])


@page(may="hand_out")
@require_POST
@once
def claim_on_behalf(request: StaffRequest, person_id: int) -> HttpResponse:
    """Claims the card in the driver's hand, or a voucher waiting for them, with one tap."""
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=person_id)
    form = OnBehalfForm(request.POST, own=rows_of(own_vouchers(request, person), Voucher), drivers=drivers_of(request, person))
    if not form.is_valid():
        return counter_page(request, person, form=form, status=422)
    try:
        voucher = form.cleaned_data["voucher"] or card_of(request, *form.cleaned_data["code"])
    except throttle.TooMany as error:
        return put_into_words(request, error)
    if voucher is None:
        form.add_error("code", _("No card in your programmes has this code."))
        return counter_page(request, person, form=form, status=422)
    claim_for(voucher, form.cleaned_data["driver"], by=request.user)
    return done(request, f"{reverse('gifts:counter_person', args=[person.pk])}?voucher={voucher.pk}", _("%s now has a voucher.") % person)


def card_of(request: StaffRequest, kind: str, value: str) -> Voucher | None:
    """The voucher of a card of one of the user's programmes; wrong codes are counted (R29). Raises TooMany."""
    voucher = Voucher.objects.found_by_card(value) if kind == "claim" else None
    if voucher is None or not Voucher.objects.where(request.user, may="hand_out").filter(pk=voucher.pk).exists():
        throttle.wrong_code(request)
        return None
    return voucher


def is_left(programme: Programme, person: Person) -> bool:
    period = programme.period_of(programme.centre.today(timezone.now()))
    return Allowance.objects.is_left(programme, period, person_mark(person))


def shown_voucher(request: StaffRequest, person: Person) -> dict[str, object] | None:
    """The voucher just issued, with the code for the driver's phone."""
    asked = whole_number(request.GET.get("voucher", ""))
    mine = (
        Voucher.objects.where(request.user, may="hand_out")
        .visible_to(request.user)
        .with_names()
        .filter(person=person, state__in=(VoucherState.FREE, VoucherState.CLAIMED))
    )
    voucher = mine.filter(pk=asked).first() if asked is not None else None
    if voucher is None or voucher.link is None:
        return None
    return {"voucher": voucher, "qr": qr.svg(voucher.link.url, label=str(_("The driver’s own link")))}


# --- drivers whom a claim made ---------------------------------------------------------------------------------------------


def unconfirmed(request: StaffRequest) -> PersonQuerySet:
    return Person.objects.where(request.user, may="serve_customers").filter(is_confirmed=False)


@page(may="serve_customers")
@require_safe
def drivers(request: StaffRequest) -> HttpResponse:
    """Drivers who entered themselves by a claim, oldest first, at the companies in reach."""
    people = list(unconfirmed(request).order_by("entered_at", "pk").with_roles_seen_by(request.user)[:SHOWN])
    claims = Claim.objects.visible_to(request.user).filter(person__in=people).order_by("-pk").select_related("voucher__programme")
    said = {claim.person_id: claim for claim in claims}
    return render(request, "gifts/drivers.html", {"rows": [(person, said.get(person.pk)) for person in people]})


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def driver_confirm(request: StaffRequest, person_id: int) -> HttpResponse:
    """Confirms a driver, with a name and a company."""
    person = get_object_or_404(Person.objects.where(request.user, may="serve_customers"), pk=person_id)
    form = ConfirmForm(request.POST if request.method == "POST" else None, user=request.user, person=person)
    claim = Claim.objects.visible_to(request.user).filter(person=person).order_by("-pk").first()
    if not form.is_bound and "company" in form.fields:
        form.initial["company"] = company_meant(request, claim)
    back = reverse("gifts:drivers")
    refused = None
    if form.is_valid():
        try:
            withdrawn = confirm_driver(person, by=request.user, **{"company": None, **form.cleaned_data})
        except VouchersPassCap as error:
            refused = error
            person.refresh_from_db()
            form.data = request.POST.copy()
            form.data["withdraw"] = "on"
        else:
            return done(request, back, confirmed_in_words(person, len(withdrawn)))
    context = {"form": form, "title": _("Confirm this driver?"), "save": _("Yes, confirm"), "back": back, "claim": claim}
    if refused:
        count = refused.facts["count"]
        save = ngettext("Confirm and withdraw %(count)d voucher", "Confirm and withdraw %(count)d vouchers", count)
        context |= {"refused": refused, "save": save % {"count": count}}
    if "company" in form.fields:
        context["names"] = names_of(Company.objects.where(request.user, may="serve_customers"))
    return render(request, "gifts/form.html", context, status=refused.status if refused else 422 if form.is_bound else 200)


def company_meant(request: StaffRequest, claim: Claim | None) -> str:
    """The name of the user's one company that the driver may have meant: of the typed name, or with words that begin so; "" for none.

    Whoever confirms the driver decides: nothing is taken from half a name by itself. Costs at most 3 queries.
    """
    typed = claim.company_or_plate if claim else ""
    mine = Company.objects.where(request.user, may="serve_customers").active()
    found = mine.called(typed) or list(mine.filter(pk__in=search.found(Company, typed))[:2])
    return found[0].name if len(found) == 1 else ""


def confirmed_in_words(person: Person, withdrawn: int) -> str:
    if not withdrawn:
        return _("%s has been confirmed.") % person
    message = ngettext(
        "%(person)s has been confirmed and %(count)d voucher has been withdrawn.",
        "%(person)s has been confirmed and %(count)d vouchers have been withdrawn.",
        withdrawn,
    )
    return message % {"person": person, "count": withdrawn}
