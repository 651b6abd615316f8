"""What comes of a stop: the consequences of the same outcome on Today, the answers in their fields, the next try."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from accounts.models import Centre, Company, User
from contacts.models import (
    Complaint,
    Consent,
    ContactRound,
    Decision,
    Interaction,
    PersonAddress,
    Reason,
    RoundNotRunning,
    Stop,
    StopDone,
    Task,
)
from contacts.rounds.actions import callers, calling, leading
from contacts.rounds.actions.calling import CHIPS, call, next_try
from contacts.today.outcomes import Asked
from fleetportal.core.audit import Entry
from tests.contacts.today import on
from tests.factories.accounts import make_user
from tests.factories.reasons import make_reason
from tests.factories.rounds import make_reachable, make_round

FRIDAY = date(2026, 12, 4)


def said(stop: Stop, code: str, by: User, *, text: str = "", answers: dict[str, str] | None = None, **facts: Any) -> Interaction:
    return call(stop, CHIPS[code], text=text, answers=answers or {}, by=by, on=facts.pop("on", on()), **facts)


def stop_at(company: Company, by: User, **facts: Any) -> Stop:
    return make_round(company, by=by, **facts).stops.get()


def test_whoever_was_reached_is_done_and_on_the_timeline(north_ag: Company, anna: User) -> None:
    stop = stop_at(north_ag, anna)
    logged = said(stop, "reached", anna, text="Wants nothing.")
    kept = Stop.objects.get()
    assert (kept.state, kept.outcome, kept.tries, kept.interaction, kept.done_by) == ("done", "reached", 1, logged, anna)
    assert (logged.person, logged.company, logged.text, logged.channel) == (stop.person, north_ag, "Wants nothing.", "phone")
    north_ag.refresh_from_db()
    assert north_ag.last_contact_at == logged.happened_at
    assert Entry.objects.filter(action="stop.called").count() == 1


@pytest.mark.parametrize(("code", "days"), [("not_reached", 3), ("left_word", 3), ("wrong_number", 3)])
def test_whoever_was_not_reached_is_tried_again_on_a_working_day(code: str, days: int, north_ag: Company, anna: User) -> None:
    stop = stop_at(north_ag, anna, on=FRIDAY, starts_on=FRIDAY, ends_on=FRIDAY + timedelta(days=20))
    said(stop, code, anna, on=FRIDAY)
    kept = Stop.objects.get()
    assert (kept.state, kept.tries, kept.day) == ("open", 1, FRIDAY + timedelta(days=days))


def test_the_next_try_is_never_after_the_end(north_ag: Company, anna: User) -> None:
    stop = stop_at(north_ag, anna, on=FRIDAY, starts_on=FRIDAY, ends_on=FRIDAY)
    said(stop, "left_word", anna, on=FRIDAY)
    assert Stop.objects.get().day == FRIDAY


def test_next_try_follows_the_days_of_today() -> None:
    assert next_try("not_reached", FRIDAY) == FRIDAY + timedelta(days=3)
    assert next_try("left_word", FRIDAY - timedelta(days=4)) == FRIDAY - timedelta(days=1)


def test_a_card_of_that_person_is_dealt_with_too(north_ag: Company, anna: User) -> None:
    reason = make_reason(north_ag)
    Company.objects.update(phase="loyal")
    assert reason.person is not None
    PersonAddress.enter(reason.person, channel="phone", value="+49 40 66969 100", by=None)
    stop = make_round(north_ag, [reason.person], by=anna).stops.get()
    logged = said(stop, "reached", anna)
    decision = Decision.objects.get()
    assert (decision.key, decision.kind, decision.interaction) == (reason.key, "reached", logged)
    assert not Reason.objects.open(on=on(), to=anna).filter(key=reason.key).exists()


def test_a_complaint_is_opened(north_ag: Company, anna: User) -> None:
    said(stop_at(north_ag, anna), "complained", anna, text="Late again.")
    assert (Complaint.objects.get().text, Complaint.objects.get().owner) == ("Late again.", anna)


def test_a_wrong_number_is_struck_and_the_right_one_entered(north_ag: Company, anna: User) -> None:
    stop = stop_at(north_ag, anna)
    said(stop, "wrong_number", anna, asked=Asked(number="+49 40 66969 222"))
    assert stop.person is not None
    states = dict(stop.person.addresses.filter(channel="phone").values_list("value", "state"))
    assert states == {"+49 40 66969 100": "wrong", "+49 40 66969 222": "unconfirmed"}


def test_what_an_agent_brings_back_falls_to_whoever_looks_after_the_company(
    north: Centre, north_ag: Company, anna: User, carla: User
) -> None:
    agent = make_user("tomas", role="outside_agent", at=[north])
    people = [make_reachable(north_ag) for _number in range(2)]
    contact_round = make_round(north_ag, people, by=carla, callers=[agent])
    wants, complains = contact_round.stops.order_by("order")
    said(wants, "wants_meeting", agent, text="In January.")
    said(complains, "complained", agent, text="Late again.")
    assert set(Task.objects.values_list("owner", flat=True)) == {anna.pk}
    assert Complaint.objects.get().owner == anna
    assert set(Interaction.objects.filter(kind="contact").values_list("by", flat=True)) == {agent.pk}


SCRIPT = [
    {"words": "How many vehicles do you run now?", "goes_to": "note"},
    {"words": "Which address may we write to?", "goes_to": "email"},
    {"words": "And a direct number?", "goes_to": "phone"},
    {"words": "When is a good time?", "goes_to": "best_time"},
    {"words": "May we e-mail you offers?", "goes_to": "offers"},
    {"words": "How many people work there?", "goes_to": "employees"},
]


def test_answers_land_in_their_fields(north_ag: Company, anna: User) -> None:
    stop = stop_at(north_ag, anna, script=SCRIPT)
    answers = {"1": "54", "2": "new@brenner.example", "3": "+49 40 66969 333", "4": "before 10", "5": "yes", "6": "120"}
    logged = said(stop, "reached", anna, text="Fine.", answers=answers)
    assert stop.person is not None
    values = set(stop.person.addresses.values_list("value", flat=True))
    assert {"new@brenner.example", "+49 40 66969 333"} <= values
    stop.person.refresh_from_db()
    north_ag.refresh_from_db()
    assert (stop.person.best_time, north_ag.employees) == ("before 10", 120)
    consent = Consent.objects.get()
    assert (consent.purpose, consent.is_given, consent.wording, consent.recorded_by) == ("offers", True, "May we e-mail you offers?", anna)
    assert logged.text == "Fine.\nHow many vehicles do you run now? 54"
    assert Stop.objects.get().answers == answers


def test_no_answer_writes_nothing(north_ag: Company, anna: User) -> None:
    stop = stop_at(north_ag, anna, script=SCRIPT)
    said(stop, "not_reached", anna)
    assert stop.person is not None
    assert stop.person.addresses.count() == 2
    assert not Consent.objects.exists()


def everything() -> tuple[Any, ...]:
    return (list(Stop.objects.values()), Interaction.objects.count(), Decision.objects.count(), Entry.objects.count(), Task.objects.count())


def test_a_stop_that_is_done_is_refused(north_ag: Company, anna: User) -> None:
    stop = stop_at(north_ag, anna)
    said(stop, "reached", anna)
    before = everything()
    with pytest.raises(StopDone) as refused:
        said(stop, "reached", anna)
    assert refused.value.facts == {"by": anna.pk}
    assert everything() == before


@pytest.mark.parametrize("state", ["planned", "paused", "closed"])
def test_a_round_that_is_not_running_takes_no_result(state: str, north_ag: Company, anna: User) -> None:
    stop = stop_at(north_ag, anna)
    ContactRound.objects.update(state=state)
    before = everything()
    with pytest.raises(RoundNotRunning):
        said(stop, "reached", anna)
    assert everything() == before


def test_an_error_in_an_answer_leaves_nothing_of_the_call(north_ag: Company, anna: User, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = stop_at(north_ag, anna, script=SCRIPT)

    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(calling, "write_answers", fail)
    before = everything()
    with pytest.raises(RuntimeError):
        said(stop, "reached", anna, answers={"1": "54"})
    assert everything() == before


def test_costs(north_ag: Company, anna: User, django_assert_num_queries: Any) -> None:
    stop = Stop.objects.select_related("contact_round", "company__centre", "person").get(pk=stop_at(north_ag, anna).pk)
    assert anna.rights
    with django_assert_num_queries(31 if connection.vendor == "postgresql" else 34):
        said(stop, "reached", anna)


def test_a_caller_who_was_taken_away_calls_no_more(north: Centre, north_ag: Company, carla: User) -> None:
    agent = make_user("tomas", role="outside_agent", at=[north])
    contact_round = make_round(north_ag, by=carla, callers=[agent, carla])
    callers.assign(list(contact_round.stops.all()), agent, by=carla)
    assert Stop.objects.callable_by(agent).count() == 1
    callers.take_away(contact_round, agent, by=carla)
    assert not Stop.objects.callable_by(agent).exists()
    leading.pause(contact_round, by=carla)
    assert Stop.objects.callable_by(carla).count() == 1
