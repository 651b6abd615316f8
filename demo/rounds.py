"""A contact round of the demo: the decision-makers of the best companies in the north, before the year ends, called by two."""

from datetime import date, timedelta

from accounts.models import Company, Tier
from contacts.models import ContactRound, Group
from contacts.rounds import choosing
from contacts.rounds.actions.callers import split
from contacts.rounds.actions.calling import CHIPS, call
from contacts.rounds.actions.planning import plan
from demo import phrases
from demo.staff import Staff

LASTS = timedelta(weeks=5)
COMPANIES = 40
BEST = (Tier.DIAMOND, Tier.PLATINUM, Tier.GOLD)


def add_round(staff: Staff, *, on: date) -> None:
    """A running round of Anna's, which she and an outside agent share; he has made the first calls today."""
    anna, tomas, centre = staff.users["anna"], staff.users["tomas"], staff.centres["nord"]
    best = Company.objects.where(anna, may="serve_customers").filter(centre=centre, tier__in=BEST).order_by("pk")
    chosen = choosing.of_companies(list(best.values_list("pk", flat=True)[:COMPANIES]), Group.DECISION_MAKER, by=anna, on=on)
    facts = {
        "name": phrases.ROUND_NAME,
        "goal": phrases.ROUND_GOAL,
        "centre": centre,
        "starts_on": on,
        "ends_on": on + LASTS,
        "opening": phrases.ROUND_OPENING,
        "script": phrases.ROUND_SCRIPT,
        "state": ContactRound.State.RUNNING,
    }
    found = plan(facts, chosen, callers=[anna, tomas], by=anna, on=on)
    split(found, by=anna)
    for stop, (code, text, answers) in zip(
        list(found.stops.open().filter(assigned_to=tomas).in_order()), phrases.ROUND_RESULTS, strict=False
    ):
        call(stop, CHIPS[code], text=text, answers=answers, by=tomas, on=on)
