"""Today: one list with the most valuable contact on top, and a button for each action."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.staff.requests import StaffRequest
from contacts.people.icons import GROUP_ICONS
from contacts.reasons.card import ReasonCard, who_else
from contacts.reasons.models import Decision, Reason
from contacts.reasons.planning import planning_for
from contacts.reasons.rule import NOT_REACHED_CHIPS
from contacts.today import actions, messages, wordings
from contacts.today.asking import AskedForm
from contacts.today.day import SHOWN, Day
from contacts.today.forms import CloseForm, GiveForm, NotNowForm, OutcomeForm, WrittenForm
from contacts.today.statements import CONTACTS_A_DAY
from contacts.today.wordings import Wording
from fleetportal.core.web.form_options import FormData
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.pages import answer, page, whole_number

# The button whose form an undo brings back as it was.
ACT_OF = {
    Decision.Kind.REACHED: "reached",
    Decision.Kind.NOT_REACHED: "not-reached",
    Decision.Kind.WRITTEN: "written",
    Decision.Kind.NOT_NOW: "not-now",
}
KEPT = ("group", "for", "more")  # parameters of the address that are kept after an action


@dataclass(frozen=True)
class Act:
    """One button of a card; its form is sent to the address of the same name."""

    name: str
    label: str
    icon: str
    key: str


def acts() -> list[Act]:
    """The buttons of a card in the order shown, each with the key that presses it."""
    return [
        Act("reached", _("Reached"), "check", "r"),
        Act("not-reached", _("Not reached"), "phone-off", "n"),
        Act("written", _("Message"), "message-2", "m"),
        Act("plan", _("Plan"), "calendar-plus", "p"),
        Act("not-now", _("Not now"), "clock-pause", "z"),
    ]


def asked_for(request: StaffRequest, reason: Reason) -> AskedForm:
    """The further questions of the outcome that was sent."""
    return AskedForm(request.POST, chip=request.POST.get("chip", ""), reason=reason, user=request.user)


def form_for(
    act: str, reason: Reason, *, request: StaffRequest, data: FormData = None, is_chosen: bool = True, wording: Wording | None = None
) -> Any:
    """The form of one button of a card; before the button was chosen, no outcome is. A message may begin with a `wording`."""
    if act == "plan":
        return planning_for(reason.rule).form(reason, user=request.user, data=data)
    if act == "not-reached":
        return OutcomeForm(data, chips=NOT_REACHED_CHIPS)
    if act == "written":
        return WrittenForm(data, wording=wording)
    if act == "not-now":
        return NotNowForm(data)
    return OutcomeForm(data, chips=ReasonCard(reason).rule.chips(reason), is_chosen=is_chosen)


def day_of(request: StaffRequest) -> Day:
    return Day(request.user, group=request.GET.get("group", ""), colleague=request.GET.get("for", ""))


def url_of_day(request: StaffRequest, **more: object) -> str:
    """The address of this list with its filters and the parameters `more`."""
    query = QueryDict(mutable=True)
    query.update({name: request.GET[name] for name in KEPT if request.GET.get(name)})
    query.update({name: str(value) for name, value in more.items() if value})
    return f"{reverse('contacts:today')}{'?' if query else ''}{query.urlencode()}"


def shown(
    request: StaffRequest,
    day: Day,
    *,
    act: str = "",
    form: object = None,
    give: GiveForm | None = None,
    open_id: int | None = None,
    just: Decision | None = None,
) -> dict[str, object]:
    """The page's context: the open card with the form of the chosen button, the other cards as rows, and the side panels."""
    wanted = open_id or whole_number(request.GET.get("open", ""))
    queue = day.queue(limit=max(CONTACTS_A_DAY, day.count) if request.GET.get("more") else SHOWN, first=wanted)
    opened = next((day.opened(reason) for reason in queue if reason.pk == wanted), day.opened(queue[0]) if queue else None)
    asked = act or (request.GET.get("do", "") if opened is not None and opened.pk == wanted else "")  # of another card it says nothing
    chosen = asked if asked in {one.name for one in acts()} else ""
    act = chosen or "reached"
    context: dict[str, object] = {
        "day": day,
        "queue": queue,
        "opened": opened,
        "acts": acts(),
        "act": act,
        "chose": bool(chosen),
        "is_asking": act in ("reached", "not-reached"),
        "just": just,
    }
    query = url_of_day(request).removeprefix(reverse("contacts:today"))
    context |= {"query": query, **of_list(request, day, len(queue))}
    if opened is not None:
        if act == "not-now":
            context["give"] = give or GiveForm(reason=opened, user=request.user)
        begun = writing(request, opened) if act == "written" else {}
        form = form or form_for(act, opened, request=request, is_chosen=bool(chosen), wording=begun.get("wording"))
        context |= {**begun, "form": form, "act_url": act_url(act, opened) + query}
        context |= {"is_first": opened == queue[0], **of_card(request, day, opened)}
    return context


def of_list(request: StaffRequest, day: Day, shown_cards: int) -> dict[str, object]:
    """What is beside the cards of the list: its filters, its addresses, and how many cards are hidden."""
    address = url_of_day(request)
    return {
        "rows_at": address + ("&" if "?" in address else "?"),
        "filters": filters(day),
        "close": CloseForm(),
        "more": url_of_day(request, more=1),
        "hidden": max(0, count(day) - shown_cards),
    }


def writing(request: StaffRequest, opened: Reason) -> dict[str, Any]:
    """The templates that an e-mail can begin with, the chosen one, and why none can be written. Costs 1 query."""
    offered = wordings.offered(opened, by=request.user)
    asked = whole_number(request.GET.get("text", ""))
    chosen = next((one for one in offered if one.pk == asked and not one.missing), None)
    return {"wordings": offered, "wording": chosen, "no_address": messages.no_address(opened.person)}


def of_card(request: StaffRequest, day: Day, opened: Reason) -> dict[str, object]:
    """What the open card shows beside its form: the person's other reasons, the last contacts, and why it comes where it does."""
    past = day.past(opened)
    if past and not past[0].interaction.is_real_contact:
        opened.facts["written"] = True  # written since the reasons were computed: the sentence says what the line below it shows
    return {
        "others": day.others(opened),
        "contacted_too": who_else([opened.person_id]).get(opened.person_id, []) if opened.person_id else [],
        "past": past,
        "weights": ReasonCard(opened).weights(day.on),
        "held": opened.company.rights_of(request.user),
        "open_here": url_of_day(request, open=opened.pk),
    }


def act_url(act: str, reason: Reason) -> str:
    return reverse(f"contacts:today_{act.replace('-', '_')}", args=[reason.pk])


def count(day: Day) -> int:
    """How many of today's cards the chosen group has."""
    return sum(1 for group in day.cards.values() if not day.group or group == day.group)


def filters(day: Day) -> list[dict[str, object]]:
    """The chips above the list: all, and each group with its number of today's cards."""
    names = {"decision_maker": _("Decision-makers"), "user": _("Users"), "driver": _("Drivers")}
    base = {"for": day.colleague} if day.colleague else {}
    chips = [{"label": _("All, most important first"), "url": today_url(base), "current": not day.group}]
    for group, how_many in day.groups:
        if how_many or day.group == group:
            label = f"{names[group]} {how_many}"
            chips.append(
                {"label": label, "icon": GROUP_ICONS[group], "url": today_url({**base, "group": group}), "current": day.group == group}
            )
    return chips


def today_url(query: Mapping[str, object]) -> str:
    asked = QueryDict(mutable=True)
    asked.update({name: str(value) for name, value in query.items()})
    return f"{reverse('contacts:today')}{'?' if asked else ''}{asked.urlencode()}"


@page(may="serve_customers")
@require_safe
def today(request: StaffRequest) -> HttpResponse:
    """The user's day; `open` and `do` are the open card and the chosen button."""
    day = day_of(request)
    return answer(request, shown(request, day, just=just_done(request, day)), part="contacts/today.html#day")


def just_done(request: StaffRequest, day: Day) -> Decision | None:
    """The user's last decision, if the address names it: the toast offers to undo it."""
    done = whole_number(request.GET.get("done", ""))
    mine = Decision.objects.where(request.user, may="serve_customers").made(by=request.user, since=day.now - actions.UNDO_FOR)
    return mine.select_related("person", "company", "given_to").filter(pk=done).first() if done else None


def reason_of(request: StaffRequest, reason_id: int) -> Reason:
    """The reason, if it is in reach, otherwise 404."""
    return get_object_or_404(Reason.objects.visible_to(request.user).select_related("company__centre", "person"), pk=reason_id)


def refused(request: StaffRequest, reason: Reason, act: str, form: object, *, asked: AskedForm | None = None) -> HttpResponse:
    """The card again, with the entered values and the errors."""
    context = shown(request, day_of(request), act=act, form=form, open_id=reason.pk) | {"asked": asked}
    return answer(request, context, part="contacts/today.html#day", status=422)


def next_card(request: StaffRequest, decision: Decision) -> HttpResponse:
    """The day without the finished card, with a toast that offers to undo."""
    if request.headers.get("HX-Request"):
        return day_again(request, just=decision)
    return redirect(url_of_day(request, done=decision.pk))


def day_again(request: StaffRequest, *, just: Decision | None = None, **again: Any) -> HttpResponse:
    """The day in its new state; its address holds no card that was open before. `again`: the card that an undo opens, as it was."""
    response = answer(request, shown(request, day_of(request), just=just, **again), part="contacts/today.html#day", to=url_of_day(request))
    response.headers["HX-Replace-Url"] = url_of_day(request)
    return response


def work_off(request: StaffRequest, reason_id: int, act: str, carry_out: Callable[[Reason, Any, date], Decision]) -> HttpResponse:
    """Call `carry_out` with the reason, the valid form and today; show the card again where the form is invalid."""
    reason = reason_of(request, reason_id)
    form = form_for(act, reason, request=request, data=request.POST)
    if not form.is_valid():
        return refused(request, reason, act, form)
    return next_card(request, carry_out(reason, form, timezone.localdate()))


def log_outcome(request: StaffRequest, reason_id: int, act: str, verb: Callable[..., Decision]) -> HttpResponse:
    """Call `verb` with the outcome and with what it asks for; show the card again where one of both is invalid."""
    reason = reason_of(request, reason_id)
    form, asked = form_for(act, reason, request=request, data=request.POST), asked_for(request, reason)
    if not (form.is_valid() and asked.is_valid()):
        return refused(request, reason, act, form, asked=asked)
    facts = {"text": form.cleaned_data["text"], "asked": asked.asked, "by": request.user, "on": timezone.localdate()}
    return next_card(request, verb(reason, chip=form.chosen, **facts))


@page(may="serve_customers")
@require_safe
def asked(request: StaffRequest, reason_id: int) -> HttpResponse:
    """What the outcome `chip` asks for, in the card's own line; nothing where it asks nothing."""
    form = AskedForm(chip=request.GET.get("chip", ""), reason=reason_of(request, reason_id), user=request.user)
    return render(request, "contacts/_today_asked.html", {"asked": form})


@page(may="serve_customers")
@require_POST
@once
def reached(request: StaffRequest, reason_id: int) -> HttpResponse:
    return log_outcome(request, reason_id, "reached", actions.reached)


@page(may="serve_customers")
@require_POST
@once
def not_reached(request: StaffRequest, reason_id: int) -> HttpResponse:
    return log_outcome(request, reason_id, "not-reached", actions.not_reached)


@page(may="serve_customers")
@require_POST
@once
def written(request: StaffRequest, reason_id: int) -> HttpResponse:
    def carry_out(reason: Reason, form: Any, on: date) -> Decision:
        said = {"channel": form.cleaned_data["chip"], "text": form.cleaned_data["text"], "letter": form.letter}
        return actions.written(reason, by=request.user, on=on, **said)

    return work_off(request, reason_id, "written", carry_out)


@page(may="serve_customers")
@require_POST
@once
def plan(request: StaffRequest, reason_id: int) -> HttpResponse:
    def carry_out(reason: Reason, form: Any, on: date) -> Decision:
        return actions.plan(reason, planning_for(reason.rule), form.cleaned_data, by=request.user, on=on)

    return work_off(request, reason_id, "plan", carry_out)


@page(may="serve_customers")
@require_POST
@once
def not_now(request: StaffRequest, reason_id: int) -> HttpResponse:
    def carry_out(reason: Reason, form: Any, on: date) -> Decision:
        return actions.put_off(reason, until=form.until, why=form.cleaned_data["text"], by=request.user, on=on)

    return work_off(request, reason_id, "not-now", carry_out)


@page(may="serve_customers")
@require_POST
@once
def give(request: StaffRequest, reason_id: int) -> HttpResponse:
    """Hand the card over to a colleague; it appears in their Today."""
    reason = reason_of(request, reason_id)
    form = GiveForm(request.POST, reason=reason, user=request.user)
    if not form.is_valid():
        context = shown(request, day_of(request), act="not-now", give=form, open_id=reason.pk)
        return answer(request, context, part="contacts/today.html#day", status=422)
    to, why = form.cleaned_data["to"], form.cleaned_data["text"]
    return next_card(request, actions.give(reason, to=to, why=why, by=request.user, on=timezone.localdate()))


@page(may="serve_customers")
@require_POST
def undo(request: StaffRequest, decision_id: int) -> HttpResponse:
    """Undoes the user's last decision on a reason."""
    mine = Decision.objects.where(request.user, may="serve_customers").filter(by=request.user)
    decision = get_object_or_404(mine.select_related("company__centre", "interaction__company"), pk=decision_id)
    key, act, said = decision.key, ACT_OF.get(Decision.Kind(decision.kind), ""), said_with(decision)
    actions.take_back(decision, planning_for(decision.rule), by=request.user)
    reason = Reason.objects.visible_to(request.user).select_related("company__centre", "person").filter(key=key).first()
    if reason is None or not act:
        return day_again(request)
    form = form_for(act, reason, request=request)
    form.initial |= said
    return day_again(request, act=act, form=form, open_id=reason.pk)


def said_with(decision: Decision) -> dict[str, object]:
    """What was typed and chosen with the decision, for the form that an undo brings back."""
    logged = decision.interaction
    if logged is None:
        return {"text": decision.why, "on": decision.until}
    chip = logged.channel if decision.kind == Decision.Kind.WRITTEN else logged.outcome
    return {"text": logged.text, "chip": chip}
