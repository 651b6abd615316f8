from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.customers.models.vehicle import Deliveries, deliveries, returns
from accounts.models import TouchedCompany, Vehicle
from contacts.people.models.roles import Driver, Role, VehicleUser, role_ends
from fleetportal.core import audit
from fleetportal.core.db import NoOverlap, Overlap, bulk, locked

if TYPE_CHECKING:
    from accounts.models import User


class AlreadyHeld(Overlap):
    code = "already_held"


class PeriodQuerySet(models.QuerySet[Any]):
    def running(self, *, on: date) -> Self:
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=on), starts_on__lte=on)


class Holder(models.Model):
    """The user of a personal vehicle in a period: one at a time."""

    vehicle = models.ForeignKey(Vehicle, on_delete=models.CASCADE, related_name="holders")
    user = models.ForeignKey(VehicleUser, on_delete=models.CASCADE, related_name="vehicles_held")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = PeriodQuerySet.as_manager()

    class Meta:
        verbose_name = _("holder")
        verbose_name_plural = _("holders")
        constraints = [
            NoOverlap(name="one_holder_at_a_time", same=["vehicle"]),
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="holder_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.vehicle}: {self.user}"

    @classmethod
    def hand_over(
        cls,
        vehicle: Vehicle,
        user: VehicleUser,
        *,
        by: "User | None",
        starts_on: date,
        ends_on: date | None = None,
        now: datetime | None = None,
    ) -> "Holder":
        """Give `vehicle` to `user` from that day; the previous holder's period ends the day before.

        For the same user the current row is kept. `now` is the time of entry, if it was earlier. Raises AlreadyHeld when the
        period overlaps another. Costs 7 queries, 11 where somebody had it before.
        """
        asked = [cls(vehicle=vehicle, user=user, starts_on=starts_on, ends_on=ends_on)]
        (handed,) = cls.hand_over_many(asked, by=by, at=[now] if now else None)
        if isinstance(handed, AlreadyHeld):
            raise handed
        return handed.holder

    @classmethod
    def hand_over_many(
        cls,
        holders: "Sequence[Holder]",
        *,
        by: "User | None",
        origin: Mapping[str, object] | None = None,
        at: Sequence[datetime] | None = None,
    ) -> "list[HandOver | AlreadyHeld]":
        """Hand vehicles over, one after the other, to the users of the new `holders`; for each the result or the refusal.

        `origin` is added to the entries, `at` has the time of entry of each, if it was earlier. Costs nothing for none, otherwise 7
        queries for a thousand, 11 where somebody had one before.
        """
        if not holders:
            return []
        with transaction.atomic():
            bulk.renumber(holders)
            handed_over = Vehicle.objects.only("company").filter(pk__among={holder.vehicle_id for holder in holders})
            vehicles = {one.pk: one for one in locked(handed_over)}
            held = held_from(min(holder.starts_on for holder in holders), vehicles)
            outcomes = [hand_on(holder, held[holder.vehicle_id]) for holder in holders]
            fresh = [(number, one) for number, one in enumerate(outcomes) if isinstance(one, HandOver) and one.is_new]
            new, moments = [one for _number, one in fresh], at and [at[number] for number, _one in fresh]
            bulk.update([one.former for one in new if one.former and one.former.pk], {"ends_on"})
            bulk.add([one.holder for one in new])
            note_ends(new, by=by, origin=origin, at=moments)
            own = [{"holder": one.holder.pk, "user": one.holder.user_id} for one in new]
            handed: list[tuple[Vehicle, audit.Changes]] = [(vehicles[one.holder.vehicle_id], {}) for one in new]
            audit.record_many("vehicle.handed_over", handed, by=by, facts=origin, own=own, at=moments)
            TouchedCompany.add_all(vehicle.company_id for vehicle, _changes in handed)
            return outcomes

    def edit(self, *, by: "User | None", **values: object) -> None:
        """Change the period. Raises AlreadyHeld when somebody else has the vehicle then. Costs nothing when nothing differs,
        otherwise 8 queries."""
        _edited, refused = Holder.edit_many([(self, values)], by=by)
        for _holder, refusal in refused:
            raise refusal

    @classmethod
    def edit_many(
        cls, edits: "Sequence[tuple[Holder, Mapping[str, object]]]", *, by: "User | None", origin: Mapping[str, object] | None = None
    ) -> "tuple[list[audit.Edited[Holder]], list[tuple[Holder, AlreadyHeld]]]":
        """Change the periods of many holders, none of them twice, one after the other; (the changes, the refused ones with the
        reasons).

        A refused one is left unchanged. `origin` is added to the entries. Costs 2 queries, 8 where something differs.
        """
        with transaction.atomic():
            vehicles = {holder.vehicle_id for holder, _values in edits}
            companies = dict(locked(Vehicle.objects.filter(pk__among=vehicles)).values_list("pk", "company"))
            held: defaultdict[int, dict[int, Holder]] = defaultdict(dict)
            for one in cls.objects.filter(vehicle__among=vehicles):
                held[one.vehicle_id][one.pk] = one
            kept: list[tuple[Holder, Mapping[str, object]]] = []
            refused: list[tuple[Holder, AlreadyHeld]] = []
            for holder, values in edits:
                asked, beside = holder.with_days(values), held[holder.vehicle_id]
                if any(meets(one, asked) for pk, one in beside.items() if pk != holder.pk):
                    refused.append((holder, AlreadyHeld(_("Someone else already has this vehicle during that period."))))
                else:
                    beside[holder.pk] = asked
                    kept.append((holder, values))
            edited = audit.edit_many(kept, action="holder.edited", by=by, facts=origin)
            TouchedCompany.add_all(companies[one.row.vehicle_id] for one in edited)
            return edited, refused

    def with_days(self, values: Mapping[str, object]) -> "Holder":
        """A copy with another period, not saved."""
        days = {name: values.get(name, getattr(self, name)) for name in ("starts_on", "ends_on")}
        return Holder(pk=self.pk, vehicle_id=self.vehicle_id, user_id=self.user_id, **days)


@dataclass
class HandOver:
    """The result of a hand-over: the new holding, and the one it ended with its values before and its audit entry."""

    holder: Holder
    is_new: bool
    former: Holder | None = None
    before: date | None = None
    entry: int | None = None


def held_from(day: date, vehicles: Iterable[int]) -> "defaultdict[int, list[Holder]]":
    """By vehicle, who has it on that day or later, read under a lock. Costs 1 query."""
    found: defaultdict[int, list[Holder]] = defaultdict(list)
    asked = Holder.objects.filter(vehicle__among=list(vehicles)).filter(Q(ends_on=None) | Q(ends_on__gte=day))
    for holder in locked(asked):
        found[holder.vehicle_id].append(holder)
    return found


def hand_on(asked: Holder, held: list[Holder]) -> "HandOver | AlreadyHeld":
    """Work out the hand-over to `asked` of a vehicle held by those in `held`; writes nothing."""
    running = [one for one in held if one.starts_on <= asked.starts_on and (one.ends_on is None or one.ends_on >= asked.starts_on)]
    for one in running:
        if (one.user_id, one.ends_on) == (asked.user_id, asked.ends_on):
            return HandOver(one, is_new=False)
    former = next((one for one in running if one.starts_on < asked.starts_on), None)
    if any(one is not former and meets(one, asked) for one in held):
        return AlreadyHeld(_("Someone else already has this vehicle during that period."))
    held.append(asked)
    if former is None:
        return HandOver(asked, is_new=True)
    before, former.ends_on = former.ends_on, asked.starts_on - timedelta(days=1)
    return HandOver(asked, is_new=True, former=former, before=before)


def meets(one: Holder, other: Holder) -> bool:
    """True where the two periods overlap."""
    return (one.ends_on is None or one.ends_on >= other.starts_on) and (other.ends_on is None or other.ends_on >= one.starts_on)


def note_ends(handed: Sequence[HandOver], *, by: "User | None", origin: Mapping[str, object] | None, at: Sequence[datetime] | None) -> None:
    """Record in the history whose period each hand-over ended. Costs 3 queries, nothing where there are none."""
    ended: list[tuple[HandOver, Holder]] = [(one, one.former) for one in handed if one.former]
    changes = [(former, {"ends_on": (one.before, one.holder.starts_on - timedelta(days=1))}) for one, former in ended]
    moments = at and [moment for moment, one in zip(at, handed, strict=True) if one.former]
    for (one, _former), entry in zip(ended, audit.record_many("holder.ended", changes, by=by, facts=origin, at=moments), strict=True):
        one.entry = entry


class VehicleDriver(models.Model):
    """A driver of a functional vehicle in a period; several at a time."""

    vehicle = models.ForeignKey(Vehicle, on_delete=models.CASCADE, related_name="drivers")
    driver = models.ForeignKey(Driver, on_delete=models.CASCADE, related_name="vehicles_driven")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = PeriodQuerySet.as_manager()

    class Meta:
        verbose_name = _("driver of a vehicle")
        verbose_name_plural = _("drivers of vehicles")
        constraints = [
            models.UniqueConstraint(fields=["vehicle", "driver"], condition=Q(ends_on=None), name="one_running_drive"),
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="drive_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.vehicle}: {self.driver}"

    @classmethod
    def let_drive(cls, vehicle: Vehicle, driver: Driver, *, by: "User | None", on: date, now: datetime | None = None) -> "VehicleDriver":
        """Add `driver` to `vehicle` from that day; a repeated call returns the existing row. Costs 2 queries, 4 for a new row.

        `now` is the time of entry, if it was earlier.
        """
        with transaction.atomic():
            drive, new = cls.objects.get_or_create(vehicle=vehicle, driver=driver, ends_on=None, defaults={"starts_on": on})
            if new:
                audit.record("vehicle.driven", vehicle, by=by, facts={"driver": driver.pk}, at=now)
                TouchedCompany.add(vehicle.company)
            return drive

    @classmethod
    def let_drive_many(
        cls,
        drives: "Sequence[VehicleDriver]",
        *,
        by: "User | None",
        origin: Mapping[str, object] | None = None,
        at: Sequence[datetime] | None = None,
    ) -> "list[VehicleDriver]":
        """Save the new `drives`, like `let_drive` for each; for each the new row or the existing one.

        `origin` is added to the entries, `at` has the time of entry of each, if it was earlier. Costs nothing for none, otherwise 6
        queries for a thousand, 1 more where a vehicle is not loaded.
        """
        if not drives:
            return []
        with transaction.atomic():
            bulk.renumber(drives)
            asked = cls.objects.filter(vehicle__among={drive.vehicle_id for drive in drives}, ends_on=None)
            standing = {(drive.vehicle_id, drive.driver_id): drive for drive in asked}
            driven = [standing.setdefault((drive.vehicle_id, drive.driver_id), drive) for drive in drives]
            fresh = [number for number, drive in enumerate(drives) if drive is standing[(drive.vehicle_id, drive.driver_id)]]
            new, moments = [drives[number] for number in fresh], at and [at[number] for number in fresh]
            bulk.add(new)
            models.prefetch_related_objects(new, "vehicle")
            own = [{"driver": drive.driver_id} for drive in new]
            audit.record_many("vehicle.driven", [(drive.vehicle, {}) for drive in new], by=by, facts=origin, own=own, at=moments)
            TouchedCompany.add_all(drive.vehicle.company_id for drive in new)
            return driven

    def end(self, *, by: "User | None", on: date) -> None:
        """End the driver's period on that day. Costs 5 queries."""
        with transaction.atomic():
            if audit.edit(self, {"ends_on": max(on, self.starts_on)}, action="vehicle.no_longer_driven", by=by):
                TouchedCompany.add(self.vehicle.company)


# --- periods that belong to a role or a vehicle end with it ------------------------------------------------------------------------

Period = Holder | VehicleDriver
FOLLOWED = "period.followed"  # the entry of a period whose end follows the end of its role, or the return of its vehicle


def follow_roles(roles: Sequence[Role], by: "User | None") -> None:
    """Nobody holds or drives a vehicle in a role that is over. Costs 3 queries for each kind of role, more where a period moves."""
    users = {role.pk: role.ends_on for role in roles if isinstance(role, VehicleUser)}
    drivers = {role.pk: role.ends_on for role in roles if isinstance(role, Driver)}
    if users:
        follow(Holder.objects.filter(user__among=users), lambda held: users[held.user_id], by=by)
    if drivers:
        follow(VehicleDriver.objects.filter(driver__among=drivers), lambda drive: drivers[drive.driver_id], by=by)


def follow_vehicles(vehicles: Sequence[Vehicle], by: "User | None") -> None:
    """Nobody holds or drives a vehicle that was returned. Costs 3 queries for each kind of period, more where one moves."""
    days = {vehicle.pk: vehicle.given_back_on for vehicle in vehicles}
    for model in (Holder, VehicleDriver):
        follow(model._default_manager.filter(vehicle__among=days), lambda period: days[period.vehicle_id], by=by)


def follow_deliveries(delivered: Deliveries, by: "User | None") -> None:
    """Whoever has a vehicle from its delivery on has it from the day to which that was moved. Costs 2 queries, more where a period
    moves.

    Nobody's period moves into that of somebody else, or beyond its own end.
    """
    days = {vehicle.pk: (before, vehicle.delivered_on) for vehicle, before in delivered if before and vehicle.delivered_on}
    for model in (Holder, VehicleDriver) if days else ():
        edits = []
        for period in locked(model._default_manager.filter(vehicle__among=days)):
            before, day = days[period.vehicle_id]
            if period.starts_on != before or (period.ends_on and period.ends_on < day):
                continue
            if not (isinstance(period, Holder) and is_taken_by_others(period, starts_on=day)):
                edits.append((period, {"starts_on": day}))
        audit.edit_many(edits, action=FOLLOWED, by=by)


def follow(periods: "models.QuerySet[Any]", last_day: "Callable[[Any], date | None]", *, by: "User | None") -> None:
    """Let each of `periods` end by its last day, or as it did before where it had followed a day that was moved or taken back.

    A vehicle that somebody else has got meanwhile stays with them.
    """
    rows = list(locked(periods))
    before = followed_before(rows)
    edits = []
    for period in rows:
        day, ends_on = last_day(period), before.get(period.pk, period.ends_on)
        if day and (ends_on is None or ends_on > day):
            ends_on = max(day, period.starts_on)
        if ends_on != period.ends_on and not (isinstance(period, Holder) and is_taken_by_others(period, ends_on=ends_on)):
            edits.append((period, {"ends_on": ends_on}))
    edited = audit.edit_many(edits, action=FOLLOWED, by=by)
    vehicles = Vehicle.objects.filter(pk__among=[one.row.vehicle_id for one in edited])
    TouchedCompany.add_all(vehicles.values_list("company", flat=True) if edited else ())


def followed_before(periods: Sequence[Any]) -> dict[int, date | None]:
    """The end that those of `periods` which follow another row's end had before; an end that was edited since counts. Costs 1 query."""
    known = {period.pk: audit.json_value(period.ends_on) for period in periods}
    if not known:
        return {}
    of_kind = audit.Change.objects.filter(object_type=audit.label(periods[0]), object_id__in=list(known), field="ends_on")
    found: dict[int, date | None] = {}
    is_last: dict[int, bool] = {}
    for change in of_kind.select_related("entry").order_by("-pk"):
        pk = change.object_id
        if pk not in is_last:
            is_last[pk] = change.entry.action == FOLLOWED and change.after == known[pk]
        elif not is_last[pk] or change.entry.action != FOLLOWED:
            is_last[pk] = False
            continue
        if is_last[pk]:
            found[pk] = date.fromisoformat(str(change.before)) if change.before else None
    return found


def is_taken_by_others(held: Holder, **days: date | None) -> bool:
    """True where somebody else has the vehicle in the period with these days. Costs 1 query."""
    others = Holder.objects.filter(vehicle=held.vehicle_id).exclude(pk=held.pk)
    return any(meets(one, held.with_days(days)) for one in others)


role_ends.register("periods", follow_roles)
returns.register("periods", follow_vehicles)
deliveries.register("periods", follow_deliveries)
