from collections import defaultdict
from functools import cache, cached_property
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser, Group, Permission
from django.db import connection, models, transaction
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from accounts.models.centre import Centre, CentreGroupPermission, CentreUserPermission
from fleetportal.core import audit
from fleetportal.core.db import lock
from fleetportal.core.errors import Refused

MOST_VIEWS = 50  # of all lists together: they are read with the user, on every request
ANYBODY = -1  # stands for the user in the statement made ready once


class TooManyViews(Refused):
    """The user keeps as many views of lists as one may."""

    code = "too_many_views"


@cache
def grants_statement(vendor: str) -> tuple[str, tuple[Any, ...]]:
    """The question for everything a user was granted, with its parameters: asked on every request, put into SQL once for a process."""
    groups = User.groups.through.objects.filter(user=ANYBODY).values("group")
    own = CentreUserPermission.objects.filter(user=ANYBODY).values_list("permission__codename", "content_object_id")
    of_groups = CentreGroupPermission.objects.filter(group__in=groups).values_list("permission__codename", "content_object_id")
    about_centres = Permission.objects.filter(content_type__app_label="accounts", content_type__model="centre")
    nowhere = Value(None, output_field=models.BigIntegerField())
    general = about_centres.filter(Q(group__in=groups) | Q(user=ANYBODY)).order_by().values_list("codename", nowhere)
    sql, parameters = own.union(of_groups, general).query.sql_with_params()
    return sql, tuple(parameters)


class Rights:
    """What one user may, read once: on which centres, and in general (which counts for own companies).

    One of the two places that read guardian's tables; a property test holds it against `get_objects_for_user`.
    """

    def __init__(self, user: "User") -> None:
        self.granted: defaultdict[str, set[int]] = defaultdict(set)
        self.general: set[str] = set()
        if not user.is_active:
            return
        with connection.cursor() as cursor:
            sql, parameters = grants_statement(connection.vendor)
            cursor.execute(sql, [user.pk if value == ANYBODY else value for value in parameters])
            grants = cursor.fetchall()
        for codename, centre in grants:
            if centre is None:
                self.general.add(codename)
            else:
                self.granted[codename].add(centre)

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
        """This user's rights as they are now. Costs 1 query, once for each instance, so once for a request."""
        return Rights(self)

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
