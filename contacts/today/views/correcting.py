"""A logged contact is corrected or withdrawn from its line of the timeline, by who wrote it or a manager."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.staff.requests import StaffRequest
from contacts.memory.forms.contact import CorrectForm
from contacts.memory.models.interaction import Interaction
from contacts.today import actions
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.pages import ask, done, page


def logged(request: StaffRequest, interaction_id: int) -> Interaction:
    """The contact, if the user may correct it, otherwise 404. Costs 1 query."""
    mine = Interaction.objects.correctable_by(request.user).select_related("company__centre", "person")
    return get_object_or_404(mine, pk=interaction_id)


@page(may="meet_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def correct(request: StaffRequest, interaction_id: int) -> HttpResponse:
    """The form that corrects a logged contact; a valid one is saved, and leads to the company."""
    interaction = logged(request, interaction_id)
    company = interaction.company
    back = reverse("accounts:company", args=[company.pk])
    on = company.centre.today(timezone.now())
    form = CorrectForm(request.POST if request.method == "POST" else None, interaction=interaction, user=request.user, on=on)
    if form.is_valid():
        actions.correct(interaction, form.said, promise=form.promise, by=request.user, on=on)
        return done(request, back, _("Corrected. The history keeps what was there before."))
    remove = reverse("contacts:interaction_withdraw", args=[interaction.pk])
    return ask(request, form, title=_("Correct what was logged"), save=_("Save"), back=back, trail=(company.name, back), remove=remove)


@page(may="meet_customers")
@require_POST
@once
def withdraw(request: StaffRequest, interaction_id: int) -> HttpResponse:
    """The contact leaves the timeline, with what was decided with it."""
    interaction = logged(request, interaction_id)
    back = reverse("accounts:company", args=[interaction.company_id])
    actions.withdraw(interaction, by=request.user, on=interaction.company.centre.today(timezone.now()))
    return done(request, back, _("Withdrawn. It no longer counts as a contact."))
