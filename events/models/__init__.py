from events.models.event import (
    Area,
    Audience,
    Event,
    EventKind,
    EventOver,
    EventState,
    NotADraft,
    PastMoment,
    PlaceTaken,
    RegistrationClosed,
    TooManyGuests,
)
from events.models.invitation import Invitation
from events.models.registration import (
    AlreadyCheckedIn,
    ChangeClosed,
    CheckIn,
    NotComing,
    NotEnoughSeats,
    Registration,
    Status,
    StillInside,
)
from events.models.seating import Seating, SeatsTaken
from events.models.templates import TEMPLATES, Template

__all__ = [
    "TEMPLATES",
    "AlreadyCheckedIn",
    "Area",
    "Audience",
    "ChangeClosed",
    "CheckIn",
    "Event",
    "EventKind",
    "EventOver",
    "EventState",
    "Invitation",
    "NotADraft",
    "NotComing",
    "NotEnoughSeats",
    "PastMoment",
    "PlaceTaken",
    "Registration",
    "RegistrationClosed",
    "Seating",
    "SeatsTaken",
    "Status",
    "StillInside",
    "Template",
    "TooManyGuests",
]
