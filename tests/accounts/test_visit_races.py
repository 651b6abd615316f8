"""Two who enter the same order of a workshop at once; on both databases, with the canary."""

from collections import Counter
from datetime import date
from functools import partial
from io import BytesIO
from typing import Any

import pytest

from accounts.models import Company, JobLine, ServiceVisit
from contacts.memory.actions import service_visits
from contacts.models import Interaction
from fleetportal.core.audit import Entry
from fleetportal.core.db import bulk, can_lock
from intake import actions as imports
from intake.models import Import
from tests.factories.accounts import make_vehicle
from tests.intake.running import judge
from tests.races import race

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def entering(company: Company) -> Any:
    facts: dict[str, Any] = {"centre": company.centre, "visited_on": date(2026, 9, 21), "order_number": "W-1"}
    return partial(service_visits.enter, make_vehicle(company), jobs=["Oil"], by=None, **facts)


def test_one_order_is_entered_once_by_however_many(north_ag: Company) -> None:
    outcomes = race(*[entering(north_ag)] * 6)
    assert Counter(type(one).__name__ for one in outcomes) == {"ServiceVisit": 1, "OrderKnown": 5}
    assert ServiceVisit.objects.count() == JobLine.objects.count() == 1
    assert Entry.objects.filter(action="service_visit.entered").count() == Interaction.objects.filter(kind="service_visit").count() == 1


def test_without_its_guard_the_second_ends_in_an_error(north_ag: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """The canary: the visit is written without looking at the constraint."""
    monkeypatch.setattr(bulk, "add_unless_there", lambda row: row.save(force_insert=True) is None)
    outcomes = race(*[entering(north_ag)] * 4)
    assert Counter(type(one).__name__ for one in outcomes) == {"ServiceVisit": 1, "IntegrityError": 3}


def test_one_order_of_many_at_once_is_entered_once_and_the_others_are_refused(north_ag: Company) -> None:
    vehicle = make_vehicle(north_ag)

    def enter_two(other: str) -> None:
        facts: dict[str, Any] = {"company": north_ag, "vehicle": vehicle, "centre": north_ag.centre, "visited_on": date(2026, 9, 21)}
        service_visits.enter_many([(ServiceVisit(order_number=number, **facts), ["Oil"]) for number in ("W-1", other)], by=None)

    outcomes = race(*[partial(enter_two, f"W-{n}") for n in range(2, 6)])
    assert Counter(type(one).__name__ for one in outcomes) == {"NoneType": 1, "OrderKnown": 3}
    assert "W-1" in next(str(one) for one in outcomes if one)
    assert ServiceVisit.objects.count() == JobLine.objects.count() == Interaction.objects.filter(kind="service_visit").count() == 2


def test_a_list_is_taken_while_somebody_enters_one_of_its_orders(north_ag: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look-up of the batch and its writing."""
    vehicle, enter_many = make_vehicle(north_ag, plate="HH-NL 88"), service_visits.enter_many
    lines = ["Auftragsnummer;Datum;Kennzeichen;Arbeiten", *(f"W-{n};14.09.2026;HH-NL 88;Inspektion" for n in range(1, 4))]
    run = judge(BytesIO("\n".join(lines).encode()), "werkstatt.csv", centre=north_ag.centre)
    others = [partial(service_visits.enter, vehicle, centre=north_ag.centre, visited_on=date(2026, 9, 14), order_number="W-2", by=None)]

    def enter_beside(*args: Any, **facts: Any) -> None:
        if others:
            (entered,) = race(others.pop()) if can_lock() else [others.pop()()]
            assert isinstance(entered, ServiceVisit)
        enter_many(*args, **facts)

    monkeypatch.setattr(service_visits, "enter_many", enter_beside)
    imports.apply(run, by=None, in_background=False)
    imports.work(run)
    run = Import.objects.get(pk=run.pk)
    assert (run.state, run.progress.applied, ServiceVisit.objects.count()) == (Import.State.DONE, 3, 3)
    assert JobLine.objects.filter(text="Inspektion").count() == 3
