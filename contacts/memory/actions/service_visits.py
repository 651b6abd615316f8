"""Verbs to enter and edit service visits, one or many, with their job lines and a line on the company's timeline."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Centre, JobLine, OrderKnown, ServiceVisit, TouchedCompany, Vehicle
from contacts.memory.models.interaction import Interaction
from contacts.people.models.person import Channel
from fleetportal.core import audit
from fleetportal.core.db import bulk, lock_many

if TYPE_CHECKING:
    from accounts.models import User

KIND = "service_visit"  # of its line on the timeline
NOON = time(12)  # the time of visits without one
Origin = Mapping[str, object]  # additional facts for the entries of a bulk verb, like the import that the rows come from
Jobs = Iterable[str] | Mapping[str, int | None]  # what was done, a line each; or with the cents of each line, None where it has none
WithJobs = Sequence[tuple[ServiceVisit, Jobs]]


# --- entering -----------------------------------------------------------------------------------------------------------------


def enter(
    vehicle: Vehicle,
    *,
    centre: Centre,
    visited_on: date,
    order_number: str,
    by: "User | None",
    jobs: Jobs = (),
    mileage_km: int | None = None,
    amount_cents: int | None = None,
) -> ServiceVisit:
    """A new visit of `vehicle` with its `jobs`, one line each. Raises OrderKnown, also where somebody else has entered it a moment ago.

    Costs 9 queries at most.
    """
    facts = {"visited_on": visited_on, "order_number": order_number, "mileage_km": mileage_km, "amount_cents": amount_cents}
    visit = ServiceVisit(company_id=vehicle.company_id, vehicle=vehicle, centre=centre, **facts)
    with transaction.atomic():
        if not bulk.add_unless_there(visit):  # the constraint decides which of two at once enters it
            raise order_known(order_number)
        write_down([(visit, jobs)], by=by, origin=None)
        return visit


def enter_many(visits: WithJobs, *, by: "User | None", origin: Origin | None = None) -> None:
    """Save the new visits, each with its jobs; `origin` is added to their entries. Costs 9 queries for a thousand.

    Raises OrderKnown, and enters none, where one exists already, also where somebody else has entered it a moment ago.
    """
    try:
        with transaction.atomic():
            bulk.add([visit for visit, _jobs in visits])
            write_down(visits, by=by, origin=origin)
    except IntegrityError as error:  # the constraint decided
        if known := first_known(visit for visit, _jobs in visits):
            raise order_known(known) from error
        raise


def first_known(visits: Iterable[ServiceVisit]) -> str:
    """The first order number of new `visits` that their centres have already, "" where they have none. Costs 1 query for each centre."""
    asked: dict[int, list[str]] = {}
    for visit in visits:
        asked.setdefault(visit.centre_id, []).append(visit.order_number)
    found = (ServiceVisit.objects.filter(centre=centre, order_number__among=numbers) for centre, numbers in asked.items())
    return next((number for visits in found for number in visits.order_by("order_number").values_list("order_number", flat=True)[:1]), "")


def order_known(number: str) -> OrderKnown:
    return OrderKnown(_("Order number %(number)s already exists at this centre.") % {"number": number})


def write_down(visits: WithJobs, *, by: "User | None", origin: Origin | None) -> None:
    """What goes with new visits that are saved: job lines, history, a line of the timeline each; their companies are touched."""
    made = [visit for visit, _jobs in visits]
    bulk.add([line for visit, jobs in visits for line in new_lines(visit, with_cents(jobs), first=1)])
    audit.record_many("service_visit.entered", [(visit, {}) for visit in made], by=by, facts=origin)
    bulk.add([timeline_line(visit, by=by) for visit in made])
    TouchedCompany.add_all(visit.company_id for visit in made)


# --- editing ------------------------------------------------------------------------------------------------------------------


def edit(visit: ServiceVisit, *, by: "User | None", **values: object) -> None:
    """Save the values that differ from the current ones. Costs nothing when none do, otherwise at most 8 queries."""
    edit_many([(visit, values)], by=by)


def edit_many(
    edits: Sequence[tuple[ServiceVisit, Mapping[str, object]]], *, by: "User | None", origin: Origin | None = None
) -> list[audit.Edited[ServiceVisit]]:
    """Like `edit`, for many visits, none of them twice; those that changed. Costs nothing where nothing differs, otherwise 8
    queries."""
    with transaction.atomic():
        edited = audit.edit_many(edits, action="service_visit.edited", by=by, facts=origin)
        move_on_timeline([one.row for one in edited if "visited_on" in one.changes])
        TouchedCompany.add_all(one.row.company_id for one in edited)
        return edited


def add_jobs(visit: ServiceVisit, jobs: Jobs, *, by: "User | None") -> list[JobLine]:
    """Add job lines to `visit` unless it has them already; the new ones. Costs 2 queries, 8 where there are new ones."""
    return add_jobs_many([(visit, jobs)], by=by)


def add_jobs_many(visits: WithJobs, *, by: "User | None", origin: Origin | None = None) -> list[JobLine]:
    """Like `add_jobs`, for many visits, none of them twice. Costs nothing for none, otherwise 8 queries for a thousand."""
    if not visits:
        return []
    with transaction.atomic():
        lock_many([visit for visit, _jobs in visits])
        known = lines_of(visit for visit, _jobs in visits)
        new: list[JobLine] = []
        changed: list[tuple[ServiceVisit, audit.Changes]] = []
        for visit, jobs in visits:
            before = [line.text for line in known.get(visit.pk, ())]
            first = max((line.position for line in known.get(visit.pk, ())), default=0) + 1
            added = {job: cents for job, cents in with_cents(jobs).items() if job not in before}
            new += new_lines(visit, added, first=first)
            if added:
                changed.append((visit, {"jobs": (before, [*before, *added])}))
        bulk.add(new)
        audit.record_many("service_visit.jobs_added", changed, by=by, facts=origin)
        TouchedCompany.add_all(visit.company_id for visit, _changes in changed)
        return new


def edit_line(line: JobLine, *, by: "User | None", **values: object) -> None:
    """Write what differs from what `line` holds. Costs nothing when nothing does, else 7 queries."""
    edit_lines_many([(line, values)], by=by)


def edit_lines_many(
    edits: Sequence[tuple[JobLine, Mapping[str, object]]], *, by: "User | None", origin: Origin | None = None
) -> list[audit.Edited[JobLine]]:
    """What `edit_line` does, for many lines, each named once; those that changed. Costs nothing where nothing differs, else 7 queries."""
    with transaction.atomic():
        edited = audit.edit_many(edits, action="job_line.edited", by=by, facts=origin)
        visits = ServiceVisit.objects.filter(pk__among=[one.row.visit_id for one in edited])
        TouchedCompany.add_all(visits.values_list("company", flat=True) if edited else ())
        return edited


def with_cents(jobs: Jobs) -> dict[str, int | None]:
    """Each job once, with its cents."""
    return dict(jobs) if isinstance(jobs, Mapping) else dict.fromkeys(jobs)


def new_lines(visit: ServiceVisit, jobs: Mapping[str, int | None], *, first: int) -> list[JobLine]:
    """A line for each of the jobs, not yet saved."""
    return [JobLine(visit=visit, position=at, text=text, amount_cents=cents) for at, (text, cents) in enumerate(jobs.items(), start=first)]


def note_removed(lines: Sequence[JobLine], *, by: "User | None", origin: Origin) -> None:
    """Record in the history of their visits that these lines were removed. Call it afterwards. Costs 5 queries."""
    visits = {line.visit_id: line.visit for line in lines}
    left = lines_of(visits.values())
    changes: list[tuple[ServiceVisit, audit.Changes]] = []
    for pk, visit in visits.items():
        after = left.get(pk, [])
        before = sorted([*after, *(line for line in lines if line.visit_id == pk)], key=lambda line: line.position)
        changes.append((visit, {"jobs": ([line.text for line in before], [line.text for line in after])}))
    audit.record_many("service_visit.jobs_removed", changes, by=by, facts=origin)


def lines_of(visits: Iterable[ServiceVisit]) -> dict[int, list[JobLine]]:
    """The job lines of each visit, in their order. Costs 1 query."""
    found: dict[int, list[JobLine]] = {}
    for line in JobLine.objects.filter(visit__among=[visit.pk for visit in visits]).order_by("position"):
        found.setdefault(line.visit_id, []).append(line)
    return found


# --- the timeline -------------------------------------------------------------------------------------------------------------


def timeline_line(visit: ServiceVisit, *, by: "User | None") -> Interaction:
    """The line for `visit` on the company's timeline, not yet saved. It is not a contact with a person and resets no cadence."""
    return Interaction(
        kind=KIND,
        company_id=visit.company_id,
        channel=Channel.IN_PERSON,
        text=f"{visit.vehicle}, {visit.order_number}",
        happened_at=moment_of(visit),
        by=by,
        about_type=audit.label(visit),
        about_id=visit.pk,
    )


def moment_of(visit: ServiceVisit) -> datetime:
    """Noon of the day, where the visit was."""
    return datetime.combine(visit.visited_on, NOON, visit.centre.zone)


def on_timeline(visits: Iterable[ServiceVisit]) -> "models.QuerySet[Interaction]":
    return Interaction.objects.filter(kind=KIND, about_id__among=[visit.pk for visit in visits])


def move_on_timeline(visits: Sequence[ServiceVisit]) -> None:
    """Move the timeline lines of these visits to their days. Costs nothing for none, else 3 queries."""
    if not visits:
        return
    models.prefetch_related_objects(visits, "centre")
    moments = {visit.pk: moment_of(visit) for visit in visits}
    lines = list(on_timeline(visits))
    for line in lines:
        line.happened_at = moments[line.about_id or 0]
    bulk.update(lines, {"happened_at"})


def leave_timeline(visits: Sequence[ServiceVisit]) -> None:
    """Remove the timeline lines of removed visits. Costs 1 query."""
    on_timeline(visits).delete()
