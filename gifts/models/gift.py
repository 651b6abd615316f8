from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import Centre, Company, in_reach
from contacts.models import Person
from fleetportal.core import audit
from fleetportal.core.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User


class NothingInStock(Refused):
    code = "nothing_in_stock"


class AlreadyUndone(Refused):
    code = "already_undone"


class Gift(models.Model):
    """A kind of small gift, with its value."""

    name = models.CharField(
        gettext_lazy("gift"), max_length=60, unique=True, help_text=gettext_lazy("What you call it at the counter, for example “Mug”")
    )
    value_cents = models.BigIntegerField(gettext_lazy("value"))
    is_offered = models.BooleanField(gettext_lazy("is currently handed out"), default=True)

    class Meta:
        verbose_name = gettext_lazy("gift")
        verbose_name_plural = gettext_lazy("gifts")
        ordering = ["name"]
        constraints = [models.CheckConstraint(condition=Q(value_cents__gte=0), name="gift_value_not_negative")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def enter(cls, *, name: str, value_cents: int, by: "User | None") -> "Gift":
        """A new kind of gift. Costs 2 queries."""
        with transaction.atomic():
            gift = cls.objects.create(name=name, value_cents=value_cents)
            audit.record("gift.entered", gift, by=by)
            return gift


class StockQuerySet(models.QuerySet["Stock"]):
    def where(self, user: "User", *, may: str) -> Self:
        return self.filter(centre__in=Centre.objects.where(user, may=may))

    def at_hand(self) -> Self:
        """Stock that is not empty."""
        return self.filter(quantity__gt=0, gift__is_offered=True)

    def take_items(self, count: int = 1) -> bool:
        """Take `count` items from the single row of this set; True where there were enough. Costs 1 query."""
        return bool(self.filter(quantity__gte=count).update(quantity=F("quantity") - count))


class Stock(models.Model):
    """The stock of a gift at a centre; only changed by conditional updates."""

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="stock")
    gift = models.ForeignKey(Gift, on_delete=models.CASCADE, related_name="stock")
    quantity = models.PositiveIntegerField(default=0)

    objects = StockQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("stock")
        verbose_name_plural = gettext_lazy("stock")
        constraints = [
            models.UniqueConstraint(fields=["centre", "gift"], name="one_stock_of_a_gift"),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="stock_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.gift} ({self.centre})"

    @classmethod
    def receive(cls, gift: Gift, centre: Centre, *, count: int, by: "User | None") -> "Stock":
        """Add `count` to the stock. Costs 4 queries."""
        with transaction.atomic():
            stock, _new = cls.objects.get_or_create(centre=centre, gift=gift)
            cls.objects.filter(pk=stock.pk).update(quantity=F("quantity") + count)
            audit.record("stock.received", stock, by=by, facts={"count": count})
            stock.refresh_from_db(fields=["quantity"])
            return stock


class HandOutQuerySet(models.QuerySet["HandOut"]):
    def not_undone(self) -> Self:
        return self.filter(undone_at=None)

    def visible_to(self, user: "User") -> Self:
        """Hand-outs whose company, and with it the person's name, is in reach."""
        return self.filter(company__in=in_reach(user, may="meet_customers"))

    def where(self, user: "User", *, may: str) -> Self:
        """Hand-outs at a centre on which `user` holds `may`, to people of companies in reach."""
        return self.visible_to(user).filter(centre__in=Centre.objects.where(user, may=may))

    def for_list(self) -> Self:
        return self.select_related("gift", "person", "company", "centre", "handed_out_by").order_by("-handed_out_at", "-pk")


class HandOut(models.Model):
    """A gift given to a person in person, from a centre's stock."""

    gift = models.ForeignKey(Gift, on_delete=models.PROTECT, related_name="hand_outs")
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="hand_outs")
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="gifts_received")
    company = models.ForeignKey(Company, null=True, on_delete=models.SET_NULL, related_name="gifts_received")
    value_cents = models.BigIntegerField()
    handed_out_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    handed_out_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = HandOutQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("hand-out")
        verbose_name_plural = gettext_lazy("hand-outs")
        indexes = [
            models.Index(fields=["centre", "-handed_out_at"], name="hand_out_by_centre"),
            models.Index(fields=["person", "-handed_out_at"], name="hand_out_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.gift} {self.handed_out_at:%Y-%m-%d}"
