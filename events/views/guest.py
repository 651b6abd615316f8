"""Pages for invited guests, by personal link: GET shows, POST acts; no account or JavaScript needed."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.staff.house import house
from events import landing, letters
from events.actions import registering
from events.forms.answer import AnswerForm
from events.models import (
    ChangeClosed,
    Event,
    Invitation,
    NotComing,
    NotEnoughSeats,
    Registration,
    RegistrationClosed,
    Seating,
    StillInside,
    TooManyGuests,
)
from fleetportal.core import ical, qr
from fleetportal.core.links import Link
from fleetportal.core.web import keeping
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.look import speak
from fleetportal.core.web.pages import link_page, link_unknown


def invitation_behind(request: HttpRequest, link: Link) -> Invitation | None:
    """The invitation of the link, with its guest's language activated; None when it was deleted."""
    invitation = Invitation.objects.behind(link)
    if invitation:
        speak(request, invitation.person.language)
    return invitation


@link_page(scope="invitation")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def invitation(request: HttpRequest, link: Link) -> HttpResponse:
    """GET: the invitation, or the guest's current answer. POST: "We're coming"."""
    found = invitation_behind(request, link)
    if found is None:
        return link_unknown(request)
    if request.method == "POST":
        return accept(request, link, found)
    replies = found.replies()
    if replies.standing:
        return show_answer(request, link, found, replies.standing)
    seating = found.event.seating()
    return show(request, link, found, filled_form(found.event, seating, replies.newest), seating)


def show(
    request: HttpRequest, link: Link, found: Invitation, form: AnswerForm, seating: Seating, *, status: int = 200, **context: object
) -> HttpResponse:
    return render(request, "events/guest/invitation.html", answer_context(link, found, form, seating) | context, status=status)


def answer_context(link: Link, found: Invitation, form: AnswerForm, seating: Seating) -> dict[str, object]:
    return guest_context(link, found.event) | {
        "invitation": found,
        "person": found.person,
        "form": form,
        "seating": seating,
        "address": reverse("events:invitation", args=[link.token]),
        "decline": reverse("events:decline", args=[link.token]),
    }


def guest_context(link: Link, event: Event) -> dict[str, object]:
    """The context of every page about an event: the centre, the event, its landing page and picture."""
    return {
        "house": house(event.centre),
        "event": event,
        "token": link.token,
        "texts": landing.texts(event, get_language() or ""),
        **landing.words(event),
    }


def empty_form(found: Invitation, seating: Seating) -> AnswerForm:
    """The form, filled with the companions of this guest's last event. Costs 1 query."""
    return filled_form(found.event, seating, found.replies().newest)


def most_of(event: Event, seating: Seating, registration: Registration | None = None) -> int:
    """How many seats the form offers: what one guest may have and the house holds; a guest who has more is offered those too."""
    return max(min(event.largest_party, seating.capacity), registration.party if registration else 1)


def filled_form(event: Event, seating: Seating, registration: Registration | None, *, changes: bool = False) -> AnswerForm:
    """The form, filled with what this guest said in that registration; `changes` where it is the one to be changed."""
    initial: dict[str, object] = {"party": 1}
    most = most_of(event, seating, registration if changes else None)
    if registration:
        party = min(registration.party, most)
        names = {f"name{number}": name for number, name in enumerate(registration.companions[: party - 1], start=2)}
        written = {"wishes": registration.wishes, "question": registration.question} if registration.event_id == event.pk else {}
        initial = {"party": party, **names, **written}
    return AnswerForm(most=most, initial=initial)


def accept(request: HttpRequest, link: Link, found: Invitation) -> HttpResponse:
    event, seating = found.event, found.event.seating()
    form = AnswerForm(request.POST, most=most_of(event, seating), limit=event.largest_party)
    if not form.is_valid():
        return show(request, link, found, form, seating, status=422)
    try:
        registering.register(event, found.person, company=found.company, seating=seating, by=None, came_by=link, **form.answers)
    except (RegistrationClosed, TooManyGuests) as refusal:
        return show(request, link, found, form, event.seating(), status=409, refusal=refusal)
    return HttpResponseRedirect(reverse("events:invitation", args=[link.token]), status=303)


def show_answer(
    request: HttpRequest, link: Link, found: Invitation, registration: Registration, *, status: int = 200, **context: object
) -> HttpResponse:
    """The page after the answer: ticket or place on the list."""
    context |= (
        guest_context(link, found.event)
        | ticket_context(registration)
        | {
            "person": found.person,
            "is_too_large": registration.is_waiting and not registration.seating.holds(registration.party),
            "comes_now": comes_now(registration),
            "change": reverse("events:change", args=[link.token]),
            "cancel": reverse("events:cancel", args=[link.token]),
            "calendar": reverse("events:calendar", args=[link.token]),
        }
    )
    return render(request, "events/guest/standing.html", context, status=status)


def comes_now(registration: Registration) -> int:
    """How many of a waiting party could have seats at once, by waiting for no more than these; 0 where others are before it.

    Costs 1 query where seats are free.
    """
    seating = registration.seating
    could = registration.is_waiting and registration.event.is_open and 0 < seating.free < registration.party
    if not could:
        return 0
    ahead = Registration.objects.waiting().filter(
        seating=seating, waiting_number__lt=registration.waiting_number, party__lte=seating.capacity
    )
    return 0 if ahead.exists() else seating.free


def ticket_context(registration: Registration) -> dict[str, object]:
    """The registration with its code for the door. Costs 1 query."""
    link = Link.objects.valid_for("ticket", registration.pk)
    code = qr.svg(link.url, label=_("Ticket code to show at the door")) if link and registration.is_seated else ""
    return {"registration": registration, "code": code, "ticket": link.path if link else ""}


@link_page(scope="invitation")
@require_safe
def form(request: HttpRequest, link: Link) -> HttpResponse:
    """Only the reply form, for the landing page of the event; never cached."""
    found = invitation_behind(request, link)
    if found is None:
        return link_unknown(request)
    replies, seating = found.replies(), found.event.seating()
    context = answer_context(link, found, filled_form(found.event, seating, replies.newest), seating) | {"registration": replies.standing}
    return render(request, "events/guest/_fragment.html", context)


@link_page(scope="invitation")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def change(request: HttpRequest, link: Link) -> HttpResponse:
    """Changes the number of people, the names or the wishes."""
    found = invitation_behind(request, link)
    registration = found.active_registration() if found else None
    if found is None or registration is None:
        return link_unknown(request) if found is None else HttpResponseRedirect(reverse("events:invitation", args=[link.token]), status=303)
    event, seating = found.event, registration.seating
    filled = filled_form(event, seating, registration, changes=True)
    context = answer_context(link, found, filled, seating) | {"registration": registration, "changes": True}
    status = 200
    if request.method == "POST":
        context["form"] = answer = AnswerForm(request.POST, most=most_of(event, seating, registration), limit=event.largest_party)
        status = 422
        if answer.is_valid():
            try:
                registering.change(registration, by=None, **answer.answers)
                return HttpResponseRedirect(reverse("events:invitation", args=[link.token]), status=303)
            except (NotEnoughSeats, ChangeClosed, NotComing, TooManyGuests, StillInside) as refusal:
                context["refusal"], status = refusal, 409
    return render(request, "events/guest/change.html", context, status=status)


@link_page(scope="invitation")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def cancel(request: HttpRequest, link: Link) -> HttpResponse:
    """GET asks for confirmation, POST gives the seats back."""
    found = invitation_behind(request, link)
    if found is None:
        return link_unknown(request)
    if request.method == "POST":
        return say_no(request, link, found)
    registration = found.active_registration()
    if registration is None:
        return HttpResponseRedirect(reverse("events:invitation", args=[link.token]), status=303)
    seating = registration.seating
    context = answer_context(link, found, empty_form(found, seating), seating) | {"registration": registration}
    return render(request, "events/guest/cancel.html", context)


@link_page(scope="invitation")
@require_POST
@once
def decline(request: HttpRequest, link: Link) -> HttpResponse:
    """ "I can't make it": declines, before or after accepting."""
    found = invitation_behind(request, link)
    return link_unknown(request) if found is None else say_no(request, link, found)


def say_no(request: HttpRequest, link: Link, found: Invitation) -> HttpResponse:
    try:
        registering.decline(found, by=None)
    except StillInside as refusal:
        registration = found.active_registration()
        if registration is None:  # it was cancelled by somebody else at this moment
            return HttpResponseRedirect(reverse("events:invitation", args=[link.token]), status=303)
        return show_answer(request, link, found, registration, status=409, refusal=refusal)
    except ChangeClosed as refusal:
        seating = found.event.seating()
        return show(request, link, found, empty_form(found, seating), seating, status=409, refusal=refusal)
    return HttpResponseRedirect(reverse("events:invitation", args=[link.token]), status=303)


@link_page(scope="invitation")
@require_safe
def calendar(request: HttpRequest, link: Link) -> HttpResponse:
    """The calendar file of a guest with seats."""
    found = invitation_behind(request, link)
    registration = found.active_registration() if found else None
    return calendar_file(request, registration)


def calendar_file(request: HttpRequest, registration: Registration | None) -> HttpResponse:
    if registration is None or not registration.is_seated:
        return link_unknown(request)
    response = HttpResponse(ical.write("REQUEST", letters.appointment(registration)), content_type=ical.CONTENT_TYPE)
    response["Content-Disposition"] = 'attachment; filename="appointment.ics"'
    return response


def registration_behind(request: HttpRequest, link: Link) -> Registration | None:
    rows = Registration.objects.select_related("event__centre", "event__host", "person", "company")
    registration = rows.filter(pk=link.subject_id).first()
    if registration and registration.person:
        speak(request, registration.person.language)
    return registration


@link_page(scope="ticket")
@require_safe
def ticket(request: HttpRequest, link: Link) -> HttpResponse:
    """The ticket with its code, to show or print."""
    registration = registration_behind(request, link)
    if registration is None:
        return link_unknown(request)
    context = guest_context(link, registration.event) | ticket_context(registration)
    context["calendar"] = reverse("events:ticket_calendar", args=[link.token])
    counts = registration.is_seated and not registration.event.is_cancelled and not registration.event.is_over
    if counts:
        context["kept_at"] = timezone.localtime(None, registration.event.zone)
    response = render(request, "events/guest/ticket.html", context)
    return keeping.keep(response, until=registration.event.ends_at) if counts else response


@link_page(scope="ticket")
@require_safe
def ticket_calendar(request: HttpRequest, link: Link) -> HttpResponse:
    return calendar_file(request, registration_behind(request, link))
