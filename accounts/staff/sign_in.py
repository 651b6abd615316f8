"""How staff sign in: user name, password, second factor where the role requires one. There is no sign-up, and only one sign-in page."""

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
SET_UP = "second_factor"  # session key: the second factor was set up in this session, so it counts as shown
SHARED_PAGES_DOOR = "wagtailcore_login"  # Wagtail's password form for private pages, in every language
OTHER_DOORS = {"/cms/": "edit_pages", "/django-admin/": "administer"}
WITHOUT_SECOND_FACTOR = ("/second-factor/", "/login/", "/logout/", "/theme/", "/language/", "/static/", "/healthz", "/readyz")


class Backend(AuthenticationBackend):
    """Loads the signed-in user with rights, home centre and the state of the second factor. Costs 1 query."""

    def get_user(self, user_id: object) -> User | None:
        user = signed_in(tuple(settings.REQUIRE_SECOND_FACTOR)).first(user=user_id)
        return user if user is not None and self.user_can_authenticate(user) else None


@cache
def signed_in(roles: Sequence[str]) -> Prepared[User]:
    """The prepared query for the signed-in user; `roles` need a second factor."""

    def ask(user: int) -> QuerySet[User]:
        users = User.objects.filter(pk=user).select_related("home_centre").annotate(**{"grants": grants_to(user)})
        if roles:
            users = users.annotate(needs_second_factor=asked_of(OuterRef("pk")), has_second_factor=set_up_by(OuterRef("pk")))
        return users

    extra = ("grants", *(("needs_second_factor", "has_second_factor") if roles else ()))
    return Prepared(ask, related=("home_centre",), extra=extra, user=User._meta.pk)


class SignInForm(LoginForm):
    """allauth's form with labels instead of placeholders."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Username")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class StaffAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """No sign-up: administrators create users."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The user's start page: the first entry of their rail."""
        return NavigationFor(request).home

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Not right after signing in, so that the first sign-in leads straight to the set-up of the second factor."""
        signed_in = self.request.user.last_login
        return signed_in is None or timezone.now() - signed_in > JUST_NOW

    def authenticate(self, request: HttpRequest, **credentials: object) -> object:
        """The user with these credentials. Wrong ones are counted per name and network address, so that nobody can lock a user out
        from elsewhere (R29). Raises ValidationError after too many. Costs 1 query before the password is checked, 2 or 3 the first
        time.
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
        """The client's network address; that of the connection where X-Forwarded-For is missing or invalid."""
        try:
            return super().get_client_ip(request)
        except (ImproperlyConfigured, PermissionDenied) as error:  # a request bypassed a proxy, or TRUSTED_PROXIES is too high
            log.warning("%s; counting the caller by the connection", error)
            return str(request.META.get("REMOTE_ADDR", ""))

    def add_message(self, *args: object, **kwargs: object) -> None:
        """No messages about signing in and out."""


class SecondFactorAdapter(DefaultMFAAdapter):
    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """False for a user whose role requires it."""
        return not needs_second_factor(authenticator.user)


def needs_second_factor(user: User) -> bool:
    """True when REQUIRE_SECOND_FACTOR contains a role of `user`. Costs 1 query where the setting is not empty."""
    return bool(settings.REQUIRE_SECOND_FACTOR) and not roles_of(user).isdisjoint(settings.REQUIRE_SECOND_FACTOR)


def asked_of(user: OuterRef) -> Exists:
    """An expression: whether REQUIRE_SECOND_FACTOR contains a role of `user`."""
    return Exists(StaffRole.objects.filter(user=user, name__in=settings.REQUIRE_SECOND_FACTOR))


def set_up_by(user: OuterRef) -> Exists:
    return Exists(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP))


class SetUp(ActivateTOTPView):
    """Sets up the second factor, which then counts as entered in this session."""

    def form_valid(self, form: object) -> HttpResponse:
        response = super().form_valid(form)
        self.request.session[SET_UP] = self.request.user.pk
        return response


class SecondFactor:
    """Users whose role requires a second factor get no page before they have entered it in this session.

    Checked with each request, so that a new role takes effect immediately, also in open sessions. Costs nothing.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        knows_us = settings.SESSION_COOKIE_NAME in request.COOKIES  # public pages set no cookies
        if not (settings.REQUIRE_SECOND_FACTOR and knows_us and request.user.is_authenticated):
            return self.get_response(request)
        user: Any = request.user  # loaded by `signed_in`, with the annotations about the second factor
        if request.path.startswith(WITHOUT_SECOND_FACTOR) or not user.needs_second_factor:
            return self.get_response(request)
        if not user.has_second_factor:
            return HttpResponseRedirect(reverse("mfa_activate_totp"))
        return (
            self.get_response(request) if has_shown(request) else redirect_to_login(request.get_full_path(), reverse("mfa_reauthenticate"))
        )


def has_shown(request: HttpRequest) -> bool:
    """True when the user entered a code, or set the factor up, in this session."""
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" for record in records) or request.session.get(SET_UP) == request.user.pk


class OneDoor:
    """Replaces the sign-in pages of the CMS and of Django's admin: visitors are sent to ours, users without the right get 404.

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
