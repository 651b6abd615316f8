from collections import defaultdict
from datetime import date
from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser, Group, Permission
from django.db import connection, models, transaction
from django.db.models import Q, Value
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from accounts.staff.models.centre import Centre, CentreGroupPermission, CentreUserPermission
from fleetportal.core import audit
from fleetportal.core.db import lock
from fleetportal.core.db.prepared import Prepared
from fleetportal.core.errors import Refused

MOST_VIEWS = 50  # of all lists together: they are read with the user, on every request


class TooManyViews(Refused):
    """The user keeps as many views of lists as one may."""

    code = "too_many_views"


def grants_of(user: Any) -> "models.QuerySet[Any]":
    """Everything `user` was granted, as (codename, centre): directly or through a group; centre None in general."""
    groups = User.groups.through.objects.filter(user=user).values("group")
    own = CentreUserPermission.objects.filter(user=user).values_list("permission__codename", "content_object_id")
    of_groups = CentreGroupPermission.objects.filter(group__in=groups).values_list("permission__codename", "content_object_id")
    nowhere = Value(None, output_field=models.BigIntegerField())
    general = about_centres().filter(Q(group__in=groups) | Q(user=user)).order_by().values_list("codename", nowhere)
    return own.union(of_groups, general)


class Grants(RawSQL):
    """On users: what the one whose number is `user` was granted, as one text that `Rights` reads."""

    def __init__(self, user: Any) -> None:
        joined = "string_agg" if connection.vendor == "postgresql" else "group_concat"
        sql, parameters = grants_of(user).query.sql_with_params()
        pair = "permission__codename || ' ' || coalesce(content_object_id, 0)"
        super().__init__(f"SELECT {joined}({pair}, ',') FROM ({sql}) AS granted", tuple(parameters), models.TextField())


class Rights:
    """What one user may, read once: on which centres, and in general (which counts for own companies).

    One of the two places that read guardian's tables; a property test holds it against `get_objects_for_user`.
    """

    def __init__(self, grants: str | None) -> None:
        self.granted: defaultdict[str, set[int]] = defaultdict(set)
        self.general: set[str] = set()
        self.reach: dict[tuple[str, date], Any] = {}  # what `company.in_reach` has made of them
        for grant in (grants or "").split(",") if grants else ():
            codename, _blank, centre = grant.partition(" ")
            if centre == "0":
                self.general.add(codename)
            else:
                self.granted[codename].add(int(centre))

    def centres(self, may: str) -> set[int]:
        return self.granted.get(may, set())

    def anywhere(self, may: str) -> bool:
        return may in self.general or bool(self.centres(may))


def granted(may: str, centre: Centre) -> Q:
    """On users: those to whom `may` was granted on `centre`, directly or through a group."""
    permission = about_centres().filter(codename=may)
    groups = CentreGroupPermission.objects.filter(permission__in=permission, content_object=centre).values("group")
    own = CentreUserPermission.objects.filter(permission__in=permission, content_object=centre).values("user")
    return Q(groups__in=groups) | Q(pk__in=own)


def in_general(may: str) -> Q:
    """On users: those who hold `may` for their own companies."""
    permission = about_centres().filter(codename=may)
    return Q(groups__in=Group.objects.filter(permissions__in=permission)) | Q(user_permissions__in=permission)


def about_centres() -> "models.QuerySet[Permission]":
    return Permission.objects.filter(content_type__app_label="accounts", content_type__model="centre")


def active(users: Q) -> "models.QuerySet[User]":
    """Those of `users` who may sign in, each once, by name. 1 query."""
    found = User.objects.filter(users).values("pk")
    return User.objects.filter(is_active=True, pk__in=found).order_by("last_name", "first_name", "pk")


def serving(centre: Centre) -> "models.QuerySet[User]":
    """Who may look after companies of `centre`: by a grant on it, or as account manager of the house. 1 query."""
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
    theme = models.CharField(_("colours"), max_length=5, blank=True, choices=[("light", _("light")), ("dark", _("dark"))])

    views = models.JSONField(
        default=dict, editable=False
    )  # kept questions to lists: {list: {name: query}}; read with the user, so for nothing

    class Meta(AbstractUser.Meta):
        verbose_name = _("user")  # type: ignore[assignment]  # the stubs know no lazy words here
        verbose_name_plural = _("users")  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @cached_property
    def rights(self) -> Rights:
        """This user's rights as they were when asked first. Costs nothing for who sends a request, else 1 query for each instance."""
        return Rights(self.grants if self.is_active else None)

    @cached_property
    def grants(self) -> str | None:
        """What `Rights` is read from; the query that fetches the signed-in user brings it along. Costs 1 query."""
        found = grants_now.first(user=self.pk)
        return found.grants if found else None

    def may(self, codename: str) -> bool:
        """True where the user holds `codename` on any centre, or for own companies."""
        return self.rights.anywhere(codename)

    def keep_view(self, *, page: str, name: str, query: str) -> None:
        """Their own view of a list, under a name; the same name again renews it. Raises TooManyViews. Costs 3 queries."""
        with transaction.atomic():
            lock(self)
            if name not in self.views.get(page, {}) and sum(map(len, self.views.values())) >= MOST_VIEWS:
                words = _("You keep %(most)d views already. Drop one that you no longer need, then keep this one.")
                raise TooManyViews(words % {"most": MOST_VIEWS})
            self.views = {**self.views, page: {**self.views.get(page, {}), name: query}}
            self.save(update_fields=["views"])
            audit.record("view.kept", self, by=self, facts={"list": page})

    def drop_view(self, *, page: str, name: str) -> bool:
        """True where there was such a view; it is gone. Costs 3 queries."""
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
    def initials(self) -> str:
        return (self.first_name[:1] + self.last_name[:1]).upper() or self.username[:2].upper()


grants_now: Prepared[User] = Prepared(
    lambda user: User.objects.filter(pk=user).annotate(**{"grants": Grants(user)}).only("pk"), user=User._meta.pk
)
