"""The steps of an import: uploaded, checked, judged, applied, undone. The page and the command use the same code."""

from intake.actions.apply import apply, stop
from intake.actions.bring import begin, bring, read
from intake.actions.columns import keep_layout, say_columns, say_same, say_where, use_layout
from intake.actions.judge import judge
from intake.actions.refusals import CannotBeTaken, FileGone, ImportBusy, NoLongerAllowed, NothingToTake, WhoseVehicles
from intake.actions.undo import MOST_FORESEEN, foresee_undo, undo
from intake.actions.work import how_far, work

__all__ = [
    "MOST_FORESEEN",
    "CannotBeTaken",
    "FileGone",
    "ImportBusy",
    "NoLongerAllowed",
    "NothingToTake",
    "WhoseVehicles",
    "apply",
    "begin",
    "bring",
    "foresee_undo",
    "how_far",
    "judge",
    "keep_layout",
    "read",
    "say_columns",
    "say_same",
    "say_where",
    "stop",
    "undo",
    "use_layout",
    "work",
]
