from contacts.models.consent import Basis, Consent, Purpose
from contacts.models.holders import AlreadyHeld, Holder, VehicleDriver
from contacts.models.imports import Import, Layout, Made, StagedRow, Verdict
from contacts.models.interaction import Direction, Interaction, Outcome
from contacts.models.ledger import CapReached, GiftPolicy, NothingAllowed, Received, YearSum
from contacts.models.pairs import PersonPair
from contacts.models.person import AddressState, Channel, Person, PersonAddress
from contacts.models.reason import Decision, Reason
from contacts.models.roles import GROUPS, DecisionMaker, Driver, Group, Responsibility, Role, VehicleUser
from contacts.models.rule import NOT_REACHED_CHIPS, REACHED_CHIPS, Chip, Found, Planning, Rule, rules
from contacts.models.task import Task, TaskClosed

__all__ = [
    "GROUPS",
    "NOT_REACHED_CHIPS",
    "REACHED_CHIPS",
    "AddressState",
    "AlreadyHeld",
    "Basis",
    "CapReached",
    "Channel",
    "Chip",
    "Consent",
    "Decision",
    "DecisionMaker",
    "Direction",
    "Driver",
    "Found",
    "GiftPolicy",
    "Group",
    "Holder",
    "Import",
    "Interaction",
    "Layout",
    "Made",
    "NothingAllowed",
    "Outcome",
    "Person",
    "PersonAddress",
    "PersonPair",
    "Planning",
    "Purpose",
    "Reason",
    "Received",
    "Responsibility",
    "Role",
    "Rule",
    "StagedRow",
    "Task",
    "TaskClosed",
    "VehicleDriver",
    "VehicleUser",
    "Verdict",
    "YearSum",
    "rules",
]
