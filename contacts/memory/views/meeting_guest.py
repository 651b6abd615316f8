"""The decision-maker's side of a meeting, by personal link: GET shows the times, POST chooses one."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.staff.house import house
from contacts.memory import letters
from contacts.memory.actions import meetings
from contacts.memory.forms.meeting import ChoiceForm
from contacts.memory.models.meeting import Meeting, NotYourTurn, TimeGone
from fleetportal.core import ical
from fleetportal.core.errors import Refused
from fleetportal.core.links import Link
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.look import speak
from fleetportal.core.web.pages import link_page, link_unknown


def meeting_behind(request: HttpRequest, link: Link) -> Meeting | None:
    """The meeting of the link, with its decision-maker's language activated; None where no answer is expected any more."""
    found = Meeting.objects.for_list().filter(pk=link.subject_id).exclude(decision_maker=None).first()
    if found and found.decision_maker:
        speak(request, found.decision_maker.language)
    return found


def show(request: HttpRequest, found: Meeting, link: Link, *, refusal: Refused | None = None, status: int = 200) -> HttpResponse:
    context = {"meeting": found, "token": link.token, "refusal": refusal, "house": house(found.company.centre)}
    return render(request, "contacts/guest/meeting.html", context, status=status)


@link_page(scope="meeting")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def choose(request: HttpRequest, link: Link) -> HttpResponse:
    """GET: the proposed times, or the state of the meeting. POST: choose a time."""
    found = meeting_behind(request, link)
    if found is None:
        return link_unknown(request)
    if request.method != "POST":
        return show(request, found, link)
    form = ChoiceForm(request.POST)
    if not form.is_valid():
        return show(request, found, link, status=422)
    try:
        meetings.choose(found, form.cleaned_data["time"])
    except (TimeGone, NotYourTurn) as refusal:
        return show(request, found, link, refusal=refusal, status=refusal.status)
    return HttpResponseRedirect(link.path, status=303)


@link_page(scope="meeting")
@require_safe
def calendar(request: HttpRequest, link: Link) -> HttpResponse:
    """The calendar file of a meeting that is fixed."""
    found = meeting_behind(request, link)
    person = found.decision_maker if found else None
    if found is None or person is None or not found.is_fixed or not found.starts_at or not found.ends_at:
        return link_unknown(request)
    entry = letters.meeting_entry(found, person, found.starts_at, found.ends_at)
    response = HttpResponse(ical.write("REQUEST", entry), content_type=ical.CONTENT_TYPE)
    response["Content-Disposition"] = 'attachment; filename="meeting.ics"'
    return response
