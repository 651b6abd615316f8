"""Two rows that may be one and the same: found by one statement when either is entered, and marked as different by a person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import connection, models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fleetportal.core import audit


class PairQuerySet(models.QuerySet[Any]):
    def where(self, user: Any, *, may: str) -> Self:
        """Pairs of which `user` may `may` with both."""
        rows = self.model.rows_where(user, may=may)
        return self.filter(one__in=rows, other__in=rows)

    def visible_to(self, user: Any) -> Self:
        return self.where(user, may="meet_customers")


class Pair(models.Model):
    """An unordered pair: `one` is the older row, `other` the younger. Whoever may see only one of the two never learns of it."""

    kinds: ClassVar[type[models.TextChoices]]  # what may agree
    matches: ClassVar[str]  # selects (new row, row that was there, what agrees), with `{ids}` in two places

    found_by = models.CharField(_("matching details"), max_length=12)
    found_at = models.DateTimeField(_("found"), default=timezone.now)
    told_apart_at = models.DateTimeField(null=True)  # somebody said: not the same

    class Meta:
        abstract = True
        ordering = ["-found_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="%(class)s_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="%(class)s_in_order"),
        ]

    def __str__(self) -> str:
        return f"{getattr(self, 'one_id')}, {getattr(self, 'other_id')}"  # noqa: B009  the kinds declare them

    @classmethod
    def rows_where(cls, user: Any, *, may: str) -> models.QuerySet[models.Model, object]:
        """The ids of the rows, of the kind that is paired, where `user` holds `may`."""
        raise NotImplementedError

    @classmethod
    def find(cls, ids: Sequence[int]) -> None:
        """Add the rows that may be the same as the new ones to the list of duplicates. Costs 1 query."""
        find(cls, cls.matches, ids, times=2)

    @property
    def found_words(self) -> str:
        """What agrees, in words."""
        return str(self.kinds(self.found_by).label)

    def tell_apart(self, *, by: object) -> None:
        """These two are not the same; saying it again changes nothing. Costs 3 queries at most."""
        self._say(timezone.now(), told_apart_at=None, action="told_apart", by=by)

    def look_again(self, *, by: object) -> None:
        """Takes back that they are not the same. Costs 3 queries at most."""
        self._say(None, told_apart_at__isnull=False, action="looked_at_again", by=by)

    def _say(self, moment: datetime | None, *, action: str, by: object, **as_it_was: object) -> None:
        with transaction.atomic():
            before = self.told_apart_at
            if type(self)._default_manager.filter(pk=self.pk, **as_it_was).update(told_apart_at=moment):
                self.told_apart_at = moment
                audit.record(f"pair.{action}", self, by=by, changes={"told_apart_at": (before, moment)})


def find(model: type[Pair], matches: str, ids: Sequence[int], *, times: int) -> None:
    """Write the pairs that `matches` finds for the new rows `ids`; one that exists already stays as it is.

    `matches` selects (new row, row that was there, what agrees), with `{ids}` `times` times. One statement whether or not it
    finds any, so that the time of an answer reveals nothing about rows out of reach. Costs 1 query.
    """
    if not ids:
        return
    placeholders = ", ".join(["%s"] * len(ids))
    sql = f"""
        INSERT INTO {model._meta.db_table} (one_id, other_id, found_by, found_at)
        SELECT CASE WHEN mine < theirs THEN mine ELSE theirs END, CASE WHEN mine < theirs THEN theirs ELSE mine END, found, %s
        FROM ({matches.format(ids=placeholders)}) AS matches WHERE mine <> theirs
        ON CONFLICT DO NOTHING"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [adapted(timezone.now()), *[pk for _time in range(times) for pk in ids]])


def adapted(moment: datetime) -> str | None:
    return connection.ops.adapt_datetimefield_value(moment)
