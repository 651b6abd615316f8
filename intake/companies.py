"""Finds the companies that rows name, within reach, or drafts them.

A company out of reach is never found: the answer is as for a new one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.customers.actions.companies import PARENTS, closes_circle
from accounts.models import Centre, Company
from fleetportal.core.db import alone, bulk, fold
from intake.drafts import Draft
from intake.reading import reaching
from intake.records import Record, brief, looks_like_code

FACTS = frozenset(
    ("vat_number", "street", "postcode", "city", "country", "phone", "email", "website", "sector", "employees", "external_id")
)
Facts = dict[str, Any]


def key_of(facts: Facts) -> str:
    """By what a company is known again within a file."""
    if facts.get("vat_number"):
        return f"vat:{facts['vat_number']}"
    if facts.get("name"):
        return brief(f"name:{fold(facts['name'])}|{facts.get('postcode', '')}")
    return brief(f"id:{facts.get('external_id') or facts.get('domain', '')}")


class Companies:
    """The companies of a batch."""

    def __init__(
        self,
        reach: QuerySet[Company],
        centre: Centre | None,
        records: Iterable[Record],
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
        self.named_parents: list[tuple[Draft[Company], str]] = []  # company, and the folded name of the one it belongs to
        facts = [record.values["company"] for record in records if "company" in record.values]
        self.load(reach, facts)
        self.owner_draft = Draft(owner, is_new=False) if owner is not None else None

    def load(self, reach: QuerySet[Company], facts: list[Facts]) -> None:
        names = {fold(one[field])[:200] for one in facts for field in ("name", "parent") if one.get(field)}
        vats = {one["vat_number"] for one in facts if one.get("vat_number")}
        ids = {one["external_id"] for one in facts if one.get("external_id")}
        domains = {one["domain"] for one in facts if one.get("domain") and not one.get("name")}
        asked = Q(pk__in=[])
        asked |= Q(name_folded__among=names) if names else Q()
        asked |= Q(vat_number__among=vats) if vats else Q()
        asked |= Q(external_id__among=ids) if ids else Q()
        found = list(self.read_rows(reach.filter(asked))) if names or vats or ids else []
        for company in found:
            self.put(Draft(company, is_new=False))
        self.load_domains(reach, domains)

    def load_domains(self, reach: QuerySet[Company], domains: set[str]) -> None:
        """Companies by the domain of their website; few files ask for it."""
        if domains:
            asked = Q(pk__in=[])
            for domain in domains:
                asked |= Q(website__contains=domain) | Q(email__endswith=f"@{domain}")
            for company in self.read_rows(reach.filter(asked))[:5000]:
                if company.pk not in self.drafts:
                    self.put(Draft(company, is_new=False))

    def put(self, draft: Draft[Company]) -> Draft[Company]:
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

    def of(self, record: Record) -> Draft[Company] | None:
        """The company that the row names, drafted if need be; None where it names none, or where the row was rejected for it."""
        facts = record.values.get("company")
        if not facts:
            return self.owner_draft
        found = self.find(facts, record)
        if record.is_rejected:
            return None
        if found is None and not facts.get("name"):
            return self.unnamed(facts, record)
        if found is None:
            found = self.draft(facts, record)
        self.fill(found, facts, record)
        return found

    def find(self, facts: Facts, record: Record) -> Draft[Company] | None:
        """In the order that the page shows: number in the source, VAT number, name and postcode."""
        by_id = [draft for draft in self.by["id"].get(facts.get("external_id", ""), ()) if self.agrees(draft.obj, facts)]
        if by_id:
            return by_id[0]
        by_vat = self.by["vat"].get(facts.get("vat_number", ""), [])
        if by_vat:
            return by_vat[0]
        if facts.get("name"):
            return self.by_name(facts, record)
        by_domain = self.by["domain"].get(facts.get("domain", ""), [])
        return by_domain[0] if len(by_domain) == 1 else None

    def agrees(self, company: Company, facts: Facts) -> bool:
        """True where a number of the source means this company: a long one surely, a short one only if something else fits too."""
        if looks_like_code(company.external_id) or (not facts.get("name") and not facts.get("vat_number")):
            return True
        same_vat = bool(facts.get("vat_number")) and company.vat_number == facts.get("vat_number")
        same_postcode = bool(facts.get("postcode")) and company.postcode == facts.get("postcode")
        return same_vat or same_postcode or fold(company.name) == fold(facts.get("name", ""))

    def by_name(self, facts: Facts, record: Record) -> Draft[Company] | None:
        vat, postcode = facts.get("vat_number", ""), facts.get("postcode", "")
        fits = [
            draft
            for draft in self.by["name"].get(fold(facts["name"])[:200], ())
            if not (vat and draft.obj.vat_number and draft.obj.vat_number != vat)
            and not (postcode and draft.obj.postcode and draft.obj.postcode != postcode)
            and not (
                looks_like_code(facts.get("external_id", "")) and draft.obj.external_id and draft.obj.external_id != facts["external_id"]
            )
        ]
        exact = [draft for draft in fits if postcode and draft.obj.postcode == postcode]
        if len(exact or fits) > 1 and not exact and not postcode:
            message = _("%(count)s companies have this name.") % {"count": len(fits)}
            record.reject("company", message, _("Add the VAT number or the postcode."), value=facts["name"])
            return None
        return next(iter(exact or fits), None)

    def unnamed(self, facts: Facts, record: Record) -> Draft[Company] | None:
        """A reference that leads nowhere: by number or VAT the row waits, by internet domain the person is taken without a company."""
        if facts.get("vat_number") or facts.get("external_id"):
            value = facts.get("vat_number") or facts["external_id"]
            message = _("The row identifies its company only by %(value)s, and no company here has it.") % {"value": value}
            record.reject("company", message, _("Import the list of companies first, or add a column with their names."), value=value)
        elif "vehicle" in record.values:
            record.reject("company", _("The row doesn’t name a company."), _("Fill in the company."))
        else:
            record.note(
                "company",
                _("No company with this internet domain is known yet; the person is imported without a company."),
                value=facts.get("domain", ""),
            )
        return None

    def draft(self, facts: Facts, record: Record) -> Draft[Company]:
        company = bulk.new(Company, name=facts["name"], centre=self.centre, country="")
        return self.put_new(Draft(company, is_new=True, staged=record.staged), facts)

    def put_new(self, draft: Draft[Company], facts: Facts) -> Draft[Company]:
        for name in FACTS & facts.keys():
            draft.put(name, facts[name])
        draft.obj.name_folded = fold(draft.obj.name)[:200]
        return self.put(draft)

    def fill(self, draft: Draft[Company], facts: Facts, record: Record) -> None:
        """A sheet of companies says what is true; in any other sheet a company's facts only fill what is empty."""
        if facts.get("parent"):
            self.named_parents.append((draft, fold(facts["parent"])[:200]))
        if draft.is_new:
            return
        leads = record.values.get("leads") == "company"
        for name in FACTS & facts.keys():
            draft.put(name, facts[name], only_blank=not leads)
        if leads and fold(facts.get("name", "")) != fold(draft.obj.name):
            draft.put("name", facts.get("name"))
        parent = self.parent_called(fold(facts.get("parent", ""))[:200], draft)
        if parent is None or not parent.obj.pk or draft.obj.parent_id is not None:
            return
        if self.stands_above(draft, parent, {}):
            message = _("%(parent)s already belongs to this company, so it was not set as the parent company.") % {"parent": parent.obj}
            record.note("company.parent", message, value=facts["parent"])
        else:
            draft.put("parent_id", parent.obj.pk)

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
            alone(PARENTS)
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
