"""A reason for display: the row with its rule, which has the sentence, the icon and the channel."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from contacts.memory.calling import CALLING, Calling, calling_at_company
from contacts.people.models.person import Channel
from contacts.people.models.roles import DecisionMaker
from contacts.reasons.models import Reason, points_of
from contacts.reasons.rule import Rule, rules
from fleetportal.core.registry import Registry

BY_PHONE = "phone"  # the icon of rules for which a letter will do as well
OTHERWISE: dict[str, str | Promise] = {Channel.EMAIL: _("Write"), Channel.LETTER: _("Write"), Channel.IN_PERSON: _("Visit")}
WAYS = {Channel.EMAIL: "mail", Channel.LETTER: "mailbox", Channel.IN_PERSON: "users"}


# ids of people -> for each who is to be contacted apart from their reasons: by whom and when, in words. Filled from above; 1 query each.
contacted_too: "Registry[Callable[[Sequence[int]], dict[int, str]]]" = Registry("who else contacts a person")


def who_else(people: Sequence[int]) -> dict[int, list[str]]:
    """By whom and when these people are to be contacted besides, so that one human is not called twice. 1 query for each source."""
    said: dict[int, list[str]] = {}
    for source in contacted_too if people else ():
        for person, words in source(people).items():
            said.setdefault(person, []).append(words)
    return said


class Weight(NamedTuple):
    """One factor in a reason's weight: its label and its points."""

    words: str | Promise
    points: int


@dataclass(frozen=True)
class ReasonCard:
    """One reason, for Today, the dossier and `explain`."""

    reason: Reason

    @property
    def rule(self) -> Rule:
        return rules[self.reason.rule]

    @property
    def sentence(self) -> str:
        return self.rule.sentence(self.reason.facts)

    @property
    def details(self) -> Sequence[tuple[str | Promise, str]]:
        """(label, text) pairs of the open card."""
        return list(self.rule.details(self.reason.facts))

    @property
    def due_on(self) -> date | None:
        """The due date, where anybody was promised one."""
        return self.reason.due_on if self.rule.is_promised(self.reason.facts) else None

    @property
    def url(self) -> str:
        return self.rule.url(self.reason)

    @property
    def job(self) -> str | Promise:
        """The person's job title, or the kind of decision-maker, on `for_cards()` rows."""
        kind = self.reason.role_kind
        return self.reason.job_title or (DecisionMaker.Kind(kind).label if kind and kind != DecisionMaker.Kind.OTHER else "")

    @property
    def channel(self) -> Channel:
        """The best usable channel: telephone if they may be called, e-mail, letter, otherwise in person. No query on `for_cards()`
        rows."""
        company = self.reason.company
        if self.reason.person is None:
            return Channel.PHONE if company.phone else Channel.IN_PERSON
        if self.has(Channel.PHONE) and self.calling.allowed:
            return Channel.PHONE
        if self.has(Channel.EMAIL):
            return Channel.EMAIL
        return Channel.LETTER if company.street else Channel.IN_PERSON

    @property
    def calling(self) -> Calling:
        """Whether the person may be called. 1 query, none on `for_cards()` rows."""
        code: str | None = getattr(self.reason, "may_be_called", None)
        if code is None:
            code = Reason.objects.filter(pk=self.reason.pk).values_list(calling_at_company(), flat=True).get()
        return CALLING[code]

    def has(self, channel: Channel) -> bool:
        """True where the person has a usable address of that channel. 1 query, none on `for_cards()` rows."""
        known: bool | None = getattr(self.reason, f"has_{channel.value}", None)
        return bool(self.reason.person and self.reason.person.usable_address(channel)) if known is None else bool(known)

    @property
    def doing(self) -> str | Promise:
        """One word for what to do: the rule's, or "Write" or "Visit" where nobody can or may be called."""
        return OTHERWISE.get(self.channel, self.rule.doing) if self.rule.icon == BY_PHONE else self.rule.doing

    @property
    def icon(self) -> str:
        return WAYS.get(self.channel, BY_PHONE) if self.rule.icon == BY_PHONE else self.rule.icon

    def weights(self, on: date) -> list[Weight]:
        """The factors of the reason's weight with their points, which add up to `weight` on the day it was computed."""
        reason, company, left = self.reason, self.reason.company, self.reason.days_left(on)
        value = reason.facts.get("points", self.rule.value)
        points = points_of(tier=company.tier, phase=company.phase, group=reason.group, value=value, due_on=reason.due_on, on=on)
        labels = {
            "tier": company.get_tier_display() or _("no tier yet"),
            "group": reason.get_group_display(),
            "kind": self.rule.called,
            "risk": company.get_phase_display(),
            "hurry": ngettext("%d day left", "%d days left", left) % left if left and left > 0 else _("due"),
        }
        further = [Weight(*factor) for factor in self.rule.factors(reason.facts)]
        return [*(Weight(labels[thing], counts) for thing, counts in points.items()), *further]
