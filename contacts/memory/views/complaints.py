"""A complaint is closed with its answer."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.staff.requests import StaffRequest
from contacts.memory.actions import complaints
from contacts.memory.forms.complaint import ComplaintAnswerForm
from contacts.memory.models.complaint import Complaint
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.pages import ask, done, page


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def answer(request: StaffRequest, complaint_id: int) -> HttpResponse:
    """Closes a complaint: the band leaves the dossier, and letters may leave again a week later."""
    seen = Complaint.objects.where(request.user, may="serve_customers").select_related("company", "person")
    complaint = get_object_or_404(seen, pk=complaint_id)
    back = reverse("accounts:company", args=[complaint.company_id])
    form = ComplaintAnswerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        said = form.cleaned_data
        complaints.answer(complaint, text=said["answer"], learned=said["learned"], is_satisfied=said["is_satisfied"], by=request.user)
        return done(request, back, _("The complaint is closed, and its answer is on the timeline."))
    said = {"trail": (complaint.company.name, back), "quoted": complaint.text, "quoted_from": complaint.person}
    return ask(request, form, title=_("Answer a complaint"), save=_("Close the complaint"), back=back, **said)
