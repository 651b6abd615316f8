"""Contact rounds: who is in, who is left out and why, and what may be done with a round and its stops."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import Centre, Company, User
from contacts.arbiter.actions import release_many
from contacts.arbiter.models import SAME_OCCASION_DAYS, Hold, Release
from contacts.memory.actions.complaints import complain
from contacts.models import Consent, ContactRound, Person, PersonAddress, RoundClosed, Stop, StopDone
from contacts.people import person_data
from contacts.rounds import choosing
from contacts.rounds.actions import callers, calling, leading, planning
from contacts.rounds.holding import occasion_of
from contacts.rounds.person_data import move_stops
from contacts.rounds.shown import call_for, next_calls
from contacts.rounds.sifting import LEFT_OUT, Candidate, sift
from fleetportal.core.audit import Entry
from tests.contacts.today import on
from tests.factories.accounts import make_company, make_user
from tests.factories.contacts import make_role
from tests.factories.reasons import make_reason
from tests.factories.rounds import candidates_of, make_reachable, make_round

MONDAY = date(2026, 11, 30)


def why(contact_round: ContactRound) -> dict[str, int]:
    codes = list(contact_round.stops.left_out().values_list("why", flat=True))
    return {code: codes.count(code) for code in codes}


# --- who is left out ----------------------------------------------------------------------------------------------------------


def leave(person: Person, company: Company, anna: User) -> None:
    person.decision_maker_roles.get().end(by=anna, on=on() - timedelta(days=1))


def refuse(person: Person, company: Company, anna: User) -> None:
    phone = person.addresses.get(channel="phone")
    Consent.enter(phone, "offers", is_given=False, wording="No.", source="test", by=None, language="en")


def become_prospect(person: Person, company: Company, anna: User) -> None:
    Company.objects.filter(pk=company.pk).update(phase="prospect")


def hide_number(person: Person, company: Company, anna: User) -> None:
    person.addresses.filter(channel="phone").update(is_private=True)


def complain_of(person: Person, company: Company, anna: User) -> None:
    complain(company, person=person, text="Late again.", by=anna, on=on())


def wait_elsewhere(person: Person, company: Company, anna: User) -> None:
    make_round(company, [person], by=anna)


CASES: dict[str, Any] = {
    "gone": leave,
    "refused": refuse,
    "unknown": become_prospect,
    "no_number": hide_number,
    "complaint": complain_of,
    "in_round": wait_elsewhere,
}


@pytest.mark.parametrize("code", CASES)
def test_whoever_cannot_be_called_is_left_out_with_the_reason(code: str, north_ag: Company, anna: User) -> None:
    person = make_reachable(north_ag)
    assert not sift(candidates_of([person], north_ag), channel="phone", on=on()).left_out
    CASES[code](person, north_ag, anna)
    sifted = sift(candidates_of([person], north_ag), channel="phone", on=on())
    assert [one for _candidate, one in sifted.left_out] == [code]
    assert not sifted.chosen


def test_a_visit_needs_no_number_and_heeds_no_refusal_of_calls(north_ag: Company, anna: User) -> None:
    person = make_reachable(north_ag)
    refuse(person, north_ag, anna)
    hide_number(person, north_ag, anna)
    assert not sift(candidates_of([person], north_ag), channel="in_person", on=on()).left_out
    complain_of(person, north_ag, anna)
    assert [one for _candidate, one in sift(candidates_of([person], north_ag), channel="in_person", on=on()).left_out] == ["complaint"]


def test_each_reason_has_words_and_a_way_back() -> None:
    assert all(str(one.words) and str(one.back) for one in LEFT_OUT.values())


@pytest.mark.parametrize("count", (1, 3))
def test_sifting_costs_the_same_for_many(count: int, north_ag: Company, anna: User, django_assert_num_queries: Any) -> None:
    candidates = candidates_of([make_reachable(north_ag) for _number in range(count)], north_ag)
    with django_assert_num_queries(4):
        assert len(sift(candidates, channel="phone", on=on()).chosen) == count


def test_the_most_valuable_come_first_and_nobody_twice(north_ag: Company) -> None:
    one, other = make_reachable(north_ag), make_reachable(north_ag)
    candidates = [*candidates_of([one], north_ag, weight=1), *candidates_of([other, one], north_ag, weight=5)]
    sifted = sift(candidates, channel="phone", on=on())
    assert [candidate.person for candidate in sifted.chosen] == [other.pk, one.pk]
    assert [code for _candidate, code in sifted.left_out] == ["twice"]


# --- whom a round is for ------------------------------------------------------------------------------------------------------


def test_companies_give_their_person_of_the_group_and_only_those_that_one_serves(anna: User, north_ag: Company, south_ag: Company) -> None:
    person = make_reachable(north_ag)
    make_reachable(south_ag)
    empty = make_company(north_ag.centre, looked_after_by=anna)
    found = choosing.of_companies([one.pk for one in Company.objects.all()], "decision_maker", by=anna, on=on())
    assert {(one.company, one.person) for one in found} == {(north_ag.pk, person.pk), (empty.pk, None)}
    assert {one.person for one in choosing.of_companies([one.pk for one in Company.objects.all()], "driver", by=anna, on=on())} == {None}


def test_people_come_with_their_company_in_reach_and_the_reason_they_have(anna: User, north_ag: Company, south_ag: Company) -> None:
    reason = make_reason(north_ag)
    stranger = make_reachable(south_ag)
    found = choosing.of_people([reason.person_id or 0, stranger.pk], by=anna, on=on())
    assert [(one.company, one.person, one.rule, one.reason_key) for one in found] == [
        (north_ag.pk, reason.person_id, "contract_end", reason.key)
    ]


def test_the_queue_of_today_gives_each_person_once(anna: User, north_ag: Company, south_ag: Company) -> None:
    reason = make_reason(north_ag)
    make_reason(south_ag)
    assert [one.person for one in choosing.of_today(by=anna, on=on())] == [reason.person_id]
    assert choosing.of_today(by=anna, on=on(), group="driver") == []


# --- planning -----------------------------------------------------------------------------------------------------------------


def test_a_round_has_a_stop_for_everybody_on_working_days(north_ag: Company, anna: User) -> None:
    people = [make_reachable(north_ag) for _number in range(5)]
    facts = {"on": MONDAY, "calls_a_day": 2, "starts_on": MONDAY + timedelta(days=4), "ends_on": MONDAY + timedelta(days=11)}
    contact_round = make_round(north_ag, people, by=anna, **facts)
    days = list(contact_round.stops.in_order().values_list("day", flat=True))
    friday, next_week = MONDAY + timedelta(days=4), MONDAY + timedelta(days=7)
    assert days == [friday, friday, next_week, next_week, next_week + timedelta(days=1)]
    assert set(contact_round.stops.values_list("assigned_to", "state")) == {(anna.pk, "open")}
    assert list(contact_round.callers.values_list("user", flat=True)) == [anna.pk]
    assert Entry.objects.filter(action="round.planned").count() == 1
    assert Entry.objects.filter(action="stop.planned").count() == 5


def test_whoever_has_no_day_left_is_left_out(north_ag: Company, anna: User) -> None:
    people = [make_reachable(north_ag) for _number in range(3)]
    contact_round = make_round(north_ag, people, by=anna, on=MONDAY, ends_on=MONDAY, calls_a_day=2)
    assert contact_round.stops.open().count() == 2
    assert why(contact_round) == {"no_day": 1}


def test_a_company_stays_with_whoever_looks_after_it_and_the_others_are_shared(north: Centre, anna: User) -> None:
    own, free = make_company(north, looked_after_by=anna), make_company(north)
    carla = make_user("carla", role="centre_manager", at=[north])
    candidates = candidates_of([make_reachable(own) for _number in range(3)], own)
    candidates += candidates_of([make_reachable(free) for _number in range(3)], free)
    facts = {"name": "R", "goal": "G", "centre": north, "starts_on": on(), "ends_on": on() + timedelta(days=30)}
    contact_round = planning.plan(facts, candidates, callers=[anna, carla], by=carla, on=on())
    assert set(contact_round.stops.filter(company=own).values_list("assigned_to", flat=True)) == {anna.pk}
    assert set(contact_round.stops.filter(company=free).values_list("assigned_to", flat=True)) == {carla.pk}


def test_a_round_with_nobody_to_call_is_refused_and_leaves_nothing(north_ag: Company, anna: User) -> None:
    with pytest.raises(planning.NobodyToCall):
        make_round(north_ag, [make_reachable(north_ag, phone="")], by=anna)
    assert not ContactRound.objects.exists()
    assert not Entry.objects.filter(action__startswith="round.").exists()


@pytest.mark.parametrize("count", (1, 3))
def test_planning_costs_the_same_for_many(count: int, north_ag: Company, anna: User, django_assert_num_queries: Any) -> None:
    people = [make_reachable(north_ag) for _number in range(count)]
    SAME_OCCASION_DAYS.on(on())  # read once in a while
    with django_assert_num_queries(31):
        make_round(north_ag, people, by=anna)


def test_nobody_waits_in_two_rounds(north_ag: Company, anna: User) -> None:
    person = make_reachable(north_ag)
    first = make_round(north_ag, [person], by=anna)
    other = ContactRound.objects.create(name="Other", goal="G", centre=north_ag.centre, owner=anna, starts_on=on(), ends_on=on())
    facts = {"company": north_ag, "person": person, "group": "decision_maker", "order": 1, "day": on(), "assigned_to": anna}
    with pytest.raises(IntegrityError), transaction.atomic():
        Stop.objects.create(contact_round=other, **facts)
    leading.close(first, summary="", by=anna)
    assert Stop.objects.create(contact_round=other, **facts).is_open


def test_whoever_was_left_out_comes_back_once_the_reason_is_gone(north_ag: Company, anna: User) -> None:
    here, silent = make_reachable(north_ag), make_reachable(north_ag, phone="")
    contact_round = make_round(north_ag, [here, silent], by=anna)
    assert planning.check_again(contact_round, by=anna, on=on()) == (0, 0)
    PersonAddress.enter(silent, channel="phone", value="+49 40 66969 111", by=None)
    assert planning.check_again(contact_round, by=anna, on=on()) == (1, 0)
    assert why(contact_round) == {}
    stop = contact_round.stops.get(person=silent)
    assert (stop.state, stop.assigned_to) == ("open", anna)


@pytest.mark.parametrize("code", sorted(CASES.keys() - {"in_round", "gone"}))
def test_whoever_may_not_be_called_any_more_is_left_out_by_checking_again(code: str, north_ag: Company, anna: User) -> None:
    person = make_reachable(north_ag)
    contact_round = make_round(north_ag, [person], by=anna)
    CASES[code](person, north_ag, anna)
    assert planning.check_again(contact_round, by=anna, on=on()) == (0, 1)
    assert why(contact_round) == {code: 1}


def test_a_copy_has_the_same_people_as_far_as_they_can_be_called_now(north_ag: Company, anna: User) -> None:
    here, gone = make_reachable(north_ag), make_reachable(north_ag)
    contact_round = make_round(north_ag, [here, gone], by=anna, script=[{"words": "How many?", "goes_to": "note"}])
    leading.close(contact_round, summary="All done.", by=anna)
    leave(gone, north_ag, anna)
    copied = planning.copy(contact_round, name="Again", starts_on=on(), ends_on=on() + timedelta(days=9), by=anna, on=on())
    assert [stop.person for stop in copied.stops.open()] == [here]
    assert why(copied) == {"gone": 1}
    assert (copied.script, copied.state, copied.goal) == (contact_round.script, "planned", contact_round.goal)


# --- leading ------------------------------------------------------------------------------------------------------------------


def test_a_round_is_started_paused_and_finished(north_ag: Company, anna: User) -> None:
    contact_round = make_round(north_ag, by=anna, state="planned")
    leading.start(contact_round, by=anna)
    leading.start(contact_round, by=anna)
    leading.pause(contact_round, by=anna)
    leading.start(contact_round, by=anna)
    assert leading.close(contact_round, summary="Nobody answered.", by=anna) == 1
    contact_round.refresh_from_db()
    assert (contact_round.state, contact_round.summary) == ("closed", "Nobody answered.")
    assert why(contact_round) == {"closed": 1}
    assert not contact_round.callers.exists()
    acts = Entry.objects.filter(object_type="contacts.contactround").order_by("pk").values_list("action", flat=True)
    assert list(acts) == ["round.planned", "round.given", "round.started", "round.paused", "round.started", "round.closed"]


VERBS: dict[str, Any] = {
    "edit": lambda one, by: leading.edit(one, by=by, name="Other"),
    "start": lambda one, by: leading.start(one, by=by),
    "pause": lambda one, by: leading.pause(one, by=by),
    "close": lambda one, by: leading.close(one, summary="", by=by),
    "let_call": lambda one, by: callers.let_call(one, by, by=by),
    "take_away": lambda one, by: callers.take_away(one, by, by=by),
    "split": lambda one, by: callers.split(one, by=by),
    "check_again": lambda one, by: planning.check_again(one, by=by, on=on()),
    "move": lambda one, by: leading.move(one.stops.get(), to=on(), by=by),
    "leave_out": lambda one, by: leading.leave_out(one.stops.get(), by=by),
    "put_back": lambda one, by: leading.put_back(one.stops.get(), by=by, on=on()),
    "assign": lambda one, by: callers.assign([one.stops.get()], by, by=by),
}


@pytest.mark.parametrize("verb", VERBS)
def test_nothing_changes_in_a_finished_round(verb: str, north_ag: Company, anna: User) -> None:
    contact_round = make_round(north_ag, by=anna)
    leading.close(contact_round, summary="Done.", by=anna)
    before = (list(Stop.objects.values()), list(ContactRound.objects.values()), Entry.objects.count())
    with pytest.raises(RoundClosed):
        VERBS[verb](ContactRound.objects.get(), anna)
    assert (list(Stop.objects.values()), list(ContactRound.objects.values()), Entry.objects.count()) == before


def test_a_stop_moves_within_the_period(north_ag: Company, anna: User) -> None:
    stop = make_round(north_ag, by=anna).stops.get()
    leading.move(stop, to=on() + timedelta(days=5), by=anna)
    assert Stop.objects.get().day == on() + timedelta(days=5)
    with pytest.raises(leading.OutsidePeriod):
        leading.move(stop, to=on() + timedelta(days=31), by=anna)
    assert Stop.objects.get().day == on() + timedelta(days=5)


def test_whoever_was_taken_out_can_be_put_back_unless_another_round_has_them(north_ag: Company, anna: User) -> None:
    stop = make_round(north_ag, by=anna).stops.get()
    leading.leave_out(stop, by=anna)
    with pytest.raises(StopDone):
        leading.move(stop, to=on(), by=anna)
    assert planning.check_again(stop.contact_round, by=anna, on=on()) == (0, 0), "a colleague decided so"
    leading.put_back(stop, by=anna, on=on())
    assert Stop.objects.get().is_open
    leading.leave_out(stop, by=anna)
    make_round(north_ag, [stop.person], by=anna)
    with pytest.raises(leading.NotLeftOut):
        leading.put_back(stop, by=anna, on=on())


# --- callers ------------------------------------------------------------------------------------------------------------------


def test_stops_are_assigned_only_to_those_who_call_in_the_round(north: Centre, north_ag: Company, anna: User) -> None:
    agent = make_user("tomas", role="outside_agent", at=[north])
    stop = make_round(north_ag, by=anna).stops.get()
    with pytest.raises(callers.NotACaller):
        callers.assign([stop], agent, by=anna)
    callers.let_call(stop.contact_round, agent, by=anna)
    assert callers.assign([stop], agent, by=anna) == 1
    assert callers.assign([stop], agent, by=anna) == 0
    assert Stop.objects.get().assigned_to == agent


def test_a_split_shares_evenly_and_moves_as_few_as_it_must(north: Centre, north_ag: Company, anna: User) -> None:
    agent = make_user("tomas", role="outside_agent", at=[north])
    contact_round = make_round(north_ag, [make_reachable(north_ag) for _number in range(5)], by=anna)
    callers.let_call(contact_round, agent, by=anna)
    assert callers.split(contact_round, by=anna) == 2
    held = list(contact_round.stops.values_list("assigned_to", flat=True))
    assert (held.count(anna.pk), held.count(agent.pk)) == (3, 2)
    assert callers.split(contact_round, by=anna) == 0


def test_whoever_is_taken_away_leaves_their_stops_to_the_others(north: Centre, north_ag: Company, anna: User) -> None:
    agent = make_user("tomas", role="outside_agent", at=[north])
    contact_round = make_round(north_ag, [make_reachable(north_ag) for _number in range(3)], by=anna, callers=[agent])
    with pytest.raises(callers.LastCaller):
        callers.take_away(contact_round, agent, by=anna)
    callers.let_call(contact_round, anna, by=anna)
    assert callers.take_away(contact_round, agent, by=anna) == 3
    assert set(contact_round.stops.values_list("assigned_to", flat=True)) == {anna.pk}
    assert callers.take_away(contact_round, agent, by=anna) == 0


def test_nothing_is_shared_out_to_a_caller_who_has_left(north: Centre, north_ag: Company, anna: User, carla: User) -> None:
    """Nothing promised vanishes with its owner (C4)."""
    antje = make_user("antje", role="account_manager", at=[north], home_centre=north)
    people = [make_reachable(north_ag) for _one in range(4)]
    contact_round = make_round(north_ag, people, by=anna)
    callers.let_call(contact_round, antje, by=anna)
    callers.split(contact_round, by=anna)
    User.objects.filter(pk=antje.pk).update(is_active=False)
    assert callers.split(contact_round, by=anna) == 2 and not contact_round.stops.filter(assigned_to=antje).exists()
    User.objects.filter(pk=anna.pk).update(is_active=False)
    with pytest.raises(callers.LastCaller):
        callers.split(contact_round, by=carla)
    assert contact_round.stops.filter(assigned_to=anna).count() == 4


def test_who_may_be_asked_to_call(north: Centre, south: Centre, anna: User, boris: User, carla: User, emil: User) -> None:
    agent = make_user("tomas", role="outside_agent", at=[north])
    far = make_user("jana", role="outside_agent", at=[south])
    assert set(callers.who_may_call(north)) == {anna, carla, agent}
    assert set(callers.who_may_call(south)) == {boris, far}


# --- who sees a round ---------------------------------------------------------------------------------------------------------


def test_rounds_are_seen_by_their_companies_and_led_by_their_owner_and_the_centre(
    north: Centre, north_ag: Company, anna: User, boris: User, carla: User, emil: User
) -> None:
    agent = make_user("tomas", role="outside_agent", at=[north])
    of_carla = make_round(north_ag, by=carla, callers=[carla, agent])
    other = make_round(make_company(north), by=carla)
    assert set(ContactRound.objects.visible_to(anna)) == {of_carla}
    assert set(ContactRound.objects.led_by(anna)) == set()
    assert set(ContactRound.objects.led_by(carla)) == {of_carla, other}
    for stranger in (boris, emil, agent):
        assert not ContactRound.objects.visible_to(stranger).exists()
    callers.split(of_carla, by=carla)
    assert set(Stop.objects.callable_by(agent)) == set(of_carla.stops.filter(assigned_to=agent))


# --- what happens to people ---------------------------------------------------------------------------------------------------


def test_whoever_leaves_a_company_is_called_there_no_more(north_ag: Company, anna: User) -> None:
    stop = make_round(north_ag, by=anna).stops.get()
    leave(stop.person, north_ag, anna)
    assert why(stop.contact_round) == {"gone": 1}


def test_a_forgotten_person_leaves_a_stop_that_names_nobody(north_ag: Company, anna: User) -> None:
    stop = make_round(north_ag, by=anna).stops.get()
    Stop.objects.update(answers={"1": "52"}, facts={"plates": "HH"})
    person_data.forget(stop.person, by=anna)
    kept = Stop.objects.get()
    assert (kept.person, kept.answers, kept.facts, kept.state) == (None, {}, {}, "left_out")


def test_two_records_of_one_human_are_called_once(north_ag: Company, anna: User) -> None:
    kept, duplicate = make_reachable(north_ag), make_reachable(north_ag)
    same = make_round(north_ag, [kept, duplicate], by=anna)
    with transaction.atomic():
        move_stops(duplicate, kept)
    assert [stop.person for stop in same.stops.open()] == [kept]
    assert why(same) == {"twice": 1}


def test_a_candidate_without_a_person_is_kept_with_the_company(north_ag: Company, anna: User) -> None:
    here = make_reachable(north_ag)
    empty = make_company(north_ag.centre, looked_after_by=anna)
    facts = {"name": "R", "goal": "G", "centre": north_ag.centre, "starts_on": on(), "ends_on": on() + timedelta(days=9)}
    chosen = [*candidates_of([here], north_ag), Candidate(empty.pk, None, "decision_maker")]
    contact_round = planning.plan(facts, chosen, callers=[anna], by=anna, on=on())
    assert [(stop.company, stop.why) for stop in contact_round.stops.left_out()] == [(empty, "nobody")]
    assert planning.check_again(contact_round, by=anna, on=on()) == (0, 0)
    found = make_reachable(empty)
    assert planning.check_again(contact_round, by=anna, on=on()) == (1, 0)
    assert {stop.person for stop in contact_round.stops.open()} == {here, found}


# --- of several centres, one is in contact --------------------------------------------------------------------------------------


def test_of_two_centres_one_calls_a_person_and_the_other_is_told_who(
    north_ag: Company, south_ag: Company, anna: User, boris: User, client: Client
) -> None:
    """Asked when somebody is chosen: also after the call, for as long as the time between two occasions of a kind."""
    brandt, other = make_reachable(north_ag), make_reachable(south_ag)
    make_role("decision_maker", south_ag, brandt)
    of_north = make_round(north_ag, [brandt], by=anna, name="Before the leases end")
    stop = of_north.stops.get()
    assert Hold.objects.open().get(person=brandt).is_about(of_north)
    stop.state = "done"  # as if it had been dealt with
    stop.save()
    of_south = make_round(south_ag, [brandt, other], by=boris)
    assert why(of_south) == {"held": 1}
    client.force_login(boris)
    words = f"Held by {north_ag.centre}: Before the leases end"
    assert words in client.get(f"/rounds/{of_south.pk}/").content.decode()
    release_many(Hold.objects.about(of_north), because=Release.ANSWERED, by=anna)
    assert planning.check_again(of_south, by=boris, on=on()) == (0, 0), "they were called a moment ago"
    assert f"Contacted by {north_ag.centre}" in client.get(f"/rounds/{of_south.pk}/").content.decode()
    leading.close(of_north, summary="", by=anna)
    Hold.objects.about(of_north).update(released_because=Release.GIVEN_UP)
    assert planning.check_again(of_south, by=boris, on=on()) == (1, 0)


def test_the_arbiter_is_asked_again_before_a_call_and_hears_of_its_end(north_ag: Company, south_ag: Company, anna: User) -> None:
    one, other, third = (make_reachable(north_ag) for _number in range(3))
    found = make_round(north_ag, [one, other, third], by=anna)
    first, second, last = found.stops.order_by("order")
    Hold.objects.filter(person=first.person).update(centre=south_ag.centre)  # another centre has them now
    assert next_calls(found.stops.open().in_order(), on=on()) == [second, last]
    assert str(call_for(first, on=on()).why_not.words) == "Another centre is in contact with them."
    calling.call(second, calling.CHIPS["reached"], text="", answers={}, by=anna, on=on())
    leading.leave_out(last, by=anna)
    ended = dict(Hold.objects.filter(person__in=[second.person, last.person]).values_list("person", "released_because"))
    assert ended == {second.person_id: Release.ANSWERED, last.person_id: Release.GIVEN_UP}
    leading.edit(found, by=anna, ends_on=found.ends_on + timedelta(days=10))
    until = Hold.objects.about(found).values_list("until", flat=True).distinct().get()
    assert until == occasion_of(found).at
