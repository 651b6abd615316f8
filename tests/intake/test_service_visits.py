"""A fourth noun of the intake, in one file: lists of a workshop become service visits of vehicles that are known."""

from datetime import date
from pathlib import Path

import pytest

from accounts.models import JobLine, OrderKnown, ServiceVisit, TouchedCompany
from fleetportal.core.audit import Entry
from intake import actions
from intake.models import Import
from intake.wording import words_of
from tests.factories.accounts import assign, make_company, make_vehicle
from tests.factories.sheets import make_text
from tests.intake.running import judge, take, verdicts

pytestmark = pytest.mark.django_db
FILES = Path(__file__).parent.parent / "data" / "service_visits"


@pytest.fixture
def fleet(north):
    company = make_company(north, name="Nordhafen Logistik SE")
    passat = make_vehicle(company, plate="HH-NL 1204", vin="WVWZZZ3CZRE014512")
    transit = make_vehicle(company, plate="HH-NL 88", vin="WVWZZZ3CZRE014513")
    return passat, transit


def brought(name, north, do=take, **facts):
    with (FILES / name).open("rb") as file:
        return do(file, name, centre=north, **facts)


def said():
    return [
        (
            visit.order_number,
            visit.vehicle.plate,
            visit.visited_on,
            visit.mileage_km,
            visit.amount_cents,
            [str(line) for line in visit.lines.all()],
        )
        for visit in ServiceVisit.objects.order_by("order_number")
    ]


def test_a_workbook_of_a_german_workshop(north, fleet):
    TouchedCompany.objects.all().delete()
    run = brought("werkstatt_de.xlsx", north)
    assert run.sheets[0].kind == "visits" and verdicts(run) == ["new", "new", "rejected"]
    assert said() == [
        ("A-10231", "HH-NL 1204", date(2026, 9, 14), 41820, 48990, ["Inspektion", "Ölwechsel", "Bremsflüssigkeit"]),
        ("A-10232", "HH-NL 88", date(2026, 9, 15), 77305, 9600, ["Reifen gewechselt"]),
    ]
    problem = run.rows.get(verdict="rejected").found[0]
    assert (problem.kind, problem.value) == ("vehicle", "WVWZZZ3CZRE019999") and all(words_of(problem))
    assert run.progress.made["service_visit"] == 2 and run.progress.new_of["service_visit"] == 2
    assert Entry.objects.filter(action="service_visit.entered").count() == 2
    assert set(TouchedCompany.objects.values_list("company", flat=True)) == {fleet[0].company_id}


@pytest.mark.parametrize(
    ("name", "visits"),
    [
        ("workshop_en.csv", [
            ("W-771", "HH-NL 1204", date(2026, 9, 21), 42950, 7450, ["Wheel alignment"]),
            ("W-772", "HH-NL 88", date(2026, 9, 22), 78110, 41200, ["Brake pads", "Brake discs"]),
        ]),
        ("officina_it.csv", [("C-51", "HH-NL 1204", date(2026, 9, 21), None, 8950, ["Cambio olio"])]),
        ("servis_ru.csv", [("ЗН-9", "HH-NL 88", date(2026, 9, 22), None, 540000, ["Замена масла"])]),
    ],
)  # fmt: skip
def test_lists_in_other_languages(north, fleet, name, visits):
    run = brought(name, north)
    assert set(verdicts(run)) == {"new"} and said() == visits


def test_the_dry_run_writes_nothing(north, fleet):
    run = brought("werkstatt_de.xlsx", north, do=judge)
    assert run.state == Import.State.JUDGED and run.progress.good == 2 and not ServiceVisit.objects.exists()


def test_the_same_file_again_changes_nothing(north, fleet):
    brought("werkstatt_de.xlsx", north)
    again = brought("werkstatt_de.xlsx", north)
    assert verdicts(again) == ["same", "same", "rejected"] and ServiceVisit.objects.count() == 2 and again.progress.good == 0


def test_undo_takes_visits_and_their_lines_back(north, fleet):
    run = brought("werkstatt_de.xlsx", north)
    actions.undo(run, by=None)
    actions.work(run)
    assert not ServiceVisit.objects.exists() and not JobLine.objects.exists()
    assert Import.objects.get(pk=run.pk).progress.undone == 2
    assert Entry.objects.filter(action="servicevisit.taken_back").count() == 2


def test_an_order_number_of_another_vehicle_is_rejected(north, fleet):
    brought("workshop_en.csv", north)
    text = "Work order no,Service date,VIN\nW-771,2026-09-30,WVWZZZ3CZRE014513\n"
    run = take(make_text(text), "other.csv", centre=north)
    assert verdicts(run) == ["rejected"] and run.rows.get().problem == "order"


def test_a_vehicle_out_of_reach_is_not_known(north, south, fleet, anna):
    brought("workshop_en.csv", north, by=anna)
    assert not ServiceVisit.objects.exists()
    assign(fleet[0].company, anna)
    assert set(verdicts(brought("workshop_en.csv", north, by=anna))) == {"new"}


def test_one_visit_by_hand_leaves_what_many_leave(north, fleet):
    facts = {"centre": north, "visited_on": date(2026, 9, 21), "order_number": "W-1", "amount_cents": 100, "by": None}
    visit = ServiceVisit.enter(fleet[0], jobs=["Oil"], **facts)
    assert (visit.company_id, [str(line) for line in visit.lines.all()]) == (fleet[0].company_id, ["Oil"])
    assert Entry.objects.about(visit).get().action == "service_visit.entered"
    with pytest.raises(OrderKnown):
        ServiceVisit.enter(fleet[1], **facts)
    assert ServiceVisit.objects.count() == 1


@pytest.mark.parametrize("may_see", [True, False])
def test_visits_show_on_the_pages_of_vehicle_and_company(client, carla, dora, fleet, north, may_see):
    ServiceVisit.enter(fleet[0], centre=north, visited_on=date(2026, 9, 21), order_number="W-1", amount_cents=12345, jobs=["Oil"], by=None)
    client.force_login(carla if may_see else dora)
    for address in (f"/vehicles/{fleet[0].pk}/", f"/companies/{fleet[0].company_id}/service-visits/"):
        page = client.get(address).content.decode()
        assert "W-1" in page and "Oil" in page and ("123.45" in page) == may_see
