from events.models.co_hosting import CoHosting, CoHostingState
from events.models.event import (
    Area,
    Audience,
    Event,
    EventKind,
    EventOver,
    EventState,
    EventTexts,
    HostBusy,
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
from events.models.request import AlreadyDecided, InvitationRequest, RequestState
from events.models.seating import Seating, SeatsTaken
from events.models.templates import TEMPLATES, Template

__all__ = [
    "TEMPLATES",
    "AlreadyCheckedIn",
    "AlreadyDecided",
    "Area",
    "Audience",
    "ChangeClosed",
    "CheckIn",
    "CoHosting",
    "CoHostingState",
    "Event",
    "EventKind",
    "EventOver",
    "EventState",
    "EventTexts",
    "HostBusy",
    "Invitation",
    "InvitationRequest",
    "NotADraft",
    "NotComing",
    "NotEnoughSeats",
    "PastMoment",
    "PlaceTaken",
    "Registration",
    "RegistrationClosed",
    "RequestState",
    "Seating",
    "SeatsTaken",
    "Status",
    "StillInside",
    "Template",
    "TooManyGuests",
]
