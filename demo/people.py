"""The people of the demo: decision-makers, users and drivers, with addresses, consents and the paths they took between companies."""

import hashlib
from datetime import date, datetime, timedelta
from typing import Any

from contacts.models import Consent, DecisionMaker, Driver, Person, PersonAddress, VehicleUser
from demo import names, numbers, phrases
from demo.cast import DECIDES, DRIVES, USES, Actor
from demo.companies import Account, KnownPerson, moment
from demo.rows import Tables
from fleetportal.core.audit import Entry
from fleetportal.core.db import fold
from fleetportal.core.db.search import SearchRow, words_of

MODELS: dict[str, Any] = {DECIDES: DecisionMaker, USES: VehicleUser, DRIVES: Driver}
HASHES = {key: hashlib.sha256(text.encode()).hexdigest() for key, text in phrases.WORDINGS.items()}
RANKS = ("owner", "fleet_manager", "branch_manager", "other")
RESPONSIBILITIES = ("invoices", "orders", "service", "damage", "drivers")
ADDRESS_STATES, STATE_WEIGHTS = ("confirmed", "unconfirmed", "bouncing", "withdrawn"), (80, 14, 4, 2)
# What an address was asked and how it answered: purposes given, purposes withdrawn afterwards.
ANSWERS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("invitations",), ()),
    (("invitations", "news", "offers"), ()),
    ((), ()),
    (("invitations", "news"), ("news",)),
    (("invitations",), ("invitations",)),
)
ANSWER_WEIGHTS = (40, 22, 22, 8, 8)


class PeopleWriter:
    """Writes the people of one account after the other."""

    def __init__(self, tables: Tables, *, on: date) -> None:
        self.tables, self.on = tables, on

    def add(self, made: Account, previous: Account | None) -> None:
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
        """People beyond the cast, some chairs left empty: coverage is a figure of its own."""
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

    def newcomer(self, made: Account, groups: list[str], rank: int = 0) -> int:
        """A person made by chance with a role of each group."""
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
        pk = self.person(made, first, last, title, language, since=since)
        for group in groups:
            self.role(made, group, pk, since, **self.facts_of(made, group, rank))
        return pk

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
        """Somebody who came over from the company before, and somebody who decides at both."""
        if previous is None:
            return
        if previous.leaver:
            self.role(made, USES, previous.leaver, self.on - timedelta(days=90 + made.number % 200), job_title="sales")
        if made.happens(14, 6) and previous.known[DECIDES]:
            person = previous.known[DECIDES][0].person
            self.role(made, DECIDES, person, made.entered_on, job_title="managing director", kind="managing_director")

    def add_leaver(self, made: Account) -> None:
        """Somebody who had a car here until lately and has one at the next company now."""
        since = self.on - timedelta(days=1500)
        tongue = names.GERMAN
        first, last = made.chance.choice(tongue.men), made.chance.choice(tongue.last)
        made.leaver = self.person(made, first, last, tongue.sir, "de", since=since)
        gone = self.on - timedelta(days=320)
        self.tables[VehicleUser].add(
            person_id=made.leaver, company_id=made.pk, job_title="field service", responsibilities=[], starts_on=since, ends_on=gone
        )

    def role(self, made: Account, group: str, person: int, since: date, **facts: Any) -> None:
        facts.setdefault("responsibilities", [])
        pk = self.tables[MODELS[group]].add(person_id=person, company_id=made.pk, starts_on=since, **facts)
        made.known[group].append(KnownPerson(pk, person))

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
    ) -> int:
        """The number of a new person with addresses and what they agreed to."""
        chance, entered_at = made.chance, moment(since or made.entered_on, made.chance)
        if not is_cast and chance.random() < 0.3:
            facts = {"family": chance.choice(phrases.FAMILIES), "best_time": chance.choice(phrases.BEST_TIMES)}
        if chance.random() < 0.25:
            facts["born_on"] = date(1956 + chance.randrange(48), 1 + chance.randrange(12), 1 + chance.randrange(28))
        pk = self.tables[Person].add(
            first_name=first, last_name=last, title=title, language=language, name_folded=fold(f"{last} {first}")[:200],
            centre_id=made.house.centre.pk, entered_at=entered_at, **facts,
        )  # fmt: skip
        found_by = [first, last, *self.addresses(made, pk, first, last, language, entered_at, is_cast=is_cast)]
        self.tables[SearchRow].add(object_type="contacts.person", object_id=pk, title=f"{first} {last}"[:200], words=words_of(found_by))
        actor = made.manager.pk if made.manager else None
        self.tables[Entry].add(action="person.entered", object_type="contacts.person", object_id=pk, actor_id=actor, at=entered_at)
        return pk

    def addresses(
        self, made: Account, person: int, first: str, last: str, language: str, entered_at: datetime, *, is_cast: bool
    ) -> list[str]:
        """Ways to reach the person; the business ones, by which search finds them."""
        chance, business = made.chance, []
        add = self.tables[PersonAddress].add
        if is_cast or chance.random() < 0.86:
            value = f"{names.latin(first)}.{names.latin(last)}@{made.domain}"
            state = "confirmed" if is_cast else chance.choices(ADDRESS_STATES, STATE_WEIGHTS)[0]
            pk = add(person_id=person, channel="email", value=value, value_folded=fold(value), state=state, entered_at=entered_at)
            business.append(value)
            self.consents(made, pk, language, entered_at, is_cast=is_cast)
        if is_cast or chance.random() < 0.8:
            written, dialled = numbers.extension(*made.board, made.lines)
            made.lines += 1
            add(person_id=person, channel="phone", value=written, value_folded=dialled, state="confirmed", entered_at=entered_at)
            business.append(written)
        if chance.random() < 0.3:
            written, dialled = numbers.mobile(person)
            private = chance.random() < 0.5
            channel = "phone" if private else "sms"
            add(person_id=person, channel=channel, value=written, value_folded=dialled, is_private=private, entered_at=entered_at)
            business.extend([] if private else [written])
        return business

    def consents(self, made: Account, address: int, language: str, entered_at: datetime, *, is_cast: bool) -> None:
        """What the address was given for, and what was taken back later: entries of the ledger, oldest first."""
        chance = made.chance
        given, withdrawn = ANSWERS[0] if is_cast else chance.choices(ANSWERS, ANSWER_WEIGHTS)[0]
        source = chance.choice(phrases.SOURCES)
        at = min(entered_at + timedelta(days=chance.randrange(60)), moment(self.on - timedelta(days=2), chance))
        for purpose in given:
            self.consent(made, address, purpose, language, source, at, is_given=True)
        for purpose in withdrawn:
            self.consent(made, address, purpose, language, "preferences page", at + timedelta(days=1), is_given=False)

    def consent(self, made: Account, address: int, purpose: str, language: str, source: str, at: datetime, *, is_given: bool) -> None:
        wording = (language, purpose)
        by_staff = source != "preferences page" and made.manager
        self.tables[Consent].add(
            address_id=address, purpose=purpose, is_given=is_given, wording=phrases.WORDINGS[wording], wording_hash=HASHES[wording],
            language=language, source=source, company_id=made.pk, at=at,
            recorded_by_id=made.manager.pk if by_staff and made.manager else None,
        )  # fmt: skip
