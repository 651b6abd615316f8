"""Finds the companies named by rows, within reach, or drafts them.

A company out of reach is never found: it is treated as a new one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.customers.actions import companies
from accounts.customers.actions.companies import PARENTS, closes_circle
from accounts.models import Assignment, Centre, Company, User
from fleetportal.core.audit import Edited
from fleetportal.core.db import bulk, fold, lock_name
from intake.nouns.drafts import Draft
from intake.nouns.person import folded_name
from intake.nouns.person import key_of as person_key
from intake.nouns.registry import Keys, Noun, Product
from intake.reading import fields as f
from intake.reading import leading, lists, reaching
from intake.reading.company import CompanyFacts, website_of
from intake.reading.fields import Field
from intake.reading.kinds import ADDRESS, SheetKind, Subject
from intake.reading.person import PersonFacts
from intake.reading.rows import Row, brief, looks_like_code, number_key
from intake.reading.sheets import COMPANIES, MIXED
from intake.reading.vehicle import VehicleFacts

FACTS = frozenset(
    ("vat_number", "street", "postcode", "city", "country", "phone", "email", "website", "sector", "employees", "external_id")
)


TELL_APART = ("street", "postcode", "city", "website", "vat_number")


def key_of(facts: CompanyFacts) -> str:
    """A company's key within a file."""
    if facts.vat_number:
        return f"vat:{facts.vat_number}"
    if facts.name:
        return brief(f"name:{fold(facts.name)}|{facts.postcode}")
    return brief(f"id:{facts.external_id or facts.domain}")


def is_same_postcode(one: str, other: str) -> bool:
    """True where they are equal, or one lost its first zero to a spreadsheet."""
    return one == other or (one.isdigit() and other.isdigit() and one.zfill(FIVE) == other.zfill(FIVE))


def gains_zero(known: str, said: str) -> bool:
    """True where `said` is the known postcode with the zero that it lost."""
    return len(known) < len(said) and is_same_postcode(known, said)


def tells_same(known: str, said: str) -> bool:
    """True where the two are the same but for the way they are written: "Am Wall 12" and "Am Wall 12,"."""
    return "".join(filter(str.isalnum, fold(known))) == "".join(filter(str.isalnum, fold(said))) or is_same_postcode(known, said)


FIVE = 5  # digits of a postcode that may begin with a zero


class Companies:
    """The companies of a batch."""

    def __init__(
        self,
        reach: QuerySet[Company],
        centre: Centre | None,
        rows: Iterable[Row],
        *,
        owner: Company | None,
        today: date,
        read: Callable[[QuerySet[Any]], QuerySet[Any]],
    ) -> None:
        self.read_rows = read
        self.centre, self.owner, self.today = centre, owner, today
        self.by: dict[str, dict[str, list[Draft[Company]]]] = {name: defaultdict(list) for name in ("vat", "name", "id", "domain")}
        self.drafts: dict[int | None, Draft[Company]] = {}
        self.new: list[Draft[Company]] = []
        self.kept: set[tuple[int, str, str]] = set()  # facts of companies that rows state otherwise, each said once
        self.told: dict[int, CompanyFacts] = {}  # by draft, what the first row about a company said
        self.named_parents: list[tuple[Draft[Company], str]] = []  # company, and the folded name of the one it belongs to
        self.load(reach, [facts for row in rows if (facts := row.one(CompanyFacts)) is not None])
        self.owner_draft = Draft(owner, is_new=False) if owner is not None else None

    def load(self, reach: QuerySet[Company], facts: list[CompanyFacts]) -> None:
        """Reads the companies in reach that the rows may mean: by name, VAT number or number of the source. Costs 1 query at most, 1 more
        where a row names only the domain of a website."""
        names = {fold(name)[:200] for one in facts for name in (one.name, one.parent) if name}
        vats = {one.vat_number for one in facts if one.vat_number}
        ids = {one.external_id for one in facts if one.external_id}
        domains = {one.domain for one in facts if one.domain and not one.name}
        asked = Q(pk__in=[])
        asked |= Q(name_folded__among=names) if names else Q()
        asked |= Q(vat_number__among=vats) if vats else Q()
        asked |= Q(external_id__among=ids) if ids else Q()
        found = list(self.read_rows(reach.filter(asked))) if names or vats or ids else []
        for company in found:
            self.put(Draft(company, is_new=False))
        self.load_domains(reach, domains)

    def load_domains(self, reach: QuerySet[Company], domains: set[str]) -> None:
        """Companies by the domain of their website; few files need it."""
        if domains:
            asked = Q(pk__in=[])
            for domain in domains:
                asked |= Q(website__contains=domain) | Q(email__endswith=f"@{domain}")
            for company in self.read_rows(reach.filter(asked))[:5000]:
                if company.pk not in self.drafts:
                    self.put(Draft(company, is_new=False))

    def put(self, draft: Draft[Company]) -> Draft[Company]:
        """Remembers the draft under all that a later row of the batch may know it by."""
        company = draft.obj
        if company.pk:
            self.drafts[company.pk] = draft
        else:
            self.new.append(draft)
        for kind, value in (("vat", company.vat_number), ("name", fold(company.name)[:200]), ("id", company.external_id)):
            if value:
                self.by[kind][value].append(draft)
        for domain in {reaching.domain(company.website), reaching.domain(company.email)} - {""} - reaching.FREE_MAIL:
            self.by["domain"][domain].append(draft)
        return draft

    def company_of(self, row: Row) -> Draft[Company] | None:
        """The company that the row names, drafted if need be; None where it names none, or where the row was rejected for it."""
        facts = row.one(CompanyFacts)
        if facts is None:
            return self.owner_draft
        found = self.find(facts, row)
        if row.is_rejected:
            return None
        if found is None and not facts.name:
            return self.unnamed(facts, row)
        if found is None:
            found = self.draft(facts, row)
        if row.said.leads and self.is_another(found, facts, row):
            return None
        self.fill(found, facts, row)
        return found

    def is_another(self, draft: Draft[Company], facts: CompanyFacts, row: Row) -> bool:
        """True where an earlier row of this name says otherwise where they are: nothing tells them apart, and the row was rejected."""
        before = self.told.setdefault(id(draft), facts)
        differs = [
            name for name in TELL_APART if (one := getattr(before, name)) and (other := getattr(facts, name)) and fold(one) != fold(other)
        ]
        if differs:
            row.reject("company.same_name", value=facts.name, other=getattr(before, differs[0]), mine=getattr(facts, differs[0]))
        return bool(differs)

    def find(self, facts: CompanyFacts, row: Row) -> Draft[Company] | None:
        """By source number, VAT number, or name and postcode, in the order shown on the page."""
        by_id = [draft for draft in self.by["id"].get(facts.external_id, ()) if self.agrees(draft.obj, facts)]
        if by_id:
            return by_id[0]
        by_vat = self.by["vat"].get(facts.vat_number, [])
        if by_vat:
            return by_vat[0]
        if facts.name:
            return self.by_name(facts, row)
        by_domain = self.by["domain"].get(facts.domain, [])
        return by_domain[0] if len(by_domain) == 1 else None

    def agrees(self, company: Company, facts: CompanyFacts) -> bool:
        """True where a number of the source means this company: a long one surely, a short one only if something else fits too."""
        if looks_like_code(company.external_id) or (not facts.name and not facts.vat_number):
            return True
        same_vat = bool(facts.vat_number) and company.vat_number == facts.vat_number
        same_postcode = bool(facts.postcode) and is_same_postcode(company.postcode, facts.postcode)
        return same_vat or same_postcode or fold(company.name) == fold(facts.name)

    def by_name(self, facts: CompanyFacts, row: Row) -> Draft[Company] | None:
        """The only company of that name which nothing contradicts; the row is rejected where several fit."""
        vat, postcode = facts.vat_number, facts.postcode
        fits = [
            draft
            for draft in self.by["name"].get(fold(facts.name)[:200], ())
            if not (vat and draft.obj.vat_number and draft.obj.vat_number != vat)
            and not (postcode and draft.obj.postcode and not is_same_postcode(draft.obj.postcode, postcode))
            and not (looks_like_code(facts.external_id) and draft.obj.external_id and draft.obj.external_id != facts.external_id)
        ]
        exact = [draft for draft in fits if postcode and draft.obj.postcode == postcode]
        if len(exact or fits) > 1 and not exact and not postcode:
            row.reject("company.namesakes", value=facts.name, count=len(fits))
            return None
        return next(iter(exact or fits), None)

    def unnamed(self, facts: CompanyFacts, row: Row) -> Draft[Company] | None:
        """A reference that leads nowhere: by number or VAT the row waits, by internet domain the person is taken without a company."""
        if facts.vat_number or facts.external_id:
            row.reject("company.number_only", value=facts.vat_number or facts.external_id)
        elif row.one(VehicleFacts) is not None:
            row.reject("company.none_here")
        else:
            row.note("company.domain_only", value=facts.domain)
            lists.note_jobs(row)
        return None

    def draft(self, facts: CompanyFacts, row: Row) -> Draft[Company]:
        company = bulk.new(Company, name=facts.name, centre=self.centre, country="")
        return self.put_new(Draft(company, is_new=True, staged=row.staged), facts)

    def put_new(self, draft: Draft[Company], facts: CompanyFacts) -> Draft[Company]:
        for name, value in facts.told():
            if name in FACTS:
                draft.put(name, value)
        draft.obj.name_folded = fold(draft.obj.name)[:200]
        return self.put(draft)

    def fill(self, draft: Draft[Company], facts: CompanyFacts, row: Row) -> None:
        """A sheet of companies says what is true; in any other sheet a company's facts only fill what is empty."""
        if facts.parent:
            self.named_parents.append((draft, fold(facts.parent)[:200]))
        if draft.is_new:
            for name, value in facts.told():
                if name in FACTS:
                    draft.put(name, value, only_blank=True)  # what an earlier row of this batch did not say
            return
        leads = row.said.leads
        for name, value in facts.told():
            if name in FACTS:
                self.put_fact(draft, name, value, facts, row)
        if leads and fold(facts.name) != fold(draft.obj.name):
            draft.put("name", facts.name)
        parent = self.parent_called(fold(facts.parent)[:200], draft)
        if parent is None or not parent.obj.pk or draft.obj.parent_id is not None:
            return
        if self.stands_above(draft, parent, {}):
            row.note("company.parent", value=facts.parent, parent=str(parent.obj))
        else:
            draft.put("parent_id", parent.obj.pk)

    def put_fact(self, draft: Draft[Company], name: str, value: object, facts: CompanyFacts, row: Row) -> None:
        """One fact of a known company; what a list about something else says otherwise is only said."""
        follows = name == "website" and value == website_of(facts.domain)  # no page was named, only the domain
        gets_zero = name == "postcode" and gains_zero(draft.obj.postcode, str(value))
        leads = row.said.leads
        if not draft.put(name, value, only_blank=(not leads or follows) and not gets_zero) and not (leads or follows):
            self.note_kept(draft, name, str(value), row)

    def note_kept(self, draft: Draft[Company], name: str, value: str, row: Row) -> None:
        """Says once which fact of a company we know otherwise: a list about something else does not change it."""
        known = str(draft.changes.get(name) or getattr(draft.obj, name) or "")
        if known != value and (draft.obj.pk, name, value) not in self.kept and not tells_same(known, value):
            self.kept.add((draft.obj.pk, name, value))
            row.note("fact.kept", value=value, known=known)

    # --- parents -----------------------------------------------------------------------------------------------------------

    def parent_called(self, name: str, draft: Draft[Company]) -> Draft[Company] | None:
        """The one other company of that name, new ones of this batch included."""
        called = [one for one in self.by["name"].get(name, ()) if one is not draft]
        return called[0] if len(called) == 1 else None

    def settle_parents(self) -> list[tuple[Draft[Company], Draft[Company]]]:
        """(company, parent) where a row names one and none stood, also one that a later row made; none that would close a circle.

        Call inside the writing transaction: nobody else changes who belongs to whom before it ends. Costs 1 query on PostgreSQL,
        and 1 for each company above that the batch has not read.
        """
        settled: dict[int, Draft[Company]] = {}
        if self.named_parents:
            lock_name(PARENTS)
        for draft, name in self.named_parents:
            proposed = draft.changes.pop("parent_id", None)
            parent = self.drafts.get(proposed) if proposed else self.parent_called(name, draft)
            if draft.obj.parent_id is None and parent is not None and not self.stands_above(draft, parent, settled):
                settled[id(draft)] = parent
        return [(draft, settled[id(draft)]) for draft in dict(self.named_parents) if id(draft) in settled]

    def stands_above(self, draft: Draft[Company], parent: Draft[Company], settled: dict[int, Draft[Company]]) -> bool:
        """True where `draft` is above `parent` already, by this batch or by the base."""
        return closes_circle(draft, parent, lambda one: settled.get(id(one)) or self.read(one.obj.parent_id))

    def read(self, pk: int | None) -> Draft[Company] | None:
        if pk is not None and pk not in self.drafts:
            self.drafts[pk] = Draft(Company.objects.get(pk=pk), is_new=False)
        return self.drafts.get(pk)


# --- what files say about companies ------------------------------------------------------------------------------------------

FIELDS = (
    Field("company.name", _("Company"), f.NAME),
    Field("company.legal_name", _("Company: full name"), f.NAME),
    Field("company.id", _("Company: ID in the source system"), f.ID),
    Field("company.domain", _("Company: internet domain"), f.URL),
    Field("company.vat", _("VAT number"), f.VAT),
    Field("company.parent", _("Parent company"), f.NAME),
    Field("company.address", _("Company: full address")),
    Field("company.street", _("Company: street")),
    Field("company.street2", _("Company: address line 2")),
    Field("company.postcode", _("Company: postcode"), f.POSTCODE),
    Field("company.city", _("Company: city")),
    Field("company.country", _("Company: country"), f.COUNTRY),
    Field("company.phone", _("Company: telephone"), f.PHONE, many=True),
    Field("company.email", _("Company: e-mail"), f.EMAIL, many=True),
    Field("company.website", _("Company: website"), f.URL),
    Field("company.sector", _("Sector")),
    Field("company.employees", _("Employees"), f.COUNT),
    Field("company.status", _("In use, deleted or archived")),
    Field("company.flag", _("Is a company (yes or no)"), f.FLAG),
    Field("company.group_row", _("Is a group of companies, no company (yes or no)"), f.FLAG),
    Field("company.address_type", _("DATEV: kind of address (0, 1, 2)")),
    Field("company.vat_country", _("VAT number: its country")),
)
NEUTRAL = {
    **ADDRESS,
    "name": "company.name",
    "id": "company.id",
    "phone": "company.phone",
    "email": "company.email",
    "mobile": "person.mobile",
}
OWN = {"name": "company.name", "id": "company.id", "phone": "company.phone", "email": "company.email"}
TELLS_OF = frozenset(("company", "person"))


def keys_of(row: Row, company_key: str, _owner: str) -> Keys:
    """A row of a list of companies is known by its company, and where it names a contact by both; a row of a person by the person."""
    company, people = row.one(CompanyFacts), row.all(PersonFacts)
    if not row.said.leads:
        return (person_key(people[0], company_key), "") if people else ("", "")
    number = number_key(company.external_id) if company and company.external_id else ""
    key = brief(f"{company_key}+{folded_name(people[0])}") if people else company_key
    return key, number


def put_back(
    edits: Sequence[tuple[Company, Mapping[str, object]]], *, by: User | None, origin: Mapping[str, object]
) -> Sequence[Edited[Company]]:
    """Restore former values; the companies changed, without those that would belong to their own subsidiary."""
    edited, _refused = companies.edit_many(edits, by=by, origin=origin)
    return edited


NOUN = Noun(
    Subject(
        "company",
        CompanyFacts,
        FIELDS,
        kinds=(
            SheetKind(
                COMPANIES,
                "company",
                label=_("companies"),
                looks_like=_("a list of companies"),
                leads=leading.is_anything,
                read=lists.read_companies,
                tells_of=TELLS_OF,
                needs=frozenset(("company.name",)),
            ),
            SheetKind(
                MIXED,
                "company",
                label=_("companies and people, mixed"),
                looks_like=_("an address book"),
                leads=leading.is_never,
                read=lists.read_mixed,
                tells_of=TELLS_OF,
                needs=frozenset(("company.name",)),
                marked_by="company.flag",
            ),
        ),
        neutral={**ADDRESS, **OWN, "mobile": "person.mobile"},
    ),
    keys=keys_of,
    new=lambda count: ngettext("%(count)s new company", "%(count)s new companies", count) % {"count": count},
    columns_of_keys={"cid": "company.id", "vat": "company.vat", "name": "company.name"},
    made={"company": Product(Company, put_back=put_back), "assignment": Product(Assignment)},
)
