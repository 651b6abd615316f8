from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fleetportal.core.errors import Refused


class SeatsTaken(Refused):
    """The new number of seats is lower than the number taken."""

    code = "seats_taken"


class SeatingQuerySet(models.QuerySet["Seating"]):
    def take_seats(self, heads: int) -> bool:
        """Take `heads` seats; True when they were free and nobody was waiting."""
        return bool(self.filter(taken__lte=F("capacity") - heads, waiting=0).update(taken=F("taken") + heads))

    def give_back(self, heads: int) -> None:
        """Give back the seats that `take_seats` took in this transaction. Costs 1 query."""
        self.update(taken=F("taken") - heads)


class Seating(models.Model):
    """The seats of an event (or of a part or time slot of it): the number that must not be exceeded, and its waiting list.

    `waiting` counts waiting parties that the house can hold; one that is larger than all its seats holds up nobody. Verbs that
    change more than this row (waiting list, change, cancellation) lock it first.
    """

    event = models.ForeignKey("events.Event", on_delete=models.CASCADE, related_name="seatings")
    name = models.CharField(_("part or time slot"), max_length=80, blank=True)
    capacity = models.PositiveIntegerField(_("seats"))
    taken = models.PositiveIntegerField(default=0, editable=False)
    waiting = models.PositiveIntegerField(default=0, editable=False)
    last_waiting_number = models.PositiveIntegerField(default=0, editable=False)  # the number drawn by the last party on the waiting list

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
        """The seats available to a new party: none while somebody is waiting."""
        return 0 if self.waiting else self.free

    def holds(self, heads: int) -> bool:
        """True where a party of `heads` could be seated if nobody else came."""
        return heads <= self.capacity

    def draw_waiting_number(self) -> int:
        """The next number on the waiting list. The row is locked."""
        self.last_waiting_number += 1
        self.waiting += 1
        self.save(update_fields=["last_waiting_number", "waiting"])
        return self.last_waiting_number

    def give_up_waiting_number(self) -> None:
        """Take back what `draw_waiting_number` did a moment ago in this transaction."""
        self.waiting -= 1
        self.save(update_fields=["waiting"])

    def free_up(self, heads: int) -> None:
        """Give back `heads` seats. The row is locked; the caller promotes the waiting list next."""
        self.taken -= heads
        self.save(update_fields=["taken"])
