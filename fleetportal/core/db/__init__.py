"""Everything that PostgreSQL and SQLite do differently: folded text, locks, periods that must not overlap, bulk writes, search."""

from fleetportal.core.db.folded import Folded
from fleetportal.core.db.folding import JOINING, fold
from fleetportal.core.db.locks import Busy, busy, can_lock, commits_without_waiting, lock, lock_many, lock_name, locked, wait_at_most
from fleetportal.core.db.lookups import is_one
from fleetportal.core.db.periods import NoOverlap, Overlap, save_apart

__all__ = [
    "JOINING",
    "Busy",
    "Folded",
    "NoOverlap",
    "Overlap",
    "busy",
    "can_lock",
    "commits_without_waiting",
    "fold",
    "is_one",
    "lock",
    "lock_many",
    "lock_name",
    "locked",
    "save_apart",
    "wait_at_most",
]
