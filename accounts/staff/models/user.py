from datetime import date, datetime
from functools import cached_property

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.staff.models.centre import Centre
from accounts.staff.models.rights import Grants, Rights, granted, in_general
from fleetportal.core import audit
from fleetportal.core.db import lock
from fleetportal.core.errors import Refused

MOST_VIEWS = 50  # for all lists together: they are loaded with the user on every request


class TooManyViews(Refused):
    """The user has saved the maximum number of views."""

    code = "too_many_views"


def active(users: Q) -> "models.QuerySet[User]":
    """The users among `users` who may sign in, without repetition, ordered by name. Costs 1 query."""
    found = User.objects.filter(users).values("pk")
    return User.objects.filter(is_active=True, pk__in=found).order_by("last_name", "first_name", "pk")


def serving(centre: Centre) -> "models.QuerySet[User]":
    """The users who may look after companies of `centre`: by a grant on it, or as account managers. 1 query."""
    return active(granted("serve_customers", centre) | (Q(home_centre=centre) & in_general("serve_customers")))


def language_default() -> str:
    return settings.LANGUAGE_CODE


class User(AbstractUser):
    """Somebody who signs in: staff by password, customers by a code."""

    home_centre = models.ForeignKey(
        Centre, null=True, blank=True, on_delete=models.SET_NULL, verbose_name=_("centre"), related_name="staff"
    )
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default=language_default)
    theme = models.CharField(_("appearance"), max_length=5, blank=True, choices=[("light", _("light")), ("dark", _("dark"))])

    views = models.JSONField(
        default=dict, editable=False
    )  # saved views of lists: {list: {name: query}}; loaded with the user, so no extra query

    class Meta(AbstractUser.Meta):
        verbose_name = _("user")  # type: ignore[assignment]  # the stubs know no lazy words here
        verbose_name_plural = _("users")  # type: ignore[assignment]  # nor here

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @cached_property
    def rights(self) -> Rights:
        """This user's rights, cached on first access. Costs nothing for the user of the request, otherwise 1 query for each
        instance."""
        return Rights(self.grants if self.is_active else None)

    @cached_property
    def grants(self) -> str | None:
        """The text for `Rights`; already loaded with the signed-in user, otherwise it costs 1 query."""
        return User.objects.filter(pk=self.pk).annotate(now_granted=grants_to(self.pk)).values_list("now_granted", flat=True).first()

    def today(self, now: datetime) -> date:
        """The local date at the user's home centre, or in the installation's time zone without one."""
        return self.home_centre.today(now) if self.home_centre else timezone.localdate(now)

    def may(self, codename: str) -> bool:
        """True where the user holds `codename` on any centre, or for own companies."""
        return self.rights.anywhere(codename)

    def may_everywhere(self, codename: str) -> bool:
        """True where the user holds `codename` on every centre. Costs at most 1 query."""
        centres = self.rights.centres(codename)
        return bool(centres) and not Centre.objects.exclude(pk__in=centres).exists()

    def keep_view(self, *, page: str, name: str, query: str) -> None:
        """Save a view of a list under a name, or replace the one with that name. Raises TooManyViews. Costs 3 queries."""
        with transaction.atomic():
            lock(self)
            if name not in self.views.get(page, {}) and sum(map(len, self.views.values())) >= MOST_VIEWS:
                message = _("You already have %(most)d saved views. Delete one you no longer need, then save this one.")
                raise TooManyViews(message % {"most": MOST_VIEWS})
            self.views = {**self.views, page: {**self.views.get(page, {}), name: query}}
            self.save(update_fields=["views"])
            audit.record("view.kept", self, by=self, facts={"list": page})

    def drop_view(self, *, page: str, name: str) -> bool:
        """Delete a view; True where there was one. Costs 3 queries."""
        with transaction.atomic():
            lock(self)
            kept = {**self.views.get(page, {})}
            if kept.pop(name, None) is None:
                return False
            self.views = {**self.views, page: kept}
            self.save(update_fields=["views"])
            audit.record("view.dropped", self, by=self, facts={"list": page})
            return True

    @property
    def addressed(self) -> str:
        """How letters to colleagues begin."""
        return str(self)

    @property
    def initials(self) -> str:
        return (self.first_name[:1] + self.last_name[:1]).upper() or self.username[:2].upper()


def grants_to(user: int) -> Grants:
    """An annotation on users: the grants of the user with the pk `user`, direct or through groups."""
    return Grants(user, groups=User.groups.through.objects.filter(user=user).values("group"))
