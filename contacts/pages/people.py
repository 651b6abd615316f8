"""People: the list, one person, entering and editing; their roles, addresses and consents."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.customers.panels import shown
from accounts.models import Company, User, rights_over
from accounts.staff.requests import StaffRequest
from contacts.consent import channels
from contacts.consent.models import Consent, addresses_with_consents
from contacts.memory import timeline
from contacts.memory.calling import CALLING, calling_for
from contacts.memory.forms.contact import SOURCES, ConsentForm
from contacts.memory.models.interaction import Interaction
from contacts.pages.filters import PersonFilter
from contacts.pages.panels import person_actions, person_panels
from contacts.pages.tables import PersonTable
from contacts.people.actions import people
from contacts.people.forms import ROLE_FORMS, AddressForm, AddressStateForm, NewPersonForm, PersonForm, RoleForm
from contacts.people.models.person import Channel, Person, PersonAddress, PersonQuerySet
from contacts.people.models.roles import GROUPS
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.lists import CHUNK, Empty, ListPage, Preset
from fleetportal.core.web.pages import ask, done, page


class PersonList(ListPage[PersonQuerySet]):
    name = "people"
    title = _("People")
    may = "see_customers"
    table_class = PersonTable
    filterset_class = PersonFilter
    rows_template = "contacts/_person_rows.html"
    bulk = person_actions
    presets = (
        Preset(_("All"), ""),
        Preset(_("Decision-makers"), "group=decision_maker"),
        Preset(_("Users"), "group=user"),
        Preset(_("Drivers"), "group=driver"),
        Preset(_("To be checked"), "state=unconfirmed"),
    )
    empty = Empty(
        _("No people yet"),
        _(
            "Decision-makers, users and drivers appear here, each person once, even with roles at several "
            "companies. Import a list, or add people one by one from a company’s dossier."
        ),
    )

    def get_queryset(self, user: User) -> PersonQuerySet:
        return Person.objects.where(user, may=self.may)

    def decorate(self, rows: PersonQuerySet, user: User) -> PersonQuerySet:
        rows = rows.annotate(may_be_called=calling_for(user, may=self.may))
        return rows.prefetch_related(addresses_with_consents()).with_roles_seen_by(user, may=self.may)

    def exportable(self, rows: PersonQuerySet, user: User) -> PersonQuerySet:
        return rows.where(user, may="export")

    def exported(self, query: QueryDict, user: User) -> PersonQuerySet:
        """Roles too are exported only at companies where the user may export."""
        rows = super().exported(query, user).prefetch_related(None)
        rows = rows.prefetch_related(addresses_with_consents())
        return rows.with_roles_seen_by(user, may=self.may, among=Company.objects.where(user, may="export"))

    def beside(self, row: Person) -> list[int]:
        return [role.company_id for role in row.roles_now]

    def may_take(self, beside: Iterable[int], user: Any) -> bool:
        """The companies of the roles."""
        return may_name(user, beside, may=self.may)


def may_name(user: Any, companies: Iterable[int], *, may: str) -> bool:
    """True where `user` holds `may` for all of `companies`, so that a sheet may name them. Costs 1 query for each CHUNK of them."""
    takeable = Company.objects.where(user, may=may).filter(pk__in=Company.objects.where(user, may="export").values("pk"))
    named = list(companies)
    chunks = [named[at : at + CHUNK] for at in range(0, len(named), CHUNK)]
    return all(takeable.filter(pk__in=chunk).count() == len(chunk) for chunk in chunks)


@dataclass(frozen=True)
class Met:
    """A person within the user's reach: the roles at companies in reach, and the user's rights.

    `held` is for the person: the rights over any of these companies. `at` has the rights by company, for whatever belongs to a
    company: a right at one employer does not apply at another.
    """

    person: Person
    roles: list[Any]
    held: set[str]
    at: dict[int, set[str]]

    @property
    def page(self) -> str:
        return page_of(self.person)

    @property
    def trail(self) -> tuple[str, str]:
        return self.person.name, self.page

    @property
    def country(self) -> str:
        """The country of the companies that the person works for, "" where none is known."""
        return next((role.company.country for role in self.roles if role.company.country), "")

    @property
    def sees_private(self) -> bool:
        return "see_private" in self.held


def meet(request: StaffRequest, person_id: int, may: str = "meet_customers") -> Met:
    """The person, if the user holds `may` there, otherwise 404. Costs at most 6 queries."""
    people = Person.objects.where(request.user, may=may).annotate(may_be_called=calling_for(request.user, may=may))
    person = get_object_or_404(people.prefetch_related(addresses_with_consents()), pk=person_id)
    roles = roles_seen(person, request.user)
    if roles:
        at = rights_over({role.company for role in roles}, request.user)
        return Met(person, roles, set().union(*at.values()), at)
    return Met(person, roles, {codename for codename, centres in request.user.rights.granted.items() if person.centre_id in centres}, {})


def roles_seen(person: Person, user: Any) -> list[Any]:
    """The roles, present and past, at companies in reach; the running ones first. Costs 3 queries."""
    found = [
        role
        for model in GROUPS.values()
        for role in model._default_manager.visible_to(user).filter(person=person).select_related("company")
    ]
    return sorted(found, key=lambda role: (role.ends_on is not None, role.company.name_folded))


def page_of(person: Person) -> str:
    return reverse("contacts:person", args=[person.pk])


@page(may="meet_customers")
@require_safe
def person(request: StaffRequest, person_id: int) -> HttpResponse:
    """A person: roles, addresses with state, consents, timeline; private data only for those who may."""
    met = meet(request, person_id)
    addresses = [address for address in met.person.addresses.all() if met.sees_private or not address.is_private]
    context: dict[str, Any] = {
        "person": met.person,
        "calling": CALLING.get(getattr(met.person, "may_be_called", "")),
        "held": met.held,
        "roles": [(role, met.at[role.company_id]) for role in met.roles],
        "addresses": [(address, channels.ICONS[Channel(address.channel)]) for address in addresses],
        "hidden": len(met.person.addresses.all()) - len(addresses),
        "panels": shown(person_panels, request, met.person, met.held),
    }
    if "see_customers" in met.held:
        context |= history(request, met.person, addresses)
    return render(request, "contacts/person.html", context)


def history(request: StaffRequest, found: Person, addresses: list[PersonAddress]) -> dict[str, Any]:
    """The timeline and the ledger, each row only where its company is in reach."""
    rows = Interaction.objects.visible_to(request.user).filter(person=found)
    lines, earlier = timeline.page(rows, reader=request.user)
    return {
        "lines": lines,
        "earlier": earlier,
        "chips": timeline.chips(rows),
        "address": reverse("contacts:person_timeline", args=[found.pk]),
        "of_person": True,
        "consents": Consent.objects.seen_by(request.user).filter(address__in=addresses).for_ledger(),
    }


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def person_new(request: StaffRequest, company_id: int) -> HttpResponse:
    """A new person at a company, with their role."""
    company = get_object_or_404(Company.objects.where(request.user, may="serve_customers"), pk=company_id)
    back = reverse("accounts:company", args=[company.pk])
    form = NewPersonForm(request.POST or None, user=request.user, company=company, initial={"group": request.GET.get("group")})
    if form.is_valid():
        with transaction.atomic():
            entered = people.enter(by=request.user, centre=company.centre, **form.person_facts)
            GROUPS[form.cleaned_data["group"]].take_up(entered, company, by=request.user, on=timezone.localdate(), **form.role_facts)
        return done(request, back, _("%s has been added.") % entered)
    return ask(request, form, title=_("New person"), save=_("Add person"), back=back, trail=(company.name, back), panel_icon="user")


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
def person_edit(request: StaffRequest, person_id: int) -> HttpResponse:
    met = meet(request, person_id, "serve_customers")
    form = PersonForm(request.POST or None, instance=met.person, sees_private=met.sees_private)
    if form.is_valid() and form.write(partial(people.edit, met.person), by=request.user):
        return done(request, met.page, _("%s has been saved.") % met.person)
    return ask(request, form, title=_("Edit %s") % met.person, save=_("Save"), back=met.page, trail=met.trail)


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def role_new(request: StaffRequest, person_id: int) -> HttpResponse:
    """A further role, also at another company."""
    met = meet(request, person_id, "serve_customers")
    companies = Company.objects.where(request.user, may="serve_customers").order_by("name_folded")
    form = RoleForm(request.POST or None, user=request.user, companies=companies)
    if form.is_valid():
        values = form.cleaned_data
        facts = {"job_title": values["job_title"], "responsibilities": values["responsibilities"]}
        GROUPS[values["group"]].take_up(met.person, values["company"], by=request.user, on=values["on"], **facts)
        return done(request, met.page, _("The role has been added."))
    title = _("New role for %s") % met.person
    return ask(request, form, title=title, save=_("Add role"), back=met.page, trail=met.trail, panel_icon="briefcase")


def edit_role(request: StaffRequest, group: str, role_id: int) -> HttpResponse:
    model = GROUPS[group]
    rows = model._default_manager.where(request.user, may="serve_customers").select_related("person", "company")
    role = get_object_or_404(rows, pk=role_id)
    form = ROLE_FORMS[group](request.POST or None, instance=role)
    if form.is_valid() and form.write(role.edit, by=request.user):
        return done(request, page_of(role.person), _("The role has been saved."))
    title = _("%(person)s at %(company)s") % {"person": role.person, "company": role.company}
    return ask(request, form, title=title, save=_("Save"), back=page_of(role.person), trail=(role.person.name, page_of(role.person)))


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
def decision_maker_edit(request: StaffRequest, decision_maker_id: int) -> HttpResponse:
    return edit_role(request, "decision_maker", decision_maker_id)


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
def vehicle_user_edit(request: StaffRequest, vehicle_user_id: int) -> HttpResponse:
    return edit_role(request, "user", vehicle_user_id)


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
def driver_edit(request: StaffRequest, driver_id: int) -> HttpResponse:
    return edit_role(request, "driver", driver_id)


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def address_new(request: StaffRequest, person_id: int) -> HttpResponse:
    met = meet(request, person_id, "serve_customers")
    form = AddressForm(request.POST or None, sees_private=met.sees_private, region=met.country)
    if form.is_valid():
        PersonAddress.enter(met.person, by=request.user, **form.cleaned_data)
        return done(request, met.page, _("The address has been added."))
    title = _("Address of %s") % met.person
    return ask(request, form, title=title, save=_("Add address"), back=met.page, trail=met.trail, panel_icon="mail")


@page(may="serve_customers")
@require_http_methods(["GET", "HEAD", "POST"])
def address_edit(request: StaffRequest, address_id: int) -> HttpResponse:
    within = Person.objects.where(request.user, may="serve_customers")
    address = get_object_or_404(PersonAddress.objects.filter(person__in=within), pk=address_id)
    met = meet(request, address.person_id, "serve_customers")
    if address.is_private and not met.sees_private:
        raise Http404
    form = AddressStateForm(request.POST or None, instance=address, sees_private=met.sees_private)
    if form.is_valid() and form.write(address.edit, by=request.user):
        return done(request, met.page, _("The address has been saved."))
    return ask(request, form, title=address.value, save=_("Save"), back=met.page, trail=met.trail, panel_icon="mail")


@page(may="record_consent")
@require_http_methods(["GET", "HEAD", "POST"])
@once
def consent_new(request: StaffRequest, person_id: int) -> HttpResponse:
    """Records consents given or withdrawn; they apply immediately."""
    met = meet(request, person_id, "record_consent")
    form = ConsentForm(request.POST or None, person=met.person, sees_private=met.sees_private)
    if form.is_valid():
        record_consents(met, form.cleaned_data, by=request.user)
        return done(request, met.page, _("Recorded. It applies from now on."))
    title = _("Consent of %s") % met.person
    return ask(request, form, title=title, save=_("Record"), back=met.page, trail=met.trail, panel_icon="shield-check")


def record_consents(met: Met, values: dict[str, Any], *, by: Any) -> None:
    """One entry for each purpose, all or none; stored with the company through which the user knows the person."""
    company = next((role.company for role in met.roles if "record_consent" in met.at[role.company_id]), None)
    with transaction.atomic():
        for purpose in values["purposes"]:
            Consent.enter(
                values["address"],
                purpose,
                is_given=values["answer"] == "yes",
                wording=values["wording"],
                source=str(SOURCES[values["source"]]),
                by=by,
                language=met.person.language,
                company=company,
            )
