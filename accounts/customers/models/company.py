from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol, Self

from django.core.exceptions import EmptyResultSet
from django.db import models, transaction
from django.db.models import Case, Q, Value, When
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.customers.names import key_of_name, question_of_name
from accounts.staff.models.centre import Centre
from fleetportal.core import audit
from fleetportal.core.db import Folded, bulk, fold, lock, search
from fleetportal.core.db.normal_forms import Fact
from fleetportal.core.registry import Registry

if TYPE_CHECKING:
    from accounts.staff.models.user import User


LOOKED_AT = 200  # companies that begin with the same words: where there are more, a name that is not exact is nobody's


class WayIn(Protocol):
    """A way to get access to companies other than by their centre: one rule, as a query condition and for rows already loaded."""

    def condition(self, user: "User", may: str) -> Q | None:
        """The condition on companies where `user` holds `may` in this way; None where there are none."""

    def add_to(self, held: dict[int, set[str]], user: "User") -> None:
        """Add the rights that this way gives `user`, by company id. Costs at most 1 query."""


# Ways other than the centre, above all assignments. Filled from above.
ways_in: Registry[WayIn] = Registry("ways in")


class Tier(models.TextChoices):
    DIAMOND = "diamond", _("Diamond")
    PLATINUM = "platinum", _("Platinum")
    GOLD = "gold", _("Gold")
    SILVER = "silver", _("Silver")
    BRONZE = "bronze", _("Bronze")


class Phase(models.TextChoices):
    PROSPECT = "prospect", _("Prospect")
    NEW = "new", _("New")
    REPEAT = "repeat", _("Repeat")
    LOYAL = "loyal", _("Loyal")
    AT_RISK = "at_risk", _("At risk")
    LOST = "lost", _("Lost")


class Sector(models.TextChoices):
    """Groups of NACE sections that matter to fleet sales."""

    CRAFTS = "crafts", _("Crafts and construction")
    INDUSTRY = "industry", _("Industry")
    TRADE = "trade", _("Trade")
    LOGISTICS = "logistics", _("Logistics")
    SERVICES = "services", _("Services")
    CARE = "care", _("Health and care")
    PUBLIC = "public", _("Public sector")
    OTHER = "other", _("Other")


def rank(field: str, values: Iterable[str]) -> Case:
    """An expression that sorts `field` in the order of `values`, everything else last. An index of `Company` is made of it."""
    whens = [When(**{field: value}, then=Value(place)) for place, value in enumerate(values)]
    return Case(*whens, default=Value(len(whens)), output_field=models.IntegerField())


class StandingBasis(models.TextChoices):
    """Where a tier or phase comes from; "" for one that was entered with the company, which no rule replaces."""

    RULE = "rule", _("by the rule")
    PERSON = "person", _("decided by a person")


class CompanyQuerySet(models.QuerySet["Company"]):
    def where(self, user: "User", *, may: str) -> Self:
        """Companies where `user` holds `may` (the table in `staff/roles.py`): by centre, by assignment today, by a registered way in."""
        if not user.is_authenticated:
            return self.none()
        reach = Q(centre__in=user.rights.centres(may))
        for way_in in ways_in:
            condition = way_in.condition(user, may)
            reach = reach if condition is None else reach | condition
        return self.filter(reach)

    def visible_to(self, user: "User") -> Self:
        """Companies that `user` may see."""
        return self.where(user, may="meet_customers")

    def active(self) -> Self:
        return self.exclude(phase=Phase.LOST)

    def called(self, typed: str) -> "list[Company]":
        """The companies of that name, at most 2: of the very name, or else of the same in other letters or with another legal form.

        Costs 1 query where one has the very name, otherwise 2.
        """
        exact = list(self.filter(name_folded=fold(typed)[:200])[:2])
        key = key_of_name(typed)
        if exact or not key:
            return exact
        named = self.filter(pk__in=search.found(Company, question_of_name(typed))).order_by("pk")
        return [company for company in named[:LOOKED_AT] if key_of_name(company.name) == key][:2]

    def with_passed_end(self) -> Self:
        """Companies whose stored contract end has passed and has not been renewed yet."""
        return self.filter(next_end_on__lt=timezone.localdate())


CompanyIds = RawSQL | list[int]  # of companies in reach, for `company__in`


def in_reach(user: "User", *, may: str) -> CompanyIds:
    """The ids of the companies where `user` holds `may`, for `company__in`: `Company.objects.where` turned into SQL once per request.

    A page needs it in a dozen statements, and building it takes longer than running it.
    """
    if not user.is_authenticated:
        return []
    key = (may, timezone.localdate())
    if key not in user.rights.reach:
        try:
            user.rights.reach[key] = RawSQL(*Company.objects.where(user, may=may).values("pk").query.sql_with_params())
        except EmptyResultSet:
            user.rights.reach[key] = []
    return user.rights.reach[key]


class Company(Folded):
    """A business customer of one centre, perhaps with a parent company. A dated assignment says who looks after it."""

    name = models.CharField(_("name"), max_length=160)
    name_folded = models.CharField(max_length=200, editable=False)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, verbose_name=_("belongs to"), related_name="subsidiaries"
    )
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, verbose_name=_("centre"), related_name="companies")
    vat_number = models.CharField(_("VAT number"), max_length=20, blank=True, db_index=True)
    street = models.CharField(_("street"), max_length=160, blank=True)
    postcode = models.CharField(_("postcode"), max_length=16, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True, default="DE")
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True, max_length=254)
    website = models.URLField(_("website"), blank=True)
    sector = models.CharField(_("sector"), max_length=12, choices=Sector, blank=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    is_public_body = models.BooleanField(_("public body"), default=False)
    car_policy = models.TextField(_("car policy"), blank=True, max_length=2000)
    tier = models.CharField(_("tier"), max_length=8, choices=Tier, blank=True)
    phase = models.CharField(_("phase"), max_length=8, choices=Phase, default=Phase.PROSPECT)
    tier_basis = models.CharField(max_length=9, choices=StandingBasis, blank=True, default="", db_default="", editable=False)
    phase_basis = models.CharField(max_length=9, choices=StandingBasis, blank=True, default="", db_default="", editable=False)
    external_id = models.CharField(_("ID in the source system"), max_length=80, blank=True, db_index=True)
    entered_at = models.DateTimeField(default=timezone.now, editable=False)

    # stored here by the verbs of vehicles and contacts, so that lists can be sorted by it:
    fleet_size = models.PositiveIntegerField(default=0, editable=False)  # the number of its current vehicles
    next_end_on = models.DateField(null=True, editable=False)  # the first end of its current contracts; once passed, to be renewed
    last_contact_at = models.DateTimeField(null=True, editable=False)  # of the newest real contact

    # annotations of `for_list` and `for_dossier` in accounts/customers/rows.py
    personal_count: int
    contract_ends_on: date | None
    responsible_now: list[Any]  # today's assignment, if any

    objects = CompanyQuerySet.as_manager()
    folded = {"name": "name_folded"}

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        indexes = [
            # with the centre at the end, so that sorting, skipping and permission are answered from the index alone
            models.Index(fields=["name_folded", "id", "centre"], name="company_by_name"),
            models.Index(fields=["centre", "name_folded", "id"], name="company_by_centre_name"),
            models.Index(fields=["name_folded", "postcode"], name="company_identity"),
            models.Index(fields=["fleet_size", "id", "centre"], name="company_by_fleet"),
            models.Index(fields=["centre", "fleet_size", "id"], name="company_by_centre_fleet"),
            models.Index(fields=["next_end_on", "id", "centre"], name="company_by_next_end"),
            models.Index(fields=["last_contact_at", "id", "centre"], name="company_by_last_contact"),
            models.Index(fields=["city", "id", "centre"], name="company_by_city"),
            models.Index(rank("tier", Tier.values), "name_folded", "id", "centre", name="company_by_tier"),
            models.Index(rank("phase", Phase.values), "name_folded", "id", "centre", name="company_by_phase"),
        ]

    def __str__(self) -> str:
        return self.name

    def refold(self) -> None:
        self.name_folded = fold(self.name)[:200]

    @property
    def searched(self) -> list[Fact]:
        """What search finds it by."""
        return [
            *(Fact(self.name), Fact(self.city, _("City")), Fact(self.postcode, _("Postcode"))),
            Fact(self.vat_number, _("VAT number"), "long"),
            *(Fact(self.phone, _("Telephone"), "telephone", self.country), Fact(self.email, _("E-mail"))),
            *(Fact(self.website, _("Website")), Fact(self.external_id, _("ID in the source system"), "code")),
        ]

    @property
    def search_row(self) -> search.SearchRow:
        return search.row(self, title=self.name, facts=self.searched)

    @property
    def responsible(self) -> "User | None":
        """The user responsible today, on rows of `for_list` or `for_dossier`; for a single company use `responsible_for`."""
        return self.responsible_now[0].user if self.responsible_now else None

    def rights_of(self, user: "User") -> set[str]:
        """The rights of `user` over this company. Costs at most 1 query."""
        return rights_over([self], user)[self.pk]


def rights_over(companies: "Iterable[Company]", user: "User") -> dict[int, set[str]]:
    """The rights of `user` over each of `companies`: the same as `where()`, for all codenames at once. At most 1 query for each way
    of access.

    Separately for each company, because rights over one say nothing about another: a person may work for both.
    """
    companies = list(companies)
    if not user.is_authenticated:
        return {company.pk: set() for company in companies}
    rights = user.rights
    held = {company.pk: {codename for codename, centres in rights.granted.items() if company.centre_id in centres} for company in companies}
    for way_in in ways_in:
        way_in.add_to(held, user)
    return held


class Address(models.Model):
    """Another address of a company; the head office is stored on the company itself."""

    class Kind(models.TextChoices):
        BILLING = "billing", _("billing")
        BRANCH = "branch", _("branch")
        DELIVERY = "delivery", _("delivery address")

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="addresses")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    street = models.CharField(_("street"), max_length=160, blank=True)
    postcode = models.CharField(_("postcode"), max_length=16, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=2, default="DE")

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")

    def __str__(self) -> str:
        return ", ".join(filter(None, [self.street, f"{self.postcode} {self.city}".strip()]))

    @classmethod
    def enter(cls, company: Company, *, by: "User | None", now: datetime | None = None, **facts: object) -> "Address":
        """A further address of `company`; `now` is the time of entry, if it was earlier. Costs 2 queries."""
        with transaction.atomic():
            address = cls.objects.create(company=company, **facts)
            audit.record("company.address_entered", address, by=by, facts={"company": company.pk}, at=now)
            return address

    @classmethod
    def enter_many(cls, addresses: "Sequence[Address]", *, by: "User | None", at: Sequence[datetime] | None = None) -> None:
        """Save the new `addresses`, like `enter` for each; `at` has the time of entry of each. Costs 4 queries for a thousand."""
        with transaction.atomic():
            bulk.add(addresses)
            own = [{"company": address.company_id} for address in addresses]
            audit.record_many("company.address_entered", [(address, {}) for address in addresses], by=by, own=own, at=at)

    def edit(self, *, by: "User | None", shown: dict[str, object] | None = None, **values: object) -> None:
        """Save the values that differ from those shown. Raises EditedMeanwhile. Costs nothing when none do, otherwise 4 queries."""
        with transaction.atomic():
            audit.edit(self, values, action="company.address_edited", by=by, shown=shown)

    def remove(self, *, by: "User | None") -> None:
        """Remove the address; the history keeps it. Repeating it changes nothing. Costs 4 queries."""
        with transaction.atomic():
            try:
                lock(self)
            except Address.DoesNotExist:  # removed a moment ago
                return
            was = {field: (getattr(self, field), None) for field in ("kind", "street", "postcode", "city", "country")}
            audit.record("company.address_removed", self, by=by, changes=was, facts={"company": self.company_id})
            self.delete()
