"""What imports kept before facts, sheets and problems were typed is still read."""

from datetime import date

from intake.progress import Position, Progress
from intake.reading.company import CompanyFacts
from intake.reading.facts import Said
from intake.reading.person import PersonFacts
from intake.reading.problems import Problem
from intake.reading.sheets import Sheet
from intake.reading.vehicle import VehicleFacts
from intake.wording import words_of

OLD_COLUMN = {
    "place": 2, "title": "Fahrer", "group": "", "key": "person.name", "sure": "sure", "samples": ["Kern, Anna"], "order": "last",
    "says_driver": True, "says_contact": False, "of": 1,
}  # fmt: skip
OLD_SHEET = {
    "place": 0, "name": "Flotte", "rows": 3, "width": 3, "offset": 0, "kind": "vehicles", "language": "de", "country": "DE",
    "header_row": 1,
    "first_row": 2, "fill": 3, "titles": ["a", "b", "Fahrer"], "columns": [OLD_COLUMN], "refusal": ["bill", "An account.", "Send a list."],
    "taken": False, "asks_owner": True, "signature": "x", "layout": "", "carries": [0],
}  # fmt: skip


def test_a_sheet_of_the_first_version():
    sheet = Sheet.from_json(OLD_SHEET)
    column = sheet.columns[0]
    assert (sheet.index, sheet.is_taken, column.index, column.person, column.says_driver) == (0, False, 2, 1, True)
    assert sheet.refusal and sheet.refusal.kind == "bill" and words_of(sheet.refusal) == ("An account.", "Send a list.")
    assert Sheet.from_json(sheet.to_json()) == sheet


def test_a_problem_of_the_first_version():
    problem = Problem.from_json({"code": "vin", "message": "A VIN has 17.", "cure": "Look.", "column": 3, "value": "W", "stops": True})
    assert (problem.kind, problem.column, problem.value, problem.stops) == ("vin", 3, "W", True)
    assert words_of(problem) == ("A VIN has 17.", "Look.")
    assert Problem.from_json(problem.to_json()) == problem


def test_progress_and_position_of_the_first_version():
    progress = Progress.from_json({"rows": 3, "new": 2, "made_company": 1, "companies_new": 1, "people_new": 2, "vehicles_changed": 1})
    assert (progress.rows, progress.new, progress.made, progress.new_of) == (3, 2, {"company": 1}, {"company": 1, "person": 2})
    assert Progress.from_json({}) == Progress()
    said = {"sheet": 1, "offset": None, "last_row": 4, "gap": False, "today": "2026-11-30", "skipped": [[0, 5, "total"]], "above": "Alpha"}
    assert Position.from_json(said) == Position(1, None, 4, False, date(2026, 11, 30), {"": "Alpha"}, [(0, 5, "total")])


def test_what_a_row_says_survives_json():
    said = Said(
        [
            CompanyFacts(name="Alpha AG", employees=0),
            VehicleFacts(vin="W", delivered_on=date(2024, 5, 1), mileage_km=0),
            PersonFacts(last_name="Kern", emails=["a@kern.example"], holds=True),
            PersonFacts(last_name="Voss"),
        ],
        leads=True,
    )
    kept = said.to_json()
    assert kept == {
        "company": {"name": "Alpha AG", "employees": 0},
        "vehicle": {"vin": "W", "delivered_on": "2024-05-01", "mileage_km": 0},
        "people": [{"last_name": "Kern", "emails": ["a@kern.example"], "holds": True}, {"last_name": "Voss"}],
        "leads": "company",
    }
    again = Said.from_json(kept)
    assert again.to_json() == kept and again.leads
    assert again.one(VehicleFacts) == said.one(VehicleFacts) and again.all(PersonFacts) == said.all(PersonFacts)
