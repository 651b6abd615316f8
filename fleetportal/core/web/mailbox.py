"""Pages that show messages to staff: in development all of them; failed ones to the administrators they concern."""

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from fleetportal.core.outbox import line
from fleetportal.core.outbox.channels.email import as_email
from fleetportal.core.outbox.message import Message, MessageQuerySet
from fleetportal.core.web import middleware
from fleetportal.core.web.pages import done, page, signed_in

PER_PAGE = 50
# The message is shown in a sandboxed frame without scripts; its links open in the parent window.
FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'; "
    "sandbox allow-top-navigation-by-user-activation"
)
WITH_FRAME = {**middleware.POLICY, "frame-src": "'self'"}
HEAD, IN_THIS_WINDOW = "<head>", '<head><base target="_top">'


def kept() -> Any:
    """Messages as they were queued, newest first. Raises Http404 unless DEBUG is on."""
    if not (settings.DEBUG or settings.KEEPS_MAIL):
        raise Http404
    return Message.objects.order_by("-queued_at", "-pk")


def kept_one(message_id: int) -> Message:
    message: Message = get_object_or_404(kept(), pk=message_id)
    return message


@page(may="meet_customers")
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """The stored messages, newest first; `q` filters by recipient."""
    rows, question = kept(), request.GET.get("q", "").replace("\0", "").strip()  # PostgreSQL looks for no NUL
    if question:
        rows = rows.filter(recipient__icontains=question)  # an address, not a person's name
    messages = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "core/mailbox.html", {"kept": messages, "q": question})


@page(may="meet_customers")
@require_safe
def message(request: HttpRequest, message_id: int) -> HttpResponse:
    """One message, as text with working links and as HTML."""
    shown = kept_one(message_id)
    response = render(request, "core/message.html", {"shown": shown, "email": as_email(shown)})
    response["Content-Security-Policy"] = middleware.header(WITH_FRAME)
    return response


@page(may="meet_customers")
@require_safe
@xframe_options_sameorigin
def message_html(request: HttpRequest, message_id: int) -> HttpResponse:
    """The HTML part, under a policy that forbids scripts and everything else."""
    shown = kept_one(message_id)
    if not shown.html:
        raise Http404
    return HttpResponse(shown.filled_html.replace(HEAD, IN_THIS_WINDOW, 1), headers={"Content-Security-Policy": FRAME_POLICY})


@page(may="meet_customers")
@require_safe
def message_file(request: HttpRequest, message_id: int, number: int) -> HttpResponse:
    """One of its attachments, as a download."""
    parts = kept_one(message_id).attachments
    if number >= len(parts):
        raise Http404
    part = parts[number]
    return HttpResponse(
        part["text"],
        content_type=part["type"],
        headers={"Content-Disposition": f'attachment; filename="{part["name"]}"', "Content-Security-Policy": "default-src 'none'; sandbox"},
    )


@page(may="administer")
@require_safe
def trouble(request: HttpRequest) -> HttpResponse:
    """Messages in reach that were parked, rejected or lost on the way, newest first: the mail server's response, and a button to
    try again."""
    rows = in_trouble(request).order_by("-queued_at", "-pk")
    stuck = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "core/trouble.html", {"stuck": stuck, "line": line.trouble()})


def in_trouble(request: HttpRequest) -> MessageQuerySet:
    """Those that the user of `request` administers. No query of its own beyond their rights."""
    return Message.objects.where(signed_in(request), may="administer").in_trouble()


@page(may="administer")
@require_POST
def send_again(request: HttpRequest, message_id: int) -> HttpResponse:
    stuck = get_object_or_404(Message.objects.where(signed_in(request), may="administer"), pk=message_id)
    stuck.send_again(by=request.user)
    return done(request, reverse("core:trouble"), _("The message is waiting to be sent again."))


@page(may="administer")
@require_POST
def send_all_again(request: HttpRequest) -> HttpResponse:
    """All that failed or were refused, in reach; uncertain ones may have arrived and stay."""
    count = line.send_all_again(in_trouble(request), by=request.user)
    words = ngettext("%d message is waiting to be sent again.", "%d messages are waiting to be sent again.", count)
    return done(request, reverse("core:trouble"), words % count)


@page(may="administer")
@require_POST
def try_line(request: HttpRequest) -> HttpResponse:
    """Sending goes on at once instead of after the pause."""
    line.try_now()
    return done(request, reverse("core:trouble"), _("Fleetportal is trying the mail server now."))
