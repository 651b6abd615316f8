"""Rows of one file that are about the same thing: the first counts, one that says the same is passed over, one that says otherwise
is rejected, and one of another sheet may add to it."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from django.db.models import Q, QuerySet

from accounts.models import Company, Vehicle
from fleetportal.core.db import fold
from intake import joining
from intake.models import Import, StagedRow, Verdict
from intake.nouns.company import key_of as company_key
from intake.nouns.registry import nouns
from intake.nouns.vehicle import repeats
from intake.reading.company import CompanyFacts
from intake.reading.facts import Said
from intake.reading.kinds import kinds
from intake.reading.person import PersonFacts
from intake.reading.rows import Row, looks_like_code
from intake.reading.sheets import COMPANIES, MIXED, Sheet
from intake.reading.vehicle import VehicleFacts

NAMED_KEYS = ("plate", "vin", "id", "cid", "order", "vat")  # keys whose clash has words of its own


class Earlier(NamedTuple):
    """A row that came before and is about the same thing."""

    sheet: int
    row: int
    fingerprint: str
    said: Said


class Twins:
    """The rows of a batch beside those that came before in the same file."""

    def __init__(self, run: Import, sheet: Sheet, rows: Sequence[Row], staged: Sequence[StagedRow], reach: QuerySet[Company]) -> None:
        """Rejects and marks rows; costs 1 query, 1 more where two companies in `reach` have one vehicle."""
        self.run, self.sheet, self.reach = run, sheet, reach
        self.vins = {vehicle.vin for row in rows if (vehicle := row.one(VehicleFacts)) is not None and vehicle.vin}
        self.repeats: dict[int, int] = {}  # rows that say the same as an earlier one, by their number: that one's
        self.additions: dict[int, tuple[str, bool]] = {}  # rows that say more about what another row names: its noun, is anything new
        self.seen: dict[str, Earlier] = {}
        self.look_up({key for one in staged for key in (one.key, one.other_key) if key})
        for row, one in zip(rows, staged, strict=True):
            if not row.is_rejected:
                self.compare(row, one)
                self.must_join(row)

    def look_up(self, keys: set[str]) -> None:
        if keys:
            asked = Q(key__among=keys) | Q(other_key__among=keys)
            for row in self.run.rows.filter(asked).exclude(verdict=Verdict.REJECTED).order_by("pk"):
                self.remember((row.key, row.other_key), Earlier(row.sheet, row.row, row.fingerprint, Said.from_json(row.values)))

    def remember(self, keys: Iterable[str], row: Earlier) -> None:
        """`row` under its keys; what a row of another sheet said before stays, and this one adds to it."""
        for key in filter(None, keys):
            before = self.seen.get(key)
            self.seen[key] = row if before is None else before._replace(said=joining.together(before.said, row.said))

    def compare(self, row: Row, staged: StagedRow) -> None:
        """Compares a row with the earlier rows of its keys: it repeats one, adds to one, or contradicts one and is rejected."""
        vehicle = row.one(VehicleFacts)
        for key in (staged.key, staged.other_key):
            found = self.seen.get(key) if key else None
            if found is None or (key.startswith("cid:") and self.sheet.kind in (COMPANIES, MIXED) and found.row == row.number):
                continue
            if found.fingerprint == staged.fingerprint:
                self.repeats[row.number] = found.row
                return
            if (key.startswith("plate:") and vehicle is not None and vehicle.given_back_on) or self.are_two(key, row, found):
                continue
            if (addition := self.addition(row, found)) is not None:
                if not addition[1] and found.sheet == row.sheet:
                    self.repeats[row.number] = found.row
                    return
                self.additions[row.number] = addition
                break
            self.reject(row, key, found)
            return
        self.remember((staged.key, staged.other_key), Earlier(row.sheet, row.number, staged.fingerprint, row.said))

    def addition(self, row: Row, found: Earlier) -> tuple[str, bool] | None:
        """(noun, whether there is anything new) where the row adds to what an earlier one said; None where it does not."""
        noun, vehicle = nouns[kinds[self.sheet.kind].noun], row.one(VehicleFacts)
        name, news = noun.subject.name, None
        if noun.joins is not None:
            news = noun.joins(row, found.said)
        elif found.sheet != row.sheet and vehicle is not None:
            name, news = "vehicle", joining.add(row, vehicle, found.said)
        elif vehicle is not None:
            name, news = "vehicle", joining.add_people(row, vehicle, found.said)
        return None if news is None else (name, news)

    def must_join(self, row: Row) -> None:
        """Rejects a row that adds to no vehicle, in a sheet that only adds to those of another."""
        if self.sheet.joins and not row.is_rejected and not self.run.company_id and row.one(CompanyFacts) is None:
            row.reject("company.not_joined")

    def reject(self, row: Row, key: str, found: Earlier) -> None:
        """Says which earlier row is about the same thing with other facts."""
        what = key.partition(":")[0]
        columns = nouns[kinds[self.sheet.kind].noun].columns_of_keys
        column = self.sheet.index_of(columns[what]) if what in columns else None
        value = str(row.cell(column)) if column is not None else ""
        row.reject(f"twice.{what}" if what in NAMED_KEYS else "twice.entry", column=column, value=value, row=found.row)

    def are_two(self, key: str, row: Row, found: Earlier) -> bool:
        """True where two companies may have the same: a staff number, for people of other names; a vehicle that one of them gave back."""
        mine, theirs = row.one(CompanyFacts), found.said.one(CompanyFacts)
        if mine is None or theirs is None or company_key(mine) == company_key(theirs):
            return False
        if key.startswith("pid:"):
            (one, *_further), (other, *_more) = row.all(PersonFacts), found.said.all(PersonFacts)
            return not looks_like_code(one.external_id) and (one.first_name, one.last_name) != (other.first_name, other.last_name)
        if key.startswith(("vin:", "plate:")):
            here, there = row.one(VehicleFacts), found.said.one(VehicleFacts)
            if here is None or there is None:
                return False
            return bool(here.given_back_on) != bool(there.given_back_on) or self.is_past(here, mine) or self.is_past(there, theirs)
        return False

    def is_past(self, facts: VehicleFacts, owner: CompanyFacts) -> bool:
        """True where we know that `owner` gave this vehicle back, and has it no more: the row tells of what is past."""
        theirs = [one for one in self.lives if one.vin == facts.vin and names(owner, one.company)]
        return bool(theirs) and all(one.given_back_on and repeats(one, facts) for one in theirs)

    @cached_property
    def lives(self) -> list[Vehicle]:
        """The vehicles in reach that have the VINs of the batch, the returned ones too. Costs 1 query."""
        return list(Vehicle.objects.filter(vin__among=self.vins, company__in=self.reach.values("pk")).select_related("company"))


def names(facts: CompanyFacts, company: Company) -> bool:
    """True where the row means that company: by VAT number, or by name."""
    if facts.vat_number and company.vat_number:
        return facts.vat_number == company.vat_number
    return fold(facts.name) == fold(company.name)
