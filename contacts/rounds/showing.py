"""Registers the pages of contact rounds with the floors below."""

from django.utils.translation import gettext_lazy as _

from accounts.customers.panels import company_actions
from contacts.pages.panels import person_actions
from fleetportal.core.web.lists import Bulk
from fleetportal.core.web.pages import NavigationEntry, navigation


def register() -> None:
    entry = NavigationEntry(_("Contact rounds"), "route", "contacts:rounds", "serve_customers")
    navigation.register("rounds", entry, weight=45)
    calls = NavigationEntry(_("Calls"), "phone-call", "contacts:round_next", "call", in_rail=False, starts_for="call")
    navigation.register("calls", calls, weight=46)
    company_actions.register("round", Bulk(_("Contact round"), "route", "contacts:round_of_companies", "serve_customers"), weight=30)
    person_actions.register("round", Bulk(_("Contact round"), "route", "contacts:round_of_people", "serve_customers"), weight=30)
