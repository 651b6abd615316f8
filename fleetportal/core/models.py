"""Core's tables, each defined in the module of its verbs."""

from fleetportal.core.audit import Change, Entry
from fleetportal.core.db.search import SearchRow
from fleetportal.core.jobs.queue import Job
from fleetportal.core.links import Link
from fleetportal.core.outbox.channels.letter import PaperLetter
from fleetportal.core.outbox.message import MailLine, Message
from fleetportal.core.web.idempotency import Answer
from fleetportal.core.web.throttle import Counter

__all__ = ["Answer", "Change", "Counter", "Entry", "Job", "Link", "MailLine", "Message", "PaperLetter", "SearchRow"]
