"""The outcome of a stop: what the same outcome does on Today's card, and the next step of the round."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import TouchedCompany, responsible_for
from contacts.arbiter.models import Release
from contacts.memory.models.complaint import working_days_after
from contacts.memory.models.interaction import Interaction, Outcome
from contacts.reasons.computing import compute
from contacts.reasons.models import Reason
from contacts.reasons.rule import NOT_REACHED_CHIPS, REACHED_CHIPS, OutcomeChip
from contacts.rounds.actions.leading import keep_waiting, why_done
from contacts.rounds.holding import let_go
from contacts.rounds.models import RoundNotRunning, Stop, StopDone
from contacts.rounds.questions import in_words, questions_of, write_answers
from contacts.today import actions, outcomes
from contacts.today.actions import TRY_AGAIN
from contacts.today.outcomes import NOTHING_ASKED, Asked
from fleetportal.core import audit
from fleetportal.core.db import lock

if TYPE_CHECKING:
    from accounts.models import User

CHIPS = {chip.code: chip for chip in (*REACHED_CHIPS, *NOT_REACHED_CHIPS)}
TEXT = 2000


def call(
    stop: Stop,
    chip: OutcomeChip,
    *,
    text: str,
    answers: Mapping[str, str],
    by: "User",
    on: date,
    asked: Asked = NOTHING_ASKED,
    attempt: int | None = None,
) -> Interaction:
    """Log what came of the stop, with the consequences of the same outcome on Today, and write the answers where they belong. Whoever
    was reached is done; for the others there is a further try. The line of the timeline.

    `attempt` is the number of the try that is told: one that was told before is refused. What an outside agent brings back falls to
    whoever is responsible for the company. Raises StopDone, RoundNotRunning, DealtWith; nothing has changed then. Costs about 30
    queries: those of Today's outcome, 6 of its own, and those of the answers.
    """
    with transaction.atomic():
        contact_round = stop.contact_round
        if not lock(contact_round).is_running:
            raise RoundNotRunning(_("This contact round is not running. Nothing was logged."))
        keep_waiting(stop)
        if attempt is not None and stop.tries >= attempt:
            raise StopDone(why_done(stop), facts={"by": stop.done_by_id})
        questions = questions_of(contact_round)
        said = "\n".join(filter(None, [text, in_words(questions, answers)]))[:TEXT]
        logged = _happen(stop, chip, said, _cared_for(stop, asked, by=by, on=on), by=by, on=on)
        write_answers(stop, questions, answers, by=by)
        _settle(stop, chip, logged, answers, by=by, on=on)
        return logged


def _happen(stop: Stop, chip: OutcomeChip, text: str, asked: Asked, *, by: "User", on: date) -> Interaction:
    """Through the card of the person's reason where they have one, so that it is dealt with too; else by the same door without a
    card."""
    reason = Reason.objects.filter(company=stop.company_id, person=stop.person_id).open(on=on, to=by).in_order().first()
    if reason is not None and stop.person_id is not None:
        verb = actions.not_reached if chip.outcome in TRY_AGAIN else actions.reached
        decision = verb(reason, chip=chip, text=text, by=by, on=on, asked=asked)
        return decision.interaction  # type: ignore[return-value]  # both verbs log one
    done = outcomes.happen(stop, chip, channel=stop.contact_round.channel, text=text, asked=asked, by=by, on=on)
    TouchedCompany.add(stop.company)
    compute([stop.company_id], on=on)
    return done.interaction


def _cared_for(stop: Stop, asked: Asked, *, by: "User", on: date) -> Asked:
    """Who takes care of what the outcome asks for: the one chosen, else whoever calls, unless they do not serve the company."""
    if asked.owner is not None or "serve_customers" in stop.company.rights_of(by):
        return asked
    keeper = responsible_for(stop.company, on=on)
    owner = keeper if keeper is not None and keeper.is_active else stop.contact_round.owner
    return Asked(asked.number, asked.called, asked.times, asked.answer_due_on, owner)


def _settle(stop: Stop, chip: OutcomeChip, logged: Interaction, answers: Mapping[str, str], *, by: "User", on: date) -> None:
    """The stop after a try: done, or open again on a later day, within the period."""
    now = timezone.now()
    values: dict[str, object] = {"outcome": chip.outcome, "tries": stop.tries + 1, "done_at": now, "done_by": by}
    values |= {"interaction": logged, "answers": {**stop.answers, **answers}}
    if chip.outcome in TRY_AGAIN:
        values["day"] = min(next_try(chip.outcome, on), max(stop.contact_round.ends_on, on))
    else:
        values |= {"state": Stop.State.DONE, "day": on}
        let_go([stop], because=Release.ANSWERED, by=by)
    changes = audit.put(stop, values)
    stop.save(update_fields=list(changes))
    audit.record(
        "stop.called", stop, by=by, changes={key: changes[key] for key in ("state", "day") if key in changes}, facts=stop.entry_facts
    )


def next_try(outcome: str, on: date) -> date:
    """The working day of the next try, as far ahead as Today hides the card."""
    return working_days_after(on + timedelta(days=TRY_AGAIN[Outcome(outcome)] - 1))
