"""The people of the demo: decision-makers, users and drivers, with addresses, consents and moves between companies."""

from datetime import date, datetime, timedelta
from typing import Any

from contacts.models import Consent, DecisionMaker, Driver, Person, PersonAddress, VehicleUser
from demo import names, numbers, phrases
from demo.cast import DECIDES, DRIVES, USES, Actor
from demo.companies import Account, KnownPerson, moment
from demo.rows import DemoBatch, morning
from fleetportal.core.db import bulk

MODELS: dict[str, Any] = {DECIDES: DecisionMaker, USES: VehicleUser, DRIVES: Driver}
RANKS = ("owner", "fleet_manager", "branch_manager", "other")
RESPONSIBILITIES = ("invoices", "orders", "service", "damage", "drivers")
ADDRESS_STATES, STATE_WEIGHTS = ("confirmed", "unconfirmed", "bouncing", "withdrawn"), (80, 14, 4, 2)
WRONG_LINE = 9  # of twenty: somebody else answers there
# Consents of an address: purposes given, and purposes withdrawn afterwards.
ANSWERS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("invitations",), ()),
    (("invitations", "news", "offers"), ()),
    ((), ()),
    (("invitations", "news"), ("news",)),
    (("invitations",), ("invitations",)),
)
ANSWER_WEIGHTS = (40, 22, 22, 8, 8)


class PeopleWriter:
    """Makes the people of one account after the other."""

    def __init__(self, *, on: date) -> None:
        self.on = on
        self.made = 0

    def add(self, made: Account, previous: Account | None, batch: DemoBatch) -> None:
        self.batch = batch
        made.known = {DECIDES: [], USES: [], DRIVES: []}
        for role in made.part.people if made.part else ():
            self.add_cast(made, role)
        self.arrivals(made, previous)
        if not made.part:
            self.add_unknown(made)
        if made.happens(11, 6):
            self.add_leaver(made)

    def add_cast(self, made: Account, role: Actor) -> None:
        person = self.person(
            made, role.first, role.last, role.title, role.language, family=role.family, best_time=role.best_time, is_cast=True
        )
        for group in role.groups:
            facts: dict[str, Any] = {"job_title": role.job, "responsibilities": list(role.responsibilities)}
            if group == DECIDES:
                facts["kind"] = role.kind
            self.role(made, group, person, made.entered_on, **facts)

    def add_unknown(self, made: Account) -> None:
        """People beyond the cast, with some empty chairs for the coverage figures."""
        chance = made.chance
        deciders = 0 if made.happens(40, 11) else 1 + (chance.random() < 0.7) + (chance.random() < 0.4) + (chance.random() < 0.2)
        users = 0 if made.happens(9, 5) else sum(chance.random() < 0.9 for _ in range(made.personal))
        drivers = 0 if made.happens(4, 1) else round(min(made.functional, 16) * chance.uniform(0.6, 1.8))
        for rank in range(deciders):
            self.newcomer(made, [DECIDES, USES] if users and rank == 0 and chance.random() < 0.4 else [DECIDES], rank)
        for _ in range(users - len(made.known[USES])):
            self.newcomer(made, [USES])
        for _ in range(drivers):
            self.newcomer(made, [DRIVES, USES] if users and chance.random() < 0.04 else [DRIVES])

    def newcomer(self, made: Account, groups: list[str], rank: int = 0) -> Person:
        """A random person with a role of each group."""
        chance = made.chance
        language = made.language if made.language != "de" else chance.choices(("de", "it", "ru", "en"), (80, 8, 8, 4))[0]
        tongue = names.PEOPLE[language]
        if chance.random() < (0.12 if DRIVES in groups else 0.4):
            first, last, title = chance.choice(tongue.women), chance.choice(tongue.last_of_women), tongue.madam
        else:
            first, last, title = chance.choice(tongue.men), chance.choice(tongue.last), tongue.sir
        if DECIDES in groups and chance.random() < 0.12:
            title = {"it": "Dott.ssa" if title == tongue.madam else "Dott.", "de": f"{title} Dr."}.get(language, title)
        since = made.entered_on + (self.on - made.entered_on) * chance.randrange(9) // 10
        person = self.person(made, first, last, title, language, since=since)
        for group in groups:
            self.role(made, group, person, since, **self.facts_of(made, group, rank))
        return person

    def facts_of(self, made: Account, group: str, rank: int) -> dict[str, Any]:
        chance = made.chance
        facts: dict[str, Any] = {"job_title": chance.choice(phrases.JOBS[group])}
        if group == DECIDES:
            facts["kind"] = RANKS[rank] if chance.random() < 0.7 else "managing_director"
            facts["responsibilities"] = chance.sample(RESPONSIBILITIES, 1 + chance.randrange(3))
        elif group == USES:
            facts["may_choose"], facts["interests"] = chance.random() < 0.8, chance.choice(phrases.INTERESTS)
        else:
            facts["drinks"] = chance.choice(phrases.DRINKS)
        return facts

    def arrivals(self, made: Account, previous: Account | None) -> None:
        """A person who came from the previous company, and one who decides at both."""
        if previous is None:
            return
        if previous.leaver:
            self.role(made, USES, previous.leaver, self.on - timedelta(days=90 + made.number % 200), job_title="sales")
        if made.happens(14, 6) and previous.known[DECIDES]:
            person = previous.known[DECIDES][0].person
            self.role(made, DECIDES, person, made.entered_on, job_title="managing director", kind="managing_director")

    def add_leaver(self, made: Account) -> None:
        """A person who had a car here until recently and now has one at the next company."""
        since = self.on - timedelta(days=1500)
        tongue = names.GERMAN
        first, last = made.chance.choice(tongue.men), made.chance.choice(tongue.last)
        made.leaver = self.person(made, first, last, tongue.sir, "de", since=since)
        gone = self.on - timedelta(days=320)
        facts: dict[str, Any] = {"job_title": "field service", "starts_on": since, "ends_on": gone}
        self.batch.roles[VehicleUser].add(bulk.new(VehicleUser, person=made.leaver, company=made.row, **facts), at=morning(since))

    def role(self, made: Account, group: str, person: Person, since: date, **facts: Any) -> None:
        model = MODELS[group]
        role = self.batch.roles[model].add(bulk.new(model, person=person, company=made.row, starts_on=since, **facts), at=morning(since))
        made.known[group].append(KnownPerson(role, person))

    def person(
        self,
        made: Account,
        first: str,
        last: str,
        title: str,
        language: str,
        *,
        since: date | None = None,
        is_cast: bool = False,
        **facts: Any,
    ) -> Person:
        """A new person with addresses and consents."""
        chance, entered_at = made.chance, moment(since or made.entered_on, made.chance)
        if not is_cast and chance.random() < 0.3:
            facts = {"family": chance.choice(phrases.FAMILIES), "best_time": chance.choice(phrases.BEST_TIMES)}
        if chance.random() < 0.25:
            facts["born_on"] = date(1956 + chance.randrange(48), 1 + chance.randrange(12), 1 + chance.randrange(28))
        person = bulk.new(Person,
            first_name=first, last_name=last, title=title, language=language, centre=made.house.centre, entered_at=entered_at, **facts,
        )  # fmt: skip
        self.made += 1
        self.batch.people.append(person)
        self.addresses(made, person, is_cast=is_cast)
        return person

    def addresses(self, made: Account, person: Person, *, is_cast: bool) -> None:
        """Ways to reach the person."""
        chance = made.chance

        def add(channel: str, value: str, **facts: Any) -> PersonAddress:
            facts |= {"channel": channel, "value": value, "entered_at": person.entered_at}
            address = bulk.new(PersonAddress, person=person, **facts)
            self.batch.addresses.append(address)
            return address

        if is_cast or chance.random() < 0.86:
            value = f"{names.latin(person.first_name)}.{names.latin(person.last_name)}@{made.domain}"
            state = "confirmed" if is_cast else chance.choices(ADDRESS_STATES, STATE_WEIGHTS)[0]
            self.consents(made, add("email", value, state=state), is_cast=is_cast)
        if is_cast or chance.random() < 0.8:
            is_wrong = not is_cast and made.lines % 20 == WRONG_LINE
            add("phone", numbers.extension(*made.board, made.lines)[0], state="wrong" if is_wrong else "confirmed")
            made.lines += 1
        if chance.random() < 0.3:
            is_private = chance.random() < 0.5
            add("phone" if is_private else "sms", numbers.mobile(self.made)[0], is_private=is_private)

    def consents(self, made: Account, address: PersonAddress, *, is_cast: bool) -> None:
        """The address's consents given and withdrawn: entries of the ledger, oldest first."""
        chance = made.chance
        given, withdrawn = ANSWERS[0] if is_cast else chance.choices(ANSWERS, ANSWER_WEIGHTS)[0]
        source = chance.choice(phrases.SOURCES)
        at = min(address.entered_at + timedelta(days=chance.randrange(60)), moment(self.on - timedelta(days=2), chance))
        for purpose in given:
            self.consent(made, address, purpose, source, at, is_given=True)
        for purpose in withdrawn:
            self.consent(made, address, purpose, "preferences page", at + timedelta(days=1), is_given=False)

    def consent(self, made: Account, address: PersonAddress, purpose: str, source: str, at: datetime, *, is_given: bool) -> None:
        language = address.person.language
        consent = bulk.new(Consent,
            address=address, purpose=purpose, is_given=is_given, wording=phrases.WORDINGS[language, purpose], language=language,
            source=source, company=made.row, at=at, recorded_by=None if source == "preferences page" else made.manager,
        )  # fmt: skip
        self.batch.consents.append(consent)
