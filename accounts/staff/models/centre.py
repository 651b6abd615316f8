from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from accounts.staff.roles import CODENAMES
from fleetportal.core.registry import Registry


class CentreRights(Protocol):
    """A user's rights: the centres for each codename, and the codenames held in general, for own companies."""

    general: set[str]

    def centres(self, may: str) -> set[int]: ...


class HasRights(Protocol):
    """The user of a request, or a visitor, for whom only `is_authenticated` is read."""

    @property
    def is_authenticated(self) -> bool: ...

    @property
    def home_centre_id(self) -> int | None: ...

    @property
    def rights(self) -> CentreRights: ...


def dates_on_earth(now: datetime) -> tuple[date, date]:
    """The earliest and the latest local date anywhere on earth at the moment `now`."""
    here = now.astimezone(UTC)
    return (here - timedelta(hours=12)).date(), (here + timedelta(hours=14)).date()


def day_in(zone: str, moment: datetime) -> date:
    """The local date in `zone`, like "Europe/Berlin", at `moment`."""
    return moment.astimezone(ZoneInfo(zone)).date()


def zone_default() -> str:
    return settings.TIME_ZONE


class CentreQuerySet(models.QuerySet["Centre"]):
    def where(self, user: HasRights, *, may: str) -> "CentreQuerySet":
        """Centres on which `user` was granted `may` (the table in `roles.py`), directly or through a group; none for visitors.

        Costs nothing beyond the user's rights, which are read once for a request.
        """
        return self.filter(pk__in=user.rights.centres(may)) if user.is_authenticated else self.none()

    def for_entering(self, user: HasRights) -> "CentreQuerySet":
        """The centres where `user` may enter customers: those with the right, and the home centre of users who serve only their own
        companies."""
        home = user.home_centre_id if "serve_customers" in user.rights.general else None
        return self.filter(pk__in=user.rights.centres("serve_customers") | ({home} if home else set()))


SPOKEN_AT = {"DE": "de", "AT": "de", "CH": "de", "LI": "de", "IT": "it", "SM": "it", "RU": "ru", "BY": "ru", "GB": "en", "IE": "en"}


class Centre(models.Model):
    """A dealership's point of sale and service."""

    slug = models.SlugField(unique=True)
    name = models.CharField(_("name"), max_length=80)
    street = models.CharField(_("street"), max_length=120, blank=True)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    country = models.CharField(_("country"), max_length=2, default="DE")
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    time_zone = models.CharField(_("time zone"), max_length=40, default=zone_default)
    has_wash = models.BooleanField(_("has a car wash"), default=False)

    objects = CentreQuerySet.as_manager()

    class Meta:
        verbose_name = _("centre")
        verbose_name_plural = _("centres")
        ordering = ["name"]
        permissions = list(CODENAMES.items())

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def language(self) -> str:
        """The language that most people around here read: what is printed for anybody is written in it."""
        return SPOKEN_AT.get(self.country, settings.LANGUAGE_CODE)

    def today(self, now: datetime) -> date:
        """The local date at this centre at the moment `now`."""
        return day_in(self.time_zone, now)


class CentreUserPermission(UserObjectPermissionBase):
    content_object = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="user_grants")


class CentreGroupPermission(GroupObjectPermissionBase):
    content_object = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="group_grants")


# Called with a centre as it was and as it is, in the transaction that saved it. Filled from above: what customers were told follows.
centre_edits: Registry[Callable[[Centre, Centre], None]] = Registry("what follows when a centre is edited")
