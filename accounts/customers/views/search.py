"""Global search over everything that the user may find (key "/")."""

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.customers.finding import MOST, findable, hits
from accounts.staff.requests import StaffRequest
from fleetportal.core.web.pages import answer, page


@page(may="meet_customers")
@require_safe
def search(request: StaffRequest) -> HttpResponse:
    """The results; with `for=log` they lead to the form that logs a contact."""
    question = request.GET.get("q", "").strip()[:200]
    found = hits(question, request.user) if question else []
    is_log = request.GET.get("for") == "log"
    context = {
        "question": question,
        "groups": found,
        "is_log": is_log,
        "title": _("Log an interaction") if is_log else _("Search"),
        "most": MOST,
        "kinds": [kind.plural for kind in findable],
    }
    return answer(request, context, part="accounts/search.html#hits")
