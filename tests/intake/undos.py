"""Shared by the tests of undoing an import: the import that changes a plate, its undo, and what that leaves."""

from intake import actions as imports
from intake.models import Import, Made
from tests.intake.running import FLEET, fleet, take

PASSAT = "WVWZZZ3CZRE014512"


def undo(run, by=None):
    imports.undo(run, by=by)
    imports.work(Import.objects.get(pk=run.pk))
    return Import.objects.get(pk=run.pk)


def changed_plate(north):
    """The import by which the Passat has another plate."""
    take(fleet(), "Fuhrpark.xlsx", centre=north)
    rows = [list(row) for row in FLEET]
    rows[1][4] = "HH-NL 9"
    return take(fleet(rows), "neu.xlsx", centre=north)


def stays(run):
    """(what, why, what depends on it) of each thing that the undo left."""
    return set(Made.objects.staying(run).values_list("what", "stays", "used_by"))
