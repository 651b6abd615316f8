"""Refusals of imports."""

from fleetportal.core.errors import Refused


class ImportBusy(Refused):
    code = "import_busy"


class NothingToTake(Refused):
    code = "nothing_to_take"


class WhoseVehicles(Refused):
    """A sheet of vehicles has no owner, and none was chosen."""

    code = "whose_vehicles"


class CannotBeTaken(Refused):
    """No sheet of the file is a list of companies, people or vehicles."""

    code = "cannot_be_taken"
    status = 422


class NoLongerAllowed(Refused):
    """The user has lost a right that this import needs."""

    code = "import_no_longer_allowed"
    status = 403


class FileGone(Refused):
    code = "file_gone"
