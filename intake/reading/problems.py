"""What can be wrong with a cell, and how to mend it."""

from dataclasses import dataclass

from django.utils.functional import Promise


class CellProblem(Exception):
    """The cell can't be taken as what its column means; `code` groups the problems on the page."""

    def __init__(self, code: str, message: str | Promise, cure: str | Promise = "") -> None:
        super().__init__(code)
        self.code, self.message, self.cure = code, str(message), str(cure)


@dataclass
class Problem:
    """A problem of a row, at a column of the sheet (None: the whole row), with what stands there; `stops`: the row is left out for it."""

    code: str
    message: str
    cure: str = ""
    column: int | None = None
    value: str = ""
    stops: bool = True

    def as_json(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if value not in ("", None)}
