"""Finds the people named by rows, within reach, or drafts them, with addresses, roles, holders and drivers. Consent is never
changed."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import Centre, Company, User, Vehicle
from contacts.models import GROUPS, Channel, DecisionMaker, Group, Holder, Person, PersonAddress, Role, VehicleDriver
from contacts.people.actions import people
from contacts.people.models.holders import meets
from contacts.people.models.person import fold_address, fold_name, index_people
from fleetportal.core.audit import Edited
from fleetportal.core.db import bulk, fold
from intake.models import Made, StagedRow
from intake.nouns.drafts import Draft, worst
from intake.nouns.known import Known, contradicts, has_address_and_name, has_number, is_bare, shares
from intake.nouns.registry import Keys, Noun, Product
from intake.reading import fields as f
from intake.reading import leading, lists
from intake.reading.fields import Field
from intake.reading.kinds import ADDRESS, SheetKind, Subject
from intake.reading.person import PersonFacts
from intake.reading.rows import Row, brief, looks_like_code
from intake.reading.sheets import PEOPLE

FACTS = frozenset(("title", "born_on", "external_id"))


class People:
    """The people of a batch."""

    def __init__(
        self,
        reach: QuerySet[Company],
        own: QuerySet[Person],
        centre: Centre | None,
        rows: Iterable[Row],
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
        rows = list(rows)
        facts = [person for row in rows for person in row.all(PersonFacts)]
        if facts:
            self.load(facts, list(companies), [row.fingerprint for row in rows if row.fingerprint])

    # --- what exists -------------------------------------------------------------------------------------------------------

    def load(self, facts: list[PersonFacts], companies: list[int], fingerprints: list[str]) -> None:
        """Reads the people whom the rows may mean: by name, number of the source or e-mail address, or because the same row made them."""
        names = {folded_name(one) for one in facts} - {""}
        emails = {fold(email) for one in facts for email in one.emails}
        ids = {one.external_id for one in facts if one.external_id}
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
        """Reads those people with their addresses, and with their roles at companies in reach. Costs 5 queries, none for nobody."""
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
        held = Holder.objects.filter(vehicle__among=ids).filter(Q(ends_on=None) | Q(ends_on__gte=self.today))
        for holder in self.read_rows(held.select_related("user__person")):
            self.holders[holder.vehicle_id].append(Draft(holder, is_new=False))
        for drive in VehicleDriver.objects.filter(vehicle__among=ids, ends_on=None):
            self.drives[(drive.vehicle_id, drive.driver_id)] = Draft(drive, is_new=False)

    def put(self, known: Known) -> Known:
        """Remembers the person under the name and number by which a later row of the batch may mean them."""
        person = known.draft.obj
        if person.id:
            self.people[person.id] = known
        else:
            self.new.append(known.draft)
        self.by_name[person.name_folded].append(known)
        if person.external_id:
            self.by_id[person.external_id].append(known)
        return known

    # --- what rows say -----------------------------------------------------------------------------------------------------

    def people_of(self, row: Row, company: Draft[Company] | None, vehicle: Draft[Vehicle] | None) -> list[str]:
        """Each person of the row as new, changed or the same; everything about them is drafted."""
        if company is None and row.all(PersonFacts) and not any(one.reason == "company.domain_only" for one in row.problems):
            row.note("person.no_company")
        return [self.one(facts, row, company, vehicle) for facts in row.all(PersonFacts)]

    def one(self, facts: PersonFacts, row: Row, company: Draft[Company] | None, vehicle: Draft[Vehicle] | None) -> str:
        """Drafts the person with addresses, role and vehicle; the strongest of what became of them: new, changed or the same."""
        known = self.find(facts, row, company) or self.draft(facts, row)
        states = [known.draft.state]
        person = known.draft
        for name, value in facts.told():
            if name in FACTS and not person.put(name, value, only_blank=True):
                note_kept(person, name, str(value), row)
        if not known.draft.is_new and known.take_name(facts):
            self.by_name[known.name].append(known)
        self.note_other(known, facts, row)
        person.staged = person.staged or row.staged
        states.append(person.state)
        states += self.reach_by(known, facts, row)
        if company is not None:
            known.companies.add(company.obj.id or id(company.obj))
            states += self.role(known, facts, row, company, vehicle)
        return worst([state if state != "new" or known.draft.is_new else "changed" for state in states])

    def note_other(self, known: Known, facts: PersonFacts, row: Row) -> None:
        """Says what the row states otherwise than what we know: the name stays, an address is added."""
        name = folded_name(facts)
        if not known.draft.is_new and name and name != known.name and not set(name.split()) <= set(known.name.split()):
            row.note("name.other", value=f"{facts.first_name} {facts.last_name}".strip(), name=str(known.draft.obj))
        mails = {value for channel, value in known.addresses if channel == Channel.EMAIL}
        if not known.draft.is_new and mails and facts.emails and not mails & {fold(email) for email in facts.emails}:
            row.note("email.further", value=facts.emails[0], name=str(known.draft.obj))
        known.met.update(fold(email) for email in facts.emails)

    def find(self, facts: PersonFacts, row: Row, company: Draft[Company] | None) -> Known | None:
        """In the order that the page shows: number in the source, company and e-mail, company, name and more, the row itself."""
        name = folded_name(facts)
        here = company.obj.id or id(company.obj) if company is not None else None
        for known in self.by_id.get(facts.external_id, ()):
            if looks_like_code(facts.external_id) or has_number(known, facts, at_company=here in known.companies):
                return known
        for email in facts.emails:
            for known in self.by_email.get(fold(email), ()):
                if has_address_and_name(known, name):
                    return known
        called = self.by_name.get(name, ()) if name else ()
        namesakes = [known for known in called if not contradicts(known, facts, at_company=here in known.companies)]
        at_company = (
            [known for known in namesakes if here in known.companies]
            if here is not None
            else [known for known in namesakes if not known.companies]
        )
        sure = [known for known in at_company if shares(known, facts)]
        if sure or (len(at_company) == 1 and (here is not None or is_bare(facts))):
            return (sure or at_company)[0]
        return self.by_made.get(row.fingerprint or "-")

    # --- what is drafted ---------------------------------------------------------------------------------------------------

    def draft(self, facts: PersonFacts, row: Row) -> Known:
        """A new person, as the row names them."""
        person = bulk.new(Person, first_name=facts.first_name, last_name=facts.last_name, centre=self.centre)
        person.name_folded = folded_name(facts)
        if facts.language:
            person.language = facts.language
        draft = Draft(person, is_new=True, staged=row.staged)
        draft.put("title", facts.title)
        draft.put("external_id", facts.external_id)
        return self.put(Known(draft))

    def reach_by(self, known: Known, facts: PersonFacts, row: Row) -> list[str]:
        """Drafts each number and address that the person does not have yet; "new" for each."""
        states = []
        wanted = [(Channel.EMAIL, value, False) for value in facts.emails]
        wanted += [(Channel.PHONE, value, False) for value in facts.phones]
        wanted += [(Channel.PHONE, value, True) for value in facts.private_phones]
        wanted += [(Channel.EMAIL, value, True) for value in facts.private_emails]
        for channel, value, private in wanted:
            folded = fold_address(channel, value)[:254]
            if (channel, folded) not in known.addresses:
                known.addresses.add((channel, folded))
                address = bulk.new(
                    PersonAddress, person=known.draft.obj, channel=channel, value=value, value_folded=folded, is_private=private
                )
                self.addresses.append(Draft(address, is_new=True, staged=row.staged))
                if channel == Channel.EMAIL:
                    self.by_email[folded].append(known)
                states.append("new")
        return states

    def role(self, known: Known, facts: PersonFacts, row: Row, company: Draft[Company], vehicle: Draft[Vehicle] | None) -> list[str]:
        """Drafts the role at the company, and whether they hold or drive the vehicle; the state of each."""
        group = facts.group or Group.DECISION_MAKER
        key = (group, known.draft.obj.id or id(known.draft.obj), company.obj.id or id(company.obj))
        role = self.roles.get(key)
        if role is None:
            fresh = bulk.new(GROUPS[group], person=known.draft.obj, company=company.obj, starts_on=facts.joined_on or self.today)
            if isinstance(fresh, DecisionMaker):
                fresh.kind = facts.kind or DecisionMaker.Kind.OTHER
            role = self.roles[key] = Draft(fresh, is_new=True, staged=row.staged)
        role.put("job_title", facts.job_title)
        starts_on = role.obj.starts_on
        if facts.joined_on and starts_on and facts.joined_on < starts_on:
            role.put("starts_on", facts.joined_on)
            starts_on = facts.joined_on
        if facts.left_on and not (starts_on and facts.left_on < starts_on):
            role.put("ends_on", facts.left_on)
        role.staged = role.staged or row.staged
        states = [role.state]
        if vehicle is not None and facts.holds:
            states.append(self.holder(role, vehicle, row))
        elif vehicle is not None and facts.drives:
            states.append(self.drive(role, vehicle, row))
        return states

    def holder(self, user: Draft[Any], vehicle: Draft[Vehicle], row: Row) -> str:
        """The user holds the vehicle from its delivery on, or from today where somebody held it before."""
        standing = self.holders[vehicle.obj.id or id(vehicle.obj)]
        if any(
            draft.obj.user is user.obj or (user.obj.id and draft.obj.user_id == user.obj.id)
            for draft in standing
            if draft.obj.ends_on is None and "ends_on" not in draft.changes
        ):
            return "same"
        start = self.today
        if not standing and vehicle.is_new and vehicle.obj.delivered_on:
            start = min(vehicle.obj.delivered_on, self.today)
        for draft in standing:
            if draft.is_new or draft.obj.starts_on >= start:
                row.note("holder.kept", value=str(user.obj.person), name=str(draft.obj.user.person))
                return "same"  # already held from today or later: the list is out of date
            draft.staged = row.staged
            draft.changes["ends_on"] = date.fromordinal(start.toordinal() - 1)
        standing.append(Draft(bulk.new(Holder, vehicle=vehicle.obj, user=user.obj, starts_on=start), is_new=True, staged=row.staged))
        return "new"

    def drive(self, driver: Draft[Any], vehicle: Draft[Vehicle], row: Row) -> str:
        """The driver drives the vehicle from today on; "same" where they do already."""
        key = (vehicle.obj.id or id(vehicle.obj), driver.obj.id or id(driver.obj))
        if key in self.drives:
            return "same"
        drive = bulk.new(VehicleDriver, vehicle=vehicle.obj, driver=driver.obj, starts_on=self.today)
        self.drives[key] = Draft(drive, is_new=True, staged=row.staged)
        return "new"


def note_kept(person: Draft[Person], name: str, value: str, row: Row) -> None:
    """Says which fact of a person we know otherwise: it stays as it is."""
    known = str(person.changes.get(name) or getattr(person.obj, name) or "")
    if known != value and not person.is_new and fold(known) != fold(value):
        row.note("fact.kept", value=value, known=known)


def made_by(fingerprints: Sequence[str]) -> dict[int, str]:
    """People whom rows with these fingerprints made, each with the row's. Costs 2 queries at most."""
    rows = dict(StagedRow.objects.filter(fingerprint__among=fingerprints, applied_at__isnull=False).values_list("pk", "fingerprint"))
    if not rows:
        return {}
    made = Made.objects.filter(row__among=rows, what="person").values_list("object_id", "row_id")
    return {person: rows[row] for person, row in made}


def key_of(facts: PersonFacts, company_key: str) -> str:
    """A person's key within a file."""
    if facts.external_id:
        return brief(f"pid:{facts.external_id}")
    born = facts.born_on.isoformat() if facts.born_on else ""
    known_by = fold(facts.emails[0]) if facts.emails else born or "".join(facts.phones[:1])
    return brief(f"p:{known_by}|{folded_name(facts)}|{company_key}")


def folded_name(facts: PersonFacts) -> str:
    """The folded name for look-ups."""
    return fold_name(facts.first_name, facts.last_name)


# --- what files say about people ---------------------------------------------------------------------------------------------

FIELDS = (
    Field("person.id", _("Person: ID in the source system"), f.ID),
    Field("person.name", _("Person: full name"), f.NAME),
    Field("person.first_name", _("First name"), f.NAME),
    Field("person.middle_name", _("Middle name"), f.NAME),
    Field("person.last_name", _("Last name"), f.NAME),
    Field("person.salutation", _("Salutation")),
    Field("person.title", _("Academic title")),
    Field("person.job_title", _("Job title")),
    Field("person.group", _("Target group")),
    Field("person.email", _("E-mail"), f.EMAIL, many=True),
    Field("person.phone", _("Telephone"), f.PHONE, many=True),
    Field("person.mobile", _("Mobile"), f.PHONE, many=True),
    Field("person.private_phone", _("Private telephone"), f.PHONE, many=True),
    Field("person.private_email", _("Private e-mail"), f.EMAIL, many=True),
    Field("person.joined_on", _("Joined the company on"), f.DATE),
    Field("person.left_on", _("Left the company on"), f.DATE),
    Field("person.born_on", _("Date of birth"), f.DATE),
    Field("person.birth_year", _("Year of birth"), f.COUNT),
    Field("person.birth_month", _("Month of birth"), f.COUNT),
    Field("person.birth_day", _("Day of birth"), f.COUNT),
    Field("person.language", _("Language")),
    Field("drivers", _("Other drivers"), f.NAME, many=True),
)
OWN = {"name": "person.name", "id": "person.id", "phone": "person.phone", "mobile": "person.mobile", "email": "person.email"}


def keys_of(row: Row, company_key: str, _owner: str) -> Keys:
    """A row of a list of people is known by the person and the company."""
    people = row.all(PersonFacts)
    return (key_of(people[0], company_key), "") if people else ("", "")


def index_owners(addresses: Sequence[PersonAddress], *, by: User | None, origin: Mapping[str, object]) -> None:
    """Their people are no longer found by these addresses."""
    index_people({address.person_id for address in addresses})


def put_holders_back(
    edits: Sequence[tuple[Holder, Mapping[str, object]]], *, by: User | None, origin: Mapping[str, object]
) -> Sequence[Edited[Holder]]:
    """The holders that got their former days; none who would have a vehicle at the same time as somebody else."""
    edited, _refused = Holder.edit_many(edits, by=by, origin=origin)
    return edited


def overlapping(edits: Sequence[tuple[Holder, Mapping[str, object]]], gone: Collection[int], /) -> set[int]:
    """Those in whose days somebody else would have the vehicle. Costs 1 query."""
    held: defaultdict[int, list[Holder]] = defaultdict(list)
    for other in Holder.objects.filter(vehicle__among={holder.vehicle_id for holder, _values in edits}):
        if other.pk not in gone:
            held[other.vehicle_id].append(other)
    asked = [holder.with_days(values) for holder, values in edits]
    return {one.pk for one in asked if any(meets(other, one) for other in held[one.vehicle_id] if other.pk != one.pk)}


NOUN = Noun(
    Subject(
        "person",
        PersonFacts,
        FIELDS,
        kinds=(
            SheetKind(
                PEOPLE,
                "person",
                label=_("people"),
                looks_like=_("a list of people"),
                leads=leading.is_about_people,
                read=lists.read_people,
                tells_of=frozenset(("company", "person")),
                needs=frozenset(("person.name", "person.last_name", "person.first_name", "person.email")),
                order=1,
            ),
        ),
        neutral={**ADDRESS, **OWN, "title": "person.salutation"},
    ),
    keys=keys_of,
    new=lambda count: ngettext("%(count)s new person", "%(count)s new people", count) % {"count": count},
    made={
        "person": Product(Person, put_back=people.edit_many),
        "address": Product(PersonAddress, removed=index_owners),
        "holder": Product(Holder, company="vehicle__company", put_back=put_holders_back, conflicts=overlapping),
        "drive": Product(VehicleDriver, company="vehicle__company"),
        **{group: Product(model, company="company", put_back=model.edit_many) for group, model in GROUPS.items()},
    },
)
