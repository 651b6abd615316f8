"""Periods that must not overlap: a constraint on PostgreSQL, a range query inside the IMMEDIATE transaction on SQLite."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor
from django.db.models import Func, Q, Value
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from fleetportal.core.errors import Refused


class Overlap(Refused):
    code = "overlap"


class NoOverlap(ExclusionConstraint):
    """No two rows with equal `same` fields have overlapping periods (first and last day included; no last day: still running).

    EXCLUDE on PostgreSQL (needs btree_gist); nothing in SQLite's schema, where `validate()` runs a range query inside
    the verb's IMMEDIATE transaction. Save with `save_apart`, which does both.
    """

    def __init__(
        self, *, name: str, same: Sequence[str], start: str = "starts_on", end: str = "ends_on", condition: Q | None = None
    ) -> None:
        self.same, self.start, self.end = tuple(same), start, end
        days = Func(start, end, Value("[]"), function="daterange", output_field=DateRangeField())
        expressions: list[tuple[str | Combinable, str]] = [
            *((field, RangeOperators.EQUAL) for field in same),
            (days, RangeOperators.OVERLAPS),
        ]
        super().__init__(name=name, expressions=expressions, condition=condition)

    def deconstruct(self) -> tuple[str, Sequence[object], dict[str, object]]:
        kwargs: dict[str, object] = {"name": self.name, "same": self.same, "start": self.start, "end": self.end}
        if self.condition:
            kwargs["condition"] = self.condition
        return "fleetportal.core.db.NoOverlap", (), kwargs

    def constraint_sql(self, model: type[models.Model] | None, schema_editor: SchemaEditor | None) -> str:
        return super().constraint_sql(model, schema_editor) if knows_ranges(schema_editor) else ""

    def create_sql(self, model: type[models.Model] | None, schema_editor: SchemaEditor | None) -> str:
        return super().create_sql(model, schema_editor) if knows_ranges(schema_editor) else ""

    def remove_sql(self, model: type[models.Model] | None, schema_editor: SchemaEditor | None) -> str:
        return super().remove_sql(model, schema_editor) if knows_ranges(schema_editor) else ""

    def validate(
        self, model: type[models.Model], instance: models.Model, exclude: Iterable[str] | None = None, using: str = "default"
    ) -> None:
        if self.clashes(model, instance, using).exists():
            raise ValidationError(_("This period overlaps with another one."), code="overlap")

    def clashes(self, model: type[models.Model], instance: models.Model, using: str = "default") -> models.QuerySet[models.Model]:
        """The rows whose period overlaps with `instance`'s; none where the constraint's `condition` does not apply to it. A
        condition costs 1 query more."""
        rows: models.QuerySet[models.Model] = model._base_manager.using(using).exclude(pk=instance.pk)
        fields = {field.name: field for field in model._meta.concrete_fields}
        values = {name: Value(getattr(instance, field.attname), field) for name, field in fields.items()}
        if self.condition and not self.condition.check(values, using):
            return rows.none()
        rows = rows.filter(**{name: getattr(instance, fields[name].attname) for name in self.same})
        if self.condition:
            rows = rows.filter(self.condition)
        start: date = getattr(instance, self.start)
        end: date | None = getattr(instance, self.end)
        rows = rows.filter(Q(**{f"{self.end}__gte": start}) | Q(**{f"{self.end}__isnull": True}))
        return rows.filter(**{f"{self.start}__lte": end}) if end else rows


def save_apart(row: models.Model, *, refusal: Refused) -> None:
    """Save `row`, or raise `refusal` where one of its model's NoOverlap constraints is violated.

    Call inside the verb's transaction, after locking the common parent row: two writers that first meet at EXCLUDE can deadlock.
    Costs 1 query for each such constraint (2 where it has a condition) and the save.
    """
    for constraint in row._meta.constraints:
        if isinstance(constraint, NoOverlap) and constraint.clashes(type(row), row).exists():
            raise refusal
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:  # PostgreSQL's EXCLUDE, when another transaction was faster
        if violated(error) in {c.name for c in row._meta.constraints if isinstance(c, NoOverlap)}:
            raise refusal from error
        raise


def knows_ranges(schema_editor: SchemaEditor | None) -> bool:
    """True where the database has ranges and EXCLUDE."""
    return schema_editor is not None and schema_editor.connection.vendor == "postgresql"


def violated(error: IntegrityError) -> str:
    """The name of the violated constraint on PostgreSQL; "" on SQLite."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
