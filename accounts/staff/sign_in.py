"""How staff sign in: user name, password, second factor where the role requires one. There is no sign-up, and only one sign-in page."""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.authentication import get_authentication_records
from allauth.account.forms import LoginForm
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.models import Session
from django.core.exceptions import BadRequest, ImproperlyConfigured, PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.staff import passwords
from accounts.staff.actions.roles import roles_of
from accounts.staff.models.role import StaffRole
from accounts.staff.models.user import User, grants_to
from fleetportal.core.db.prepared import Prepared
from fleetportal.core.web import throttle
from fleetportal.core.web.pages import NavigationFor, sign_in_first

log = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]

JUST_NOW = timedelta(minutes=5)
SET_UP = "second_factor"  # in the session: who set their second factor up in it, and so had it at hand
SHARED_PAGES_DOOR = "wagtailcore_login"  # the CMS's form for its private pages, in every language
OTHER_DOORS = {"/cms/": "edit_pages", "/django-admin/": "administer"}
WITHOUT_SECOND_FACTOR = ("/login/", "/logout/", "/theme/", "/language/", "/static/", "/healthz", "/readyz")
FACTOR_PAGES = "/second-factor/"
SHOWING_PAGES = ("/second-factor/code/",)  # where the code is given, at sign-in and later


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


class CountedCode(BaseAuthenticateForm):
    """The code of the second factor; wrong ones are counted in the database, so Redis may be away."""

    def clean_code(self) -> str:
        try:
            passwords.count_code(self.user.pk)
        except throttle.TooMany:
            raise get_adapter().validation_error("too_many_login_attempts") from None
        code: str = super().clean_code()
        passwords.code_was_right(self.user.pk)
        return code


class SignInCodeForm(CountedCode, AuthenticateForm):
    """At sign-in, after the password."""


class CodeAgainForm(CountedCode, ReauthenticateForm):
    """In a session that is open."""


class StaffAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """No sign-up: administrators create users."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The user's start page: the first entry of their rail."""
        return NavigationFor(request).home

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Whoever signed in a moment ago, in this very session, need not enter the password again: first sign-ins lead straight to
        the set-up. What the user does in other sessions says nothing of who sits before this one (R46).
        """
        records = get_authentication_records(self.request, self.request.user)
        return not records or time.time() - records[-1]["at"] > JUST_NOW.total_seconds()

    def authenticate(self, request: HttpRequest, **credentials: object) -> object:
        """The user with these credentials; None as well for somebody who left, so that their password says nothing (R30).

        Wrong ones count for a name at one network address: whoever knows a name cannot shut its owner out from elsewhere (R29).
        Raises ValidationError, or TooMany where the network's own count is full. Costs 2 queries before the password is looked at.
        """
        name = str(credentials.get("username") or credentials.get("email") or "").lower()
        try:
            passwords.count(name, request)
        except throttle.TooMany:
            raise self.validation_error("too_many_login_attempts") from None
        user = super().authenticate(request, **credentials)
        if user is None or not user.is_active:
            passwords.was_wrong(name, request)
            return None
        passwords.was_right(name, request)
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
    """Sets the second factor up; the session in which that is done need not enter it again, all others of the user are ended."""

    def form_valid(self, form: object) -> HttpResponse:
        response = super().form_valid(form)
        self.request.session[SET_UP] = self.request.user.pk
        end_other_sessions(self.request)
        return response


def end_other_sessions(request: HttpRequest) -> int:
    """How many other sessions of the user of `request` were ended. Costs 2 queries, and reads each session that is open."""
    user, own = str(request.user.pk), request.session.session_key
    others = Session.objects.filter(expire_date__gte=timezone.now()).exclude(pk=own)
    keys = [session.pk for session in others.iterator() if session.get_decoded().get(SESSION_KEY) == user]
    return Session.objects.filter(pk__in=keys).delete()[0]


class SecondFactor:
    """A user whose role requires a second factor gets no page before giving it in this session. The pages of the factor itself
    (recovery codes, switching it off) open to no session that has not shown it, whether or not a role requires it.

    Asked anew with each request, so a role that somebody gains counts at once, also in sessions that are open. Costs nothing, and 1
    query on the pages of the factor.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        knows_us = settings.SESSION_COOKIE_NAME in request.COOKIES  # public pages stay cookie-free
        is_factor_page = request.path.startswith(FACTOR_PAGES)
        if not (knows_us and (settings.REQUIRE_SECOND_FACTOR or is_factor_page) and request.user.is_authenticated):
            return self.get_response(request)
        if request.path.startswith(SHOWING_PAGES):
            return self.get_response(request)
        user: Any = request.user  # as `signed_in` asks for it: with what the table of rights says of the second factor
        if is_factor_page:
            return self.get_response(request) if has_shown(request) or not has_set_up(user) else ask_for_code(request)
        if request.path.startswith(WITHOUT_SECOND_FACTOR) or not user.needs_second_factor:
            return self.get_response(request)
        if not user.has_second_factor:
            return HttpResponseRedirect(reverse("mfa_activate_totp"))
        return self.get_response(request) if has_shown(request) else ask_for_code(request)


def ask_for_code(request: HttpRequest) -> HttpResponse:
    return sign_in_first(request, reverse("mfa_reauthenticate"))


def has_set_up(user: User) -> bool:
    """True when `user` has a second factor. Costs 1 query."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


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
            return sign_in_first(request)
        if not request.user.may(may) or request.path.endswith("/login/"):
            raise Http404
        if any("\0" in value for values in (request.GET, request.POST) for _name, several in values.lists() for value in several):
            raise BadRequest("A NUL in a field.")  # PostgreSQL stores none; their views look rows up by fields as they come
        return None
