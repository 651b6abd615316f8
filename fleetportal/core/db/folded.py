"""Models with a folded copy of a text field: for look-ups, uniqueness and sorting by name."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.db import models


class Folded(models.Model):
    """A row with folded columns. They are filled by `save` and by the bulk writer."""

    folded: ClassVar[Mapping[str, str]]  # field -> its folded column

    class Meta:
        abstract = True

    def refold(self) -> None:
        """Fill the folded columns from the current values."""
        raise NotImplementedError

    def save(self, **kwargs: Any) -> None:
        self.refold()
        if kwargs.get("update_fields"):
            kwargs["update_fields"] = with_folded(type(self), kwargs["update_fields"])
        super().save(**kwargs)


def with_folded(model: type[models.Model], fields: Iterable[str]) -> list[str]:
    """`fields` and their folded columns."""
    fields = list(fields)
    folded = model.folded if issubclass(model, Folded) else {}
    return [*fields, *sorted({folded[name] for name in fields if name in folded})]
