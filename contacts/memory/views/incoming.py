"""`/inbox/`: messages whose sender is not known. A person is chosen with one tap, or the message is discarded with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.staff.requests import StaffRequest
from contacts.memory.actions import incoming
from contacts.memory.forms.incoming import MAY, DiscardMailForm, PlaceMailForm
from contacts.memory.models.incoming import IncomingMail
from contacts.people.models.person import AddressState, Channel, Person, PersonAddress
from fleetportal.core.web.pages import ask, done, page

SHOWN = 20
SUGGESTED = 5  # people of one domain; where more have it, it is a provider's


@dataclass(frozen=True)
class WaitingMail:
    """A message, and who may have written it."""

    row: IncomingMail
    people: list[Person]
    is_same_address: bool


def with_suggestions(rows: Sequence[IncomingMail], user: User) -> list[WaitingMail]:
    """Each message with people in `user`'s reach who have the address, else with those at its domain. Costs 1 query."""
    asked = Q(pk__in=())
    for row in rows:
        asked |= Q(value_folded__endswith=f"@{row.domain}") if row.domain else Q(pk__in=())
    reach = Person.objects.where(user, may=MAY)
    valid = PersonAddress.objects.filter(asked, channel=Channel.EMAIL, person__in=reach).exclude(state=AddressState.WRONG)
    known = list(valid.select_related("person").order_by("person__name_folded", "pk")[: SHOWN * 50])
    return [suggested(row, known) for row in rows]


def suggested(row: IncomingMail, known: list[PersonAddress]) -> WaitingMail:
    same = {one.person_id: one.person for one in known if one.value_folded == row.sender_folded}
    if same:
        return WaitingMail(row, list(same.values())[:SUGGESTED], is_same_address=True)
    beside = {one.person_id: one.person for one in known if one.value_folded.rpartition("@")[2] == row.domain}
    return WaitingMail(row, list(beside.values()) if len(beside) <= SUGGESTED else [], is_same_address=False)


@page(may="sort_mail")
@require_safe
def inbox(request: StaffRequest) -> HttpResponse:
    """The oldest messages that wait. Costs 2 queries, whatever their number."""
    waiting = IncomingMail.objects.visible_to(request.user)
    rows = list(waiting.in_order()[: SHOWN + 1])
    context = {"waiting": with_suggestions(rows[:SHOWN], request.user) if rows else [], "has_more": len(rows) > SHOWN}
    return render(request, "contacts/inbox.html", context)


@page(may="sort_mail")
@require_http_methods(["GET", "HEAD", "POST"])
def place(request: StaffRequest, incoming_mail_id: int) -> HttpResponse:
    """Puts the message onto the timeline of a person. Writes only by POST."""
    row = get_object_or_404(IncomingMail.objects.visible_to(request.user), pk=incoming_mail_id)
    form = PlaceMailForm(request.POST if request.method == "POST" else None, user=request.user)
    back = reverse("contacts:inbox")
    if form.is_valid():
        person = form.cleaned_data["person"]
        incoming.place(row, person, by=request.user)
        return done(request, back, _("The message is on the timeline of %(person)s.") % {"person": person})
    said = {"trail": (_("Unknown senders"), back), "quoted": row.text, "quoted_from": row.sender, "panel_icon": "mailbox"}
    return ask(request, form, title=_("Who wrote this?"), save=_("Put on the timeline"), back=back, **said)


@page(may="sort_mail")
@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: StaffRequest, incoming_mail_id: int) -> HttpResponse:
    """Discards the message, with a reason. Writes only by POST."""
    row = get_object_or_404(IncomingMail.objects.visible_to(request.user), pk=incoming_mail_id)
    form = DiscardMailForm(request.POST if request.method == "POST" else None)
    back = reverse("contacts:inbox")
    if form.is_valid():
        incoming.discard(row, why=form.cleaned_data["why"], by=request.user)
        return done(request, back, _("The message was discarded."))
    said = {"trail": (_("Unknown senders"), back), "quoted": row.text, "quoted_from": row.sender, "panel_icon": "trash"}
    return ask(request, form, title=_("Discard the message"), save=_("Discard"), back=back, **said)
