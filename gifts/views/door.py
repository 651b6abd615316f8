"""The wash: a code is scanned or typed, the answer is green or red, with the reason, time and location."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Centre, User
from accounts.staff.requests import StaffRequest
from fleetportal.core.links import Link
from fleetportal.core.web import throttle
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.middleware import put_into_words
from fleetportal.core.web.pages import done, page
from gifts.actions import redeeming
from gifts.forms import ReasonWhyForm, RedeemForm
from gifts.models import NobodysVoucher, Redemption, Voucher, VoucherRefused

# Wrong typed codes of one operator in a day (R29); scanned ones need no limit, nobody guesses 192 bits.
TYPED = "typed code"
TYPED_WRONG = {"limit": 20, "seconds": 24 * 3600}


class UnknownCode(VoucherRefused):
    """No voucher has this code."""

    code = "unknown_code"
    status = 422


class WashUnknown(VoucherRefused):
    """None of the user's several washes was chosen."""

    code = "wash_unknown"
    status = 422


def washes_of(user: User) -> list[Centre]:
    """The washes where `user` may redeem. Costs 1 query, none for a user with only their home centre."""
    home = user.home_centre
    if home is not None and home.has_wash and user.rights.centres("redeem") == {home.pk}:
        return [home]
    return list(Centre.objects.where(user, may="redeem").filter(has_wash=True))


@page(may="redeem")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def redeem(request: StaffRequest) -> HttpResponse:
    """The door: GET opens the camera, POST redeems."""
    washes = washes_of(request.user)
    if not washes:
        return render(request, "gifts/redeem_nowhere.html", status=409 if request.method == "POST" else 200)
    form = RedeemForm(request.POST if request.method == "POST" else None, washes=washes)
    context: dict[str, object] = {"form": form, "washes": washes}
    if request.method != "POST":
        wash = next((one for one in washes if str(one.pk) == request.GET.get("wash")), washes[0])
        context |= {"wash": wash, "today": redeemed_today(wash)}
        return render(request, "gifts/redeem.html", context)
    context["wash"] = form.wash
    try:
        return green(request, context, redeem_by_form(request, form))
    except throttle.TooMany as error:
        return put_into_words(request, error)
    except VoucherRefused as refused:
        return render(
            request, "gifts/redeem_stop.html", {**context, "refused": refused, **second_look(request, refused)}, status=refused.status
        )


def green(request: StaffRequest, context: dict[str, object], redemption: Redemption) -> HttpResponse:
    return render(request, "gifts/redeem_go.html", {**context, "redemption": redemption, "voucher": redemption.voucher})


def redeem_by_form(request: StaffRequest, form: RedeemForm) -> Redemption:
    """The redemption of the voucher in the form. Raises VoucherRefused with its reason, TooMany."""
    if not form.is_valid():
        raise UnknownCode(_("We couldn’t read a code."))
    if not form.says_where:
        raise WashUnknown(_("Choose first which wash you are at."))
    kind, value = form.cleaned_data["code"]
    voucher = found(request, kind, value)
    if voucher is None:
        count_wrong(request, kind)
        raise UnknownCode(_("No voucher has this code."))
    return redeeming.redeem(voucher, by=request.user, wash=form.wash)


def found(request: StaffRequest, kind: str, value: str) -> Voucher | None:
    """The voucher of the scanned or typed code; a scanned card is not a claimed voucher."""
    if kind == "typed":
        throttle.spent(TYPED, f"user {request.user.pk}", **TYPED_WRONG)
        return Voucher.objects.found_by_code(value)
    if kind == "claim" and Link.objects.find("claim", value):
        raise NobodysVoucher(_("This is the card, not the voucher. The driver scans it, taps “It’s mine” and then shows the code."))
    return Voucher.objects.found_by_token(value) if kind == "voucher" else None


def count_wrong(request: StaffRequest, kind: str) -> None:
    throttle.wrong_code(request)
    if kind == "typed":
        throttle.hit(TYPED, f"user {request.user.pk}", **TYPED_WRONG)


def second_look(request: StaffRequest, refused: VoucherRefused) -> dict[str, object]:
    """The first redemption, shown at a second scan: when, where, by whom."""
    first = refused.facts.get("redemption")
    if first is None:
        return {}
    can_undo = request.user.may("undo_redemption") and first.wash_id in request.user.rights.centres("undo_redemption")
    return {"first": first, "can_undo": can_undo}


def redeemed_today(wash: Centre) -> int:
    midnight = timezone.localtime(timezone.now(), wash.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return Redemption.objects.not_undone().filter(wash=wash, redeemed_at__gte=midnight).count()


@page(may="undo_redemption")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def undo(request: StaffRequest, redemption_id: int) -> HttpResponse:
    """Undoes a redemption, with a reason."""
    redemptions = Redemption.objects.not_undone().where(request.user, may="undo_redemption").select_related("voucher__programme", "wash")
    redemption = get_object_or_404(redemptions, pk=redemption_id)
    form = ReasonWhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        redeeming.undo(redemption, by=request.user, reason=form.cleaned_data["reason"])
        to = "gifts:redeem" if request.user.may("redeem") else "gifts:programmes"
        return done(request, reverse(to), _("The redemption has been undone. The voucher can be used again."))
    return render(request, "gifts/undo.html", {"form": form, "redemption": redemption}, status=422 if form.is_bound else 200)


@page(may="redeem")
@require_POST
@once
def undo_slip(request: StaffRequest, redemption_id: int) -> HttpResponse:
    """Takes back what the same person redeemed a moment ago, with one tap."""
    redemptions = Redemption.objects.where(request.user, may="redeem").select_related("voucher__programme", "wash")
    redemption = get_object_or_404(redemptions, pk=redemption_id)
    redeeming.undo_slip(redemption, by=request.user)
    return done(request, f"{reverse('gifts:redeem')}?wash={redemption.wash_id}", _("Undone. The voucher can be used again."))
