from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import in_reach
from contacts.models import Person

if TYPE_CHECKING:
    from accounts.models import User


class ClaimQuerySet(models.QuerySet["Claim"]):
    def visible_to(self, user: "User") -> Self:
        """Claims made for a company in reach, or for none yet: those come into reach by the driver."""
        return self.filter(Q(voucher__company=None) | Q(voucher__company__in=in_reach(user, may="meet_customers")))


class Claim(models.Model):
    """Who claimed a voucher, and what they typed. Only one for each voucher, ever."""

    voucher = models.OneToOneField("gifts.Voucher", on_delete=models.PROTECT, related_name="claim_made")
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="claims")
    period = models.CharField(max_length=10)
    marks = models.JSONField(default=list)
    first_name = models.CharField(max_length=80, blank=True)
    company_or_plate = models.CharField(max_length=160, blank=True)  # as typed, until staff have checked it
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    claimed_at = models.DateTimeField(default=timezone.now)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")

    def __str__(self) -> str:
        return f"{self.voucher_id}: {self.first_name}"
