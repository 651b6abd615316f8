from contacts.arbiter.models import Hold, Release
from contacts.consent.models import Basis, Consent, Purpose
from contacts.hospitality import CapReached, GiftPolicy, NothingAllowed, Received, YearSum
from contacts.memory.models.complaint import Complaint, ComplaintAnswered
from contacts.memory.models.incoming import IncomingKind, IncomingMail, IncomingState
from contacts.memory.models.interaction import Direction, Interaction, Outcome
from contacts.memory.models.mail_template import MailTemplate, MailTemplateText
from contacts.memory.models.meeting import Meeting, MeetingState, NotYourTurn, TimeGone
from contacts.memory.models.read_mailbox import ReadMailbox
from contacts.memory.models.task import Task, TaskClosed
from contacts.people.models.holders import AlreadyHeld, Holder, VehicleDriver
from contacts.people.models.pairs import PersonPair
from contacts.people.models.person import AddressState, Channel, Person, PersonAddress
from contacts.people.models.roles import GROUPS, DecisionMaker, Driver, Group, Responsibility, Role, VehicleUser
from contacts.reasons.models import Decision, Reason
from contacts.reasons.rule import NOT_REACHED_CHIPS, REACHED_CHIPS, FoundReason, OutcomeChip, Rule, UnfedRule, rules, unfed
from contacts.reasons.switches import RuleSetting
from contacts.rounds.models import ContactRound, RoundClosed, RoundNotRunning, Stop, StopDone

__all__ = [
    "GROUPS",
    "NOT_REACHED_CHIPS",
    "REACHED_CHIPS",
    "AddressState",
    "AlreadyHeld",
    "Basis",
    "CapReached",
    "Channel",
    "Complaint",
    "ComplaintAnswered",
    "Consent",
    "ContactRound",
    "Decision",
    "DecisionMaker",
    "Direction",
    "Driver",
    "FoundReason",
    "GiftPolicy",
    "Group",
    "Hold",
    "Holder",
    "IncomingKind",
    "IncomingMail",
    "IncomingState",
    "Interaction",
    "MailTemplate",
    "MailTemplateText",
    "Meeting",
    "MeetingState",
    "NotYourTurn",
    "NothingAllowed",
    "Outcome",
    "OutcomeChip",
    "Person",
    "PersonAddress",
    "PersonPair",
    "Purpose",
    "ReadMailbox",
    "Reason",
    "Received",
    "Release",
    "Responsibility",
    "Role",
    "RoundClosed",
    "RoundNotRunning",
    "Rule",
    "RuleSetting",
    "Stop",
    "StopDone",
    "Task",
    "TaskClosed",
    "TimeGone",
    "UnfedRule",
    "VehicleDriver",
    "VehicleUser",
    "YearSum",
    "rules",
    "unfed",
]
