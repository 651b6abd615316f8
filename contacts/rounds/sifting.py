"""Who of those chosen can be contacted in a round, and who is left out, why, and what brings them in again."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contacts.arbiter.actions import HeldFor
from contacts.arbiter.models import Hold
from contacts.memory.calling import CALLING, calling_at_company
from contacts.memory.models.complaint import Complaint
from contacts.people.models.person import Channel, PersonAddress
from contacts.people.models.roles import GROUPS
from contacts.rounds.holding import holds_against
from contacts.rounds.models import ContactRound, Stop


@dataclass(frozen=True)
class LeftOut:
    """A reason to leave somebody out; `back` says what brings them in again."""

    code: str
    words: str | Promise
    back: str | Promise


LEFT_OUT = {
    one.code: one
    for one in (
        LeftOut("nobody", _("Nobody is known there."), _("Enter a person at the company, then check again.")),
        LeftOut("gone", _("They no longer work there."), _("You can put their successor into another round.")),
        LeftOut("refused", _("They have refused calls."), _("Only they can change that. Write to them, where they allow it.")),
        LeftOut("unknown", _("No customer yet, and neither interest nor consent is recorded."), _("Record a consent, then check again.")),
        LeftOut("no_number", _("No telephone number that may be passed on."), _("Enter a number that is not private, then check again.")),
        LeftOut("complaint", _("A complaint is open at the company."), _("Answer the complaint, then check again.")),
        LeftOut("in_round", _("They are already in another contact round."), _("Check again when that round is over.")),
        LeftOut("held", _("Another centre is in contact with them."), _("Check again when that centre has finished.")),
        LeftOut("twice", _("They were chosen more than once."), _("Nothing to do: they are in the round once.")),
        LeftOut("no_day", _("No day is left in the period."), _("Choose a later end, more contacts a day or more colleagues.")),
        LeftOut("no_caller", _("Nobody was chosen to call them."), _("Choose who calls.")),
        LeftOut("by_hand", _("Taken out by a colleague."), _("Put them back in from the list.")),
        LeftOut("closed", _("The round ended before they were reached."), _("Copy the round to go on with them.")),
    )
}
FINAL = ("twice", "by_hand", "closed")  # checking again changes nothing about these


@dataclass(frozen=True)
class Candidate:
    """Somebody chosen for a round, with the reason that they have now; without a person nobody is known in that group."""

    company: int
    person: int | None
    group: str
    rule: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    reason_key: str = ""
    weight: int = 0


@dataclass(frozen=True)
class Sifted:
    """Those who can be contacted, in order, and those who are left out, each with the code of the reason."""

    chosen: Sequence[Candidate]
    left_out: Sequence[tuple[Candidate, str]]


def tallied(codes: Iterable[str]) -> list[tuple[int, LeftOut]]:
    return [(count, LEFT_OUT[code]) for code, count in Counter(codes).most_common()]


def sift(
    candidates: Sequence[Candidate], *, channel: str, on: date, but: ContactRound | None = None, occasion: HeldFor | None = None
) -> Sifted:
    """Decide about each candidate, the most valuable first; the stops of the round `but` count for nobody. With `occasion` whoever
    another centre holds is left out.

    Costs at most 4 queries, and 1 for each target group.
    """
    known = Obstacles(candidates, channel=channel, on=on, but=but, occasion=occasion)
    chosen, left_out, seen = [], [], set()
    for one in sorted(candidates, key=lambda candidate: -candidate.weight):
        code = "twice" if one.person is not None and one.person in seen else known.why_not(one)
        if code:
            left_out.append((one, code))
        else:
            chosen.append(one)
        seen.add(one.person)
    return Sifted(chosen, left_out)


class Obstacles:
    """What decides about candidates, read for all of them at once."""

    def __init__(
        self, candidates: Sequence[Candidate], *, channel: str, on: date, but: ContactRound | None, occasion: HeldFor | None = None
    ) -> None:
        self.by_phone = channel == Channel.PHONE
        companies = sorted({one.company for one in candidates})
        people = sorted({one.person for one in candidates if one.person is not None})
        self.complaining = set(Complaint.objects.open().filter(company__among=companies).values_list("company", flat=True))
        others = Stop.objects.open().filter(person__among=people)
        others = others.exclude(contact_round=but) if but else others
        self.in_round = set(others.values_list("person", flat=True))
        against = holds_against(occasion).of(people) if occasion else Hold.objects.none()
        self.held = set(against.values_list("person", flat=True))
        numbers = PersonAddress.objects.usable().filter(person__among=people, channel=Channel.PHONE, is_private=False)
        self.numbered = set(numbers.values_list("person", flat=True)) if self.by_phone else set()
        self.calling: dict[tuple[str, int, int], str] = {}
        for group in sorted({one.group for one in candidates}):
            roles = GROUPS[group]._default_manager.running(on=on).filter(person__among=people, company__among=companies)
            for person, company, code in roles.values_list("person_id", "company_id", calling_at_company()):
                self.calling[group, person, company] = code

    def why_not(self, one: Candidate) -> str:
        """The code of the reason to leave `one` out; "" where there is none."""
        if one.person is None:
            return "nobody"
        calling = self.calling.get((one.group, one.person, one.company))
        if calling is None:
            return "gone"
        if self.by_phone and not CALLING[calling].allowed:
            return calling
        if one.company in self.complaining:
            return "complaint"
        if one.person in self.in_round:
            return "in_round"
        if one.person in self.held:
            return "held"
        return "no_number" if self.by_phone and one.person not in self.numbered else ""
