"""One invitation to read, or to send to oneself, before many people get it; and the way back until the first one leaves."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.staff.requests import StaffRequest
from events import landing, letters
from events.actions import inviting
from events.views.staff import event_url, the_event
from fleetportal.core.jobs.queue import Job
from fleetportal.core.outbox.queueing import message_from
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.pages import done, page


@page(may="invite")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def letter(request: StaffRequest, event_id: int) -> HttpResponse:
    """GET shows the invitation as guests of one language get it; POST sends it to whoever asks."""
    found = the_event(request, event_id, may="invite")
    asked = request.POST.get("language") or request.GET.get("language") or settings.LANGUAGE_CODE
    language = landing.texts(found, asked).language
    if request.method == "POST":
        inviting.send_test(found, language, by=request.user)
        return done(request, request.get_full_path(), _("The letter is on its way to %s.") % request.user.email)
    shown = message_from(letters.sample(found, language, to=request.user, key="shown"), timezone.now())
    languages = [(code, name, code == language) for code, name in settings.LANGUAGES if landing.texts(found, code).language == code]
    context = {"event": found, "letter": shown, "language": language, "languages": languages}
    return render(request, "events/letter.html", context)


@page(may="invite")
@require_POST
@once
def call_back(request: StaffRequest, event_id: int) -> HttpResponse:
    """Takes the invitations back that the same person sent a moment ago, as long as none has left."""
    found = the_event(request, event_id, may="invite")
    jobs = Job.objects.filter(kind="events.invite", owner=request.user, args__event=found.pk)
    job = get_object_or_404(jobs.order_by("-pk")[:1])
    count = inviting.call_back(job, by=request.user)
    said = ngettext("%(count)d invitation has been called back.", "%(count)d invitations have been called back.", count)
    return done(request, event_url(found), said % {"count": count})
