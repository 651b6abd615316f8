from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import Centre
from gifts.models.voucher import Voucher

if TYPE_CHECKING:
    from accounts.models import User


class RedemptionQuerySet(models.QuerySet["Redemption"]):
    def not_undone(self) -> Self:
        return self.filter(undone_at=None)

    def where(self, user: "User", *, may: str) -> Self:
        """Redemptions at a centre on which `user` holds `may`."""
        return self.filter(wash__in=Centre.objects.where(user, may=may))


class Redemption(models.Model):
    """A wash redeemed a voucher. A voucher has at most one that is not undone; undone ones are kept with their reason."""

    voucher = models.ForeignKey(Voucher, on_delete=models.PROTECT, related_name="redemptions")
    wash = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="redemptions")
    redeemed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    redeemed_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    undone_because = models.CharField(max_length=200, blank=True)

    objects = RedemptionQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("redemption")
        verbose_name_plural = gettext_lazy("redemptions")
        constraints = [models.UniqueConstraint(fields=["voucher"], condition=Q(undone_at=None), name="one_standing_redemption")]
        indexes = [models.Index(fields=["wash", "-redeemed_at"], name="redemption_by_wash")]

    def __str__(self) -> str:
        return f"{self.voucher_id} {self.redeemed_at:%Y-%m-%d %H:%M}"
