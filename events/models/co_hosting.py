from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Centre


class CoHostingState(models.TextChoices):
    ASKED = "asked", _("to be decided")
    GRANTED = "granted", _("granted")
    REFUSED = "refused", _("refused")


class CoHostingQuerySet(models.QuerySet["CoHosting"]):
    def open(self) -> Self:
        return self.filter(state=CoHostingState.ASKED)

    def granted(self) -> Self:
        return self.filter(state=CoHostingState.GRANTED)

    def left_over(self) -> Self:
        """Open ones for which it is too late: the event has begun, or does not take place."""
        return self.open().filter(~Q(event__state="published") | Q(event__starts_at__lte=timezone.now()))


class CoHosting(models.Model):
    """A centre asks to host another centre's event with it, because that has people whom it would have invited itself."""

    event = models.ForeignKey("events.Event", on_delete=models.CASCADE, related_name="co_hostings")
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(_("message"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=7, choices=CoHostingState, default=CoHostingState.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    answer = models.CharField(_("answer"), max_length=500, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    answered_at = models.DateTimeField(null=True)

    objects = CoHostingQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to co-host")
        verbose_name_plural = _("requests to co-host")
        constraints = [models.UniqueConstraint(fields=["event", "centre"], name="one_co_hosting_each")]

    def __str__(self) -> str:
        return f"{self.event}: {self.centre}"

    @property
    def is_open(self) -> bool:
        return self.state == CoHostingState.ASKED

    @property
    def is_granted(self) -> bool:
        return self.state == CoHostingState.GRANTED
