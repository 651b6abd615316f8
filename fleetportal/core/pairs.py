"""Possible duplicates: pairs of rows, found by one statement when either is entered, and marked as different by a person."""

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
        """Pairs where `user` holds `may` for both rows."""
        rows = self.model.rows_where(user, may=may)
        return self.filter(one__in=rows, other__in=rows)

    def visible_to(self, user: Any) -> Self:
        return self.where(user, may="meet_customers")


class Pair(models.Model):
    """An unordered pair: `one` is the older row, `other` the younger. A user who may see only one of the two never sees the pair."""

    kinds: ClassVar[type[models.TextChoices]]  # what may agree
    matches: ClassVar[str]  # selects (new row, row that was there, what agrees), with `{ids}` in two places

    found_by = models.CharField(_("matching details"), max_length=12)
    found_at = models.DateTimeField(_("found"), default=timezone.now)
    told_apart_at = models.DateTimeField(null=True)  # when a user marked them as different

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
        """The ids of the rows of the paired model where `user` holds `may`."""
        raise NotImplementedError

    @classmethod
    def find(cls, ids: Sequence[int]) -> None:
        """Add possible duplicates of the new rows to the list. Costs 1 query."""
        find(cls, cls.matches, ids, times=2)

    @property
    def found_words(self) -> str:
        """What agrees, in words."""
        return str(self.kinds(self.found_by).label)

    def tell_apart(self, *, by: object) -> None:
        """Mark the two as different; repeating it changes nothing. Costs 3 queries at most."""
        self._say(timezone.now(), told_apart_at=None, action="told_apart", by=by)

    def look_again(self, *, by: object) -> None:
        """Take the mark back. Costs 3 queries at most."""
        self._say(None, told_apart_at__isnull=False, action="looked_at_again", by=by)

    def _say(self, moment: datetime | None, *, action: str, by: object, **as_it_was: object) -> None:
        with transaction.atomic():
            before = self.told_apart_at
            if type(self)._default_manager.filter(pk=self.pk, **as_it_was).update(told_apart_at=moment):
                self.told_apart_at = moment
                audit.record(f"pair.{action}", self, by=by, changes={"told_apart_at": (before, moment)})


def find(model: type[Pair], matches: str, ids: Sequence[int], *, times: int) -> None:
    """Write the pairs that `matches` finds for the new rows `ids`; existing pairs are left unchanged.

    `matches` selects (new row, row that was there, what agrees), with `{ids}` `times` times. It is one statement whether or not it
    finds any, so that the response time reveals nothing about rows out of reach. Costs 1 query.
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
