from contacts.models.consent import Basis, Consent, Purpose
from contacts.models.ledger import CapReached, GiftPolicy, NothingAllowed, Received, YearSum
from contacts.models.holders import AlreadyHeld, Holder, VehicleDriver
from contacts.models.interaction import Direction, Interaction, Outcome
from contacts.models.person import AddressState, Channel, Person, PersonAddress
from contacts.models.roles import GROUPS, DecisionMaker, Driver, Group, Responsibility, Role, VehicleUser

__all__ = [
    "GROUPS",
    "AddressState",
    "AlreadyHeld",
    "Basis",
    "CapReached",
    "Channel",
    "Consent",
    "DecisionMaker",
    "Direction",
    "Driver",
    "GiftPolicy",
    "Group",
    "Holder",
    "Interaction",
    "NothingAllowed",
    "Outcome",
    "Person",
    "PersonAddress",
    "Purpose",
    "Received",
    "Responsibility",
    "Role",
    "VehicleDriver",
    "VehicleUser",
    "YearSum",
]
