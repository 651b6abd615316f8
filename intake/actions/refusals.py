"""Refusals of imports."""

from fleetportal.core.errors import Refused


class ImportBusy(Refused):
    """The import is at a step that does not allow this: running, finished, or not started."""

    code = "import_busy"


class NothingToTake(Refused):
    """Every row is known already, or has a problem."""

    code = "nothing_to_take"


class WhoseVehicles(Refused):
    """A sheet of vehicles has no owner, and none was chosen."""

    code = "whose_vehicles"


class CannotBeTaken(Refused):
    """No sheet of the file can be imported, or the chosen layout fits none of them."""

    code = "cannot_be_taken"
    status = 422


class NoLongerAllowed(Refused):
    """The user has lost a right that this import needs."""

    code = "import_no_longer_allowed"
    status = 403


class FileGone(Refused):
    """The uploaded file was deleted, KEPT_DAYS after it came or because a person in it was forgotten."""

    code = "file_gone"
