"""Registers this app's pages, search, panels and policies."""

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.customers import finding, panels, parts
from accounts.customers.models.assignment import Assignment, LookedAfter
from accounts.customers.models.company import Company, in_reach, ways_in
from accounts.customers.models.touched import derived
from accounts.customers.models.vehicle import SECOND_DELIVERY_DAYS, count_for_second_delivery, mend_fleets
from accounts.staff.actions.telling import GATE, tell_of_paused_line
from accounts.staff.leaving import still_assigned
from accounts.staff.models.centre import Centre
from accounts.staff.models.policy import Effect, effects
from accounts.staff.models.user import User
from fleetportal.core.audit import label
from fleetportal.core.outbox.gates import ConditionGate, gates
from fleetportal.core.outbox.line import told
from fleetportal.core.outbox.message import concerned
from fleetportal.core.web.lists import Bulk
from fleetportal.core.web.pages import NavigationEntry, navigation


def register() -> None:
    register_rules()
    register_pages()
    register_search()
    register_panels()


def register_rules() -> None:
    """Registers access rules for companies and their messages, derived data, and the effects of policy changes."""
    ways_in.register("looked after", LookedAfter())
    concerned.register(label(Company), lambda user, may: in_reach(user, may=may))
    concerned.register(label(Centre), lambda user, may: Centre.objects.where(user, may=may).values("pk"))
    still_assigned.register("companies", companies_of)
    gates.register(GATE, ConditionGate(Q(), "This user has left."))
    told.register("administrators", tell_of_paused_line)
    derived.register("fleets", mend_fleets, weight=10)
    effects.register(
        "vehicles",
        Effect({SECOND_DELIVERY_DAYS.key}, _("Vehicles eligible for a second delivery on that day"), count_for_second_delivery),
    )


def companies_of(user: User, seen_by: User) -> str:
    """The companies that `user` looks after today, as account manager or stand-in."""
    running = Assignment.objects.running(on=timezone.localdate()).filter(user=user, company__in=in_reach(seen_by, may="administer"))
    count = running.values("company").distinct().count()
    return ngettext("%(count)d company", "%(count)d companies", count) % {"count": count} if count else ""


def register_pages() -> None:
    """Registers the entries of the side rail."""
    navigation.register(
        "companies", NavigationEntry(_("Companies"), "building", "accounts:companies", "see_customers", on_phone=True), weight=20
    )
    navigation.register(
        "log",
        NavigationEntry(_("Log"), "phone-call", "accounts:search", "meet_customers", on_phone=True, in_rail=False, query="?for=log"),
        weight=30,
    )
    navigation.register("vehicles", NavigationEntry(_("Vehicles"), "car", "accounts:vehicles", "see_customers"), weight=40)
    navigation.register("search", NavigationEntry(_("Search"), "search", "accounts:search", "meet_customers", in_rail=False), weight=90)
    navigation.register("policies", NavigationEntry(_("Policies"), "list-check", "accounts:policies", "administer", group=9), weight=935)
    navigation.register(
        "administration", NavigationEntry(_("Administration"), "settings", "admin:index", "administer", group=9), weight=940
    )


def register_search() -> None:
    """Registers the kinds for global search."""
    finding.findable.register(
        "companies",
        finding.Findable(
            _("Companies"), "building", finding.companies, lambda c: reverse("accounts:company", args=[c.pk]), lambda c, user: c.city
        ),
        weight=10,
    )
    finding.findable.register(
        "vehicles",
        finding.Findable(
            _("Vehicles"),
            "car",
            finding.vehicles,
            lambda v: reverse("accounts:vehicle", args=[v.pk]),
            lambda v, user: f"{v.title}, {v.company}",
        ),
        weight=30,
    )


def register_panels() -> None:
    """Registers the panels of the dossier and of vehicle pages."""
    panels.dossier_panels.register("vehicles", parts.vehicles_panel, weight=20)
    panels.dossier_panels.register("service_visits", parts.company_visits_panel, weight=25)
    panels.company_actions.register("hand_over", Bulk(_("Hand over"), "users", "accounts:hand_over", "serve_customers"), weight=50)
    panels.vehicle_panels.register("service_visits", parts.vehicle_visits_panel, weight=50)
    panels.dossier_figures.register("fleet", parts.fleet, weight=20)
    panels.dossier_figures.register("money", parts.money_spent, weight=10)
    panels.dossier_figures.register("order_by", parts.order_before, weight=30)
