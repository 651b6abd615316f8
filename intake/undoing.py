"""Takes back what an import made, newest first, and what it changed; what stays is marked with the reason.

A row that the import made stays where somebody edited it since, or where rows of others depend on it. A field that it changed gets
its former value back through the verb by which people edit it, unless somebody wrote another one since. `Undo` decides alike for
the undo itself and for its preview, which writes nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, models, transaction

from accounts.models import Company, CompanyPair, Standing, TouchedCompany
from contacts.models import Person, PersonPair, Reason
from fleetportal.core import audit
from fleetportal.core.db import Folded, lock_many, locked, search
from intake.batches import Importer
from intake.models import ASSIGNMENT, ENTRY, Import, Made, Stays
from intake.nouns.registry import Product, nouns

DERIVED = (TouchedCompany, Import, CompanyPair, PersonPair, Reason, Standing)  # rows that may go, or stay alone, when what they name goes
HANDED_OVER = ["holder", ENTRY]  # the traces of a hand-over, newest first
BATCH = 500
Model = type[models.Model]
Former = dict[str, object]  # field: the value to put back, as the history keeps it


@dataclass(frozen=True)
class Fate:
    """What becomes of one trace; without `stays` it is taken back. `row` is what was made or changed, None where it is gone already."""

    trace: Made
    row: models.Model | None
    stays: str = ""
    used_by: str = ""


def undo_batch(run: Import, importer: Importer) -> tuple[int, int] | None:
    """(traces taken back, traces whose rows stay) of the newest ones; None when none is left. Call in a transaction."""
    traces = Made.objects.to_undo(run, most=BATCH)
    if not traces:
        return None
    fates = Undo(run, importer).take(traces)
    kept = [fate for fate in fates if fate.stays]
    for stays, used_by in {(fate.stays, fate.used_by) for fate in kept}:
        alike = [fate.trace.pk for fate in kept if (fate.stays, fate.used_by) == (stays, used_by)]
        Made.objects.filter(pk__among=alike).update(stays=stays, used_by=used_by)
    Made.objects.filter(pk__among=[fate.trace.pk for fate in fates if not fate.stays]).delete()
    return len(fates) - len(kept), len(kept)


def preview(run: Import, importer: Importer, *, most: int) -> list[Fate]:
    """What an undo would do with the newest `most` traces. Writes nothing.

    Costs a bounded number of queries for each kind of thing that a batch of the import made or changed, about 60 for a batch of all
    nouns, however many rows it had.
    """
    return Undo(run, importer, writes=False).take(Made.objects.to_undo(run, most=most))


def products() -> dict[str, Product]:
    """What imports make, by its name in a trace."""
    return {name: product for noun in nouns for name, product in noun.made.items()}


def left(run: Import, *, most: int) -> list[Fate]:
    """The first `most` things that the last undo left, with what they are about. Costs 1 query, 1 for the changes, 1 for each kind."""
    traces = list(Made.objects.staying(run).order_by("-pk")[:most])
    changed = audit.Change.objects.filter(entry__among=[trace.object_id for trace in traces if trace.what == ENTRY])
    about = {(ENTRY, entry): (kind, pk) for entry, kind, pk in changed.values_list("entry", "object_type", "object_id")}
    made = products()
    about |= {
        (trace.what, trace.object_id): (audit.label(made[trace.what].model), trace.object_id) for trace in traces if trace.what in made
    }
    rows: dict[tuple[str, int], models.Model] = {}
    for model in {product.model for product in made.values()}:
        asked = [pk for kind, pk in about.values() if kind == audit.label(model)]
        found = model._default_manager.filter(pk__among=asked) if asked else ()
        rows |= {(audit.label(model), row.pk): row for row in found}
    places = [about.get((trace.what, trace.object_id)) for trace in traces]
    return [
        Fate(trace, rows.get(place) if place else None, trace.stays, trace.used_by) for trace, place in zip(traces, places, strict=True)
    ]


def kinds_of_rows() -> dict[str, object]:
    """What rows of each table are called, many of them, by its label: what imports make, and whatever may depend on it."""
    tables = {product.model for product in products().values()}
    tables |= {one.related_model for product in products().values() for one in relations(product)}
    return {audit.label(table): table._meta.verbose_name_plural for table in tables}


def in_order(traces: Iterable[Made]) -> list[tuple[str, list[Made]]]:
    """The traces in their order, neighbours of one kind together.

    A hand-over leaves the new holder and the end of the former one, vehicle after vehicle: there all the holders come first.
    """
    groups: list[tuple[str, list[Made]]] = []
    for trace in traces:
        kinds = [what for what, _traces in groups[-2:]]
        if kinds == HANDED_OVER and trace.what in kinds:
            groups[kinds.index(trace.what) - 2][1].append(trace)
            continue
        if kinds[-1:] != [trace.what]:
            groups.append((trace.what, []))
        groups[-1][1].append(trace)
    return groups


class Undo:
    """The undo of a run, or with `writes=False` what it would do: `put_back` returns former values, `remove` deletes what was made."""

    def __init__(self, run: Import, importer: Importer, *, writes: bool = True) -> None:
        self.run, self.importer, self.writes = run, importer, writes
        self.products = products()
        self.by_label = {audit.label(product.model): product for product in self.products.values()}
        self.gone: defaultdict[Model, set[int]] = defaultdict(set)  # what a preview has come past and would delete
        self.former: defaultdict[tuple[str, int], Former] = defaultdict(dict)  # and the values it would put back
        self.touched: set[int] = set()

    def take(self, traces: Iterable[Made]) -> list[Fate]:
        """What becomes of each of the traces, which are in the order of `to_undo`."""
        fates = []
        for what, alike in in_order(traces):
            fates += self.put_back(alike) if what == ENTRY else self.remove(self.products[what], alike)
        TouchedCompany.add_all(Company.objects.filter(pk__among=self.touched).values_list("pk", flat=True))  # those still there
        return fates

    def within(self, product: Product) -> "models.QuerySet[Any]":
        """The rows that the importer still serves; those without a way to a company were the import's alone."""
        rows = product.model._default_manager.all()
        return rows.filter(**{f"{product.company}__in": self.importer.companies}) if product.company and self.importer.user else rows

    def read(self, rows: "models.QuerySet[Any]", *, to_delete: bool = False) -> "models.QuerySet[Any]":
        """The rows, locked where the undo writes; those to be deleted also against rows of others that would name them meanwhile."""
        return locked(rows, against_naming=to_delete) if self.writes else rows.order_by("pk")

    # --- what was made -----------------------------------------------------------------------------------------------------

    def remove(self, product: Product, traces: list[Made]) -> list[Fate]:
        """Deletes what is in reach, unedited and unused."""
        model, ids = product.model, [trace.object_id for trace in traces]
        rows = {row.pk: row for row in self.read(model._default_manager.filter(pk__among=ids), to_delete=True)}
        stays = self.staying(product, set(rows))
        free = [row for pk, row in rows.items() if pk not in stays]
        if free and self.writes:
            self.take_away(product, free)
        self.gone[model].update(row.pk for row in free)
        return [Fate(trace, rows.get(trace.object_id), *stays.get(trace.object_id, ("", ""))) for trace in traces]

    def staying(self, product: Product, ids: set[int]) -> dict[int, tuple[str, str]]:
        """By the number of each row that stays: why, and the table of what depends on it."""
        if product is self.products[ASSIGNMENT]:
            return dict.fromkeys(self.with_their_companies(ids), (str(Stays.COMPANY), ""))
        within = set(self.within(product).filter(pk__among=ids).values_list("pk", flat=True))
        stays = dict.fromkeys(ids - within, (str(Stays.REACH), ""))
        stays |= dict.fromkeys(self.edited(product.model, ids - stays.keys()), (str(Stays.EDITED), ""))
        for relation in relations(product):
            stays |= self.used(product.model, relation, ids, stays)
        return stays

    def with_their_companies(self, ids: set[int]) -> set[int]:
        """Those of the assignments whose companies stay."""
        company = self.products["company"].model
        rows = self.products[ASSIGNMENT].model._default_manager.filter(pk__among=ids).exclude(company__in=self.gone[company])
        return set(rows.values_list("pk", flat=True))

    def edited(self, model: Model, ids: set[int]) -> set[int]:
        """Those of the rows in which a field holds another value than before somebody edited them; what this run wrote does not count."""
        values: dict[tuple[int, str], list[object]] = {}
        asked = audit.Change.objects.filter(object_type=audit.label(model), object_id__among=ids).order_by("pk")
        for pk, field, before, after, facts in asked.values_list("object_id", "field", "before", "after", "entry__facts"):
            if facts.get("import") != self.run.pk:
                values.setdefault((pk, field), [before, after])[1] = after
        return {pk for (pk, _field), (before, after) in values.items() if before != after}

    def used(self, model: Model, relation: Any, ids: set[int], stays: Mapping[int, object]) -> dict[int, tuple[str, str]]:
        """Those of the rows that others name by this relation. What the import itself made goes before, or with them."""
        name, others = relation.field.attname, relation.related_model
        free = ids - stays.keys()
        rows = others._default_manager.filter(**{f"{relation.field.name}__among": free})
        if others is self.products[ASSIGNMENT].model:
            rows = rows.exclude(pk__in=Made.objects.filter(row__run=self.run, what=ASSIGNMENT).values("object_id"))
        label, field = audit.label(others), relation.field.name
        named = [
            (pk, above)
            for pk, above in rows.values_list("pk", name)
            if pk not in self.gone[others] and self.former.get((label, pk), {}).get(field, above) == above  # as a preview puts it back
        ]
        if others is model:  # a company and the one above it go together, or stay together
            named = list(staying_above(named, free))
        return {above: (str(Stays.IN_USE), audit.label(others)) for _pk, above in named}

    def take_away(self, product: Product, rows: list[models.Model]) -> None:
        """Deletes what the import made, with a history entry each; their companies are touched, searches no longer find them."""
        model, ids = product.model, [row.pk for row in rows]
        facts = {"import": self.run.pk}
        models.prefetch_related_objects(rows, *filter(None, [product.company.rpartition("__")[0]]))
        self.touched.update(company for row in rows if (company := company_of(product, row)) is not None)
        audit.record_many(f"{model._meta.model_name}.taken_back", [(row, {}) for row in rows], by=self.importer.user, facts=facts)
        search.forget(model, ids)
        if model is Company:
            Import.objects.filter(company__in=ids).update(company=None)
        model._default_manager.filter(pk__in=ids).delete()
        product.removed(rows, by=self.importer.user, origin=facts)

    # --- what was changed --------------------------------------------------------------------------------------------------

    def put_back(self, traces: list[Made]) -> list[Fate]:
        """Gives rows in reach their former values, each field that nobody changed since."""
        changes: dict[str, dict[int, list[audit.Change]]] = {}
        for change in audit.Change.objects.filter(entry__among=[trace.object_id for trace in traces]).order_by("-pk"):
            changes.setdefault(change.object_type, {}).setdefault(change.object_id, []).append(change)
        fates: dict[int, tuple[models.Model | None, str]] = {}  # by the number of the entry
        for label, of_rows in changes.items():
            for entry, row, stays in self.put_rows_back(self.by_label[label], of_rows):
                fates[entry] = (row, stays or fates.get(entry, (None, ""))[1])
        found = [(trace, *fates.get(trace.object_id, (None, ""))) for trace in traces]
        return [Fate(trace, row, str(stays)) for trace, row, stays in found]

    def put_rows_back(self, product: Product, changes: dict[int, list[audit.Change]]) -> Iterator[tuple[int, models.Model | None, str]]:
        """(entry, row, why it stays) of each change."""
        rows = {row.pk: row for row in self.read(product.model._default_manager.filter(pk__among=list(changes)))}
        reach = set(self.reach(product).filter(pk__among=list(rows)).values_list("pk", flat=True))
        edits: list[tuple[models.Model, Former]] = []
        for pk, mine in changes.items():
            row = rows.get(pk)
            if row is None or pk not in reach:
                yield from ((change.entry_id, row, "" if row is None else Stays.REACH) for change in mine)
                continue
            former = self.former[audit.label(row), pk] if not self.writes else {}
            newer = values_to_put_back(row, mine, former)
            yield from ((change.entry_id, row, Stays.CHANGED if change in newer else "") for change in mine)
            if former:
                edits.append((row, former))
        refused = self.edit(product, edits)
        yield from ((change.entry_id, rows[pk], stays) for pk, stays in refused.items() for change in changes[pk])

    def reach(self, product: Product) -> "models.QuerySet[Any]":
        """The rows that the importer may still edit."""
        if product.model is Company:
            return self.importer.companies
        return self.importer.people if product.model is Person else self.within(product)

    def edit(self, product: Product, edits: list[tuple[models.Model, Former]]) -> dict[int, str]:
        """Puts the former values back, through the noun's own verb; by row why it was not done."""
        refused: dict[int, str] = {}
        asked: list[tuple[models.Model, Mapping[str, object]]] = []
        named = rows_named(edits)
        for row, former in edits:
            values = revived(row, former, named)
            if values is None:
                refused[row.pk] = Stays.LOST
            else:
                asked.append((row, values))
        conflicting = product.conflicts(asked, self.gone[product.model]) if asked else set()
        refused |= dict.fromkeys(conflicting, Stays.CONFLICT)
        asked = [(row, values) for row, values in asked if row.pk not in conflicting]
        if asked and self.writes:
            done = self.write(product, asked)
            refused |= {row.pk: Stays.CONFLICT for row, _values in asked if row.pk not in done}
        return refused

    def write(self, product: Product, edits: list[tuple[models.Model, Mapping[str, object]]]) -> set[int]:
        """The numbers of the rows that have the values now; where a constraint refuses them together, one after the other."""
        put_back, facts = product.put_back, {"import": self.run.pk}
        if put_back is None:
            return set()
        by = self.importer.user
        with suppress(IntegrityError), transaction.atomic():
            put_back(edits, by=by, origin=facts)
            return {row.pk for row, values in edits if holds(row, values)}
        lock_many([row for row, _values in edits])  # they hold what was not written
        for edit in edits:
            with suppress(IntegrityError), transaction.atomic():
                put_back([edit], by=by, origin=facts)
        lock_many([row for row, _values in edits])
        return {row.pk for row, values in edits if holds(row, values)}


def relations(product: Product) -> list[Any]:
    """The ways by which rows of others name those of the model, hidden ones too; most others go, or stay, with what they name."""
    passed = {*DERIVED, *product.parts}
    found = product.model._meta.get_fields(include_hidden=True)
    ways = [one for one in found if one.auto_created and not one.concrete and not one.many_to_many]
    return sorted((one for one in ways if one.related_model not in passed), key=lambda one: one.related_model is product.model)


def staying_above(named: list[tuple[int, int]], free: set[int]) -> Iterator[tuple[int, int]]:
    """Those of (row, the one above it) where the row below stays, by itself or because of one below it."""
    waiting, staying = list(named), True
    kept: set[int] = set()
    while staying:
        found = [(below, above) for below, above in waiting if below not in free or below in kept]
        staying = bool({above for _below, above in found} - kept)
        kept |= {above for _below, above in found}
        yield from found
        waiting = [pair for pair in waiting if pair not in found]


def company_of(product: Product, row: Any) -> int | None:
    """The number of the company to which the row belongs, whose reasons are due again."""
    if product.model is Company:
        return row.pk
    for way in product.company.split("__")[:-1]:
        row = getattr(row, way)
    return getattr(row, "company_id", None)


def values_to_put_back(row: models.Model, changes: Iterable[audit.Change], former: Former) -> list[audit.Change]:
    """Adds to `former` what the row held before these changes, the newest first; those changes after which somebody wrote another value."""
    newer = []
    folded = set(row.folded.values()) if isinstance(row, Folded) else set()
    for change in changes:
        if change.field in folded:
            continue
        now = former[change.field] if change.field in former else audit.json_value(getattr(row, audit.column(row, change.field)))
        if now == change.after:
            former[change.field] = change.before
        elif now != change.before:
            newer.append(change)
    return newer


def rows_named(edits: Iterable[tuple[models.Model, Former]]) -> dict[tuple[Model, object], models.Model]:
    """The rows that former values name and that are still there, by their model and number. Costs 1 query for each model named."""
    asked: defaultdict[Model, set[object]] = defaultdict(set)
    for row, former in edits:
        for name, value in former.items():
            if value is not None and isinstance(field := row._meta.get_field(name), models.ForeignKey):
                asked[field.related_model].add(value)
    return {(model, row.pk): row for model, ids in asked.items() for row in model._default_manager.filter(pk__among=ids)}


def revived(row: models.Model, former: Former, named: Mapping[tuple[Model, object], models.Model]) -> dict[str, object] | None:
    """The values as the row takes them, None where one of them is a row that is gone; `named` has those that are there."""
    values: dict[str, object] = {}
    for name, value in former.items():
        field = row._meta.get_field(name)
        if isinstance(field, models.ForeignKey) and value is not None:
            values[name] = named.get((field.related_model, value))
            if values[name] is None:
                return None
        else:
            values[name] = field.to_python(value) if isinstance(field, models.Field) else value
    return values


def holds(row: models.Model, values: Mapping[str, object]) -> bool:
    return all(audit.json_value(getattr(row, audit.column(row, name))) == audit.json_value(value) for name, value in values.items())
