"""Rules and reasons: rules are registered, reasons are the rows that they find.

A higher app adds a rule in its `apps.py`, say for the annual meeting (the whole of it is in annual_meeting.py):

    class AnnualMeetingDue(Rule):
        name, icon, doing, value = "annual_meeting", "calendar-plus", _("Meet"), 30
        title, about = _("Annual meeting"), _("No annual meeting was held for twelve months, and none is planned.")
        absent = _("An annual meeting took place in the last twelve months.")
        asks = Group.DECISION_MAKER                     # whose person the engine suggests; `topic` prefers one responsible for it
        rest = relativedelta(weeks=2)                   # after "reached" it may come back then; None: not for this occasion

        def find(self, companies, *, on):               # a fixed number of queries, whatever the number of companies
            held = Max("meetings__starts_at", filter=Q(meetings__state="held"))
            rows = companies.active().annotate(held_at=held).filter(held_at__date__lt=on - relativedelta(years=1))
            for company, held_at in rows.values_list("pk", "held_at"):
                facts = {"held_on": held_at.date().isoformat()}
                yield FoundReason(company, occasion=facts["held_on"], group=Group.DECISION_MAKER, due_on=on, facts=facts)

        def sentence(self, facts):                      # in the reader's language
            day = days.long(date.fromisoformat(facts["held_on"]))
            return _("The last annual meeting was on %(day)s.") % {"day": day}

    rules.register("annual_meeting", AnnualMeetingDue())
    plannings.register("annual_meeting", MeetingPlanning())     # of planning.py: "Plan" makes a Meeting; without it a dated task

Give `person=` (and `vehicle=`) to `FoundReason` where the reason is only about that person, like a second delivery; such a rule
needs no `asks`. Rule, company, person, vehicle and occasion are the key of a reason; decisions about it refer to that key.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.staff.models.policy import Number
from contacts.memory.models.interaction import Outcome
from contacts.reasons.models import Reason
from fleetportal.core.registry import Registry

if TYPE_CHECKING:
    from accounts.customers.models.company import CompanyQuerySet
    from accounts.models import User

Words = str | Promise


@dataclass(frozen=True, slots=True)
class FoundReason:
    """One reason that a rule finds for a day. `occasion` distinguishes it from the next time: a month, a contract, a delivery."""

    company: int
    occasion: str
    group: str
    due_on: date | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)  # in JSON types: the values for the sentence
    person: int | None = None
    vehicle: int | None = None


@dataclass(frozen=True, slots=True)
class OutcomeChip:
    """A possible outcome of a contact. `effect(reason, by=user)` makes a further row in the verb's transaction and returns it."""

    code: str
    label: Words
    outcome: str
    effect: Any = None


REACHED_CHIPS = (
    OutcomeChip("reached", _("Spoke to them, no follow-up needed"), Outcome.REACHED),
    OutcomeChip("wants_meeting", _("Wants a meeting"), Outcome.WANTS_MEETING),
    OutcomeChip("not_interested", _("Not interested"), Outcome.NOT_INTERESTED),
    OutcomeChip("complained", _("Complained"), Outcome.COMPLAINED),
)
NOT_REACHED_CHIPS = (
    OutcomeChip("not_reached", _("No answer"), Outcome.NOT_REACHED),
    OutcomeChip("left_word", _("Left a message"), Outcome.LEFT_WORD),
    OutcomeChip("wrong_number", _("Wrong number"), Outcome.WRONG_NUMBER),
)


class Rule:
    """A kind of reason: when there is one, its sentence and its value."""

    name: str
    title: Words  # in the catalogue
    about: Words  # what it finds, when, and when it stops; one or two sentences of the catalogue
    numbers: tuple[Number, ...] = ()  # the policies it reads
    on_for: frozenset[str] | None = None  # the tiers that it begins with; None: all of them. Administrators switch it otherwise
    is_private: bool = False  # its sentence tells something that only who serves the company may read: a round does not pass it on
    icon: str = "phone"
    doing: Words = _("Call")  # one word at the end of the row
    called: Words = _("kind of reason")  # in the sum that explains the card's place
    value: int = 0  # 0 to 40: the points of this kind of reason, added to those for tier, group and urgency
    asks: str = ""  # the group from which a person is suggested where the rule gives none
    topic: str = ""  # prefer a person with this responsibility, if there is one
    rest: relativedelta | None = None

    @property
    def absent(self) -> Words:
        """The text of `explain` where the rule finds nothing."""
        raise NotImplementedError

    def find(self, companies: "CompanyQuerySet", *, on: date) -> Iterable[FoundReason]:
        """The reasons on that day at these companies, in a fixed number of queries."""
        raise NotImplementedError

    def sentence(self, facts: Mapping[str, object]) -> str:
        """The reason in the reader's language, in one or two full sentences."""
        raise NotImplementedError

    def details(self, facts: Mapping[str, object]) -> Iterator[tuple[Words, str]]:
        """(label, text) pairs shown on the open card."""
        return iter(())

    def factors(self, facts: Mapping[str, Any]) -> list[tuple[Words, int]]:
        """Further points for what was found, each with its words, so that no weight is hidden."""
        return []

    def is_promised(self, facts: Mapping[str, object]) -> bool:
        """True where the due date was set by somebody or something, so that it can be overdue."""
        return True

    def chips(self, reason: Reason) -> tuple[OutcomeChip, ...]:
        """The possible outcomes of a contact in which the person was reached."""
        return REACHED_CHIPS

    def undo(self, made_id: int, *, by: "User") -> None:
        """Remove the row made by a chip's effect, if it still exists, when the user takes the step back."""

    def url(self, reason: Reason) -> str:
        """The page of the reason's subject; "" for the company's page."""
        return ""


@dataclass(frozen=True, slots=True)
class UnfedRule:
    """A rule whose facts are not kept yet: the catalogue names it, and what it waits for, until a rule of its name is registered."""

    name: str
    title: Words
    about: Words
    waits_for: Words


rules: Registry[Rule] = Registry("rules")
unfed: Registry[UnfedRule] = Registry("rules without facts")
