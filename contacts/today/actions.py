"""Verbs of reasons. Each stores a decision under the reason's key, with the row that it made; the last one can be undone."""

from contextlib import suppress
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import TouchedCompany
from contacts.memory.actions import complaints
from contacts.memory.models.interaction import REAL_CONTACT, Interaction, Outcome
from contacts.reasons.card import ReasonCard
from contacts.reasons.computing import compute
from contacts.reasons.models import Decision, Reason
from contacts.reasons.planning import Planning, planning_for
from contacts.reasons.rule import OutcomeChip, rules
from contacts.today import messages, numbers, outcomes
from contacts.today.messages import Letter
from contacts.today.outcomes import NOTHING_ASKED, Asked
from fleetportal.core import audit, days
from fleetportal.core.db import lock
from fleetportal.core.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User

# After how many days to try again.
TRY_AGAIN = {Outcome.NOT_REACHED: 1, Outcome.LEFT_WORD: 3, Outcome.WRONG_NUMBER: 1}
WAIT_FOR_ANSWER = timedelta(days=7)
OTHERS_REST = timedelta(days=7)  # the other reasons on a card come back after this time at the latest
GIVEN_FOR = timedelta(days=14)
UNDO_FOR = timedelta(hours=1)


class TooLateToUndo(Refused):
    """The decision was made longer ago than UNDO_FOR."""

    code = "too_late_to_undo"


class DealtWith(Refused):
    """Somebody dealt with the card in the meantime; `facts` say who."""

    code = "card_dealt_with"


def take(reason: Reason, *, by: "User", on: date) -> None:
    """Make sure that nobody else has dealt with the card since the user opened it, and that nobody does until the transaction ends.

    Raises DealtWith: two who log one call at once, or a colleague who was quicker. Call it inside the verb's transaction. Costs 2 queries.
    """
    lock(reason.company)
    same_card = Q(person=reason.person_id, company=reason.company_id, others_until__gt=on, on__gte=reason.found_on)
    ended = Decision.objects.in_force(on=on).filter(key=reason.key) | Decision.objects.filter(same_card if reason.person_id else Q(pk=None))
    first = ended.exclude(given_to=by).select_related("by").order_by("-pk").first()
    if first is not None:
        who, at = str(first.by or _("Somebody")), days.clock(timezone.localtime(first.at))
        words = _("%(who)s dealt with this card at %(at)s: %(what)s. Nothing was logged. If you spoke to them too, log it in the dossier.")
        raise DealtWith(words % {"who": who, "at": at, "what": first.get_kind_display()}, facts={"by": first.by_id})


def reached(reason: Reason, *, chip: OutcomeChip, text: str, by: "User", on: date, asked: Asked = NOTHING_ASKED) -> Decision:
    """The person was reached: log it, restart the cadence, hide the reason as its rule says, and do what the outcome asks for: a
    complaint is opened, a meeting proposed at the times of `asked` or a task planned.

    Raises DealtWith; nothing has changed then. Costs about 22 queries: interaction, decision, and the recomputation of the company's
    reasons; up to 30 more for a meeting.
    """
    with transaction.atomic():
        take(reason, by=by, on=on)
        rest = ReasonCard(reason).rule.rest
        until = on + rest if rest and chip.outcome != Outcome.NOT_INTERESTED else None
        done = outcomes.happen(reason, chip, channel=ReasonCard(reason).channel, text=text, asked=asked, by=by, on=on)
        made = chip.effect(reason, by=by) if chip.effect else done.made
        return _decide(reason, Decision.Kind.REACHED, by=by, on=on, until=until, interaction=done.interaction, made=made)


def not_reached(reason: Reason, *, chip: OutcomeChip, text: str, by: "User", on: date, asked: Asked = NOTHING_ASKED) -> Decision:
    """Nobody answered: log it, and hide the reason for one or three days. A wrong number is struck, and the right one of `asked`
    entered. Raises DealtWith."""
    with transaction.atomic():
        take(reason, by=by, on=on)
        until = on + timedelta(days=TRY_AGAIN[Outcome(chip.outcome)])
        done = outcomes.happen(reason, chip, channel=ReasonCard(reason).channel, text=text, asked=asked, by=by, on=on)
        return _decide(reason, Decision.Kind.NOT_REACHED, by=by, on=on, until=until, interaction=done.interaction, before=done.before)


def written(reason: Reason, *, channel: str, text: str, by: "User", on: date, letter: Letter | None = None) -> Decision:
    """The user wrote, or `letter` is written now and leaves through the outbox: log it, and hide the reason for a week.

    Raises DealtWith, and MayNotWrite where the person has no e-mail address or may not be sent this; nothing has changed then.
    """
    with transaction.atomic():
        take(reason, by=by, on=on)
        logged = Interaction.log(reason.company, person=reason.person, channel=channel, outcome=Outcome.LEFT_WORD, text=text, by=by)
        made = messages.send(reason, letter, logged, by=by) if letter else None
        return _decide(reason, Decision.Kind.WRITTEN, by=by, on=on, until=on + WAIT_FOR_ANSWER, interaction=logged, made=made)


def plan(reason: Reason, planning: Planning, values: dict[str, Any], *, by: "User", on: date) -> Decision:
    """Do it on another day: `planning` makes its row, and the reason is hidden until the day after. Raises DealtWith."""
    with transaction.atomic():
        take(reason, by=by, on=on)
        made = planning.carry_out(reason, values, by=by)
        return _decide(reason, Decision.Kind.PLANNED, by=by, on=on, until=values["on"] + timedelta(days=1), made=made)


def put_off(reason: Reason, *, until: date, why: str, by: "User", on: date) -> Decision:
    """Not now: hide the reason before `until`. Raises DealtWith."""
    with transaction.atomic():
        take(reason, by=by, on=on)
        return _decide(reason, Decision.Kind.NOT_NOW, by=by, on=on, until=until, why=why)


def give(reason: Reason, *, to: "User", why: str, by: "User", on: date) -> Decision:
    """A colleague takes it over: the reason is shown only in their Today, and no longer to a colleague who was given it before.

    After GIVEN_FOR everybody sees it again: the colleague may be away, or no longer serve the company. Costs about 18 queries.
    """
    with transaction.atomic():
        lock(reason.company)  # two users who give it away at the same time must go one after the other, or nobody would have it
        given = Decision.objects.in_force(on=on).filter(key=reason.key).exclude(given_to=None)
        given.update(until=on, others_until=on)
        return _decide(reason, Decision.Kind.GIVEN, by=by, on=on, until=on + GIVEN_FOR, why=why, given_to=to)


def take_back(decision: Decision, planning: Planning, *, by: "User") -> None:
    """Undo the decision: remove what it logged and created, and bring its reason back if it still applies.

    `planning` is the planning of its rule. Repeating it changes nothing. Raises TooLateToUndo after an hour.
    Costs about 20 queries.
    """
    with transaction.atomic():
        try:
            lock(decision)
        except Decision.DoesNotExist:  # taken back a moment ago
            return
        now, company = timezone.now(), decision.company
        if now - decision.at > UNDO_FOR:
            raise TooLateToUndo(_("This can no longer be undone, because it was more than an hour ago. Log what has changed instead."))
        _unmake(decision, planning, by=by)
        _delete(decision, by=by)
        if decision.interaction:
            decision.interaction.take_back(by=by)
        TouchedCompany.add(company)
        compute([company.pk], on=company.centre.today(now))


def correct(interaction: Interaction, values: dict[str, Any], *, by: "User", on: date, promise: dict[str, Any] | None = None) -> None:
    """Correct a logged contact at any time; the decision made with it, and the company's reasons, follow at once.

    Where it turns out to have been a complaint, one is opened with the `promise` of an answer. Costs about 25 queries.
    """
    with transaction.atomic():
        changed = interaction.correct(by=by, **values)
        if "outcome" in changed:
            for decision in Decision.objects.filter(interaction=interaction):
                _follow(decision, interaction.outcome, by=by)
            if interaction.outcome == Outcome.COMPLAINED:
                about = {"person": interaction.person, "text": interaction.text, **(promise or {})}
                complaints.complain(interaction.company, by=by, on=on, **about)
        if changed:
            compute([interaction.company_id], on=on)


def withdraw(interaction: Interaction, *, by: "User", on: date) -> None:
    """Withdraw a logged contact at any time, with the decision made with it and what that made, as far as it can be taken back.

    Repeating it changes nothing. Costs about 25 queries.
    """
    with transaction.atomic():
        try:
            lock(interaction)
        except Interaction.DoesNotExist:  # withdrawn a moment ago
            return
        for decision in Decision.objects.filter(interaction=interaction):
            with suppress(Refused), transaction.atomic():  # a letter that has left, an answer that was given: those stay
                _unmake(decision, planning_for(decision.rule), by=by)
            _delete(decision, by=by)
        company = interaction.company_id
        interaction.take_back(by=by)
        compute([company], on=on)


def _follow(decision: Decision, outcome: str, *, by: "User") -> None:
    """Hide the reason as long as it would be, had the outcome been this one from the beginning."""
    until: date | None
    if outcome in TRY_AGAIN and decision.kind != Decision.Kind.WRITTEN:
        kind, until = Decision.Kind.NOT_REACHED, decision.on + timedelta(days=TRY_AGAIN[Outcome(outcome)])
    elif outcome in REAL_CONTACT:
        rest = rules[decision.rule].rest
        kind, until = Decision.Kind.REACHED, decision.on + rest if rest and outcome != Outcome.NOT_INTERESTED else None
    else:
        return
    values = {"kind": kind, "until": until, "others_until": rest_of_card(kind, until, decision.on) if decision.person_id else None}
    audit.edit(decision, values, action="reason.corrected", by=by)


def _delete(decision: Decision, *, by: "User") -> None:
    audit.record("reason.taken_back", decision, by=by, facts={"company": decision.company_id, "kind": str(decision.kind)})
    decision.delete()


def _unmake(decision: Decision, planning: Planning, *, by: "User") -> None:
    """Undo the row made by a planning, by an outcome or by a chip's effect, with the code that made it."""
    numbers.put_back(decision.before, by=by)
    if decision.made_id is None:
        return
    if decision.kind == Decision.Kind.WRITTEN:
        messages.call_back(decision.made_id)
        return
    if decision.interaction and decision.interaction.outcome in outcomes.ACTING:
        outcomes.undo(decision, by=by)
        return
    undo = planning.undo if decision.kind == Decision.Kind.PLANNED else rules[decision.rule].undo
    undo(decision.made_id, by=by)


def _decide(
    reason: Reason,
    kind: str,
    *,
    by: "User",
    on: date,
    until: date | None,
    interaction: Interaction | None = None,
    made: models.Model | None = None,
    **facts: object,
) -> Decision:
    """Store the decision with its history entry, and recompute the company's reasons immediately, so that the next card is right."""
    decision = Decision.objects.create(
        key=reason.key,
        rule=reason.rule,
        company=reason.company,
        person=reason.person,
        kind=kind,
        on=on,
        until=until,
        others_until=rest_of_card(kind, until, on) if reason.person_id else None,
        interaction=interaction,
        made_type=audit.label(made) if made else "",
        made_id=made.pk if made else None,
        by=by,
        **facts,
    )
    audit.record(f"reason.{kind}", decision, by=by, facts={"company": reason.company_id, "rule": reason.rule})
    compute([reason.company_id], on=on)
    return decision


def rest_of_card(kind: str, until: date | None, on: date) -> date:
    """Until when the other reasons on the card are hidden too: as long as this one, but after a contact for a week at most, since they
    may not have been spoken of."""
    latest = on + OTHERS_REST
    if kind in (Decision.Kind.REACHED, Decision.Kind.WRITTEN):
        return min(until or latest, latest)
    return until or latest
