"""The history of calls, visits and letters over years, up to yesterday."""

from datetime import date, timedelta

from accounts.models import User
from contacts.models import Interaction
from demo import phrases
from demo.companies import Account, KnownPerson, moment
from demo.rows import DemoBatch
from fleetportal.core.db import bulk

BUSY = {"prospect": (1, 5), "new": (3, 10), "repeat": (6, 15), "loyal": (9, 24), "at_risk": (5, 15), "lost": (2, 7)}
WAYS = (("phone", phrases.CALLS, 55), ("email", phrases.LETTERS, 27), ("in_person", phrases.VISITS, 18))
SILENCE_DAYS = 200


class History:
    """Makes the timeline of one account after the other."""

    def __init__(self, *, on: date, adviser: User) -> None:
        self.on, self.adviser = on, adviser

    def add(self, made: Account, batch: DemoBatch) -> None:
        """Contacts since the company was entered; one in four companies has been silent for longer than any cadence allows."""
        chance = made.chance
        latest = SILENCE_DAYS + chance.randrange(150) if made.happens(4, 3) else 1 + chance.randrange(60)
        span = (self.on - made.entered_on).days
        if span <= latest:
            return
        people = [known for group in made.known.values() for known in group]
        days = sorted((latest + chance.randrange(span - latest) for _ in range(chance.randint(*BUSY[made.phase]) - 1)), reverse=True)
        for back in [*days, latest]:
            batch.contacts.append(self.contact(made, people, self.on - timedelta(days=back)))

    def contact(self, made: Account, people: list[KnownPerson], on: date) -> Interaction:
        chance = made.chance
        channel, sentences, _weight = chance.choices(WAYS, [weight for *_rest, weight in WAYS])[0]
        outcome, text = chance.choice(sentences)
        by = self.adviser if channel == "in_person" and chance.random() < 0.4 else made.manager
        return bulk.new(Interaction,
            company=made.row, person=chance.choice(people).person if people else None, channel=channel,
            direction="in" if text.startswith("“") else "out", outcome=outcome, text=text, happened_at=moment(on, chance), by=by,
        )  # fmt: skip
