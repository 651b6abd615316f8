"""Pages for drivers without an account: a card, a programme's claim page, the personal voucher. GET shows, POST acts."""

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.staff.models.centre import dates_on_earth
from contacts.hospitality import CapReached
from contacts.people.mailboxes import mailbox
from fleetportal.core import links, qr
from fleetportal.core.links import Link
from fleetportal.core.web import keeping, throttle
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.look import speak
from fleetportal.core.web.middleware import put_into_words
from fleetportal.core.web.pages import link_page
from fleetportal.core.web.steady import steady
from gifts import pdf
from gifts.actions import challenging, claiming, withdrawing
from gifts.actions.claims import claim_card, claim_from_pool
from gifts.forms import CardClaimForm, CodeForm, FirstNameForm, PoolForm
from gifts.models import Challenge, ClaimNotPossible, DriverHasOne, Programme, Voucher, VoucherState, VoucherTaken, Way
from gifts.models.challenge import STAYS, TRIES

# A limit on requested codes, so that nobody's mailbox or phone can be flooded.
ASKED = "code asked for"
ASKED_BY_CONTACT = {"limit": 3, "seconds": 3600}
ASKED_BY_ADDRESS = {"limit": 60, "seconds": 60}
ASKED_BY_ALL = {"limit": 1200, "seconds": 60}

# Refusals that hang on who the driver is, and how often a link may be tried with them before it rests until the next day.
SAYS_WHO = (CapReached, DriverHasOne)
REFUSED = "claim refused"
REFUSED_BY_LINK = {"limit": 10, "seconds": 86_400}

View = Callable[..., HttpResponse]


def following_links(view: View) -> View:
    """`view`, with redirects to a link's placeholder replaced by its address, so that no stored answer contains a token."""

    @functools.wraps(view)
    def wrapper(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        found = links.PLACEHOLDER.fullmatch(response.get("Location", ""))
        if found:
            response["Location"] = Link.objects.get(pk=found[1]).path
        return response

    return wrapper


def to_link(link: Link | None) -> HttpResponse:
    """A redirect to `link`, through `following_links`. Raises Http404 where it no longer exists."""
    if link is None:
        raise Http404
    return HttpResponse(status=303, headers={"Location": link.placeholder})


# --- a card, or a claim page -----------------------------------------------------------------------------------------------


@link_page(scope="claim", also="pool")
@require_http_methods(["GET", "HEAD", "POST"])
@steady
@following_links
@once
def claim(request: HttpRequest, link: Link) -> HttpResponse:
    """An unclaimed card, or a programme's claim page."""
    return card(request, link) if link.scope == "claim" else pool(request, link)


def card(request: HttpRequest, link: Link) -> HttpResponse:
    voucher = Voucher.objects.with_names().get(pk=link.subject_id)
    context = {"voucher": voucher, "programme": voucher.programme, "centre": voucher.programme.centre}
    if voucher.state != VoucherState.FREE:
        return render(request, "gifts/claim_taken.html", context, status=409 if request.method == "POST" else 200)
    kind = FirstNameForm if voucher.company_id else CardClaimForm
    form = kind(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "gifts/claim_card.html", {**context, "form": form}, status=422 if form.is_bound else 200)
    try:
        throttle.spent(REFUSED, f"link {link.pk}", **REFUSED_BY_LINK)
        made = claim_card(
            voucher, first_name=form.cleaned_data["first_name"], company_or_plate=form.cleaned_data.get("company_or_plate", "")
        )
    except VoucherTaken as refused:  # somebody else was faster
        return render(request, "gifts/claim_taken.html", context, status=refused.status)
    except SAYS_WHO:
        return not_with_these_details(request, link, voucher.programme)
    return to_link(made.voucher.link)


def not_with_these_details(request: HttpRequest, link: Link, programme: Programme) -> HttpResponse:
    """The one answer to every claim that a rule about the driver refuses: it says neither which rule nor of whom (R30, R51).

    It counts like a wrong code, and for the link. Given and not raised: what was just counted must stay counted.
    """
    centre = programme.centre
    try:
        throttle.hit(REFUSED, f"link {link.pk}", **REFUSED_BY_LINK)
        throttle.wrong_code(request)
    except throttle.TooMany as error:
        return put_into_words(request, error)
    words = _("This voucher can’t be claimed with these details. %(centre)s will be glad to help you: %(phone)s")
    if not centre.phone:
        words = _("This voucher can’t be claimed with these details. %(centre)s will be glad to help you.")
    return put_into_words(request, ClaimNotPossible(words % {"centre": centre.name, "phone": centre.phone}))


def is_open(programme: Programme, *, now: datetime) -> bool:
    """True while the claim page has a free voucher. Costs 1 query, 3 where the last ones are about to expire."""
    if not programme.runs(programme.centre.today(now)):
        return False
    pool = Voucher.objects.filter(programme=programme, issue__way=Way.POOL)
    _earliest, latest = dates_on_earth(now)
    return pool.claimable(on=latest).exists() or pool.claimable(on=programme.today(now)).exists()


def pool(request: HttpRequest, link: Link) -> HttpResponse:
    programme = get_object_or_404(Programme.objects.select_related("centre"), pk=link.subject_id)
    context = {"programme": programme, "centre": programme.centre, "minutes": int(STAYS.total_seconds() // 60)}
    if not is_open(programme, now=timezone.now()):
        return render(request, "gifts/claim_over.html", context, status=409 if request.method == "POST" else 200)
    form = PoolForm(request.POST if request.method == "POST" else None, country=programme.centre.country)
    if not form.is_valid():
        return render(request, "gifts/claim_pool.html", {**context, "form": form}, status=422 if form.is_bound else 200)
    return to_link(ask_for_code(request, programme, form.cleaned_data))


def ask_for_code(request: HttpRequest, programme: Programme, values: dict[str, Any]) -> Link:
    """Queue the code; the link to the page for entering it. Raises TooMany."""
    channel, address = values["contact"]
    throttle.hit(ASKED, f"address {throttle.network_of(request)}", **ASKED_BY_ADDRESS)
    throttle.hit(ASKED, "all", **ASKED_BY_ALL)
    throttle.hit(ASKED, f"contact {mailbox(address)}", **ASKED_BY_CONTACT)
    _challenge, link = challenging.challenge(
        programme, first_name=values["first_name"], channel=channel, address=address, plate=values["plate"]
    )
    return link


@link_page(scope="challenge")
@require_http_methods(["GET", "HEAD", "POST"])
@steady
@following_links
@once
def code(request: HttpRequest, link: Link) -> HttpResponse:
    """Entering the six digits sent to the phone or mailbox; three tries."""
    challenge = get_object_or_404(Challenge.objects.select_related("programme__centre"), pk=link.subject_id)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        now = timezone.now()
        try:
            throttle.spent(REFUSED, f"link {link.pk}", **REFUSED_BY_LINK)
            with transaction.atomic():  # a correct code that leads to a refusal can be used again
                if challenge.answer(form.cleaned_data["code"], now=now):
                    return to_link(claim_from_pool(challenge).voucher.link)
        except SAYS_WHO:
            return not_with_these_details(request, link, challenge.programme)
        refused = count_wrong(request)
        if refused:
            return refused
        challenge.refresh_from_db()
        form.add_error("code", _("That isn’t the code we sent you."))
    context = {
        "form": form,
        "challenge": challenge,
        "programme": challenge.programme,
        "centre": challenge.programme.centre,
        "left": TRIES - challenge.tries if challenge.used_at is None else 0,
        "again": challenge.programme.claim_page,
    }
    return render(request, "gifts/claim_code.html", context, status=422 if form.is_bound else 200)


def count_wrong(request: HttpRequest) -> HttpResponse | None:
    """The 429 page above the limits, returned rather than raised, so that the counted try is not rolled back."""
    try:
        throttle.wrong_code(request)
    except throttle.TooMany as error:
        return put_into_words(request, error)
    return None


# --- the personal voucher --------------------------------------------------------------------------------------------------


@link_page(scope="voucher")
@require_http_methods(["GET", "HEAD", "POST"])
@following_links
@once
def voucher(request: HttpRequest, link: Link) -> HttpResponse:
    """A driver's own voucher: free, claimed, used, expired or withdrawn. POST says "it's mine"."""
    one = Voucher.objects.with_names().select_related("claim_made").get(pk=link.subject_id)
    if one.person and one.is_personal:  # whoever claimed a card reads on in the language they read it in: a known driver's tells who it is
        speak(request, one.person.language)
    if request.method == "POST" and one.person:
        try:
            claiming.claim(one, one.person, company=one.company, by=None)
        except SAYS_WHO:
            return not_with_these_details(request, link, one.programme)
        return to_link(link)
    if one.person:
        one.person.first_name = one.first_name_said  # what its page may say; not saved
    context = voucher_context(one, link)
    response = render(request, "gifts/voucher.html", context)
    return keeping.keep(response, until=one.programme.end_of(one.valid_until)) if context["state"] == VoucherState.CLAIMED else response


def voucher_context(one: Voucher, link: Link) -> dict[str, object]:
    now, centre = timezone.now(), one.programme.centre
    state = (
        VoucherState.EXPIRED if one.state in (VoucherState.FREE, VoucherState.CLAIMED) and one.has_expired(on=one.today(now)) else one.state
    )
    context: dict[str, Any] = {"voucher": one, "programme": one.programme, "centre": centre, "state": state, "token": link.token}
    if state == VoucherState.CLAIMED:
        context |= {"qr": qr.svg(link.url, label=_("Voucher code for the car wash")), "washes": one.programme.washes}
        context["kept_at"] = timezone.localtime(None, centre.zone)
    if state == VoucherState.REDEEMED:
        context["redemption"] = one.redemptions.not_undone().select_related("wash").first()
    return context


@link_page(scope="voucher")
@require_POST
@following_links
@once
def give_back(request: HttpRequest, link: Link) -> HttpResponse:
    """Gives the voucher back; it can no longer be used."""
    one = Voucher.objects.with_names().get(pk=link.subject_id)
    withdrawing.revoke(one, by=None, reason=_("Given back by the driver."))
    return to_link(link)


@link_page(scope="voucher")
@require_safe
def voucher_pdf(request: HttpRequest, link: Link) -> HttpResponse:
    """The claimed voucher as PDF."""
    one = get_object_or_404(
        Voucher.objects.with_names().select_related("claim_made").filter(state=VoucherState.CLAIMED), pk=link.subject_id
    )
    response = HttpResponse(pdf.voucher(one, link.url), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="voucher-{one.pk}.pdf"'
    return response
