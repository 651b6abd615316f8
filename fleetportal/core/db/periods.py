"""Periods that must not overlap: a constraint on PostgreSQL, a range query inside the IMMEDIATE transaction on SQLite."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Func, Q, Value
from django.utils.translation import gettext_lazy as _

from fleetportal.core.errors import Refused


class Overlap(Refused):
    code = "overlap"


class NoOverlap(ExclusionConstraint):
    """No two rows that agree on `same` share a day of their periods (first and last day included; no last day: still running).

    EXCLUDE on PostgreSQL (needs btree_gist); nothing in SQLite's schema, where `validate()` runs a range query inside
    the verb's IMMEDIATE transaction. Save through `save_apart`, which does both.
    """

    def __init__(
        self, *, name: str, same: Sequence[str], start: str = "starts_on", end: str = "ends_on", condition: Q | None = None
    ) -> None:
        self.same, self.start, self.end = tuple(same), start, end
        days = Func(start, end, Value("[]"), function="daterange", output_field=DateRangeField())
        expressions: list[tuple[Any, str]] = [*((field, RangeOperators.EQUAL) for field in same), (days, RangeOperators.OVERLAPS)]
        super().__init__(name=name, expressions=expressions, condition=condition)

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        kwargs: dict[str, Any] = {"name": self.name, "same": self.same, "start": self.start, "end": self.end}
        if self.condition:
            kwargs["condition"] = self.condition
        return "fleetportal.core.db.NoOverlap", (), kwargs

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        return super().constraint_sql(model, schema_editor) if schema_editor.connection.vendor == "postgresql" else None

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return super().create_sql(model, schema_editor) if schema_editor.connection.vendor == "postgresql" else None

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return super().remove_sql(model, schema_editor) if schema_editor.connection.vendor == "postgresql" else None

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        if self.clashes(model, instance, using).exists():
            raise ValidationError(_("This period overlaps with another one."), code="overlap")

    def clashes(self, model: Any, instance: Any, using: str = "default") -> models.QuerySet[Any]:
        """The rows whose period shares a day with `instance`'s; none for an instance that `condition` leaves out. 1 query more with one."""
        rows: models.QuerySet[Any] = model._base_manager.using(using).exclude(pk=instance.pk)
        values = {field.name: Value(getattr(instance, field.attname), field) for field in model._meta.concrete_fields}
        if self.condition and not self.condition.check(values, using):
            return rows.none()
        rows = rows.filter(**{field: getattr(instance, model._meta.get_field(field).attname) for field in self.same})
        if self.condition:
            rows = rows.filter(self.condition)
        start: date = getattr(instance, self.start)
        end: date | None = getattr(instance, self.end)
        rows = rows.filter(Q(**{f"{self.end}__gte": start}) | Q(**{f"{self.end}__isnull": True}))
        return rows.filter(**{f"{self.start}__lte": end}) if end else rows


def save_apart(row: models.Model, *, refusal: Refused) -> None:
    """Save `row` unless its period overlaps another's, by its model's NoOverlap constraints; else raise `refusal`.

    Call inside the verb's transaction, after `lock` of the row they have in common: two that first meet at EXCLUDE may
    end in a deadlock. Costs 1 query for each such constraint (2 where it has a condition) and the save.
    """
    for constraint in row._meta.constraints:
        if isinstance(constraint, NoOverlap) and constraint.clashes(type(row), row).exists():
            raise refusal
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:  # PostgreSQL's EXCLUDE, when somebody else was faster by a moment
        if violated(error) in {c.name for c in row._meta.constraints if isinstance(c, NoOverlap)}:
            raise refusal from error
        raise


def violated(error: IntegrityError) -> str:
    """The name of the constraint that PostgreSQL names as violated; "" on SQLite."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
