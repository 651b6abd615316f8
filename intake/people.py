"""Finds the people that rows name, within reach, or drafts them, with addresses, roles, holders and drivers. Consent is never touched."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Centre, Company, Vehicle
from contacts.models import GROUPS, Channel, DecisionMaker, Group, Holder, Person, PersonAddress, Role, VehicleDriver
from contacts.people.models.person import fold_address, fold_name
from fleetportal.core.db import bulk, fold
from intake.drafts import Draft, worst
from intake.models import Made, StagedRow
from intake.records import Record, brief, looks_like_code

FACTS = frozenset(("title", "born_on", "external_id", "first_name"))
Facts = dict[str, Any]


@dataclass(eq=False)
class Known:
    """A person as a batch sees them: where they have roles, under which addresses they are reached."""

    draft: Draft[Person]
    companies: set[Any] = field(default_factory=set)  # ids, or drafts of new companies
    addresses: set[tuple[str, str]] = field(default_factory=set)


class People:
    """The people of a batch."""

    def __init__(
        self,
        reach: QuerySet[Company],
        own: QuerySet[Person],
        centre: Centre | None,
        records: Iterable[Record],
        companies: Iterable[int],
        *,
        today: date,
        read: Callable[[QuerySet[Any]], QuerySet[Any]],
    ) -> None:
        self.reach, self.own, self.centre, self.today, self.read_rows = reach, own, centre, today, read
        self.by_name: dict[str, list[Known]] = defaultdict(list)
        self.by_email: dict[str, list[Known]] = defaultdict(list)
        self.by_id: dict[str, list[Known]] = defaultdict(list)
        self.by_made: dict[str, Known] = {}
        self.people: dict[int, Known] = {}
        self.new: list[Draft[Person]] = []
        self.addresses: list[Draft[PersonAddress]] = []
        self.roles: dict[tuple[str, Any, Any], Draft[Role]] = {}
        self.holders: dict[Any, list[Draft[Holder]]] = defaultdict(list)
        self.drives: dict[tuple[Any, Any], Draft[VehicleDriver]] = {}
        records = list(records)
        facts = [person for record in records for person in record.values.get("people", ())]
        if facts:
            self.load(facts, list(companies), [record.fingerprint for record in records if record.fingerprint])

    # --- what stands -------------------------------------------------------------------------------------------------------

    def load(self, facts: list[Facts], companies: list[int], fingerprints: list[str]) -> None:
        names = {fold_name(one.get("first_name", ""), one.get("last_name", "")) for one in facts} - {""}
        emails = {fold(email) for one in facts for email in one.get("emails", ())}
        ids = {one["external_id"] for one in facts if one.get("external_id")}
        wanted: set[int] = set()
        for model in GROUPS.values():
            at_hand = model._default_manager.filter(company__among=companies, person__name_folded__among=names)
            wanted.update(at_hand.values_list("person", flat=True))
        reachable = Q(pk__in=[])
        reachable |= Q(external_id__among=ids) if ids else Q()
        by_mail = (
            PersonAddress.objects.filter(channel=Channel.EMAIL, value_folded__among=emails).values_list("person", flat=True)
            if emails
            else []
        )
        wanted.update(self.own.filter(reachable | Q(pk__among=list(by_mail))).values_list("pk", flat=True) if ids or emails else [])
        wanted.update(
            self.own.filter(
                name_folded__among=names, centre=self.centre, user_roles=None, driver_roles=None, decision_maker_roles=None
            ).values_list("pk", flat=True)
        )
        made = made_by(fingerprints)
        wanted.update(self.own.filter(pk__among=made).values_list("pk", flat=True) if made else ())
        self.load_people(wanted)
        for pk, fingerprint in made.items():
            if pk in self.people:
                self.by_made[fingerprint] = self.people[pk]

    def load_people(self, wanted: set[int]) -> None:
        for person in self.read_rows(Person.objects.filter(pk__among=wanted)):
            self.put(Known(Draft(person, is_new=False)))
        for address in PersonAddress.objects.filter(person__among=wanted):
            known = self.people[address.person_id]
            known.addresses.add((address.channel, address.value_folded))
            if address.channel == Channel.EMAIL:
                self.by_email[address.value_folded].append(known)
        for group, model in GROUPS.items():
            for role in self.read_rows(model._default_manager.filter(person__among=wanted, company__in=self.reach.values("pk"))):
                self.people[role.person_id].companies.add(role.company_id)
                if role.ends_on is None or role.ends_on >= self.today:
                    self.roles[(group, role.person_id, role.company_id)] = Draft(role, is_new=False)

    def load_vehicles(self, vehicles: Iterable[int]) -> None:
        """Who holds and drives the vehicles of the batch now."""
        ids = list(vehicles)
        for holder in self.read_rows(Holder.objects.filter(vehicle__among=ids).filter(Q(ends_on=None) | Q(ends_on__gte=self.today))):
            self.holders[holder.vehicle_id].append(Draft(holder, is_new=False))
        for drive in VehicleDriver.objects.filter(vehicle__among=ids, ends_on=None):
            self.drives[(drive.vehicle_id, drive.driver_id)] = Draft(drive, is_new=False)

    def put(self, known: Known) -> Known:
        person = known.draft.obj
        if person.pk:
            self.people[person.pk] = known
        else:
            self.new.append(known.draft)
        self.by_name[person.name_folded].append(known)
        if person.external_id:
            self.by_id[person.external_id].append(known)
        return known

    # --- what rows say -----------------------------------------------------------------------------------------------------

    def of(self, record: Record, company: Draft[Company] | None, vehicle: Draft[Vehicle] | None) -> list[str]:
        """Each person of the row as new, changed or the same; everything about them is drafted."""
        return [self.one(facts, record, company, vehicle) for facts in record.values.get("people", ())]

    def one(self, facts: Facts, record: Record, company: Draft[Company] | None, vehicle: Draft[Vehicle] | None) -> str:
        known = self.find(facts, record, company) or self.draft(facts, record)
        states = [known.draft.state]
        person = known.draft
        for name in FACTS & facts.keys():
            person.put(name, date.fromisoformat(facts[name]) if name == "born_on" else facts[name], only_blank=True)
        if "first_name" in person.changes:
            person.changes["name_folded"] = fold_name(person.changes["first_name"], person.obj.last_name)
        person.staged = person.staged or record.staged
        states.append(person.state)
        states += self.reach_by(known, facts, record)
        if company is not None:
            known.companies.add(company.obj.pk or id(company.obj))
            states += self.role(known, facts, record, company, vehicle)
        return worst([state if state != "new" or known.draft.is_new else "changed" for state in states])

    def find(self, facts: Facts, record: Record, company: Draft[Company] | None) -> Known | None:
        """In the order that the page shows: number in the source, company and e-mail, company, name and more, the row itself."""
        name = fold_name(facts.get("first_name", ""), facts.get("last_name", ""))
        for known in self.by_id.get(facts.get("external_id", ""), ()):
            if looks_like_code(facts["external_id"]) or known.draft.obj.name_folded == name:
                return known
        for email in facts.get("emails", ()):
            for known in self.by_email.get(fold(email), ()):
                if self.may_be(known, name):
                    return known
        here = company.obj.pk or id(company.obj) if company is not None else None
        namesakes = [known for known in self.by_name.get(name, ()) if name and not self.contradicts(known, facts)]
        at_company = (
            [known for known in namesakes if here in known.companies]
            if here is not None
            else [known for known in namesakes if not known.companies]
        )
        sure = [known for known in at_company if self.shares(known, facts)]
        if sure or (len(at_company) == 1 and (here is not None or self.is_bare(facts))):
            return (sure or at_company)[0]
        return self.by_made.get(record.fingerprint or "-")

    def may_be(self, known: Known, name: str) -> bool:
        """An e-mail address is shared at times: the name must fit, or one of the two has none."""
        return not name or not known.draft.obj.name_folded or known.draft.obj.name_folded == name

    def contradicts(self, known: Known, facts: Facts) -> bool:
        person = known.draft.obj
        if person.born_on and facts.get("born_on") and person.born_on.isoformat() != facts["born_on"]:
            return True
        if person.external_id and facts.get("external_id") and person.external_id != facts["external_id"]:
            return True
        mails = {value for channel, value in known.addresses if channel == Channel.EMAIL}
        asked = {fold(email) for email in facts.get("emails", ())}
        phones = {value for channel, value in known.addresses if channel == Channel.PHONE}
        given = {fold_address(Channel.PHONE, phone) for phone in facts.get("phones", ())}
        return bool(mails and asked and not mails & asked and not phones & given)

    def shares(self, known: Known, facts: Facts) -> bool:
        """True where a birth date or a telephone number agrees."""
        born = known.draft.obj.born_on
        if born and born.isoformat() == facts.get("born_on"):
            return True
        return any((Channel.PHONE, fold_address(Channel.PHONE, phone)) in known.addresses for phone in facts.get("phones", ()))

    def is_bare(self, facts: Facts) -> bool:
        return not facts.get("emails") and not facts.get("phones") and not facts.get("born_on")

    # --- what is drafted ---------------------------------------------------------------------------------------------------

    def draft(self, facts: Facts, record: Record) -> Known:
        person = bulk.new(Person, first_name=facts.get("first_name", ""), last_name=facts.get("last_name", ""), centre=self.centre)
        person.name_folded = fold_name(person.first_name, person.last_name)
        if facts.get("language"):
            person.language = facts["language"]
        draft = Draft(person, is_new=True, staged=record.staged)
        for name in ("title", "external_id"):
            draft.put(name, facts.get(name))
        return self.put(Known(draft))

    def reach_by(self, known: Known, facts: Facts, record: Record) -> list[str]:
        states = []
        wanted = [(Channel.EMAIL, value, False) for value in facts.get("emails", ())]
        wanted += [(Channel.PHONE, value, False) for value in facts.get("phones", ())]
        wanted += [(Channel.PHONE, value, True) for value in facts.get("private_phones", ())]
        for channel, value, private in wanted:
            folded = fold_address(channel, value)[:254]
            if (channel, folded) not in known.addresses:
                known.addresses.add((channel, folded))
                address = bulk.new(
                    PersonAddress, person=known.draft.obj, channel=channel, value=value, value_folded=folded, is_private=private
                )
                self.addresses.append(Draft(address, is_new=True, staged=record.staged))
                if channel == Channel.EMAIL:
                    self.by_email[folded].append(known)
                states.append("new")
        return states

    def role(self, known: Known, facts: Facts, record: Record, company: Draft[Company], vehicle: Draft[Vehicle] | None) -> list[str]:
        group = facts.get("group") or Group.DECISION_MAKER
        key = (group, known.draft.obj.pk or id(known.draft.obj), company.obj.pk or id(company.obj))
        role = self.roles.get(key)
        if role is None:
            fresh = bulk.new(GROUPS[group], person=known.draft.obj, company=company.obj, starts_on=self.today)
            if isinstance(fresh, DecisionMaker):
                fresh.kind = facts.get("kind") or DecisionMaker.Kind.OTHER
            role = self.roles[key] = Draft(fresh, is_new=True, staged=record.staged)
        role.put("job_title", facts.get("job_title"))
        role.staged = role.staged or record.staged
        states = [role.state]
        if vehicle is not None and facts.get("holds"):
            states.append(self.holder(role, vehicle, record))
        elif vehicle is not None and facts.get("drives"):
            states.append(self.drive(role, vehicle, record))
        return states

    def holder(self, user: Draft[Any], vehicle: Draft[Vehicle], record: Record) -> str:
        """The user holds the vehicle from its delivery on, or from today where somebody held it before."""
        standing = self.holders[vehicle.obj.pk or id(vehicle.obj)]
        if any(
            draft.obj.user is user.obj or (user.obj.pk and draft.obj.user_id == user.obj.pk)
            for draft in standing
            if draft.obj.ends_on is None and "ends_on" not in draft.changes
        ):
            return "same"
        start = self.today
        if not standing and vehicle.is_new and vehicle.obj.delivered_on:
            start = min(vehicle.obj.delivered_on, self.today)
        for draft in standing:
            if draft.is_new or draft.obj.starts_on >= start:
                return "same"  # held from today or later already: the list is older than what we know
            draft.staged = record.staged
            draft.changes["ends_on"] = date.fromordinal(start.toordinal() - 1)
        standing.append(Draft(bulk.new(Holder, vehicle=vehicle.obj, user=user.obj, starts_on=start), is_new=True, staged=record.staged))
        return "new"

    def drive(self, driver: Draft[Any], vehicle: Draft[Vehicle], record: Record) -> str:
        key = (vehicle.obj.pk or id(vehicle.obj), driver.obj.pk or id(driver.obj))
        if key in self.drives:
            return "same"
        drive = bulk.new(VehicleDriver, vehicle=vehicle.obj, driver=driver.obj, starts_on=self.today)
        self.drives[key] = Draft(drive, is_new=True, staged=record.staged)
        return "new"


def made_by(fingerprints: Sequence[str]) -> dict[int, str]:
    """People whom rows with these fingerprints made, each with the row's. Costs 2 queries at most."""
    rows = dict(StagedRow.objects.filter(fingerprint__among=fingerprints, applied_at__isnull=False).values_list("pk", "fingerprint"))
    if not rows:
        return {}
    made = Made.objects.filter(row__among=rows, what="person").values_list("object_id", "row_id")
    return {person: rows[row] for person, row in made}


def key_of(facts: Facts, company_key: str) -> str:
    """By what a person is known again within a file."""
    name = fold_name(facts.get("first_name", ""), facts.get("last_name", ""))
    mail = fold(facts["emails"][0]) if facts.get("emails") else ""
    if facts.get("external_id"):
        return brief(f"pid:{facts['external_id']}")
    known_by = mail or facts.get("born_on", "") or "".join(facts.get("phones", ())[:1])
    return brief(f"p:{known_by}|{name}|{company_key}")
