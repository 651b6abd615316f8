from contacts.models.consent import Basis, Consent, Purpose
from contacts.models.holders import AlreadyHeld, Holder, VehicleDriver
from contacts.models.interaction import Direction, Interaction, Outcome
from contacts.models.person import AddressState, Channel, Person, PersonAddress
from contacts.models.roles import GROUPS, DecisionMaker, Driver, Group, Responsibility, Role, VehicleUser

__all__ = [
    "GROUPS",
    "AddressState",
    "AlreadyHeld",
    "Basis",
    "Channel",
    "Consent",
    "DecisionMaker",
    "Direction",
    "Driver",
    "Group",
    "Holder",
    "Interaction",
    "Outcome",
    "Person",
    "PersonAddress",
    "Purpose",
    "Responsibility",
    "Role",
    "VehicleDriver",
    "VehicleUser",
]
