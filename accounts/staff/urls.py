"""Sign-in: allauth's views at our URLs. The names are allauth's, so they are in no namespace."""

from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.urls import path

from accounts.staff.sign_in import SetUp
from fleetportal.core.web.pages import public_page

door = public_page(why="Whoever signs in is nobody yet; behind it each view asks for a signed-in user itself.")


def at(address: str, view: Any, name: str) -> object:
    return path(address, door(view), name=name)


urlpatterns = [
    at("login/", account.login, "account_login"),
    at("login/again/", account.reauthenticate, "account_reauthenticate"),
    at("logout/", account.logout, "account_logout"),
    at("second-factor/", base.index, "mfa_index"),
    at("second-factor/code/", base.authenticate, "mfa_authenticate"),
    at("second-factor/code/again/", base.reauthenticate, "mfa_reauthenticate"),
    at("second-factor/app/", SetUp.as_view(), "mfa_activate_totp"),
    at("second-factor/app/off/", totp.deactivate_totp, "mfa_deactivate_totp"),
    at("second-factor/recovery/", codes.view_recovery_codes, "mfa_view_recovery_codes"),
    at("second-factor/recovery/new/", codes.generate_recovery_codes, "mfa_generate_recovery_codes"),
    at("second-factor/recovery/file/", codes.download_recovery_codes, "mfa_download_recovery_codes"),
]
