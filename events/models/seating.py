from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fleetportal.core import audit
from fleetportal.core.db import lock
from fleetportal.core.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User


class SeatsTaken(Refused):
    """Fewer seats were asked for than are taken already."""

    code = "seats_taken"


class SeatingQuerySet(models.QuerySet["Seating"]):
    def take(self, heads: int) -> bool:
        """True when `heads` seats of one row were free, nobody waited for them, and they are now taken."""
        return bool(self.filter(taken__lte=F("capacity") - heads, waiting=0).update(taken=F("taken") + heads))


class Seating(models.Model):
    """The seats of an event (or of a part or time slot of it): the one scarce number, and who waits for it.

    `waiting` counts waiting parties. Whoever changes more than this row (waiting list, change, cancellation) locks it first.
    """

    event = models.ForeignKey("events.Event", on_delete=models.CASCADE, related_name="seatings")
    name = models.CharField(_("part or time"), max_length=80, blank=True)
    capacity = models.PositiveIntegerField(_("seats"))
    taken = models.PositiveIntegerField(default=0, editable=False)
    waiting = models.PositiveIntegerField(default=0, editable=False)
    last_place = models.PositiveIntegerField(default=0, editable=False)  # the number the last party on the waiting list drew

    objects = SeatingQuerySet.as_manager()

    class Meta:
        verbose_name = _("seating")
        verbose_name_plural = _("seatings")
        constraints = [
            models.UniqueConstraint(fields=["event", "name"], name="one_seating_per_part"),
            models.CheckConstraint(condition=Q(taken__lte=F("capacity")), name="never_overbooked"),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.capacity}"

    @property
    def free(self) -> int:
        return self.capacity - self.taken

    @property
    def for_newcomers(self) -> int:
        """Seats that a new party gets at once: none while somebody waits."""
        return 0 if self.waiting else self.free

    def draw_place(self) -> int:
        """The next place on the waiting list. The row is locked."""
        self.last_place += 1
        self.waiting += 1
        self.save(update_fields=["last_place", "waiting"])
        return self.last_place

    def free_up(self, heads: int) -> None:
        """Give back `heads` seats. The row is locked; who waits is promoted next."""
        self.taken -= heads
        self.save(update_fields=["taken"])

    def promote(self) -> list[Any]:
        """The waiting parties that got seats just now, in order. The row is locked. Costs 1 query, 2 more for each party.

        Nobody is overtaken unless the event allows it: a party that fits goes before a bigger one at most `overtaking_limit` times.
        """
        if not self.waiting or not self.free:
            return []
        promoted, passed = [], []
        for registration in self.registrations.waiting().in_order().select_related("event", "person", "company"):
            if registration.party > self.free:
                if registration.overtaken >= registration.event.overtaking_limit:
                    break
                passed.append(registration)
                continue
            for bigger in passed:
                bigger.overtaken += 1
                bigger.save(update_fields=["overtaken"])
            self.taken += registration.party
            self.waiting -= 1
            registration.seat()
            promoted.append(registration)
            if not self.free or any(bigger.overtaken >= bigger.event.overtaking_limit for bigger in passed):
                break
        self.save(update_fields=["taken", "waiting"])
        return promoted

    def resize(self, capacity: int, *, by: "User | None", shown: Mapping[str, Any] | None = None) -> list[Any]:
        """Set the number of seats, unless it is the one that was shown; who waits and now fits is promoted and told.

        Raises SeatsTaken below what is taken, EditedMeanwhile where somebody else has set another number since it was shown.
        """
        with transaction.atomic():
            lock(self)
            if shown is not None:
                if shown.get("capacity") == capacity:
                    return []
                audit.refuse_clashes(self, {"capacity": capacity}, shown=shown, now={"capacity": self.capacity})
            if capacity < self.taken:
                raise SeatsTaken(_("%(taken)d seats are taken already; fewer cannot be offered.") % {"taken": self.taken})
            before, self.capacity = self.capacity, capacity
            if before == capacity:
                return []
            self.save(update_fields=["capacity"])
            promoted = self.promote()
            audit.record("seating.resized", self, by=by, changes={"capacity": (before, capacity)}, facts=ids(promoted))
            for registration in promoted:
                registration.tell("promoted")
            return promoted


def ids(promoted: list[Any]) -> dict[str, list[int]]:
    """The history's word for who was promoted by what somebody else did."""
    return {"promoted": [registration.pk for registration in promoted]} if promoted else {}
