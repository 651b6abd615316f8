"""The pages of contact rounds: list, one round, planning one with a preview, the call screen."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import Centre, Company, User
from accounts.staff.leaving import assigned_to
from contacts.models import ContactRound, Interaction, Stop
from contacts.rounds.actions import callers, leading
from tests.contacts.today import on, words
from tests.factories.accounts import make_company, make_user
from tests.factories.reasons import make_reason
from tests.factories.rounds import make_reachable, make_round

PLAN = "/rounds/new/companies/"


def form_of(anna: User, north: Centre, **values: Any) -> dict[str, Any]:
    known = {
        "name": "Winter tyres",
        "goal": "Agree a day.",
        "centre": north.pk,
        "group": "decision_maker",
        "channel": "phone",
        "starts_on": on().isoformat(),
        "ends_on": (on() + timedelta(days=20)).isoformat(),
        "calls_a_day": 12,
        "callers": [anna.pk],
        "begins": "on",
        "question_1": "How many vehicles?",
        "goes_to_1": "note",
    }
    return {f"round-{name}": value for name, value in {**known, **values}.items()}


# --- the list and one round ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", (1, 3))
def test_the_list_costs_the_same_for_many(rows: int, as_anna: Client, anna: User, north: Centre, django_assert_num_queries: Any) -> None:
    for number in range(rows):
        make_round(make_company(north, looked_after_by=anna), by=anna, name=f"Round {number}")
    with django_assert_num_queries(8):
        response = as_anna.get("/rounds/")
    assert "0 of 1" in words(response)
    assert [one["count"] for one in response.context["tabs"]] == [rows, 0, 0]


def test_an_empty_list_says_what_a_round_is(as_anna: Client) -> None:
    assert "A contact round is a planned series" in words(as_anna.get("/rounds/?state=planned"))


@pytest.mark.parametrize("rows", (1, 3))
def test_a_round_costs_the_same_for_many(rows: int, as_anna: Client, anna: User, north_ag: Company, django_assert_num_queries: Any) -> None:
    people = [make_reachable(north_ag) for _number in range(rows)]
    contact_round = make_round(north_ag, [*people, make_reachable(north_ag, phone="")], by=anna)
    with django_assert_num_queries(16):
        response = as_anna.get(f"/rounds/{contact_round.pk}/")
    assert f"0 of {rows} done" in words(response)
    assert "No telephone number that may be passed on." in words(response)


def test_a_colleague_sees_only_the_stops_of_their_companies(
    client: Client, north: Centre, north_ag: Company, anna: User, carla: User
) -> None:
    other = make_company(north, name="Kanarienvogel GmbH")
    contact_round = make_round(north_ag, by=carla)
    make_round(other, by=carla)
    Stop.objects.exclude(contact_round=contact_round).update(contact_round=contact_round)
    client.force_login(anna)
    page = words(client.get(f"/rounds/{contact_round.pk}/"))
    assert "0 of 1 done" in page
    assert "Kanarienvogel" not in page
    assert client.post(f"/rounds/{contact_round.pk}/pause/").status_code == 404
    client.force_login(carla)
    assert "0 of 2 done" in words(client.get(f"/rounds/{contact_round.pk}/"))


def test_the_buttons_of_a_round(as_anna: Client, anna: User, north: Centre, north_ag: Company) -> None:
    agent = make_user("tomas", role="outside_agent", at=[north])
    contact_round = make_round(north_ag, [make_reachable(north_ag) for _number in range(2)], by=anna)
    at = f"/rounds/{contact_round.pk}/"
    assert as_anna.post(f"{at}pause/").status_code == 303
    assert ContactRound.objects.get().state == "paused"
    as_anna.post(f"{at}start/")
    as_anna.post(f"{at}callers/new/", {"user": agent.pk})
    as_anna.post(f"{at}split/")
    assert set(Stop.objects.values_list("assigned_to", flat=True)) == {anna.pk, agent.pk}
    as_anna.post(f"{at}callers/{agent.pk}/remove/")
    stop = contact_round.stops.in_order()[0]
    as_anna.post(f"/stops/{stop.pk}/", {"user": anna.pk, "day": (on() + timedelta(days=3)).isoformat()})
    stop.refresh_from_db()
    assert (stop.day, stop.assigned_to) == (on() + timedelta(days=3), anna)
    as_anna.post(f"/stops/{stop.pk}/out/")
    as_anna.post(f"/stops/{stop.pk}/back/")
    stop.refresh_from_db()
    assert stop.is_open
    as_anna.post(f"{at}check/")
    copied = as_anna.post(f"{at}copy/", {"name": "Again", "starts_on": on().isoformat(), "ends_on": on().isoformat()})
    assert copied.status_code == 422, "they are all in this round"
    assert as_anna.post(f"{at}close/", {"summary": ""}).status_code == 422
    as_anna.post(f"{at}close/", {"summary": "Everybody was pleased."})
    assert "Everybody was pleased." in words(as_anna.get(at))


def test_a_round_is_edited_and_two_editors_do_not_overwrite_each_other(as_anna: Client, anna: User, north_ag: Company) -> None:
    contact_round = make_round(north_ag, by=anna, script=[{"words": "How many?", "goes_to": "note"}])
    at = f"/rounds/{contact_round.pk}/edit/"
    shown = as_anna.get(at).context["form"].showing
    ends_on = contact_round.ends_on.isoformat()
    sent = {
        "_shown": shown,
        "name": "New name",
        "goal": "G",
        "ends_on": ends_on,
        "calls_a_day": 12,
        "question_1": "How many?",
        "goes_to_1": "note",
    }
    assert as_anna.post(at, sent).status_code == 303
    contact_round.refresh_from_db()
    assert (contact_round.name, contact_round.script) == ("New name", [{"words": "How many?", "goes_to": "note"}])
    assert as_anna.post(at, {**sent, "name": "Third name"}).status_code == 422


# --- planning -----------------------------------------------------------------------------------------------------------------


def test_a_round_is_planned_for_the_selected_companies(
    as_anna: Client, anna: User, north: Centre, north_ag: Company, south_ag: Company
) -> None:
    person = make_reachable(north_ag)
    make_reachable(south_ag)
    page = as_anna.get(PLAN, {"row": [north_ag.pk, south_ag.pk]})
    assert [candidate.person for candidate, _user, _day in page.context["drawn"].stops] == [person.pk]
    assert dict(page.context["kept"]) == {"row": f"{north_ag.pk} {south_ag.pk}"}
    response = as_anna.post(PLAN, {**form_of(anna, north), "row": f"{north_ag.pk} {south_ag.pk}"})
    contact_round = ContactRound.objects.get()
    assert (response.status_code, response["Location"]) == (303, f"/rounds/{contact_round.pk}/")
    assert (contact_round.owner, contact_round.state, contact_round.script) == (
        anna,
        "running",
        [{"words": "How many vehicles?", "goes_to": "note"}],
    )
    assert [stop.person for stop in contact_round.stops.all()] == [person]


def test_the_preview_says_who_is_left_out_and_the_way_back(as_anna: Client, anna: User, north: Centre, north_ag: Company) -> None:
    make_reachable(north_ag, phone="", last_name="Brandt")
    page = words(as_anna.get(PLAN, {"row": north_ag.pk}))
    assert "0 of 1" in page
    assert "No telephone number that may be passed on. Enter a number that is not private, then check again. Alex Brandt" in " ".join(
        page.replace("<p>", "").replace("</p>", "").replace('<p class="fp-sub">', "").replace('<p class="fp-dim">', "").split()
    )
    part = as_anna.get(PLAN, {**form_of(anna, north, channel="in_person"), "row": north_ag.pk}, HTTP_HX_REQUEST="true")
    assert "1 of 1" in words(part)
    assert not ContactRound.objects.exists()


def test_a_round_for_nobody_is_refused_with_what_was_typed(as_anna: Client, anna: User, north: Centre, north_ag: Company) -> None:
    make_reachable(north_ag, phone="")
    response = as_anna.post(PLAN, {**form_of(anna, north), "row": north_ag.pk})
    assert response.status_code == 422
    assert "Nobody of those chosen can be contacted now." in words(response)
    assert 'value="Winter tyres"' in words(response)
    assert not ContactRound.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "This field is required."),
        ({"ends_on": "2020-01-01"}, "The end must not be before the beginning."),
        ({"calls_a_day": "0"}, "greater than or equal to 1"),
        ({"callers": []}, "This field is required."),
        ({"callers": ["999999999999999999999"]}, "is not a valid value"),
        ({"centre": "99999999999999999999"}, "not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    wrong: dict[str, Any], said: str, as_anna: Client, anna: User, north: Centre, north_ag: Company
) -> None:
    make_reachable(north_ag)
    response = as_anna.post(PLAN, {**form_of(anna, north, **wrong), "row": north_ag.pk})
    assert response.status_code == 422
    assert said in words(response)
    assert not ContactRound.objects.exists()


def test_a_round_for_people_and_for_today(as_anna: Client, anna: User, north: Centre, north_ag: Company) -> None:
    person = make_reachable(north_ag)
    reason = make_reason(north_ag)
    by_people = as_anna.get("/rounds/new/people/", {"row": person.pk})
    assert [candidate.person for candidate, _user, _day in by_people.context["drawn"].stops] == [person.pk]
    of_today = as_anna.get("/rounds/new/today/")
    assert [candidate.reason_key for candidate, _user, _day in of_today.context["drawn"].stops] == [reason.key]


def test_the_bar_of_a_list_opens_a_page_and_not_its_side_panel(as_anna: Client, north_ag: Company) -> None:
    make_reachable(north_ag)
    answer = as_anna.get(f"{PLAN}?row={north_ag.pk}", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="panel")
    assert (answer.status_code, answer["HX-Redirect"]) == (204, f"{PLAN}?row={north_ag.pk}")


# --- the call screen ----------------------------------------------------------------------------------------------------------


def test_one_tap_saves_and_brings_the_next(as_anna: Client, anna: User, north_ag: Company) -> None:
    people = [make_reachable(north_ag, last_name=name) for name in ("Albers", "Brandt", "Carstens")]
    contact_round = make_round(north_ag, people, by=anna, starts_on=on() - timedelta(days=7), on=on() - timedelta(days=7))
    at = f"/rounds/{contact_round.pk}/call/"
    seen = []
    for _number in range(3):
        page = as_anna.get(at)
        stop = page.context["call"].stop
        seen.append(stop.person.last_name)
        assert "tel:+494066969100" in words(page)
        assert as_anna.post(f"{at}{stop.pk}/", {"chip": "reached"}).status_code == 303
    assert seen == ["Albers", "Brandt", "Carstens"]
    assert "Nobody to call now" in words(as_anna.get(at))
    assert Interaction.objects.filter(outcome="reached").count() == 3


def test_a_tap_sent_twice_counts_once(as_anna: Client, anna: User, north_ag: Company) -> None:
    stop = make_round(north_ag, by=anna).stops.get()
    at = f"/rounds/{stop.contact_round_id}/call/{stop.pk}/"
    first = as_anna.post(at, {"chip": "not_reached", "_key": "k1"})
    again = as_anna.post(at, {"chip": "not_reached", "_key": "k1"})
    assert (first.status_code, again.status_code, again["Location"]) == (303, 303, first["Location"])
    assert Interaction.objects.count() == 1
    assert Stop.objects.get().tries == 1
    assert as_anna.post(at, {"chip": "reached", "_key": "k1"}).status_code == 422


def test_a_complaint_without_words_is_asked_for_them(as_anna: Client, anna: User, north_ag: Company) -> None:
    stop = make_round(north_ag, by=anna, script=[{"words": "How many?", "goes_to": "note"}]).stops.get()
    response = as_anna.post(f"/rounds/{stop.contact_round_id}/call/{stop.pk}/", {"chip": "complained", "answer_1": "fifty-two"})
    assert response.status_code == 422
    assert "Write down what they complained about, in their words." in words(response)
    assert 'value="fifty-two"' in words(response), "nothing typed is lost"
    assert Stop.objects.get().tries == 0


@pytest.mark.parametrize("wrong", [{}, {"chip": "bought"}, {"chip": "wrong_number", "number": "x"}, {"chip": "reached", "answer_1": "x"}])
def test_what_is_no_outcome_changes_nothing(wrong: dict[str, str], as_anna: Client, anna: User, north_ag: Company) -> None:
    stop = make_round(north_ag, by=anna, script=[{"words": "Which address?", "goes_to": "email"}]).stops.get()
    assert as_anna.post(f"/rounds/{stop.contact_round_id}/call/{stop.pk}/", wrong).status_code == 422
    assert not Interaction.objects.exists()


def test_whoever_refused_since_is_not_called(as_anna: Client, anna: User, north_ag: Company) -> None:
    contact_round = make_round(north_ag, by=anna)
    stop = contact_round.stops.get()
    assert stop.person is not None
    stop.person.addresses.filter(channel="phone").update(state="withdrawn")
    at = f"/rounds/{contact_round.pk}/call/"
    assert "Nobody to call now" in words(as_anna.get(at))
    page = words(as_anna.get(at, {"stop": stop.pk}))
    assert "They have refused calls." in page
    assert "tel:" not in page


def test_skipping_and_calling_back_later(as_anna: Client, anna: User, north_ag: Company) -> None:
    people = [make_reachable(north_ag) for _number in range(2)]
    contact_round = make_round(north_ag, people, by=anna, starts_on=on() - timedelta(days=7), on=on() - timedelta(days=7))
    at = f"/rounds/{contact_round.pk}/call/"
    first = as_anna.get(at).context["call"].stop
    other = as_anna.get(at, {"after": first.pk}).context["call"].stop
    assert other != first
    assert as_anna.get(at, {"after": other.pk}).context["call"].stop == first
    assert as_anna.post(f"{at}{first.pk}/later/", {"day": "2199-01-01"}).status_code == 422
    assert as_anna.post(f"{at}{first.pk}/later/", {"day": (on() + timedelta(days=2)).isoformat()}).status_code == 303
    assert as_anna.get(at).context["call"].stop == other


def test_a_paused_round_takes_no_result(as_anna: Client, anna: User, north_ag: Company) -> None:
    stop = make_round(north_ag, by=anna).stops.get()
    leading.pause(stop.contact_round, by=anna)
    assert as_anna.post(f"/rounds/{stop.contact_round_id}/call/{stop.pk}/", {"chip": "reached"}).status_code == 409
    assert "This contact round is not running." in words(as_anna.get(f"/rounds/{stop.contact_round_id}/call/"))


# --- the outside agent --------------------------------------------------------------------------------------------------------


@pytest.fixture
def tomas(north: Centre) -> User:
    return make_user("tomas", role="outside_agent", at=[north], last_name="Aal", home_centre=north)


def test_an_agent_begins_with_the_next_call_and_sees_name_company_reason_script_and_number_alone(
    client: Client, tomas: User, anna: User, north_ag: Company
) -> None:
    person = make_reachable(north_ag, last_name="Brandt", family="wife Kirsten", best_time="before nine")
    person.addresses.filter(channel="phone").update(value="+49 40 66969 100")
    Company.objects.filter(pk=north_ag.pk).update(tier="diamond", car_policy="No coupés.")
    script = [{"words": "How many vehicles do you run?", "goes_to": "note"}]
    contact_round = make_round(north_ag, [person], by=anna, callers=[tomas], opening="Good morning.", script=script)
    client.force_login(tomas)
    first = client.get("/rounds/next/")
    assert first["Location"] == f"/rounds/{contact_round.pk}/call/"
    page = words(client.get(f"{first['Location']}?ahead=1"))
    for seen in (
        "Alex Brandt",
        "Nordhafen Logistik SE",
        "Agree a meeting.",
        "Good morning.",
        "How many vehicles do you run?",
        "tel:+494066969100",
    ):
        assert seen in page
    for hidden in (
        "Kirsten",
        "before nine",
        "Diamond",
        "coupés",
        person.email,
        "/companies/",
        "/people/",
        "/today/",
        "/search/",
        "Open the dossier",
    ):
        assert hidden not in page


def test_an_agent_calls_and_the_next_one_follows(client: Client, tomas: User, anna: User, north_ag: Company) -> None:
    people = [make_reachable(north_ag) for _number in range(2)]
    contact_round = make_round(north_ag, people, by=anna, callers=[tomas], starts_on=on() - timedelta(days=7), on=on() - timedelta(days=7))
    client.force_login(tomas)
    stop = client.get(f"/rounds/{contact_round.pk}/call/").context["call"].stop
    assert client.post(f"/rounds/{contact_round.pk}/call/{stop.pk}/", {"chip": "reached", "text": "Fine."}).status_code == 303
    assert Interaction.objects.get(outcome="reached").by == tomas
    assert client.get(f"/rounds/{contact_round.pk}/call/").context["call"].stop != stop


def test_an_agent_reaches_nothing_of_other_rounds_other_callers_or_paused_ones(
    client: Client, tomas: User, anna: User, north_ag: Company
) -> None:
    own = make_round(north_ag, by=anna, callers=[tomas])
    others = make_round(north_ag, by=anna)
    client.force_login(tomas)
    stop = others.stops.get()
    assert client.get(f"/rounds/{others.pk}/call/").status_code == 404
    assert client.post(f"/rounds/{others.pk}/call/{stop.pk}/", {"chip": "reached"}).status_code == 404
    assert client.post(f"/rounds/{own.pk}/call/{stop.pk}/", {"chip": "reached"}).status_code == 404
    assert client.get(f"/rounds/{own.pk}/call/", {"stop": stop.pk}).status_code == 404
    callers.let_call(own, anna, by=anna)
    callers.assign(list(own.stops.all()), anna, by=anna)
    assert client.get(f"/rounds/{own.pk}/call/").status_code == 404
    callers.assign(list(own.stops.all()), tomas, by=anna)
    assert client.get(f"/rounds/{own.pk}/call/").status_code == 200
    leading.pause(own, by=anna)
    assert client.get(f"/rounds/{own.pk}/call/").status_code == 404
    assert "Nobody to call now" in words(client.get("/rounds/next/"))


# --- where else a round is seen -----------------------------------------------------------------------------------------------


def test_the_dossier_says_in_which_rounds_a_company_is(as_anna: Client, anna: User, north_ag: Company) -> None:
    make_round(north_ag, [make_reachable(north_ag, last_name="Brandt"), make_reachable(north_ag, phone="")], by=anna)
    page = words(as_anna.get(f"/companies/{north_ag.pk}/"))
    assert "Before the year ends" in page
    assert "by Anna Reinhardt" in page
    assert "Left out: No telephone number that may be passed on." in page


def test_the_card_and_explain_say_that_somebody_is_in_a_round(
    as_anna: Client, anna: User, carla: User, north_ag: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    reason = make_reason(north_ag)
    assert reason.person is not None
    said = "In a contact round: Carla Hellwege contacts them on"
    assert said not in words(as_anna.get("/today/"))
    make_round(north_ag, [reason.person], by=carla, channel="in_person")
    assert said in words(as_anna.get("/today/"))
    call_command("explain", str(north_ag.pk))
    assert said in capsys.readouterr().out


def test_whoever_leaves_the_house_is_known_to_have_people_to_contact(north: Centre, north_ag: Company, anna: User, admin: User) -> None:
    assert assigned_to(anna, seen_by=admin) == ["1 company"]
    make_round(north_ag, [make_reachable(north_ag) for _number in range(2)], by=anna)
    assert "2 people to contact in rounds" in assigned_to(anna, seen_by=admin)
