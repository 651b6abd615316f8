"""How staff sign in: user name, password, second factor where the role requires one. Nobody signs up, and there is one sign-in page."""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.authentication import get_authentication_records
from allauth.account.forms import LoginForm
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.staff.actions.roles import roles_of
from accounts.staff.models.role import StaffRole
from accounts.staff.models.user import User, grants_to
from fleetportal.core.db.prepared import Prepared
from fleetportal.core.web import throttle
from fleetportal.core.web.pages import NavigationFor

log = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]

JUST_NOW = timedelta(minutes=5)
WRONG_PASSWORD, WRONG_PASSWORDS, WRONG_PASSWORD_SECONDS = "wrong password", 5, 300  # of one name at one network address
SET_UP = "second_factor"  # in the session: who set their second factor up in it, and so had it at hand
SHARED_PAGES_DOOR = "wagtailcore_login"  # the CMS's form for its private pages, in every language
OTHER_DOORS = {"/cms/": "edit_pages", "/django-admin/": "administer"}
WITHOUT_SECOND_FACTOR = ("/second-factor/", "/login/", "/logout/", "/theme/", "/language/", "/static/", "/healthz", "/readyz")


class Backend(AuthenticationBackend):
    """Fetches the signed-in user, with rights, the centre that every page names and what `SecondFactor` needs to know. Costs 1 query."""

    def get_user(self, user_id: object) -> User | None:
        user = signed_in(tuple(settings.REQUIRE_SECOND_FACTOR)).first(user=user_id)
        return user if user is not None and self.user_can_authenticate(user) else None


@cache
def signed_in(roles: Sequence[str]) -> Prepared[User]:
    """The query for the signed-in user, where `roles` need a second factor."""

    def ask(user: int) -> QuerySet[User]:
        users = User.objects.filter(pk=user).select_related("home_centre").annotate(**{"grants": grants_to(user)})
        if roles:
            users = users.annotate(needs_second_factor=asked_of(OuterRef("pk")), has_second_factor=set_up_by(OuterRef("pk")))
        return users

    extra = ("grants", *(("needs_second_factor", "has_second_factor") if roles else ()))
    return Prepared(ask, related=("home_centre",), extra=extra, user=User._meta.pk)


class SignInForm(LoginForm):
    """allauth's form with the words above its fields alone."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Username")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class StaffAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """No: administrators make users."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Where this user's day starts: the first line of their rail."""
        return NavigationFor(request).home

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Whoever signed in a moment ago need not enter the password again: first sign-ins lead straight to the set-up."""
        signed_in = self.request.user.last_login
        return signed_in is None or timezone.now() - signed_in > JUST_NOW

    def authenticate(self, request: HttpRequest, **credentials: object) -> object:
        """The user with these credentials. Wrong ones count for a name at one address: whoever knows a name cannot shut its owner out
        from elsewhere (R29). Raises ValidationError after too many. Costs 1 query before the password is looked at, 2 or 3 the first time.
        """
        key = f"{str(credentials.get('username') or credentials.get('email') or '').lower()} {self.get_client_ip(request)}"
        try:
            throttle.hit(WRONG_PASSWORD, key, limit=WRONG_PASSWORDS, seconds=WRONG_PASSWORD_SECONDS)
        except throttle.TooMany:
            raise self.validation_error("too_many_login_attempts") from None
        user = super().authenticate(request, **credentials)
        if user is not None:
            throttle.give_back(WRONG_PASSWORD, key, seconds=WRONG_PASSWORD_SECONDS)
        return user

    def get_client_ip(self, request: HttpRequest) -> str:
        """The caller's network address; that of the connection where X-Forwarded-For names none that our proxies could have seen."""
        try:
            return super().get_client_ip(request)
        except (ImproperlyConfigured, PermissionDenied) as error:  # somebody got past a proxy, or TRUSTED_PROXIES says too many
            log.warning("%s; counting the caller by the connection", error)
            return str(request.META.get("REMOTE_ADDR", ""))

    def add_message(self, *args: object, **kwargs: object) -> None:
        """Nothing: a page that opens says enough."""


class SecondFactorAdapter(DefaultMFAAdapter):
    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Not for a role that requires it."""
        return not needs_second_factor(authenticator.user)


def needs_second_factor(user: User) -> bool:
    """True when REQUIRE_SECOND_FACTOR names a role of `user`. Costs 1 query where the setting names any."""
    return bool(settings.REQUIRE_SECOND_FACTOR) and not roles_of(user).isdisjoint(settings.REQUIRE_SECOND_FACTOR)


def asked_of(user: OuterRef) -> Exists:
    """Whether REQUIRE_SECOND_FACTOR names a role of `user`."""
    return Exists(StaffRole.objects.filter(user=user, name__in=settings.REQUIRE_SECOND_FACTOR))


def set_up_by(user: OuterRef) -> Exists:
    return Exists(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP))


class SetUp(ActivateTOTPView):
    """Sets the second factor up; the session in which that is done need not enter it again."""

    def form_valid(self, form: object) -> HttpResponse:
        response = super().form_valid(form)
        self.request.session[SET_UP] = self.request.user.pk
        return response


class SecondFactor:
    """A user whose role requires a second factor gets no page before giving it in this session.

    Asked anew with each request, so a role that somebody gains counts at once, also in sessions that are open. Costs nothing.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        knows_us = settings.SESSION_COOKIE_NAME in request.COOKIES  # public pages stay cookie-free
        if not (settings.REQUIRE_SECOND_FACTOR and knows_us and request.user.is_authenticated):
            return self.get_response(request)
        user: Any = request.user  # as `signed_in` asks for it: with what the table of rights says of the second factor
        if request.path.startswith(WITHOUT_SECOND_FACTOR) or not user.needs_second_factor:
            return self.get_response(request)
        if not user.has_second_factor:
            return HttpResponseRedirect(reverse("mfa_activate_totp"))
        return (
            self.get_response(request) if has_shown(request) else redirect_to_login(request.get_full_path(), reverse("mfa_reauthenticate"))
        )


def has_shown(request: HttpRequest) -> bool:
    """True when whoever is signed in gave a code, or set the factor up, in this very session."""
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" for record in records) or request.session.get(SET_UP) == request.user.pk


class OneDoor:
    """The CMS, its pages and Django's admin have no sign-in of their own: visitors go to ours, users without the right find nothing there.

    Their forms would accept the password alone: no second factor and no limit on attempts.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *args: object) -> HttpResponse | None:
        if request.resolver_match and request.resolver_match.url_name == SHARED_PAGES_DOOR:
            return redirect_to_login(request.GET.get("next", "/"))
        may = next((codename for door, codename in OTHER_DOORS.items() if request.path.startswith(door)), "")
        if not may:
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not request.user.may(may) or request.path.endswith("/login/"):
            raise Http404
        return None
