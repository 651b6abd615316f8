"""The request of somebody of ours, as pages that sign-in guards receive it."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.staff.models.user import User


class StaffRequest(HttpRequest):
    """A request whose user `core.web.pages.page` has let in: nobody anonymous reaches the view. For annotations alone."""

    user: User
    htmx: HtmxDetails
