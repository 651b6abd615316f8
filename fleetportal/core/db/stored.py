"""A dataclass stored in a JSON column."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression

T = TypeVar("T")

if TYPE_CHECKING:

    class JsonColumn(models.Field[T, T]):
        """A field with values of type T, for the type checker: Django's own field takes no type parameter at run time."""

else:

    class JsonColumn(models.Field, Generic[T]):
        """A field with values of type T."""


class Stored(JsonColumn[T]):
    """A field whose column value is converted by `load` when read and by `dump` when written.

    Migrations see a plain JSONField: the class of the value in Python does not concern the table.
    """

    def __init__(self, load: Callable[[Any], T], dump: Callable[[T], Any], **options: Any) -> None:
        super().__init__(**options)
        self.load, self.dump = load, dump

    def get_internal_type(self) -> str:
        return "JSONField"

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, object]]:
        name, _path, _args, options = super().deconstruct()
        return name or "", "django.db.models.JSONField", [], {**options, "default": type(self.dump(self.get_default()))}

    def clone(self) -> "Stored[T]":
        return type(self)(self.load, self.dump, **super().deconstruct()[3])

    def from_db_value(self, value: str | None, expression: Expression, connection: BaseDatabaseWrapper) -> T | None:
        return None if value is None else self.load(json.loads(value))

    def get_db_prep_value(self, value: T, connection: BaseDatabaseWrapper, prepared: bool = False) -> object:
        return connection.ops.adapt_json_value(self.dump(value), None)

    def value_to_string(self, obj: models.Model) -> Any:
        return self.dump(self.value_from_object(obj))

    def to_python(self, value: object) -> object:
        return self.load(value) if isinstance(value, (dict, list)) else value
