"""A fourth noun of the intake, in one file: lists of a workshop become service visits of vehicles that are known."""

from datetime import date
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

from accounts.models import JobLine, OrderKnown, ServiceVisit, TouchedCompany
from contacts.memory.actions import service_visits
from contacts.models import Interaction
from fleetportal.core.audit import Change, Entry
from intake import actions
from intake.models import Import, Made
from intake.wording import words_of
from tests.factories.accounts import assign, make_company, make_vehicle
from tests.factories.sheets import make_text, make_xlsx
from tests.intake.running import judge, rows_at_once, take, verdicts

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


def test_a_visit_goes_to_whoever_has_the_vehicle_now(north, fleet):
    """The same car was leased to another company before, and given back."""
    alpha = make_company(north, name="Alpha AG")
    make_vehicle(alpha, plate="HH-AL 1", vin=fleet[0].vin, given_back_on=date(2026, 3, 1))
    brought("werkstatt_de.xlsx", north)
    assert ServiceVisit.objects.get(order_number="A-10231").vehicle == fleet[0]
    assert not ServiceVisit.objects.filter(company=alpha).exists()


def test_an_order_is_known_by_its_number_as_it_is_written(north, fleet):
    """What the dry run foresees is what is taken."""
    rows = "Order number;VIN;Date;Work done\nW-1;{0};14.09.2026;Oil\nw-1;{0};14.09.2026;Tyres\n".format(fleet[0].vin)
    assert verdicts(judge(make_text(rows), "orders.csv", centre=north)) == ["new", "new"]
    take(make_text(rows), "orders.csv", centre=north)
    assert set(ServiceVisit.objects.values_list("order_number", flat=True)) == {"W-1", "w-1"}


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
    assert Import.objects.get(pk=run.pk).progress.undone == 2 and not Interaction.objects.exists()
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
    visit = service_visits.enter(fleet[0], jobs=["Oil"], **facts)
    assert (visit.company_id, [str(line) for line in visit.lines.all()]) == (fleet[0].company_id, ["Oil"])
    assert Entry.objects.about(visit).get().action == "service_visit.entered"
    with pytest.raises(OrderKnown):
        service_visits.enter(fleet[1], **facts)
    assert ServiceVisit.objects.count() == 1


@pytest.mark.parametrize("may_see", [True, False])
def test_visits_show_on_the_pages_of_vehicle_and_company(client, carla, dora, fleet, north, may_see):
    service_visits.enter(
        fleet[0], centre=north, visited_on=date(2026, 9, 21), order_number="W-1", amount_cents=12345, jobs=["Oil"], by=None
    )
    client.force_login(carla if may_see else dora)
    for address in (f"/vehicles/{fleet[0].pk}/", f"/companies/{fleet[0].company_id}/service-visits/"):
        page = client.get(address).content.decode()
        assert "W-1" in page and "Oil" in page and ("123.45" in page) == may_see


# --- one visit, several rows --------------------------------------------------------------------------------------------------

GERMAN = [
    ["Auftragsnummer", "Auftragsdatum", "Kennzeichen", "Arbeitsposition", "Gesamtbetrag"],
    ["A-1", "14.09.2026", "HH-NL 1204", "Inspektion", "489,90"],
    ["A-1", "14.09.2026", "HH-NL 1204", "Ölwechsel", "489,90"],
    ["A-2", "15.09.2026", "HH-NL 88", "Reifen gewechselt", "96,00"],
    ["A-1", "14.09.2026", "HH-NL 1204", "Bremsflüssigkeit", ""],
]
ENGLISH = [["Order number", "Service date", "Plate", "Work done", "Total amount"], *GERMAN[1:]]
VISITS = [
    ("A-1", "HH-NL 1204", date(2026, 9, 14), None, 48990, ["Inspektion", "Ölwechsel", "Bremsflüssigkeit"]),
    ("A-2", "HH-NL 88", date(2026, 9, 15), None, 9600, ["Reifen gewechselt"]),
]


def as_file(rows, kind):
    """(file, its name)"""
    if kind == "xlsx":
        return make_xlsx({"Aufträge": rows}), "orders.xlsx"
    return make_text("".join(";".join(row) + "\n" for row in rows)), "orders.csv"


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("rows", [GERMAN, ENGLISH], ids=["german", "english"])
def test_rows_of_one_order_are_one_visit_with_job_lines(north, fleet, rows, kind):
    run = take(*as_file(rows, kind), centre=north)
    assert verdicts(run) == ["new", "changed", "new", "changed"] and said() == VISITS
    assert run.progress.new_of["service_visit"] == run.progress.made["service_visit"] == 2
    again = take(*as_file(rows, kind), centre=north)
    assert verdicts(again) == ["same"] * 4 and said() == VISITS and Interaction.objects.count() == 2


def test_rows_of_one_order_in_several_batches_are_one_visit(north, fleet, monkeypatch):
    rows_at_once(monkeypatch, 1)
    run = take(*as_file(GERMAN, "csv"), centre=north)
    assert verdicts(run) == ["new", "changed", "new", "changed"] and said() == VISITS
    assert run.progress.new_of["service_visit"] == run.progress.made["service_visit"] == 2
    actions.undo(run, by=None)
    actions.work(run)
    assert not ServiceVisit.objects.exists() and not Made.objects.staying(run).exists()


@pytest.mark.parametrize("row", [
    ["A-1", "15.09.2026", "HH-NL 1204", "Ölwechsel", "489,90"],
    ["A-1", "14.09.2026", "HH-NL 88", "Ölwechsel", "489,90"],
    ["A-1", "14.09.2026", "HH-NL 1204", "Ölwechsel", "12,00"],
], ids=["date", "vehicle", "amount"])  # fmt: skip
def test_a_row_that_contradicts_the_order_of_an_earlier_one_is_left_out(north, fleet, row):
    run = take(*as_file([*GERMAN[:2], row], "csv"), centre=north)
    assert verdicts(run) == ["new", "rejected"] and said()[0][5] == ["Inspektion"]
    assert words_of(run.rows.get(verdict="rejected").found[0])[0].startswith("Row 2 has the same order number")


def test_a_later_list_changes_the_amount_with_history_and_adds_a_job_and_undo_takes_both_back(north, fleet):
    take(*as_file(GERMAN, "xlsx"), centre=north)
    later = [GERMAN[0], ["A-1", "14.09.2026", "HH-NL 1204", "Wischerblätter", "520,00"]]
    run = take(*as_file(later, "csv"), centre=north)
    visit = ServiceVisit.objects.get(order_number="A-1")
    assert verdicts(run) == ["changed"] and run.progress.made["service_visit"] == 0
    assert said()[0][4:] == (52000, ["Inspektion", "Ölwechsel", "Bremsflüssigkeit", "Wischerblätter"])
    entry = Entry.objects.about(visit).get(action="service_visit.edited")
    assert list(entry.changes.values_list("field", "before", "after")) == [("amount_cents", 48990, 52000)]
    actions.undo(run, by=None)
    actions.work(run)
    assert said() == VISITS and ServiceVisit.objects.count() == 2
    changes = Change.objects.filter(object_type="accounts.servicevisit", object_id=visit.pk, field="jobs").order_by("pk")
    (_before, added), (removed_from, left) = changes.values_list("before", "after")
    assert added == removed_from == [*left, "Wischerblätter"]


def test_a_first_import_whose_visits_a_later_one_changed_keeps_them(north, fleet):
    first = take(*as_file(GERMAN, "csv"), centre=north)
    later = take(*as_file([GERMAN[0], ["A-1", "14.09.2026", "HH-NL 1204", "Wischerblätter", ""]], "csv"), centre=north)
    actions.undo(first, by=None)
    actions.work(first)
    assert [visit[0] for visit in said()] == ["A-1"]
    assert list(Made.objects.staying(first).values_list("what", "stays")) == [("service_visit", "edited")]
    actions.undo(later, by=None)
    actions.work(later)
    Import.objects.filter(pk=first.pk).update(state=Import.State.STOPPED)
    first.refresh_from_db()
    actions.undo(first, by=None)
    actions.work(first)
    assert not ServiceVisit.objects.exists()


# --- an amount for each line ----------------------------------------------------------------------------------------------------

LINES = [
    ["Auftragsnummer", "Auftragsdatum", "Kennzeichen", "Arbeiten", "Positionsbetrag"],
    ["B-1", "14.09.2026", "HH-NL 1204", "Inspektion", "100,00"],
    ["B-1", "14.09.2026", "HH-NL 1204", "Ölwechsel | Filter", "80,50"],
    ["B-2", "15.09.2026", "HH-NL 88", "Reifen", "96,00"],
]


def lines():
    """(order, its total, (work, amount) of each line)"""
    found = ServiceVisit.objects.order_by("order_number").prefetch_related("lines")
    return [(one.order_number, one.amount_cents, [(line.text, line.amount_cents) for line in one.lines.all()]) for one in found]


KEPT = [("B-1", 18050, [("Inspektion", 10000), ("Ölwechsel; Filter", 8050)]), ("B-2", 9600, [("Reifen", 9600)])]


@pytest.mark.parametrize("batch", [1, 500])
def test_an_amount_stated_for_each_line_is_kept_there_and_the_visit_has_the_sum(north, fleet, monkeypatch, batch):
    rows_at_once(monkeypatch, batch)
    run = take(*as_file(LINES, "csv"), centre=north)
    assert verdicts(run) == ["new", "changed", "new"] and lines() == KEPT
    assert verdicts(take(*as_file(LINES, "csv"), centre=north)) == ["same"] * 3 and lines() == KEPT
    actions.undo(run, by=None)
    actions.work(run)
    assert not ServiceVisit.objects.exists() and not Made.objects.staying(run).exists()


def test_a_later_amount_of_a_line_changes_line_and_sum_and_undo_takes_both_back(north, fleet):
    take(*as_file(LINES, "csv"), centre=north)
    later = [LINES[0], [*LINES[1][:4], "120,00"], ["B-1", "14.09.2026", "HH-NL 1204", "Wischer", "20,00"]]
    run = take(*as_file(later, "csv"), centre=north)
    assert verdicts(run) == ["changed", "changed"]
    assert lines()[0] == ("B-1", 22050, [("Inspektion", 12000), ("Ölwechsel; Filter", 8050), ("Wischer", 2000)])
    actions.undo(run, by=None)
    actions.work(run)
    assert lines() == KEPT and not Made.objects.staying(run).exists()


def test_a_stated_total_is_not_replaced_by_the_sum_of_its_lines(north, fleet):
    rows = [[*LINES[0], "Gesamtbetrag"], *([*row, "200,00"] for row in LINES[1:3])]
    take(*as_file(rows, "csv"), centre=north)
    assert lines() == [("B-1", 20000, KEPT[0][2])]


def test_two_amounts_for_one_line_contradict_each_other(north, fleet):
    run = take(*as_file([*LINES[:2], [*LINES[1][:4], "90,00"]], "csv"), centre=north)
    assert verdicts(run) == ["new", "rejected"] and lines() == [("B-1", 10000, [("Inspektion", 10000)])]


@pytest.mark.parametrize(("who", "sees"), [("carla", True), ("dora", False)])
def test_amounts_of_lines_are_for_whoever_may_see_values(client, request, who, sees, fleet, north):
    facts = {"centre": north, "visited_on": date(2026, 9, 21), "order_number": "B-1", "by": None}
    service_visits.enter(fleet[0], jobs={"Oil": 8050, "Filter": None}, **facts)
    client.force_login(request.getfixturevalue(who))
    page = client.get(f"/vehicles/{fleet[0].pk}/").content.decode()
    assert "Filter" in page and ("80.50" in page) is sees


# --- the timeline and the pages -----------------------------------------------------------------------------------------------


def test_each_visit_stands_on_the_timeline_of_the_vehicles_company(client, carla, north, fleet):
    take(*as_file(GERMAN, "csv"), centre=north)
    line = Interaction.objects.get(text="HH-NL 1204, A-1")
    assert (line.kind, line.company, line.is_real_contact) == ("service_visit", fleet[0].company, False)
    assert line.happened_at.astimezone(north.zone).isoformat()[:16] == "2026-09-14T12:00"
    client.force_login(carla)
    page = client.get(f"/companies/{fleet[0].company_id}/timeline/").content.decode()
    assert "Service visit" in page and "HH-NL 1204, A-1" in page and "HH-NL 88, A-2" in page


def test_another_day_moves_the_line_on_the_timeline(north, fleet):
    visit = service_visits.enter(fleet[0], centre=north, visited_on=date(2026, 9, 21), order_number="W-1", by=None)
    service_visits.edit(visit, by=None, visited_on=date(2026, 9, 22))
    assert Interaction.objects.get().happened_at.astimezone(north.zone).date() == date(2026, 9, 22)


def test_visits_that_were_there_before_get_their_line_once(north, fleet):
    service_visits.enter(fleet[0], centre=north, visited_on=date(2026, 9, 21), order_number="W-1", by=None)
    lines = Interaction.objects.values_list("kind", "company", "channel", "direction", "text", "happened_at", "about_type", "about_id")
    before = list(lines)
    migration = import_module("contacts.migrations.0014_service_visits_on_the_timeline")
    migration.add_lines(apps, None)
    assert list(lines) == before
    Interaction.objects.all().delete()
    migration.add_lines(apps, None)
    assert list(lines) == before


def test_pages_and_command_count_visits_like_other_nouns(client, carla, north, fleet, tmp_path, capsys):
    run = take(*as_file(GERMAN, "csv"), centre=north, by=carla)
    client.force_login(carla)
    page = client.get(f"/imports/{run.pk}/").content.decode()
    assert "4 rows imported: 2 new service visits." in page and "a service visit by its centre and order number;" in page
    assert "2 new service visits" in client.get("/imports/").content.decode()
    path = tmp_path / "more.csv"
    path.write_text("Order number;Service date;Plate;Work done\nB-1;2026-09-30;HH-NL 88;Oil\n", encoding="utf-8")
    call_command("import_fleet", str(path), centre=north.slug)
    assert "1 service visits" in capsys.readouterr().out
