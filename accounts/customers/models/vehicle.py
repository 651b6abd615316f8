from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self

from dateutil.relativedelta import relativedelta
from django.db import models, transaction
from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.customers.models.company import Company, CompanyQuerySet, in_reach
from accounts.customers.models.touched import TouchedCompany
from accounts.staff.models.centre import CentreQuerySet
from accounts.staff.models.policy import Number, Unit, declare
from fleetportal.core import audit
from fleetportal.core.db import Folded, bulk, fold, locked, search
from fleetportal.core.db.folding import compact, plain_letters
from fleetportal.core.db.normal_forms import Fact
from fleetportal.core.registry import Registry

if TYPE_CHECKING:
    from accounts.staff.models.user import User


MENDED_AT_ONCE = 2000  # companies
FIRST_DELIVERY = date(1950, 1, 1)  # a day before is a slip
DELIVERY_AHEAD = timedelta(days=3 * 365)  # a day further ahead is a slip; intake/reading/vehicle.py says the same of a list
CONTRACT_AHEAD = timedelta(days=25 * 365)

ORDER_LEAD_MONTHS = declare(
    "order_lead_months",
    default=4,
    unit=Unit.MONTHS,
    lowest=0,
    highest=24,
    subject=_("Contract end"),
    name=_("Order the next vehicle"),
    about=_("The next vehicle must be ordered this long before a contract ends: its delivery time, and the time to decide."),
    weight=15,
)
SECOND_DELIVERY_DAYS = declare(
    "second_delivery_days",
    default=28,
    unit=Unit.DAYS,
    lowest=1,
    highest=365,
    subject=_("Second delivery"),
    name=_("How far back deliveries count"),
    about=_("Everyone whose vehicle was delivered within this number of days before the event is eligible."),
    weight=10,
)


def order_by(ends_on: date, *, today: date) -> date:
    """The last day on which to order the vehicle that follows one whose contract ends on `ends_on`."""
    return ends_on - relativedelta(months=ORDER_LEAD_MONTHS.on(today))


class Use(models.TextChoices):
    PERSONAL = "personal", _("personal")
    FUNCTIONAL = "functional", _("functional")


class Powertrain(models.TextChoices):
    PETROL = "petrol", _("petrol")
    DIESEL = "diesel", _("diesel")
    ELECTRIC = "electric", _("electric")
    HYBRID = "hybrid", _("hybrid")
    PLUG_IN = "plug_in", _("plug-in hybrid")
    GAS = "gas", _("gas")
    HYDROGEN = "hydrogen", _("hydrogen")


class Contract(models.TextChoices):
    LEASE = "lease", _("lease")
    RENTAL = "rental", _("rental")
    PURCHASE = "purchase", _("purchase")


class VehicleQuerySet(models.QuerySet["Vehicle"]):
    def visible_to(self, user: "User") -> Self:
        return self.where(user, may="meet_customers")

    def where(self, user: "User", *, may: str) -> Self:
        return self.filter(company__in=in_reach(user, may=may))

    def active(self) -> Self:
        """Vehicles that were not given back."""
        return self.filter(given_back_on=None)

    def delivered_between(self, first: date, last: date) -> Self:
        """Vehicles delivered from `first` to `last`, both included."""
        return self.filter(delivered_on__gte=first, delivered_on__lte=last)

    def for_second_delivery(self, *, on: date) -> Self:
        """Vehicles delivered within SECOND_DELIVERY_DAYS before that day, which is not included."""
        return self.active().delivered_between(on - timedelta(days=SECOND_DELIVERY_DAYS.on(on)), on - timedelta(days=1))

    def ending_first(self) -> Self:
        """Running contracts by their end, then vehicles without one, by plate."""
        running = Q(contract_ends_on__gte=timezone.localdate())
        order = Case(When(running, then=F("contract_ends_on")), default=None)
        return self.order_by(order.asc(nulls_last=True), "plate_folded", "pk")

    def for_list(self) -> Self:
        return self.select_related("company")


class Vehicle(Folded):
    """A vehicle of a company: personal (assigned to one user) or functional (drivers change)."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="vehicles", verbose_name=_("company"))
    plate = models.CharField(_("plate"), max_length=16, blank=True)
    plate_folded = models.CharField(max_length=16, blank=True, editable=False)
    vin = models.CharField(_("VIN"), max_length=17, blank=True, db_index=True)
    make = models.CharField(_("make"), max_length=60, blank=True)
    model = models.CharField(_("model"), max_length=100, blank=True)
    powertrain = models.CharField(_("powertrain"), max_length=8, choices=Powertrain, blank=True)
    use = models.CharField(_("use"), max_length=10, choices=Use, default=Use.FUNCTIONAL)
    delivered_on = models.DateField(_("delivery"), null=True, blank=True)
    contract = models.CharField(_("contract"), max_length=8, choices=Contract, blank=True)
    contract_ends_on = models.DateField(_("contract end"), null=True, blank=True)
    mileage_km = models.PositiveIntegerField(_("mileage in km"), null=True, blank=True)
    given_back_on = models.DateField(_("returned"), null=True, blank=True)
    external_id = models.CharField(_("ID in the source system"), max_length=80, blank=True)
    entered_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = VehicleQuerySet.as_manager()
    folded = {"plate": "plate_folded"}

    class Meta:
        verbose_name = _("vehicle")
        verbose_name_plural = _("vehicles")
        indexes = [
            models.Index(fields=["company", "plate_folded", "id"], name="vehicle_by_company"),
            # what lists are sorted by, each with all that decides whether a list shows the row, which is then not read for it
            models.Index(fields=["plate_folded", "id", "company", "given_back_on"], name="vehicle_by_plate"),
            models.Index(fields=["contract_ends_on", "id", "company", "given_back_on"], name="vehicle_by_end"),
            models.Index(fields=["delivered_on", "id", "company", "given_back_on"], name="vehicle_by_delivery"),
            models.Index(fields=["make", "model", "id", "company", "given_back_on"], name="vehicle_by_model"),
            models.Index(fields=["use", "id", "company", "given_back_on"], name="vehicle_by_use"),
        ]
        constraints = [  # only within a company: a refusal must not reveal the vehicles of others
            models.UniqueConstraint(fields=["company", "vin"], condition=Q(given_back_on=None) & ~Q(vin=""), name="one_vin_per_company"),
            models.UniqueConstraint(
                fields=["company", "plate_folded"], condition=Q(given_back_on=None) & ~Q(plate_folded=""), name="one_plate_per_company"
            ),
            models.CheckConstraint(
                condition=Q(given_back_on=None) | Q(delivered_on=None) | Q(given_back_on__gte=F("delivered_on")),
                name="vehicle_returned_after_delivery",
            ),
        ]

    def __str__(self) -> str:
        return self.plate or self.vin or self.title

    def refold(self) -> None:
        self.plate_folded = fold_plate(self.plate)

    @property
    def title(self) -> str:
        return f"{self.make} {self.model}".strip()

    @property
    def is_personal(self) -> bool:
        return self.use == Use.PERSONAL

    @property
    def searched(self) -> list[Fact]:
        """What search finds it by."""
        codes = [Fact(self.plate, _("Plate"), "code"), Fact(self.plate_folded), Fact(self.vin, _("VIN"), "long")]
        return [*codes, Fact(self.title), Fact(self.external_id, _("ID in the source system"), "code")]

    @property
    def search_row(self) -> search.SearchRow:
        return search.row(self, title=str(self), facts=self.searched)

    @classmethod
    def enter(cls, *, by: "User | None", **facts: object) -> "Vehicle":
        """A new vehicle of a company, added to the search index. Costs 5 queries, 4 for one that was given back."""
        with transaction.atomic():
            vehicle = cls(**facts)
            vehicle.save()
            search.index([vehicle.search_row])
            audit.record("vehicle.entered", vehicle, by=by, facts=whose(vehicle), at=vehicle.entered_at)
            if vehicle.given_back_on is None:
                one_more = {"fleet_size": F("fleet_size") + 1, "next_end_on": sooner(vehicle.contract_ends_on)}
                Company.objects.filter(pk=vehicle.company_id).update(**one_more)
            TouchedCompany.add(vehicle.company)
            return vehicle

    @classmethod
    def enter_many(cls, vehicles: Sequence["Vehicle"], *, by: "User | None", origin: Mapping[str, object] | None = None) -> None:
        """Save the new `vehicles`, like `enter` for each; `origin` is added to their entries. Costs 9 queries for a thousand."""
        with transaction.atomic():
            bulk.add(vehicles)
            search.add(vehicle.search_row for vehicle in vehicles)
            own = [whose(vehicle) for vehicle in vehicles]
            at = [vehicle.entered_at for vehicle in vehicles]
            audit.record_many("vehicle.entered", [(vehicle, {}) for vehicle in vehicles], by=by, facts=origin, own=own, at=at)
            count_fleets(vehicle.company_id for vehicle in vehicles)
            TouchedCompany.add_all(vehicle.company_id for vehicle in vehicles)

    def edit(self, *, by: "User | None", shown: dict[str, object] | None = None, **values: object) -> None:
        """Save the values that differ from those shown. Raises EditedMeanwhile. Costs nothing when none do, otherwise at most 9
        queries."""
        with transaction.atomic():
            if changed := audit.edit(self, values, action="vehicle.edited", by=by, shown=shown):
                search.index([self.search_row])
                count_fleets(counted_anew(self, changed))
                TouchedCompany.add(self.company)
                follow_days([(self, changed)], by=by)

    @classmethod
    def edit_many(
        cls, edits: Sequence[tuple["Vehicle", Mapping[str, object]]], *, by: "User | None", origin: Mapping[str, object] | None = None
    ) -> "list[audit.Edited[Vehicle]]":
        """Like `edit`, for many vehicles, none of them twice; those that changed. Costs nothing where nothing differs, otherwise 9
        queries."""
        with transaction.atomic():
            edited = audit.edit_many(edits, action="vehicle.edited", by=by, facts=origin)
            search.index(one.row.search_row for one in edited)
            count_fleets(company for one in edited for company in counted_anew(one.row, one.changes))
            TouchedCompany.add_all(one.row.company_id for one in edited)
            follow_days([(one.row, one.changes) for one in edited], by=by)
            return edited


# Called with the vehicles whose return was entered, moved or taken back. Filled by the app above.
returns: "Registry[Callable[[Sequence[Vehicle], User | None], None]]" = Registry("what ends when a vehicle is returned")
# Called with the vehicles whose delivery was entered, moved or taken back, each with its day before. Filled by the apps above.
Deliveries = Sequence[tuple["Vehicle", date | None]]
deliveries: "Registry[Callable[[Deliveries, User | None], None]]" = Registry("what follows the delivery of a vehicle")


def follow_days(edited: "Sequence[tuple[Vehicle, audit.Changes]]", *, by: "User | None") -> None:
    """End what belongs to returned vehicles, or continue it where the return was taken back; move what hangs on a delivery. Costs
    nothing where no day was moved."""
    delivered = [(vehicle, changes["delivered_on"][0]) for vehicle, changes in edited if "delivered_on" in changes]
    for move in deliveries if delivered else ():
        move(delivered, by)
    vehicles = [vehicle for vehicle, changes in edited if "given_back_on" in changes]
    for follow in returns if vehicles else ():
        follow(vehicles, by)


def whose(vehicle: Vehicle) -> dict[str, int]:
    return {"company": vehicle.company_id}


def sooner(ends_on: date | None) -> F | Case:
    """For a company that gets a vehicle: the stored contract end, or `ends_on` where that comes first."""
    if ends_on is None or ends_on < timezone.localdate():
        return F("next_end_on")
    return Case(When(Q(next_end_on=None) | Q(next_end_on__gt=ends_on), then=Value(ends_on)), default=F("next_end_on"))


def count_fleets(companies: Iterable[int]) -> int:
    """Update the stored fleet size and first contract end of `companies`; how many were wrong.

    Their rows are locked first: other changes to the same fleets wait and count after this one. Costs nothing for none, otherwise 2
    queries.
    """
    ids = sorted(set(companies))
    if not ids:
        return 0
    with transaction.atomic(savepoint=False):  # within a verb: rolled back with it
        list(locked(Company.objects.filter(pk__among=ids)).values_list("pk", flat=True))
        return miscounted(Company.objects.filter(pk__among=ids)).update(fleet_size=F("fleet_now"), next_end_on=F("end_now"))


def mend_fleets(companies: Iterable[int]) -> int:
    """Correct the stored fleet size and contract end of `companies`; how many were wrong: none, unless rows were written without the verbs.

    Costs 1 query where all are right, otherwise 3.
    """
    return count_fleets(miscounted(Company.objects.filter(pk__among=sorted(companies))).values_list("pk", flat=True))


def mend_all_fleets() -> int:
    """The same for every company, in slices. Costs 2 queries for each MENDED_AT_ONCE of them, more where one is wrong."""
    mended = after = 0
    while ids := list(Company.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:MENDED_AT_ONCE]):
        mended, after = mended + mend_fleets(ids), ids[-1]
    return mended


def renew_ends() -> int:
    """Update the stored contract ends that have passed; how many had. Costs 1 query, and 3 for each MENDED_AT_ONCE of them."""
    renewed = 0
    while ids := list(Company.objects.with_passed_end().order_by("pk").values_list("pk", flat=True)[:MENDED_AT_ONCE]):
        renewed += count_fleets(ids)
    return renewed


def next_end() -> QuerySet["Vehicle", Any]:
    """For a subquery over companies: the end of the contract that ends first."""
    running = Vehicle.objects.active().filter(company=OuterRef("pk"), contract_ends_on__gte=timezone.localdate())
    return running.order_by("contract_ends_on").values("contract_ends_on")[:1]


def miscounted(companies: CompanyQuerySet) -> CompanyQuerySet:
    """Companies whose stored values differ from `fleet_now`, the number of their current vehicles, or `end_now`, their first end."""
    vehicles = Vehicle.objects.active().filter(company=OuterRef("pk")).order_by().values("company")
    fleet = Coalesce(Subquery(vehicles.annotate(count=Count("pk")).values("count")), 0)
    never = Value(date.max)
    now = companies.annotate(fleet_now=fleet, end_now=Subquery(next_end()))
    kept = now.annotate(kept_or_never=Coalesce("next_end_on", never), end_or_never=Coalesce("end_now", never))
    return kept.exclude(fleet_size=F("fleet_now"), kept_or_never=F("end_or_never"))


def counted_anew(vehicle: Vehicle, changes: audit.Changes) -> set[int]:
    """The ids of the companies whose fleet size or first contract end is affected by `changes` to `vehicle`."""
    if changes.keys().isdisjoint({"given_back_on", "company", "contract_ends_on"}):
        return set()
    before: Company | int = changes["company"][0] if "company" in changes else vehicle.company_id
    return {vehicle.company_id, before.pk if isinstance(before, Company) else before}


def count_for_second_delivery(number: Number, on: date, at: CentreQuerySet) -> int:
    """The number of vehicles for a second delivery on that day, of companies at these centres. Costs 1 query."""
    return Vehicle.objects.for_second_delivery(on=on).filter(company__centre__in=at).count()


@lru_cache(maxsize=16_384)  # an import looks up the same plate about ten times
def fold_plate(plate: str) -> str:
    """`plate` folded for look-ups: no spaces or hyphens, Cyrillic look-alikes as Latin letters ("А 123 ВС 77" is "a123bc77")."""
    return compact(plain_letters(fold(plate)))[:16]
