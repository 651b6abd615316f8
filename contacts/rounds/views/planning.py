"""A new contact round, for whoever was chosen in a list or is in today's queue, with a preview of who is left out."""

from collections.abc import Callable, Sequence
from datetime import date

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.customers.views.companies import CompanyList
from accounts.models import Company
from accounts.staff.requests import StaffRequest
from contacts.pages.people import PersonList
from contacts.people.models.person import Person
from contacts.people.models.roles import Group
from contacts.rounds import choosing
from contacts.rounds.actions import planning
from contacts.rounds.actions.planning import NobodyToCall
from contacts.rounds.forms import PlanRoundForm
from contacts.rounds.holding import holders
from contacts.rounds.models import ContactRound
from contacts.rounds.sifting import LEFT_OUT, Candidate
from contacts.rounds.views.rounds import round_url
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.lists import at_once
from fleetportal.core.web.lists.selection import ROW
from fleetportal.core.web.pages import answer, done, is_part, page

NAMED = 5
PREFIX = "round"  # of the form's fields: the address holds the filter of a list too

Choose = Callable[[str], Sequence[Candidate]]


def planned(request: StaffRequest, choose: Choose, *, of: str, chooses_group: bool) -> HttpResponse:
    """The form with its preview, and the new round; `choose` gives the candidates of a target group."""
    if request.headers.get("HX-Target") == "panel":  # from the bar of a list: a page of its own, not its side panel
        return HttpResponse(status=204, headers={"HX-Redirect": request.get_full_path()})
    data = request.POST if request.method == "POST" else None
    shown = data or (request.GET if any(name.startswith(f"{PREFIX}-") for name in request.GET) else None)
    form = PlanRoundForm(shown, user=request.user, chooses_group=chooses_group, prefix=PREFIX)
    group = str(form["group"].value() or "") if chooses_group else ""
    candidates = choose(group if group in Group.values else Group.DECISION_MAKER)
    on = timezone.localdate()
    if data is not None and form.is_valid():
        try:
            found = planning.plan(form.facts, candidates, callers=list(form.cleaned_data["callers"]), by=request.user, on=on)
            return done(request, round_url(found), _("The contact round has been planned."))
        except NobodyToCall as refusal:
            form.add_error(None, str(refusal))
    if data is None and shown is not None and form.errors:
        form.errors.clear()  # a preview finds no fault with what was not sent yet
    context = {"form": form, "of": of, "kept": kept(request), **preview(candidates, form, on=on)}
    if is_part(request):
        return answer(request, context, part="contacts/rounds/plan.html#preview")
    return render(request, "contacts/rounds/plan.html", context, status=422 if data is not None else 200)


def kept(request: StaffRequest) -> list[tuple[str, str]]:
    """What the list was asked, as hidden fields: the rows chosen, or the filter."""
    query = request.POST if request.method == "POST" else request.GET
    names = [name for name in query if not name.startswith((f"{PREFIX}-", "_", "csrf"))]
    return [(name, value) for name in names for value in values_of(query, name)]


def values_of(query: QueryDict, name: str) -> list[str]:
    return [" ".join(query.getlist(name))] if name == ROW else query.getlist(name)


def preview(candidates: Sequence[Candidate], form: PlanRoundForm, *, on: date) -> dict[str, object]:
    """How many are in, until when, and who is left out and why, with some of their names. Costs 7 queries."""
    said = {name: value for name, value in form.now.items() if value not in (None, "")}
    contact_round = ContactRound(**said)
    drawn = planning.draw_up(contact_round, candidates, form.callers_now, on=on)
    groups = [(why, [one for one, code in drawn.left_out if code == why.code]) for why in LEFT_OUT.values()]
    groups = sorted(((why, found) for why, found in groups if found), key=lambda pair: -len(pair[1]))
    named = [one for _why, found in groups for one in found[:NAMED]]
    people = Person.objects.in_bulk({one.person for one in named if one.person})
    others = holders(contact_round, {one.person for why, found in groups for one in found[:NAMED] if why.code == "held" and one.person})
    companies = Company.objects.in_bulk({one.company for one in named})
    left_out = [
        (why, len(found), [(people.get(one.person or 0) or companies[one.company], others.get(one.person or 0)) for one in found[:NAMED]])
        for why, found in groups
    ]
    return {"chosen": len(candidates), "drawn": drawn, "left_out": left_out, "out": len(drawn.left_out)}


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def of_companies(request: StaffRequest) -> HttpResponse:
    """For the companies selected in their list."""
    chosen = [company.pk for company in at_once(CompanyList.selected(request).order_by("name_folded", "pk"))]

    def choose(group: str) -> Sequence[Candidate]:
        return choosing.of_companies(chosen, group, by=request.user, on=timezone.localdate())

    return planned(request, choose, of="companies", chooses_group=True)


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def of_people(request: StaffRequest) -> HttpResponse:
    """For the people selected in their list."""
    chosen = [person.pk for person in at_once(PersonList.selected(request).order_by("name_folded", "pk"))]

    def choose(group: str) -> Sequence[Candidate]:
        return choosing.of_people(chosen, by=request.user, on=timezone.localdate())

    return planned(request, choose, of="people", chooses_group=False)


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def of_today(request: StaffRequest) -> HttpResponse:
    """For whoever is in today's queue; `group` narrows it."""

    def choose(group: str) -> Sequence[Candidate]:
        return choosing.of_today(by=request.user, on=timezone.localdate(), group=request.GET.get("group", ""))

    return planned(request, choose, of="today", chooses_group=False)
