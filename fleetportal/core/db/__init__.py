"""What the databases do differently has one home: folded text, locks, periods that must not overlap, rows in bulk, search."""

from fleetportal.core.db.folded import Folded
from fleetportal.core.db.folding import JOINING, fold
from fleetportal.core.db.locks import Busy, alone, busy, can_lock, lock, lock_many, locked, unhurried_commits
from fleetportal.core.db.lookups import is_one
from fleetportal.core.db.periods import NoOverlap, Overlap, save_apart

__all__ = [
    "JOINING",
    "Busy",
    "Folded",
    "NoOverlap",
    "Overlap",
    "alone",
    "busy",
    "can_lock",
    "fold",
    "is_one",
    "lock",
    "lock_many",
    "locked",
    "save_apart",
    "unhurried_commits",
]
