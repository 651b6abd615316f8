"""The request type of pages that require sign-in."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.staff.models.user import User


class StaffRequest(HttpRequest):
    """A request with a user admitted by `core.web.pages.page`, never anonymous. Only for annotations."""

    user: User
    htmx: HtmxDetails
