"""Asking for an invitation: the small form for everybody, and the page on which staff answer."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.staff.house import house
from accounts.staff.requests import StaffRequest
from contacts.people.mailboxes import mailbox
from events import landing
from events.actions import requests as answering
from events.forms.asking import AskForm, InviteAskedForm
from events.models import Event, InvitationRequest
from events.views.staff import event_url
from fleetportal.core.web import throttle
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.look import speak
from fleetportal.core.web.pages import ask as ask_with
from fleetportal.core.web.pages import done, page, private, public_page
from fleetportal.core.web.steady import steady

ASKED = "invitation asked for"
BY_NETWORK = {"limit": 10, "seconds": 3600}
BY_ACCOUNT = {"limit": 5, "seconds": 86_400}
BY_ALL = {"limit": 600, "seconds": 3600}


@public_page(why="whoever reads the landing page of an event may ask for an invitation")
@require_http_methods(["GET", "HEAD", "POST"])
@steady
@once
def ask(request: HttpRequest, event_id: int) -> HttpResponse:
    """The form; its answer is the same whoever asks, whether or not we know them, and however often (R30).

    404 where the event has no public landing page.
    """
    speak(request, request.GET.get("language", ""))
    event = get_object_or_404(Event.objects.published().select_related("centre", "host"), pk=event_id)
    words = landing.words(event)
    if not words["landing"]:
        raise Http404
    form = AskForm(request.POST if request.method == "POST" else None)
    if event.is_ahead and form.is_valid():
        facts = form.cleaned_data
        throttle.hit(ASKED, f"address {throttle.network_of(request)}", **BY_NETWORK)
        throttle.hit(ASKED, f"account {mailbox(facts['email'])}", **BY_ACCOUNT)
        throttle.hit(ASKED, "all", **BY_ALL)
        language = get_language() or ""
        answering.ask(event, by_mail=facts.pop("email"), language=language, **facts)
        return HttpResponseRedirect(f"{reverse('events:ask', args=[event.pk])}?language={language}&asked=yes", status=303)
    context = {"event": event, "house": house(event.centre), "texts": landing.texts(event, get_language() or ""), "form": form, **words}
    context["is_asked"] = request.GET.get("asked") == "yes"
    status = 200 if not form.is_bound else 422 if event.is_ahead else 409
    return private(render(request, "events/guest/ask.html", context, status=status))


def requests_url(event: Event) -> str:
    return reverse("events:requests", args=[event.pk])


def the_request(request: StaffRequest, request_id: int) -> InvitationRequest:
    """The request for an event at which the user may invite, otherwise 404. Costs 1 query."""
    rows = InvitationRequest.objects.where(request.user, may="invite")
    return get_object_or_404(rows.select_related("event__centre", "event__host", "task"), pk=request_id)


@page(may="invite")
@require_safe
def requests(request: StaffRequest, event_id: int) -> HttpResponse:
    """Whoever asked for an invitation, those without an answer first. Costs 2 queries."""
    event = get_object_or_404(Event.objects.at_own_centres(request.user, may="invite").select_related("centre", "host"), pk=event_id)
    rows = event.requests.select_related("decided_by", "invitation__person").order_by("asked_at", "pk")
    shown = sorted(rows, key=lambda row: not row.is_open)
    return render(request, "events/requests.html", {"event": event, "requests": shown})


@page(may="invite")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def invite(request: StaffRequest, request_id: int) -> HttpResponse:
    """Invites whoever asked, as somebody known or as a new person of a company."""
    asked = the_request(request, request_id)
    event = asked.event
    form = InviteAskedForm(request.POST or None, asked=asked, user=request.user)
    if form.is_valid():
        answering.invite_asked(asked, by=request.user, **form.cleaned_data)
        return done(request, requests_url(event), _("The invitation is on its way to %s.") % asked.email)
    title = _("Invite %s") % asked.name
    return ask_with(request, form, title=title, save=_("Invite"), back=requests_url(event), trail=(str(event), event_url(event)))


@page(may="invite")
@require_http_methods(["POST"])
@once
def refuse(request: StaffRequest, request_id: int) -> HttpResponse:
    """Answers with a polite refusal."""
    asked = the_request(request, request_id)
    answering.refuse(asked, by=request.user)
    return done(request, requests_url(asked.event), _("%s gets a polite refusal by e-mail.") % asked.name)
