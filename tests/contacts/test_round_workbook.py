"""A round's workbook: the stops out with a reason, the results back in once, and what is wrong marked in the same workbook."""

import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from accounts.models import Centre, Company, User
from contacts.models import Complaint, ContactRound, Interaction, Stop
from contacts.rounds.actions import leading, workbook
from fleetportal.core.audit import Change, Entry
from tests.contacts.today import words
from tests.factories.accounts import make_company, make_user
from tests.factories.rounds import make_reachable, make_round

SCRIPT = [{"words": "How many vehicles?", "goes_to": "note"}, {"words": "Which address?", "goes_to": "email"}]
HEADS = ["Stop number (do not change)", "Try (do not change)", "Day", "Person", "Company", "Why now", "Telephone"]
ANSWERED = ["How did it end?", "In one sentence", "The right number, if you know it", "1. How many vehicles?", "2. Which address?"]


@pytest.fixture
def contact_round(north_ag: Company, anna: User) -> ContactRound:
    return make_round(
        north_ag, [make_reachable(north_ag, last_name=name) for name in ("Albers", "Brandt", "Carstens")], by=anna, script=SCRIPT
    )


def taken(client: Client, contact_round: ContactRound) -> Any:
    """The workbook, as it is taken."""
    answer = client.post(f"/rounds/{contact_round.pk}/workbook/file/", {"reason": "Calls by Callpoint."})
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(answer.content))


def fill(book: Any, row: int, **said: Any) -> None:
    """Fill in the result of that row, from 1, by the column's place among ANSWERED."""
    names = dict(zip(("outcome", "text", "number", "first", "second"), range(len(HEADS) + 1, len(HEADS) + 6), strict=True))
    for name, value in said.items():
        book.active.cell(row=row + 1, column=names[name]).value = value


def bring(client: Client, contact_round: ContactRound, book: Any) -> Any:
    out = io.BytesIO()
    book.save(out)
    file = SimpleUploadedFile("back.xlsx", out.getvalue())
    return client.post(f"/rounds/{contact_round.pk}/workbook/back/", {"file": file})


def marks(answer: Any) -> list[str]:
    """The texts of the added column."""
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    return [str(row[-1].value or "") for row in sheet.iter_rows(min_row=2)]


def test_the_stops_that_wait_leave_with_a_reason(as_anna: Client, contact_round: ContactRound, anna: User) -> None:
    leading.leave_out(contact_round.stops.get(person__last_name="Carstens"), by=anna)
    sheet = taken(as_anna, contact_round).active
    head, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert head == [*HEADS, *ANSWERED, "Possible outcomes"]
    assert [row[3] for row in rows] == ["Alex Albers", "Alex Brandt"]
    assert rows[0][6] == "+49 40 66969 100"
    assert "Wants a meeting" in rows[0][-1]
    entry = Entry.objects.get(action="round.exported")
    assert (entry.actor_id, entry.facts) == (anna.pk, {"rows": 2})
    assert Change.objects.get(entry=entry).after == "Calls by Callpoint."


def test_without_a_reason_nothing_leaves(as_anna: Client, contact_round: ContactRound) -> None:
    assert as_anna.post(f"/rounds/{contact_round.pk}/workbook/file/", {"reason": ""}).status_code == 422
    assert not Entry.objects.filter(action="round.exported").exists()


def test_results_come_back_once_however_often_the_workbook_is_brought(as_anna: Client, contact_round: ContactRound) -> None:
    book = taken(as_anna, contact_round)
    fill(book, 1, outcome="Wants a meeting", text="In January.", first=54, second="new@brenner.example")
    fill(book, 2, outcome="no answer")
    assert bring(as_anna, contact_round, book).status_code == 303
    assert "2 results taken, 0 were in already, 0 refused." in words(as_anna.get(f"/rounds/{contact_round.pk}/"))
    done = contact_round.stops.get(state="done")
    assert (done.outcome, done.answers) == ("wants_meeting", {"1": "54", "2": "new@brenner.example"})
    assert done.person is not None
    assert done.person.addresses.filter(value="new@brenner.example").exists()
    before = (list(Stop.objects.values()), Interaction.objects.count(), Entry.objects.exclude(action="round.brought").count())
    assert bring(as_anna, contact_round, book).status_code == 303
    assert "0 results taken, 2 were in already, 0 refused." in words(as_anna.get(f"/rounds/{contact_round.pk}/"))
    assert (list(Stop.objects.values()), Interaction.objects.count(), Entry.objects.exclude(action="round.brought").count()) == before


def test_a_row_that_is_wrong_is_marked_and_the_others_are_taken(as_anna: Client, contact_round: ContactRound) -> None:
    book = taken(as_anna, contact_round)
    fill(book, 1, outcome="bought everything")
    fill(book, 2, outcome="Complained")
    fill(book, 3, outcome="Not interested", second="no address")
    book.active.append([999_999, 1, *[None] * 5, "No answer"])
    answer = bring(as_anna, contact_round, book)
    assert answer.status_code == 200
    assert "marked.xlsx" in answer["Content-Disposition"]
    assert marks(answer) == [
        "This is none of the possible outcomes.",
        "Write down what they complained about, in their words.",
        "Enter a valid email address.",
        "This number is none of a stop in this contact round that you may change.",
    ]
    assert not Interaction.objects.exists()
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    fill(book, 2, text="Late again.")
    fill(book, 3, second="here@brenner.example")
    again = bring(as_anna, contact_round, book)
    assert marks(again)[1:3] == ["Taken.", "Taken."]
    assert Complaint.objects.get().text == "Late again."
    assert set(contact_round.stops.filter(state="done").values_list("outcome", flat=True)) == {"complained", "not_interested"}


def test_what_a_colleague_logged_meanwhile_stays(as_anna: Client, contact_round: ContactRound) -> None:
    book = taken(as_anna, contact_round)
    fill(book, 1, outcome="No answer")
    first = contact_round.stops.in_order()[0]
    as_anna.post(f"/rounds/{contact_round.pk}/call/{first.pk}/", {"chip": "reached"})
    assert "Anna Reinhardt dealt with this stop at" in marks(bring(as_anna, contact_round, book))[0]
    first.refresh_from_db()
    assert (first.outcome, first.tries) == ("reached", 1)


def test_a_paused_round_takes_no_result(as_anna: Client, contact_round: ContactRound, anna: User) -> None:
    book = taken(as_anna, contact_round)
    fill(book, 1, outcome="No answer")
    leading.pause(contact_round, by=anna)
    assert marks(bring(as_anna, contact_round, book))[0] == "This contact round is not running. Nothing was logged."
    assert not Interaction.objects.exists()


def test_a_workbook_filled_in_in_another_language_is_understood(as_anna: Client, contact_round: ContactRound) -> None:
    book = taken(as_anna, contact_round)
    with translation.override("de"):
        fill(book, 1, outcome=str(workbook.CHIPS["not_reached"].label))
    assert bring(as_anna, contact_round, book).status_code == 303
    assert contact_round.stops.filter(outcome="not_reached").count() == 1


@pytest.mark.parametrize(
    ("name", "content"), [("list.xlsx", b"no workbook"), ("list.csv", b"Name;Place\nKern;Kiel\n"), ("empty.xlsx", b"")]
)
def test_a_file_that_is_no_such_workbook_is_refused(name: str, content: bytes, as_anna: Client, contact_round: ContactRound) -> None:
    answer = as_anna.post(f"/rounds/{contact_round.pk}/workbook/back/", {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code in (409, 422)
    assert not Entry.objects.filter(action="round.brought").exists()


def test_too_many_results_are_refused_before_one_is_taken(
    as_anna: Client, contact_round: ContactRound, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MOST", 1)
    book = taken(as_anna, contact_round)
    fill(book, 1, outcome="No answer")
    fill(book, 2, outcome="No answer")
    assert bring(as_anna, contact_round, book).status_code == 422
    assert not Interaction.objects.exists()


def test_stops_of_companies_out_of_reach_neither_leave_nor_are_written(
    client: Client, north: Centre, north_ag: Company, anna: User
) -> None:
    carla = make_user("carla", role="centre_manager", at=[north])
    other = make_company(north, name="Kanarienvogel GmbH")
    make_round(north_ag, by=carla)
    strange = make_round(other, by=carla)
    Stop.objects.filter(company=north_ag).update(contact_round=strange)
    client.force_login(anna)
    book = taken(client, strange)
    assert [row[4].value for row in book.active.iter_rows(min_row=2)] == [north_ag.name]
    book.active.cell(row=2, column=1).value = strange.stops.get(company=other).pk
    fill(book, 1, outcome="No answer")
    assert "none of a stop" in marks(bring(client, strange, book))[0]
    assert not Interaction.objects.exists()
