"""Takes back what an import made, newest first, and what it changed, where nobody changed it since."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.dateparse import parse_date

from accounts.models import Assignment, Company, CompanyPair, TouchedCompany, User, Vehicle
from contacts.models import GROUPS, Holder, Person, PersonAddress, PersonPair, VehicleDriver
from fleetportal.core import audit
from fleetportal.core.db import lock, search
from intake.batches import Importer
from intake.models import Import, Made
from intake.nouns.registry import nouns

MODELS: dict[str, type[models.Model]] = {
    "company": Company,
    "vehicle": Vehicle,
    "person": Person,
    "address": PersonAddress,
    "assignment": Assignment,
    "holder": Holder,
    "drive": VehicleDriver,
    **GROUPS,
}
OF_COMPANY: dict[type[models.Model], str] = {
    Vehicle: "company",
    Holder: "vehicle__company",
    VehicleDriver: "vehicle__company",
    **dict.fromkeys(GROUPS.values(), "company"),
}
OF_NO_ACCOUNT = (TouchedCompany, Import, CompanyPair, PersonPair)  # rows that may go or stay alone when their company goes
BATCH = 500


def undo_batch(run: Import, importer: Importer) -> tuple[int, int] | None:
    """(rows taken back, rows kept because they are in use or out of reach by now) of the newest traces; None when none is left.

    Call in a transaction.
    """
    traces = list(Made.objects.filter(row__run=run).order_by("-pk")[:BATCH])
    if not traces:
        return None
    gone = kept = 0
    touched: set[int] = set()
    for what, ids in in_order(traces):
        if what == "entry":
            gone += put_back(ids, importer, run=run, touched=touched)
        else:
            done = remove(models_made()[what], ids, importer, run=run, touched=touched)
            gone, kept = gone + done, kept + len(ids) - done
    TouchedCompany.add_all(Company.objects.filter(pk__in=touched).values_list("pk", flat=True))  # those that are still there
    Made.objects.filter(pk__in=[trace.pk for trace in traces]).delete()
    return gone, kept


def models_made() -> dict[str, type[models.Model]]:
    """What imports make, by its name in a trace."""
    return {**MODELS, **{name: model for noun in nouns for name, model in noun.made.items()}}


def in_order(traces: Iterable[Made]) -> list[tuple[str, list[int]]]:
    """The traces newest first, neighbours of one kind together."""
    groups: list[tuple[str, list[int]]] = []
    for trace in traces:
        if not groups or groups[-1][0] != trace.what:
            groups.append((trace.what, []))
        groups[-1][1].append(trace.object_id)
    return groups


def remove(model: type[models.Model], ids: list[int], importer: Importer, *, run: Import, touched: set[int]) -> int:
    """How many of the rows could be removed: those in reach that nothing else names. Their companies are added to `touched`."""
    used, by = in_use(model, ids), importer.user
    found = within(model, importer).filter(pk__in=[pk for pk in ids if pk not in used])
    rows = list(found.select_related("vehicle") if model in (Holder, VehicleDriver) else found)
    if rows:
        touched.update(companies_of(rows))
        audit.record_many(f"{model._meta.model_name}.taken_back", [(row, {}) for row in rows], by=by, facts={"import": run.pk})
        search.forget(model, [row.pk for row in rows])
        Import.objects.filter(company__in=[row.pk for row in rows]).update(company=None) if model is Company else None
        model._default_manager.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def companies_of(rows: Iterable[Any]) -> set[int]:
    """The ids of the companies to which the rows belong. Costs nothing where a holder's or driver's vehicle was read with it."""
    things = [row.vehicle if isinstance(row, Holder | VehicleDriver) else row for row in rows]
    return {pk for thing in things if (pk := thing.pk if isinstance(thing, Company) else getattr(thing, "company_id", None)) is not None}


def within(model: type[models.Model], importer: Importer) -> models.QuerySet[Any]:
    """The rows of `model` at companies that the importer still serves. A company or person on whom nothing hangs any more, and the
    importer's own assignment, were the import's alone."""
    rows = model._default_manager.all()
    way = {**OF_COMPANY, **{one: way for noun in nouns for one, way in noun.company_of.items()}}.get(model)
    return rows.filter(**{f"{way}__in": importer.companies}) if way and importer.user else rows


def in_use(model: type[models.Model], ids: list[int]) -> set[int]:
    """Those of `ids` that rows of others name: what the import itself made was removed before."""
    used: set[int] = set()
    parts = {*OF_NO_ACCOUNT, *(part for noun in nouns for part in noun.parts)}
    for relation in model._meta.related_objects:
        if relation.related_model in parts or relation.many_to_many:
            continue
        name = relation.field.name
        rows = relation.related_model._default_manager.filter(**{f"{name}__in": ids})
        if relation.related_model is model:  # a company and the one above it go together
            rows = rows.exclude(pk__in=ids)
        used.update(rows.values_list(f"{name}_id", flat=True))
    return used


def put_back(ids: list[int], importer: Importer, *, run: Import, touched: set[int]) -> int:
    """How many rows in reach got a former value back; a field that somebody changed since stays as it is."""
    changes: dict[tuple[str, int], list[audit.Change]] = defaultdict(list)
    for change in audit.Change.objects.filter(entry__in=ids).order_by("-pk"):
        changes[(change.object_type, change.object_id)].append(change)
    by_label = {model._meta.label_lower: model for model in models_made().values()}
    done = 0
    for (label, pk), mine in changes.items():
        model = by_label[label]
        reach: Any = importer.companies if model is Company else importer.people if model is Person else within(model, importer)
        row = reach.filter(pk=pk).first()
        if row is not None and put_row_back(row, mine, by=importer.user, run=run):
            done += 1
            touched.update(companies_of([row]))
    return done


def put_row_back(row: Any, changes: Iterable[audit.Change], *, by: User | None, run: Import) -> bool:
    """True when a field got its former value back. The row is read again under lock: what somebody wrote since then stays."""
    lock(row)
    values: dict[str, tuple[Any, Any]] = {}
    for change in changes:
        name = audit.column(row, change.field)  # of a foreign key the id, which is what the history keeps
        current = getattr(row, name)
        if audit.json_value(current) == change.after:
            before = parse_date(change.before) if change.field.endswith("_on") and change.before else change.before
            values[change.field] = (current, before)
            setattr(row, name, before)
    if not values:
        return False
    row.save(update_fields=list(values))
    audit.record(f"{row._meta.model_name}.put_back", row, by=by, changes=values, facts={"import": run.pk})
    if hasattr(row, "search_row"):
        search.index([row.search_row])
    return True
