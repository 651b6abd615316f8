"""The pairs of a single and a bulk verb, what each is asked, and what was left in every table once one has run."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models, transaction

from accounts.customers.actions import companies
from accounts.models import Address, Assignment, Company, JobLine, ServiceVisit, TouchedCompany, User, Vehicle
from contacts.arbiter import actions as arbiter
from contacts.arbiter.models import Hold, Release
from contacts.memory.actions import meetings, service_visits, tasks
from contacts.memory.actions.complaints import complain
from contacts.memory.models import interaction
from contacts.models import GROUPS, Consent, Holder, Interaction, Meeting, PersonAddress, Role, Task, VehicleDriver, VehicleUser
from contacts.people.actions import people
from events.actions import inviting
from fleetportal.core import audit
from fleetportal.core.errors import Refused
from fleetportal.core.jobs import bell
from fleetportal.core.links import Link
from fleetportal.core.outbox.queueing import queue, queue_many
from tests.accounts.asked_of_pairs import (
    DAY,
    World,
    company_addresses,
    company_edits,
    drafts,
    drives,
    enter_people,
    hand_overs,
    held_meetings,
    holder_edits,
    new_addresses,
    new_assignments,
    new_companies,
    new_consents,
    new_contacts,
    new_people,
    new_roles,
    new_tasks,
    new_vehicles,
    person_edits,
    role_edits,
    vehicle_edits,
)

DRAWN = {"nonce", "token_hash", "message_id", "text", "html", "headers"}  # drawn anew for each row, or hold what was


class Pair(NamedTuple):
    many: str  # the bulk verb: the path to its module, the class it belongs to, its name
    by_one: Callable[[World], Any]
    at_once: Callable[[World], Any]
    changes: bool = True  # False where all is so already


def each(verb: Callable[..., Any], asked: Iterable[Any]) -> None:
    """`verb` for each of `asked`, one after the other; a refusal concerns that one alone."""
    for one in asked:
        with suppress(Refused), transaction.atomic():
            verb(*one)


def edits(row: Any, values: dict[str, Any], *, by: User) -> None:
    row.edit(by=by, **values)


def open_tasks(w: World) -> list[Task]:
    """Tasks of two owners, one of which answers a complaint, and one that is closed."""
    Task.plan_many([Task(**facts) for facts in new_tasks(w)], by=w.carla)
    complain(w.ours[0], person=None, text="Dirty", by=w.anna, on=DAY, owner=w.anna)
    Task.plan(w.ours[1], "Done", due_on=DAY, owner=w.anna, by=w.anna).close(result="Sent", by=w.anna)
    return list(Task.objects.order_by("pk"))


def hold_each(w: World) -> None:
    for sides, held in held_meetings(w):
        meetings.hold(meetings.open_annual(by=w.anna, **sides), by=w.anna, minutes=held["minutes"], held_at=held["starts_at"])


def approached(w: World) -> dict[int, int]:
    """One person at each company, by their ids."""
    return {person.pk: company.pk for person, company in zip(w.met, w.ours, strict=True)}


def holds(w: World) -> list[int]:
    """Of all of them."""
    arbiter.hold_many(w.event.occasion, approached(w), by=w.carla)
    return list(Hold.objects.order_by("pk").values_list("pk", flat=True))


def release(w: World, chosen: list[int]) -> None:
    arbiter.release_many(Hold.objects.filter(pk__in=chosen), because=Release.GIVEN_UP, by=w.anna)


def new_visits(w: World) -> list[tuple[dict[str, Any], list[str]]]:
    """Facts and jobs of a visit of each car: with several jobs, with one, with none and no figures."""
    told: list[tuple[dict[str, Any], list[str]]] = [
        ({"mileage_km": 41_000, "amount_cents": 48_900}, ["Oil service", "Brake pads, front"]),
        ({"amount_cents": 0}, ["Inspection"]),
        ({}, []),
    ]
    return [
        ({"vehicle": car, "centre": w.north, "visited_on": DAY, "order_number": f"A-{at}", **figures}, jobs)
        for at, (car, (figures, jobs)) in enumerate(zip(w.cars, told, strict=False))
    ]


def visits(w: World) -> list[tuple[ServiceVisit, list[str]]]:
    """The same, as new rows."""
    return [(ServiceVisit(company_id=facts["vehicle"].company_id, **facts), jobs) for facts, jobs in new_visits(w)]


def visit_edits(w: World) -> list[tuple[ServiceVisit, dict[str, Any]]]:
    """Of visits that are there: another amount and day, another mileage, nothing that differs."""
    service_visits.enter_many(visits(w), by=None)
    first, second, third = ServiceVisit.objects.order_by("pk")
    return [(first, {"amount_cents": 1, "visited_on": date(2026, 3, 2)}), (second, {"mileage_km": 5}), (third, {"mileage_km": None})]


def more_jobs(w: World) -> list[tuple[ServiceVisit, list[str]]]:
    """Of visits that are there: a job more, one that it has already, two at once of which it had none."""
    service_visits.enter_many(visits(w), by=None)
    first, second, third = ServiceVisit.objects.order_by("pk")
    return [(first, ["Wheel alignment"]), (second, ["Inspection"]), (third, ["Oil", "Filter", "Oil"])]


def line_edits(w: World) -> list[tuple[JobLine, dict[str, Any]]]:
    """Of lines that are there: an amount for the first time, none for one without."""
    service_visits.enter_many(visits(w), by=None)
    first, second, *_others = JobLine.objects.order_by("visit", "position")
    return [(first, {"amount_cents": 100}), (second, {"amount_cents": None})]


def take_ups(model: type[Role]) -> Pair:
    return Pair(
        "contacts.people.models.roles.Role.take_up_many",
        lambda w: each(lambda who, at: model.take_up(who, at, by=w.anna, on=DAY, job_title="Chief"), new_roles(w)),
        lambda w: model.take_up_many(
            [model(person=who, company=at, starts_on=DAY, job_title="Chief") for who, at in new_roles(w)], by=w.anna
        ),
    )


PAIRS = (
    Pair(
        "accounts.customers.actions.companies.enter_many",
        lambda w: [companies.enter(by=w.anna, **facts) for facts in new_companies(w)],
        lambda w: companies.enter_many([Company(**facts) for facts in new_companies(w)], by=w.anna),
    ),
    Pair(
        "accounts.customers.actions.companies.enter_many",  # by somebody who serves the whole centre, and by the clock
        lambda w: [companies.enter(by=by, **facts) for by in (w.carla, None) for facts in new_companies(w)],
        lambda w: [companies.enter_many([Company(**facts) for facts in new_companies(w)], by=by) for by in (w.carla, None)],
    ),
    Pair(
        "accounts.customers.actions.companies.edit_many",
        lambda w: each(lambda company, values: companies.edit(company, by=w.anna, **values), company_edits(w)),
        lambda w: companies.edit_many(company_edits(w), by=w.anna),
    ),
    Pair(
        "accounts.customers.models.company.Address.enter_many",
        lambda w: [Address.enter(company, by=w.anna, **facts) for company, facts in company_addresses(w)],
        lambda w: Address.enter_many([Address(company=company, **facts) for company, facts in company_addresses(w)], by=w.anna),
    ),
    Pair(
        "accounts.customers.models.vehicle.Vehicle.enter_many",
        lambda w: [Vehicle.enter(by=w.anna, **facts) for facts in new_vehicles(w)],
        lambda w: Vehicle.enter_many([Vehicle(**facts) for facts in new_vehicles(w)], by=w.anna),
    ),
    Pair(
        "accounts.customers.models.vehicle.Vehicle.edit_many",
        lambda w: each(partial(edits, by=w.anna), vehicle_edits(w)),
        lambda w: Vehicle.edit_many(vehicle_edits(w), by=w.anna),
    ),
    Pair(
        "contacts.memory.actions.service_visits.enter_many",
        lambda w: [service_visits.enter(by=w.anna, jobs=jobs, **facts) for facts, jobs in new_visits(w)],
        lambda w: service_visits.enter_many(visits(w), by=w.anna),
    ),
    Pair(
        "contacts.memory.actions.service_visits.edit_many",
        lambda w: each(lambda visit, values: service_visits.edit(visit, by=w.anna, **values), visit_edits(w)),
        lambda w: service_visits.edit_many(visit_edits(w), by=w.anna),
    ),
    Pair(
        "contacts.memory.actions.service_visits.add_jobs_many",
        lambda w: each(lambda visit, jobs: service_visits.add_jobs(visit, jobs, by=w.anna), more_jobs(w)),
        lambda w: service_visits.add_jobs_many(more_jobs(w), by=w.anna),
    ),
    Pair(
        "contacts.memory.actions.service_visits.edit_lines_many",
        lambda w: each(lambda line, values: service_visits.edit_line(line, by=w.anna, **values), line_edits(w)),
        lambda w: service_visits.edit_lines_many(line_edits(w), by=w.anna),
    ),
    Pair(
        "accounts.customers.models.assignment.Assignment.assign_many",
        lambda w: [Assignment.assign(company, w.carla, starts_on=DAY, by=w.anna) for company in w.ours],
        lambda w: Assignment.assign_many(w.ours, w.carla, starts_on=DAY, by=w.anna),
    ),
    Pair(
        "accounts.customers.models.assignment.Assignment.assign_many",  # to whoever has them already
        lambda w: [Assignment.assign(company, w.anna, starts_on=DAY, by=w.carla) for company in w.ours],
        lambda w: Assignment.assign_many(w.ours, w.anna, starts_on=DAY, by=w.carla),
        changes=False,
    ),
    Pair(
        "accounts.customers.models.assignment.Assignment.enter_many",
        lambda w: [Assignment.assign(by=w.anna, **facts) for facts in new_assignments(w)],
        lambda w: Assignment.enter_many([Assignment(**facts) for facts in new_assignments(w)], by=w.anna),
    ),
    Pair(
        "contacts.people.actions.people.enter_many",
        lambda w: [people.enter(by=w.anna, email=one.email, phone=one.phone, **one.facts) for one in new_people(w)],
        enter_people,
    ),
    Pair(
        "contacts.people.actions.people.edit_many",
        lambda w: each(lambda person, values: people.edit(person, by=w.anna, **values), person_edits(w)),
        lambda w: people.edit_many(person_edits(w), by=w.anna),
    ),
    Pair(
        "contacts.people.models.person.PersonAddress.enter_many",
        lambda w: [PersonAddress.enter(person, by=w.anna, **facts) for person, facts in new_addresses(w)],
        lambda w: PersonAddress.enter_many([PersonAddress(person=person, **facts) for person, facts in new_addresses(w)], by=w.anna),
    ),
    *map(take_ups, GROUPS.values()),
    Pair(
        "contacts.people.models.roles.Role.edit_many",
        lambda w: each(partial(edits, by=w.anna), role_edits(w)),
        lambda w: VehicleUser.edit_many(role_edits(w), by=w.anna),
    ),
    Pair(
        "contacts.people.models.holders.Holder.hand_over_many",
        lambda w: each(lambda facts: Holder.hand_over(by=w.anna, **facts), [(facts,) for facts in hand_overs(w)]),
        lambda w: Holder.hand_over_many([Holder(**facts) for facts in hand_overs(w)], by=w.anna),
    ),
    Pair(
        "contacts.people.models.holders.Holder.edit_many",
        lambda w: each(partial(edits, by=w.anna), holder_edits(w)),
        lambda w: Holder.edit_many(holder_edits(w), by=w.anna),
    ),
    Pair(
        "contacts.people.models.holders.VehicleDriver.let_drive_many",
        lambda w: [VehicleDriver.let_drive(car, driver, by=w.anna, on=DAY) for car, driver in drives(w)],
        lambda w: VehicleDriver.let_drive_many(
            [VehicleDriver(vehicle=car, driver=driver, starts_on=DAY) for car, driver in drives(w)], by=w.anna
        ),
    ),
    Pair(
        "contacts.arbiter.actions.hold_many",
        lambda w: each(lambda who, at: arbiter.hold_many(w.event.occasion, {who: at}, by=w.anna), approached(w).items()),
        lambda w: arbiter.hold_many(w.event.occasion, approached(w), by=w.anna),
    ),
    Pair(
        "contacts.arbiter.actions.release_many",
        lambda w: each(lambda pk: release(w, [pk]), [(pk,) for pk in holds(w)]),
        lambda w: release(w, holds(w)),
    ),
    Pair(
        "fleetportal.core.audit.record_many",
        lambda w: [audit.record("car.seen", car, by=w.anna, changes={"plate": (1, number)}) for number, car in enumerate(w.cars)],
        lambda w: audit.record_many("car.seen", [(car, {"plate": (1, number)}) for number, car in enumerate(w.cars)], by=w.anna),
    ),
    Pair(
        "fleetportal.core.audit.edit_many",
        lambda w: [audit.edit(car, values, action="car.seen", by=w.anna) for car, values in vehicle_edits(w)],
        lambda w: audit.edit_many(vehicle_edits(w), action="car.seen", by=w.anna),
    ),
    Pair(
        "fleetportal.core.links.LinkQuerySet.make_many",
        lambda w: [Link.objects.make("events.invitation", subject, expires_at=None) for subject in (5, 7)],
        lambda w: Link.objects.make_many("events.invitation", [5, 7], expires_at=None),
    ),
    Pair(
        "fleetportal.core.links.LinkQuerySet.get_or_make_many",
        lambda w: [Link.objects.get_or_make("events.invitation", subject) for subject in (5, 7, 5)],
        lambda w: Link.objects.get_or_make_many("events.invitation", [5, 7, 5]),
    ),
    Pair(
        "contacts.memory.models.interaction.record_many",
        lambda w: [
            interaction.record("car.seen", company=one.company, person=one.person, by=w.anna, about=one, channel="email", touches=False)
            for one in w.users
        ],
        lambda w: interaction.record_many("car.seen", w.users, by=w.anna, channel="email"),
    ),
    Pair(
        "contacts.memory.models.interaction.Interaction.log_many",
        lambda w: [Interaction.log(by=w.anna, **facts) for facts in new_contacts(w)],
        lambda w: Interaction.log_many([Interaction(**facts) for facts in new_contacts(w)], by=w.anna),
    ),
    Pair(
        "contacts.memory.models.task.Task.plan_many",
        lambda w: [Task.plan(by=w.carla, **facts) for facts in new_tasks(w)],
        lambda w: Task.plan_many([Task(**facts) for facts in new_tasks(w)], by=w.carla),
    ),
    Pair(
        "contacts.memory.actions.tasks.hand_over_many",
        lambda w: each(lambda task: tasks.hand_over(task, w.carla, by=w.carla), [(task,) for task in open_tasks(w)]),
        lambda w: tasks.hand_over_many(open_tasks(w), w.carla, by=w.carla),
    ),
    Pair(
        "contacts.memory.actions.meetings.hold_many",
        hold_each,
        lambda w: meetings.hold_many([Meeting(lasts_minutes=60, **sides, **held) for sides, held in held_meetings(w)], by=w.anna),
    ),
    Pair(
        "contacts.consent.models.Consent.enter_many",
        lambda w: [Consent.enter(by=w.anna, **facts) for facts in new_consents(w)],
        lambda w: Consent.enter_many([Consent(**facts) for facts in new_consents(w)], by=w.anna),
    ),
    Pair(
        "events.actions.inviting.invite_many",
        lambda w: [inviting.invite(w.event, who, company=at, by=w.anna) for who, at in zip(w.met, w.ours, strict=True)],
        lambda w: inviting.invite_many(w.event, list(zip(w.met, w.ours, strict=True)), by=w.anna),
    ),
    Pair(
        "events.actions.inviting.nudge_many",
        lambda w: [inviting.nudge(one, by=w.anna) for one in [*w.invitations, w.invitations[0]]],
        lambda w: inviting.nudge_many(w.event, [one.pk for one in w.invitations], by=w.anna),
    ),
    Pair("fleetportal.core.outbox.queueing.queue_many", lambda w: [queue(draft) for draft in drafts(w)], lambda w: queue_many(drafts(w))),
)


def name_of(pair: Pair) -> str:
    return ".".join(pair.many.rsplit(".", 2)[1:])


# --- what was left, in every table --------------------------------------------------------------------------------------------


def left_by(verb: Callable[[World], Any], world: World) -> dict[str, Any]:
    """All rows, and who was rung for, once `verb` has run; afterwards it never has."""
    with undone():
        verb(renewed(world))
        bells = {str(bell) for _savepoints, bell, _robust in connection.run_on_commit}
        return {"bells": bells, **{model._meta.label: rows_of(model) for model in apps.get_models()}}


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is rolled back; new rows have the same numbers each time."""
    with connection.cursor() as cursor:  # on PostgreSQL a rollback leaves the counters where they are
        for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
            cursor.execute(statement)
    waiting, connection.run_on_commit = connection.run_on_commit, []
    bell.rung_at.clear()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    connection.run_on_commit = waiting


def renewed(world: World) -> World:
    """The world with its rows as the database has them: what a verb before wrote into them was rolled back."""

    def again(value: Any) -> Any:
        return [again(one) for one in value] if isinstance(value, list) else type(value)._default_manager.get(pk=value.pk)

    return World(**{name: again(value) for name, value in vars(world).items()})


def rows_of(model: type[models.Model]) -> Any:
    """The rows without their numbers and moments; a change with the act of its entry, a touched company once."""
    left_out = {"id", "entry_id"} | DRAWN | {f.attname for f in model._meta.concrete_fields if isinstance(f, models.DateTimeField)}
    names = [field.attname for field in model._meta.concrete_fields if field.attname not in left_out]
    if model is audit.Change:
        names += ["entry__action", "entry__object_type", "entry__object_id"]
    found = [json.dumps(row, default=plain, sort_keys=True) for row in model._base_manager.values_list(*names)]
    return set(found) if model is TouchedCompany else Counter(found)


def plain(value: Any) -> str:
    return value.hex() if isinstance(value, bytes | memoryview) else str(value)
