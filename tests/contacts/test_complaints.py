"""Complaints: from a card or a logged call to the answer, and what does not leave in between."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Centre, Company, TouchedCompany, User
from contacts.memory.actions import complaints
from contacts.memory.models.task import AnswersComplaint
from contacts.models import Complaint, ComplaintAnswered, Decision, Interaction, Person, Reason, Task
from contacts.people.person_data import forget, kept_about
from contacts.reasons.settling import settle_all
from fleetportal.core.audit import Change, Entry
from fleetportal.core.outbox import gates
from fleetportal.core.outbox.gates import Go, Never
from fleetportal.core.outbox.message import Message
from tests.contacts.today import on, words
from tests.factories.accounts import make_company, make_vehicle
from tests.factories.contacts import give_consent, make_person, make_role
from tests.factories.reasons import make_reason
from tests.races import race
from tests.selection import repetitions

SAID = "The car came back dirty, twice."
LEARNED: Any = {"learned": "Two people check.", "is_satisfied": True}


@pytest.fixture
def person(north_ag: Company) -> Person:
    return make_role("decision_maker", north_ag, make_person("Brenner")).person


@pytest.fixture
def complaint(north_ag: Company, person: Person, anna: User) -> Complaint:
    return complaints.complain(north_ag, person=person, text=SAID, by=anna, on=on())


def letter(company: Company, person: Person, gate: str = "marketing") -> Message:
    return Message.objects.create(
        key=f"{gate}:{company.pk}:{person.pk}", gate=gate, purpose="invitations", recipient=person.email, recipient_type="contacts.person",
        recipient_id=person.pk, language="en", about_type="x", about_id=1, concerns_type="accounts.company", concerns_id=company.pk,
        due_at=timezone.now(),
    )  # fmt: skip


def may_leave(message: Message) -> bool:
    verdict = gates.ask([message], timezone.now())[message.pk]
    assert isinstance(verdict, Go) is gates.still_holds(message)
    return isinstance(verdict, Go)


def test_a_complaint_told_on_the_phone_has_words_a_day_and_somebody(as_anna: Client, anna: User, north_ag: Company) -> None:
    reason = make_reason(north_ag)
    asked = words(as_anna.get(f"/today/{reason.pk}/asked/", {"chip": "complained"}))
    assert "Answer promised by" in asked and "Who answers" in asked
    day = on() + timedelta(days=4)
    as_anna.post(f"/today/{reason.pk}/reached/", {"chip": "complained", "text": SAID, "answer_due_on": day.isoformat(), "owner": anna.pk})
    complaint = Complaint.objects.get()
    assert (complaint.company, complaint.person, complaint.text, complaint.owner) == (north_ag, reason.person, SAID, anna)
    assert complaint.answer_due_on == day and complaint.is_open
    task = Task.objects.get()
    assert (task.owner, task.due_on, task.pk) == (anna, day, complaint.task_id) and SAID in task.title
    assert Interaction.objects.get(outcome="complained").is_real_contact
    as_anna.post(f"/today/undo/{Decision.objects.get().pk}/")
    assert not Complaint.objects.exists() and not Task.objects.exists()


@pytest.mark.parametrize(("weekday", "days"), [(0, 2), (3, 4), (4, 4), (5, 3)])
def test_an_answer_is_promised_within_two_working_days(weekday: int, days: int) -> None:
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday())
    day = monday + timedelta(days=weekday)
    assert complaints.promised(day) == day + timedelta(days=days)


def test_a_logged_call_opens_one_too(as_anna: Client, north_ag: Company, person: Person) -> None:
    as_anna.post(f"/companies/{north_ag.pk}/log/", {"person": person.pk, "channel": "phone", "outcome": "complained", "text": SAID})
    assert Complaint.objects.get().text == SAID


def test_a_logged_call_asks_by_when_and_by_whom_as_the_card_does(as_anna: Client, anna: User, north_ag: Company, person: Person) -> None:
    log, day = f"/companies/{north_ag.pk}/log/", on() + timedelta(days=4)
    assert "Answer promised by" not in words(as_anna.get(log))
    asked = words(as_anna.get(log, {"outcome": "complained"}))
    assert "Answer promised by" in asked and "Who answers" in asked
    said = {"person": person.pk, "channel": "phone", "outcome": "complained", "text": SAID, "owner": anna.pk}
    past = as_anna.post(log, said | {"answer_due_on": (on() - timedelta(days=1)).isoformat()})
    assert past.status_code == 422 and "in the past" in words(past) and SAID in words(past) and not Complaint.objects.exists()
    as_anna.post(log, said | {"answer_due_on": day.isoformat()})
    complaint = Complaint.objects.get()
    assert (complaint.owner, complaint.answer_due_on) == (anna, day)


def test_a_correction_to_a_complaint_asks_too(as_anna: Client, anna: User, north_ag: Company, person: Person) -> None:
    logged = Interaction.log(north_ag, person=person, channel="phone", outcome="reached", text=SAID, by=anna)
    correct, day = f"/interactions/{logged.pk}/correct/", on() + timedelta(days=4)
    assert "Who answers" in words(as_anna.get(correct))
    said = {"person": person.pk, "channel": "phone", "outcome": "complained", "text": SAID}
    as_anna.post(correct, said | {"answer_due_on": day.isoformat(), "owner": anna.pk})
    complaint = Complaint.objects.get()
    assert (complaint.owner, complaint.answer_due_on) == (anna, day)
    assert "Who answers" not in words(as_anna.get(correct)), "it is one already"


def test_nothing_promotional_leaves_while_it_is_open_nor_a_week_after(north: Centre, north_ag: Company, person: Person, anna: User) -> None:
    give_consent(person)
    calm, other = letter(north_ag, person), make_company(north, name="Calm AG")
    stranger = make_role("decision_maker", other).person
    give_consent(stranger)
    assert may_leave(calm)
    complaint = complaints.complain(north_ag, person=person, text=SAID, by=anna, on=on())
    assert not may_leave(calm)
    verdict = gates.ask([calm], timezone.now())[calm.pk]
    assert isinstance(verdict, Never) and "complaint" in verdict.reason
    assert may_leave(letter(other, stranger)), "another customer is not concerned"
    assert may_leave(letter(north_ag, person, gate="service")), "what is owed leaves"
    assert not may_leave(letter(other, person)), "nor by way of another company"
    complaints.answer(complaint, text="Cleaned again.", **LEARNED, by=anna)
    assert not may_leave(calm)
    Complaint.objects.update(answered_at=timezone.now() - timedelta(days=7, hours=1))
    assert may_leave(calm)


def test_the_dossier_wears_the_band_until_it_is_answered(as_anna: Client, anna: User, north_ag: Company, complaint: Complaint) -> None:
    dossier = f"/companies/{north_ag.pk}/"
    page = words(as_anna.get(dossier))
    assert "Open complaint" in page and SAID in page
    answer = f"/complaints/{complaint.pk}/answer/"
    assert as_anna.get(answer).status_code == 200
    assert SAID in words(as_anna.get(answer)), "what it answers"
    said = {"answer": "Cleaned again.", "learned": "Two people check.", "is_satisfied": "no"}
    for left_out in said:
        refused = as_anna.post(answer, said | {left_out: ""})
        assert refused.status_code == 422 and "Cleaned again." in words(refused) + left_out.replace("answer", "Cleaned again.")
    complaint.refresh_from_db()
    assert complaint.is_open
    as_anna.post(answer, said)
    complaint.refresh_from_db()
    assert (complaint.answer, complaint.learned, complaint.is_satisfied) == ("Cleaned again.", "Two people check.", False)
    assert not complaint.is_open
    assert Task.objects.get().state == Task.State.CLOSED
    timeline = words(as_anna.get(f"{dossier}timeline/"))
    assert "Cleaned again.<br>What we learned: Two people check.<br>The customer is not satisfied." in timeline
    kept = dict(Change.objects.filter(entry__action="complaint.answered").values_list("field", "after"))
    assert (kept["answer"], kept["learned"], kept["is_satisfied"]) == ("Cleaned again.", "Two people check.", False)
    assert "Open complaint" not in words(as_anna.get(dossier))
    assert as_anna.post(answer, said).status_code == 409
    assert set(Entry.objects.values_list("action", flat=True)) >= {"complaint.opened", "complaint.answered"}


def test_it_is_answered_and_withdrawn_once(complaint: Complaint, anna: User) -> None:
    twin = Complaint.objects.get()
    complaints.answer(complaint, text="Done.", **LEARNED, by=anna)
    with pytest.raises(ComplaintAnswered), transaction.atomic():
        complaints.answer(twin, text="Mine.", **LEARNED, by=anna)
    with pytest.raises(ComplaintAnswered), transaction.atomic():
        complaints.withdraw(twin, by=anna)
    assert Complaint.objects.get().answer == "Done."


def test_nobody_sees_or_answers_a_complaint_out_of_reach(client: Client, boris: User, complaint: Complaint) -> None:
    client.force_login(boris)
    assert client.post(f"/complaints/{complaint.pk}/answer/", {"answer": "x"}).status_code == 404
    assert not Complaint.objects.visible_to(boris).exists()
    assert Complaint.objects.get().is_open


def test_a_forgotten_person_leaves_no_words(complaint: Complaint, person: Person) -> None:
    assert ("Complaints", 1) in [(str(label), count) for label, count in kept_about(person)]
    forget(person, by=None)
    complaint.refresh_from_db()
    assert (complaint.text, complaint.answer, complaint.person) == ("", "", None)
    assert SAID not in str(list(Task.objects.values()))


def test_reasons_of_the_company_stay(north_ag: Company, complaint: Complaint) -> None:
    make_reason(north_ag)
    assert Reason.objects.filter(company=north_ag).exists()


@pytest.mark.parametrize("guarded", [pytest.param(True, id="answered"), pytest.param(False, id="canary")])
@pytest.mark.django_db(transaction=True)
def test_two_who_answer_at_once_leave_one_answer(north_ag: Company, anna: User, monkeypatch: pytest.MonkeyPatch, guarded: bool) -> None:
    """Without the lock the second answer would overwrite the first."""
    for _turn in range(repetitions() if guarded else 1):
        Complaint.objects.all().delete()
        row = complaints.complain(north_ag, person=None, text=SAID, by=anna, on=on())
        rows = [Complaint.objects.select_related("company", "person").get(pk=row.pk) for _one in range(2)]
        if not guarded:
            monkeypatch.setattr(complaints, "lock", lambda row: row)
        told = race(
            *[
                lambda row=row, number=number: complaints.answer(row, text=f"{number}", **LEARNED, by=anna)
                for number, row in enumerate(rows)
            ]
        )
        monkeypatch.undo()
        refused = [one for one in told if isinstance(one, ComplaintAnswered)]
        assert len(refused) == (1 if guarded else 0)


@pytest.mark.parametrize(("days", "is_late"), [(1, True), (0, False), (-3, False)])
def test_an_overdue_answer_stands_above_everything_on_today(
    client: Client, as_anna: Client, carla: User, boris: User, anna: User, complaint: Complaint, days: int, is_late: bool
) -> None:
    """Of whoever answers, and of the centre's manager; not of another house."""
    Complaint.objects.update(answer_due_on=on() - timedelta(days=days))
    for user in (anna, carla, boris):
        client.force_login(user)
        page = words(client.get("/today/"))
        assert ("The answer to a complaint is overdue" in page) == (is_late and user != boris)
        assert (f"/complaints/{complaint.pk}/answer/" in page) == (is_late and user != boris)
    complaints.answer(complaint, text="Done.", **LEARNED, by=anna)
    client.force_login(anna)
    assert "overdue" not in words(client.get("/today/"))


def test_a_card_says_that_the_company_complains_before_anybody_calls(
    as_anna: Client, anna: User, north: Centre, north_ag: Company, complaint: Complaint
) -> None:
    make_reason(north_ag)
    calm = make_reason(make_company(north, name="Calm AG", looked_after_by=anna))
    page = words(as_anna.get("/today/", {"open": calm.pk}))
    assert page.count("open complaint") == sum(reason.company_id == north_ag.pk for reason in Reason.objects.all())
    complaints.answer(complaint, text="Done.", **LEARNED, by=anna)
    assert "open complaint" not in words(as_anna.get("/today/"))


def test_an_open_complaint_puts_a_steady_customer_at_risk_and_its_answer_takes_it_back(
    north_ag: Company, complaint: Complaint, anna: User
) -> None:
    for months in (30, 20, 6):
        make_vehicle(
            north_ag, contract="lease", delivered_on=on() - timedelta(days=30 * months), contract_ends_on=on() + timedelta(days=300)
        )
    Interaction.log(north_ag, person=None, channel="phone", outcome="reached", text="x", by=anna)
    settle_all([north_ag.pk], on=on())
    assert Company.objects.get(pk=north_ag.pk).phase == "loyal"
    Complaint.objects.update(entered_at=timezone.now() - timedelta(days=14))
    settle_all([north_ag.pk], on=on())
    assert Company.objects.get(pk=north_ag.pk).phase == "at_risk"
    TouchedCompany.objects.all().delete()
    complaints.answer(complaint, text="Done.", **LEARNED, by=anna)
    assert TouchedCompany.objects.filter(company=north_ag).exists(), "the phase is settled within seconds, not at night"
    settle_all([north_ag.pk], on=on())
    assert Company.objects.get(pk=north_ag.pk).phase == "loyal"


def test_nobody_who_was_deactivated_is_promised_to_answer(north_ag: Company, person: Person, anna: User, carla: User) -> None:
    User.objects.filter(pk=anna.pk).update(is_active=False)
    assert complaints.complain(north_ag, person=person, text=SAID, by=carla, on=on()).owner == carla


def test_its_task_is_not_closed_without_it(as_anna: Client, complaint: Complaint) -> None:
    """Otherwise the complaint would stay open, with nobody left to answer it."""
    refused = as_anna.post(f"/tasks/{complaint.task_id}/close/", {"result": "Rang them."}, headers={"HX-Request": "true"})
    assert refused.status_code == 409
    assert "Enter the answer and what we learned" in words(refused)
    assert Task.objects.get().state == Task.State.OPEN


def test_nobody_closes_its_task_by_another_door_until_it_is_answered(complaint: Complaint, anna: User) -> None:
    task = Task.objects.get(pk=complaint.task_id)
    for _again in range(2):
        with pytest.raises(AnswersComplaint):
            task.close(result="Rang them.", by=anna)
    assert Task.objects.get().state == Task.State.OPEN
    complaints.answer(complaint, text="Replaced.", learned="Check twice.", is_satisfied=True, by=anna)
    task.reopen(by=anna)
    Task.objects.get().reopen(by=anna)
    Task.objects.get().close(result="Rang them again.", by=anna)
    assert Task.objects.get().result == "Rang them again."
