"""The rights of users: reads guardian's grants, once per request."""

from collections import defaultdict
from datetime import date

from django.contrib.auth.models import Group, Permission
from django.db import connection, models
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.expressions import RawSQL

from accounts.staff.models.centre import Centre, CentreGroupPermission, CentreUserPermission


def grants_of(user: object, *, groups: "models.QuerySet[models.Model, object]") -> "models.QuerySet[models.Model, object]":
    """All grants of `user`, as (codename, centre), directly or through their `groups`; centre None for general ones."""
    own = CentreUserPermission.objects.filter(user=user).values_list("permission__codename", "content_object_id")
    of_groups = CentreGroupPermission.objects.filter(group__in=groups).values_list("permission__codename", "content_object_id")
    nowhere = Value(None, output_field=models.BigIntegerField())
    general = about_centres().filter(Q(group__in=groups) | Q(user=user)).order_by().values_list("codename", nowhere)
    return own.union(of_groups, general)


class Grants(RawSQL):
    """An annotation on users: the grants of the user with the pk `user`, as one text that `Rights` reads."""

    def __init__(self, user: object, *, groups: "models.QuerySet[models.Model, object]") -> None:
        joined = "string_agg" if connection.vendor == "postgresql" else "group_concat"
        sql, parameters = grants_of(user, groups=groups).query.sql_with_params()
        pair = "permission__codename || ' ' || coalesce(content_object_id, 0)"
        super().__init__(f"SELECT {joined}({pair}, ',') FROM ({sql}) AS granted", tuple(parameters), models.TextField())


class Rights:
    """The rights of one user, read once: on centres, and in general (for own companies).

    One of the two places in the code that read guardian's tables; a property test holds it against `get_objects_for_user`.
    """

    def __init__(self, grants: str | None) -> None:
        self.granted: defaultdict[str, set[int]] = defaultdict(set)
        self.general: set[str] = set()
        self.reach: dict[tuple[str, date], RawSQL | list[int]] = {}  # cache of `company.in_reach`
        for grant in (grants or "").split(",") if grants else ():
            codename, _blank, centre = grant.partition(" ")
            if centre == "0":
                self.general.add(codename)
            else:
                self.granted[codename].add(int(centre))

    def centres(self, may: str) -> set[int]:
        """The pks of the centres on which `may` was granted."""
        return self.granted.get(may, set())

    def anywhere(self, may: str) -> bool:
        """True where `may` was granted on any centre or in general."""
        return may in self.general or bool(self.centres(may))


def granted(may: str, centre: Centre) -> Q:
    """The condition on users with `may` granted on `centre`, directly or through a group."""
    permission = about_centres().filter(codename=may)
    groups = CentreGroupPermission.objects.filter(permission__in=permission, content_object=centre).values("group")
    own = CentreUserPermission.objects.filter(permission__in=permission, content_object=centre).values("user")
    return Q(groups__in=groups) | Q(pk__in=own)


def holds(may: str, *, user: str, centre: str) -> Q:
    """The condition that the row's `user` holds `may` by a grant on its `centre`; both are paths from the row."""
    permission = about_centres().filter(codename=may)
    groups = CentreGroupPermission.objects.filter(permission__in=permission, content_object=OuterRef(centre))
    own = CentreUserPermission.objects.filter(permission__in=permission, content_object=OuterRef(centre))
    return Q(Exists(groups.filter(group__user=OuterRef(user)))) | Q(Exists(own.filter(user=OuterRef(user))))


def in_general(may: str) -> Q:
    """The condition on users who hold `may` for their own companies."""
    permission = about_centres().filter(codename=may)
    return Q(groups__in=Group.objects.filter(permissions__in=permission)) | Q(user_permissions__in=permission)


def about_centres() -> "models.QuerySet[Permission]":
    """The permissions of the table in `roles.py`: all are about centres."""
    return Permission.objects.filter(content_type__app_label="accounts", content_type__model="centre")
