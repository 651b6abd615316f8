"""Today: what one may do with a card, and how it is taken back."""

from datetime import timedelta
from typing import Any

import pytest
from django import forms
from django.test import Client
from django.utils import timezone

from accounts.models import Centre, Company, User
from contacts.memory.forms.contact import next_working_day
from contacts.models import REACHED_CHIPS, Decision, Interaction, OutcomeChip, Reason, Task, rules
from contacts.reasons.planning import TASK, Planning, plannings
from contacts.today import actions
from contacts.today.actions import TooLateToUndo
from fleetportal.core.audit import Entry
from tests.contacts.today import TODAY, on, words
from tests.factories.accounts import make_company
from tests.factories.reasons import make_reason, make_silent


def chip(code: str) -> OutcomeChip:
    return next(chip for chip in REACHED_CHIPS if chip.code == code)


# --- what came of it ----------------------------------------------------------------------------------------------------------


def post(client: Client, reason: Reason, act: str, **data: str) -> Any:
    return client.post(f"/today/{reason.pk}/{act}/", data)


def test_reached_logs_the_contact_and_the_next_card_is_open(as_anna: Client, anna: User, north_ag: Company) -> None:
    person = make_silent(north_ag, on=on())
    silence = make_reason(north_ag, rule="coverage") and Reason.objects.get(rule="silence")
    response = post(as_anna, silence, "reached", chip="reached", text="Wants the price list.")
    assert response.status_code == 302
    logged = Interaction.objects.latest("pk")
    assert (logged.person, logged.outcome, logged.text, logged.by, logged.is_real_contact) == (
        person,
        "reached",
        "Wants the price list.",
        anna,
        True,
    )
    decision = Decision.objects.get()
    assert (decision.kind, decision.key, decision.interaction, decision.by) == ("reached", silence.key, logged, anna)
    assert not Reason.objects.filter(pk=silence.pk).exists(), "any real contact begins the cadence anew, at once"
    followed = as_anna.get(response.headers["Location"])
    assert followed.context["opened"].rule == "coverage"
    assert f"Logged: {person} reached." in words(followed)


def test_five_calls_take_fifteen_clicks(as_anna: Client, anna: User, north: Centre) -> None:
    for number in range(5):
        make_reason(make_company(north, name=f"C{number}", looked_after_by=anna), rule="silence")
    clicks = 0
    while opened := as_anna.get(TODAY).context["opened"]:
        as_anna.get(TODAY, {"open": opened.pk, "do": "reached"})  # the button; the chip is a click without a request; then save
        post(as_anna, opened, "reached", chip="not_interested", text="")
        clicks += 3
    assert clicks == 15
    assert as_anna.get(TODAY).context["day"].done == 5


@pytest.mark.parametrize(
    ("act", "data", "days"),
    [
        ("not-reached", {"chip": "not_reached"}, 1),
        ("not-reached", {"chip": "left_word"}, 3),
        ("written", {"chip": "email", "text": "Sent the list."}, 7),
        ("not-now", {"chip": "week", "text": "On holiday."}, 7),
        ("not-now", {"chip": "tomorrow", "text": "In a meeting."}, 1),
    ],
)
def test_a_card_comes_back_on_its_day(as_anna: Client, north_ag: Company, act: str, data: dict[str, str], days: int) -> None:
    reason = make_reason(north_ag)
    assert post(as_anna, reason, act, **data).status_code == 302
    assert Decision.objects.get().until == on() + timedelta(days=days)
    reasons = Reason.objects.filter(pk=reason.pk)
    assert not reasons.open(on=on() + timedelta(days=days - 1)).exists()
    assert reasons.open(on=on() + timedelta(days=days)).exists()


def test_not_interested_ends_the_occasion_and_spoken_rests(as_anna: Client, anna: User, north_ag: Company) -> None:
    reason = make_reason(north_ag)
    spoken = actions.reached(reason, chip=chip("reached"), text="", by=anna, on=on())
    assert spoken.until == on() + rules["contract_end"].rest
    actions.take_back(spoken, TASK, by=anna)
    reason = Reason.objects.get(key=reason.key)
    ended = actions.reached(reason, chip=chip("not_interested"), text="", by=anna, on=on())
    assert ended.until is None
    assert not Reason.objects.filter(pk=reason.pk).open(on=on() + timedelta(days=3000)).exists()


def test_a_message_is_no_real_contact(as_anna: Client, north_ag: Company) -> None:
    make_silent(north_ag, on=on())
    actions.compute([north_ag.pk], on=on())
    silence = Reason.objects.get(rule="silence")
    post(as_anna, silence, "written", chip="letter", text="Wrote.")
    logged = Interaction.objects.latest("pk")
    assert (logged.channel, logged.is_real_contact) == ("letter", False)
    assert Reason.objects.filter(pk=silence.pk).exists()


def test_plan_makes_a_task_for_its_day(as_anna: Client, anna: User, north_ag: Company) -> None:
    reason = make_reason(north_ag)
    day = next_working_day(on())
    assert post(as_anna, reason, "plan", on=day.isoformat(), title="Call about the lease").status_code == 302
    task = Task.objects.get()
    assert (task.company, task.person, task.title, task.due_on, task.owner, task.reason_key) == (
        north_ag,
        reason.person,
        "Call about the lease",
        day,
        anna,
        reason.key,
    )
    assert Decision.objects.get().until == day + timedelta(days=1)
    assert task in as_anna.get(TODAY).context["day"].tasks


@pytest.mark.parametrize(
    ("act", "data", "missing"),
    [
        ("reached", {"chip": "nonsense", "text": "typed"}, "typed"),
        ("not-reached", {"text": "typed"}, "typed"),
        ("not-now", {"chip": "week", "text": ""}, "Give a reason"),
        ("plan", {"on": "2001-01-01", "title": "typed"}, "This day is in the past"),
        ("plan", {"on": "x", "title": ""}, "Not saved yet"),
        ("written", {"chip": "phone", "text": "typed"}, "typed"),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    as_anna: Client, north_ag: Company, act: str, data: dict[str, str], missing: str
) -> None:
    reason = make_reason(north_ag)
    entries = Entry.objects.count()
    response = post(as_anna, reason, act, **data)
    assert response.status_code == 422
    assert missing in words(response)
    assert not Decision.objects.exists()
    assert not Task.objects.exists()
    assert Entry.objects.count() == entries


@pytest.mark.parametrize("act", ["reached", "not-reached", "written", "plan", "not-now"])
def test_every_button_is_post_only_mine_only_and_there_only(client: Client, anna: User, boris: User, south_ag: Company, act: str) -> None:
    reason = make_reason(south_ag)
    client.force_login(anna)
    assert client.get(f"/today/{reason.pk}/{act}/").status_code == 405
    foreign, missing = post(client, reason, act, chip="reached"), client.post(f"/today/999999/{act}/")
    assert foreign.status_code == missing.status_code == 404
    assert "Kanarienvogel" not in foreign.content.decode()
    assert not Decision.objects.exists()


def test_the_same_key_has_one_effect(as_anna: Client, north_ag: Company) -> None:
    reason = make_reason(north_ag)
    answers = [post(as_anna, reason, "reached", chip="reached", text="Once.", _key="k1") for _ in range(3)]
    assert Decision.objects.count() == 1
    assert Interaction.objects.filter(text="Once.").count() == 1
    assert {answer.headers["Location"] for answer in answers} == {answers[0].headers["Location"]}


# --- a rule of a higher app ---------------------------------------------------------------------------------------------------


class MeetingForm(forms.Form):
    on = forms.DateField()


class MeetingPlanning(Planning):
    """As events plans a meeting: another form, another row."""

    def form(self, reason: Reason, *, user: User, data: Any = None) -> forms.Form:
        return MeetingForm(data)

    def carry_out(self, reason: Reason, values: dict[str, Any], *, by: User) -> Task:
        return Task.plan(reason.company, "Annual meeting", due_on=values["on"], owner=by, by=by)

    def undo(self, made_id: int, *, by: User) -> None:
        Task.objects.get(pk=made_id).drop(by=by)


def test_a_rule_says_itself_what_plan_makes(as_anna: Client, north_ag: Company, monkeypatch: Any) -> None:
    reason = make_reason(north_ag)
    monkeypatch.setattr(plannings, "_entries", {"contract_end": (100, MeetingPlanning())})
    assert isinstance(as_anna.get(TODAY, {"do": "plan", "open": reason.pk}).context["form"], MeetingForm)
    post(as_anna, reason, "plan", on="2099-01-01")
    decision = Decision.objects.get()
    assert Task.objects.get().title == "Annual meeting"
    as_anna.post(f"/today/undo/{decision.pk}/")
    assert not Task.objects.exists()


def test_a_rules_own_chip_has_its_effect_and_its_way_back(as_anna: Client, anna: User, north_ag: Company, monkeypatch: Any) -> None:
    def book(reason: Reason, *, by: User) -> Task:
        return Task.plan(reason.company, "Booked", due_on=on(), owner=by, by=by)

    rule = type(rules["contract_end"])
    monkeypatch.setattr(
        rule, "chips", lambda self, reason: (OutcomeChip("coming", "Coming on 3 December", "reached", effect=book), *REACHED_CHIPS)
    )
    monkeypatch.setattr(rule, "undo", lambda self, made_id, *, by: Task.objects.get(pk=made_id).drop(by=by))
    reason = make_reason(north_ag)
    assert "Coming on 3 December" in words(as_anna.get(TODAY))
    post(as_anna, reason, "reached", chip="coming", text="")
    assert Task.objects.get().title == "Booked"
    as_anna.post(f"/today/undo/{Decision.objects.get().pk}/")
    assert not Task.objects.exists()


# --- undo ---------------------------------------------------------------------------------------------------------------------


def test_taking_back_twice_at_once_takes_back_once(anna: User, north_ag: Company) -> None:
    actions.put_off(make_reason(north_ag), until=on() + timedelta(days=7), why="Later.", by=anna, on=on())
    first, second = Decision.objects.get(), Decision.objects.get()
    actions.take_back(first, TASK, by=anna)
    actions.take_back(second, TASK, by=anna)
    assert not Decision.objects.exists()
    assert Entry.objects.filter(action="reason.taken_back").count() == 1


def test_undo_takes_back_what_was_logged_and_the_reason_is_there_again(as_anna: Client, anna: User, north_ag: Company) -> None:
    make_silent(north_ag, on=on())
    actions.compute([north_ag.pk], on=on())
    silence = Reason.objects.get(rule="silence")
    interactions = set(Interaction.objects.values_list("pk", flat=True))
    post(as_anna, silence, "reached", chip="reached", text="Slip.")
    decision = Decision.objects.get()
    response = as_anna.post(f"/today/undo/{decision.pk}/")
    assert response.status_code == 303
    assert set(Interaction.objects.values_list("pk", flat=True)) == interactions
    assert not Decision.objects.exists()
    assert Reason.objects.filter(rule="silence", key=silence.key).open(on=on()).exists()
    assert set(Entry.objects.filter(actor_id=anna.pk).values_list("action", flat=True)) >= {"reason.taken_back", "interaction.taken_back"}


def test_undo_of_a_plan_drops_its_task(as_anna: Client, anna: User, north_ag: Company) -> None:
    reason = make_reason(north_ag)
    decision = actions.plan(reason, TASK, {"on": on(), "title": "Call"}, by=anna, on=on())
    as_anna.post(f"/today/undo/{decision.pk}/")
    assert not Task.objects.exists()


def test_an_hour_later_it_is_too_late(as_anna: Client, anna: User, north_ag: Company) -> None:
    decision = actions.put_off(make_reason(north_ag), until=on() + timedelta(days=7), why="x", by=anna, on=on())
    Decision.objects.filter(pk=decision.pk).update(at=timezone.now() - timedelta(minutes=61))
    with pytest.raises(TooLateToUndo):
        actions.take_back(Decision.objects.get(), TASK, by=anna)
    assert as_anna.post(f"/today/undo/{decision.pk}/").status_code == 409
    assert Decision.objects.exists()


def test_nobody_takes_back_what_another_did(client: Client, anna: User, carla: User, north_ag: Company) -> None:
    decision = actions.put_off(make_reason(north_ag), until=on() + timedelta(days=7), why="x", by=anna, on=on())
    client.force_login(carla)
    assert client.post(f"/today/undo/{decision.pk}/").status_code == client.post("/today/undo/999999/").status_code == 404
    assert client.get(f"/today/undo/{decision.pk}/").status_code == 405
    assert Decision.objects.exists()
    assert "Postponed" not in words(client.get(TODAY, {"done": decision.pk}))


def test_what_one_did_is_not_named_once_its_company_is_out_of_reach(as_anna: Client, anna: User, carla: User, north_ag: Company) -> None:
    decision = actions.put_off(make_reason(north_ag), until=on() + timedelta(days=7), why="x", by=anna, on=on())
    assert "Postponed" in words(as_anna.get(TODAY, {"done": decision.pk}))
    north_ag.assignments.all().delete()
    page = words(as_anna.get(TODAY, {"done": decision.pk}))
    assert "Postponed" not in page and north_ag.name not in page
