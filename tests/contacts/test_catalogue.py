"""The catalogue of reasons: when each rule finds something, where it applies and with how many points, and the page that says so."""

import random
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.models import Centre, Company, ServiceVisit, Tier, User
from contacts.memory.actions.complaints import complain
from contacts.models import Interaction, PersonAddress, Reason, RuleSetting, Task, rules, unfed
from contacts.reasons import catalogue
from contacts.reasons.card import ReasonCard
from contacts.reasons.computing import compute
from contacts.reasons.greetings import births, first_days, holidays_of
from contacts.reasons.radar import Quiet
from contacts.reasons.switches import Switches
from contacts.reasons.switching import NotYourCentre, PointsOutOfBounds, set_rule, unset_rule
from contacts.rounds import choosing
from fleetportal.core.audit import Entry
from fleetportal.core.jobs.queue import Job
from tests.contacts.reasons import DAY, found, sentences, spoke
from tests.factories.accounts import make_company, make_user, make_vehicle
from tests.factories.contacts import make_person, make_role

BEFORE = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def every_rule(own_rules: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """All rules of this app, not only those that most tests need."""
    monkeypatch.setattr(rules, "_entries", {rule.name: (100, rule) for rule in catalogue.RULES})


def visited(company: Company, on: date, number: str, **facts: Any) -> ServiceVisit:
    vehicle = facts.pop("vehicle", None) or make_vehicle(company)
    return ServiceVisit.objects.create(company=company, vehicle=vehicle, centre=company.centre, visited_on=on, order_number=number)


def days_found(company: Company, rule: str, *days: date) -> list[bool]:
    return [bool(found(company, rule, on=day)) for day in days]


def after(count: int, day: date = DAY) -> date:
    return day + timedelta(days=count)


# --- what we owe --------------------------------------------------------------------------------------------------------------


def test_a_promise_is_a_reason_from_its_third_day_until_it_is_kept(north_ag: Company, anna: User) -> None:
    brandt = make_role("user", north_ag).person
    task = Task.plan(north_ag, "Send the offer", due_on=after(-3), owner=anna, by=anna, person=brandt)
    (reason,) = found(north_ag, "promise_not_kept")
    assert (reason.person, reason.group, reason.due_on) == (brandt, "user", after(-3))
    assert ReasonCard(reason).sentence == "“Send the offer” was promised for 21 November and has not been done."
    assert choosing.for_reason(reason).facts == {}, "nor does a round tell an outside agent what the task says"
    assert not days_found(north_ag, "promise_not_kept", after(-1))[0]
    touches = north_ag.touches.count()
    with CaptureQueriesContext(connection):
        Task.objects.filter(pk=task.pk).update(due_on=timezone.localdate() - timedelta(days=5))
        Task.objects.get(pk=task.pk).close(result="Sent.", by=anna)
    assert north_ag.touches.count() == touches + 1, "the card goes at once, not at night"
    assert not found(north_ag, "promise_not_kept")


def test_an_open_complaint_is_one_reason_and_its_task_no_second_one(north_ag: Company, anna: User) -> None:
    brandt = make_role("decision_maker", north_ag).person
    complaint = complain(north_ag, person=brandt, text="Late again.", by=anna, on=DAY)
    Task.objects.update(due_on=after(-10))
    (reason,) = found(north_ag, "open_complaint")
    assert (reason.person, reason.due_on) == (brandt, complaint.answer_due_on)
    assert "A complaint has been open since" in ReasonCard(reason).sentence
    assert not found(north_ag, "promise_not_kept")


# --- what follows a delivery, a visit, a new face -----------------------------------------------------------------------------


def test_after_a_visit_we_ask_for_two_weeks_unless_we_have_spoken(north_ag: Company) -> None:
    visited(north_ag, DAY, "A1", vehicle=make_vehicle(north_ag, plate="HH-AB 1"))
    assert days_found(north_ag, "after_visit", after(1), after(2), after(16), after(17)) == [False, True, True, False]
    assert sentences(north_ag, "after_visit", on=after(3)) == [
        "HH-AB 1 was in the workshop on 24 November. Ask whether everything was fine."
    ]
    spoke(make_role("decision_maker", north_ag).person, north_ag, after(2))
    assert not found(north_ag, "after_visit", on=after(4))


def test_thanks_follow_a_delivery_and_three_years_later_we_speak_of_the_next_one(north_ag: Company) -> None:
    make_vehicle(north_ag, plate="HH-CD 2", delivered_on=DAY, contract="purchase")
    assert days_found(north_ag, "thanks", DAY, after(1), after(14), after(15)) == [False, True, True, False]
    assert sentences(north_ag, "thanks", on=after(1)) == ["HH-CD 2 was delivered on 24 November. Say thank you, and ask how it drives."]
    spoke(make_role("decision_maker", north_ag).person, north_ag, after(2))
    assert not found(north_ag, "thanks", on=after(3))
    third = [date(2029, 11, 23), date(2029, 11, 24), date(2030, 1, 24), date(2030, 1, 25)]
    assert days_found(north_ag, "after_purchase", *third) == [False, True, True, False]
    assert sentences(north_ag, "after_purchase", on=third[1])[0].startswith("HH-CD 2 was bought on 24 November 2026.")


def test_somebody_new_is_welcomed_once(north_ag: Company) -> None:
    user, driver = (make_role(group, north_ag, starts_on=DAY).person for group in ("user", "driver"))
    make_role("user", north_ag, starts_on=None)
    assert {reason.person for reason in found(north_ag, "new_role", on=after(30))} == {user, driver}
    assert not found(north_ag, "new_role", on=after(31))
    spoke(user, north_ag, DAY)
    assert [reason.person for reason in found(north_ag, "new_role", on=after(1))] == [driver]


def test_an_address_that_was_never_confirmed_is_asked_about_at_the_best_customers(north_ag: Company) -> None:
    person = make_role("decision_maker", north_ag, make_person(email="a@b.example")).person
    PersonAddress.objects.update(state="unconfirmed", entered_at=BEFORE)
    assert not found(north_ag, "address_unconfirmed"), "for the highest tiers to begin with"
    Company.objects.update(tier=Tier.GOLD)
    (reason,) = found(north_ag, "address_unconfirmed")
    assert reason.person == person
    PersonAddress.objects.update(state="confirmed")
    assert not found(north_ag, "address_unconfirmed")


# --- birthdays and holidays ---------------------------------------------------------------------------------------------------


def test_a_birthday_is_near_for_a_week_and_tells_no_age(north_ag: Company) -> None:
    brandt = make_role("decision_maker", north_ag, make_person(born_on=date(1971, 12, 1))).person
    make_role("user", north_ag, brandt)
    assert days_found(north_ag, "birthday", after(-1), DAY, after(9), after(10)) == [False, True, True, False]
    (reason,) = found(north_ag, "birthday")
    assert (reason.due_on, ReasonCard(reason).sentence) == (date(2026, 12, 1), "They have their birthday on 1 December.")
    assert "1971" not in str(reason.facts)
    assert date(1960, 2, 29) in births(date(2026, 2, 28)) and date(1960, 2, 29) not in births(date(2028, 2, 28))


def test_a_birthday_is_no_reason_that_a_round_passes_on(north_ag: Company, anna: User) -> None:
    """Whoever serves a company may see birth dates; an outside agent may not."""
    make_role("decision_maker", north_ag, make_person(born_on=date(1971, 11, 25)))
    (reason,) = found(north_ag, "birthday")
    candidate = choosing.for_reason(reason)
    assert (candidate.rule, candidate.facts, candidate.reason_key) == ("", {}, reason.key)


def test_holidays_are_those_of_the_customers_country_in_the_readers_language(north_ag: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a language the package follows the server's; "it" is "it_IT" there, and Russian is spoken for Russia alone."""
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    Company.objects.update(tier=Tier.DIAMOND, country="IT")
    day = date(2026, 12, 8)
    assert days_found(north_ag, "holiday", after(-8, day), after(-7, day), day, after(1, day)) == [False, True, True, False]
    (reason,) = found(north_ag, "holiday", on=day)
    said = {}
    for language in ("en", "de", "it", "ru"):
        with translation.override(language):
            said[language] = ReasonCard(reason).sentence
    assert said["en"] == "Immaculate Conception is on 8 December: a good occasion for a greeting."
    assert said["it"].startswith("Immacolata Concezione") and "Immaculate" in said["de"] and "Immaculate" in said["ru"]
    assert holidays_of("RU", 2027, "ru")[date(2027, 6, 12)] == "День России"
    assert holidays_of("XX", 2027, "de") == {}
    first = list(first_days("DE", 2026))
    assert date(2026, 12, 25) in first and date(2026, 12, 26) not in first, "several in a row are one"
    Company.objects.update(tier=Tier.BRONZE)
    assert not found(north_ag, "holiday", on=day), "for the highest tiers to begin with"


# --- silence ------------------------------------------------------------------------------------------------------------------


def test_a_company_that_went_quiet_names_what_ranks_it(north_ag: Company, anna: User) -> None:
    brandt = make_role("decision_maker", north_ag).person
    car = make_vehicle(north_ag)
    Company.objects.update(tier=Tier.SILVER, entered_at=BEFORE - timedelta(days=900))
    for number, day in enumerate((date(2025, 1, 10), date(2025, 5, 10), date(2025, 9, 10), date(2026, 1, 10))):
        visited(north_ag, day, str(number), vehicle=car)
    spoke(brandt, north_ag, date(2025, 11, 20))
    spoke(brandt, north_ag, date(2026, 3, 1), outcome="not_reached")
    (reason,) = found(north_ag, "silent_company")
    said = ("no visit for ten months (usually every four months)", "no conversation for twelve months", "one message without an answer")
    assert ReasonCard(reason).sentence == f"It has gone quiet: {'; '.join(said)}."
    weights = {str(weight.words): weight.points for weight in ReasonCard(reason).weights(DAY)}
    assert [weights[words] for words in said] == [5, 2, 1]
    assert sum(weights.values()) == reason.weight, "no hidden score"
    visited(north_ag, date(2026, 6, 1), "new", vehicle=car)
    assert not found(north_ag, "silent_company")
    ServiceVisit.objects.filter(order_number="new").delete()
    complain(north_ag, person=brandt, text="Late again.", by=anna, on=DAY)
    assert not found(north_ag, "silent_company"), "who complains is not silent"


def test_of_four_hundred_companies_those_who_leave_are_among_the_first_forty() -> None:
    """30 leavers are planted: they stopped coming and answering at some time in the last year; the others go on as they did."""
    chance = random.Random(7)
    quiet = {}
    for number in range(400):
        usual, cadence = chance.choice((3, 4, 6, 12)), chance.choice((1, 2, 3, 6, 12))
        left = number < 30
        since = chance.randint(8, 20) if left else 0
        visit = since + int(chance.expovariate(1 / usual)) if left else min(36, int(chance.expovariate(1 / usual)))
        word = since + int(chance.expovariate(1 / cadence)) if left else min(36, int(chance.expovariate(1 / cadence) * 1.5))
        quiet[number] = Quiet(visit, usual, word, cadence, chance.randint(1, 6) if left else chance.randint(0, 2))
    first = sorted(quiet, key=lambda number: -quiet[number].points)[:40]
    assert len([number for number in first if number < 30]) >= 24


# --- where a rule applies -----------------------------------------------------------------------------------------------------


def test_the_most_specific_setting_counts(north_ag: Company, south_ag: Company, admin: User) -> None:
    rule = rules["coverage"]
    assert set_rule(rule, centre=None, tier="", is_on=True, points=5, by=admin)
    assert set_rule(rule, centre=None, tier="gold", is_on=True, points=6, by=admin)
    assert set_rule(rule, centre=north_ag.centre, tier="", is_on=False, points=7, by=admin)
    assert set_rule(rule, centre=north_ag.centre, tier="none", is_on=True, points=8, by=admin)
    here, there = Switches().find, north_ag.centre_id
    said = [here(rule, *at) for at in ((south_ag.centre_id, "bronze"), (south_ag.centre_id, "gold"), (there, "gold"), (there, "none"))]
    assert [(one.is_on, one.points) for one in said] == [(True, 5), (True, 6), (False, 7), (True, 8)]
    assert not set_rule(rule, centre=None, tier="", is_on=True, points=5, by=admin), "set so already"
    assert RuleSetting.objects.count() == 4
    for centre in (None, north_ag.centre):
        with pytest.raises(IntegrityError), transaction.atomic():
            RuleSetting.objects.create(rule="coverage", centre=centre, tier="", points=1)
    unset_rule(RuleSetting.objects.get(centre=north_ag.centre, tier=""), by=admin)
    assert Switches().find(rule, there, "gold").points == 6


def test_a_rule_is_off_or_heavier_where_it_was_set_so(north_ag: Company, south_ag: Company, admin: User) -> None:
    for company in (north_ag, south_ag):
        make_vehicle(company, use="functional")
    ids = [north_ag.pk, south_ag.pk]
    compute(ids, on=DAY)
    before = Reason.objects.filter(rule="coverage", company=south_ag).first().weight
    set_rule(rules["coverage"], centre=north_ag.centre, tier="", is_on=False, points=14, by=admin)
    set_rule(rules["coverage"], centre=south_ag.centre, tier="none", is_on=True, points=20, by=admin)
    compute(ids, on=DAY)
    reason = Reason.objects.filter(rule="coverage", company=south_ag).first()
    assert not Reason.objects.filter(rule="coverage", company=north_ag).exists()
    assert reason.weight == before + 6 == sum(weight.points for weight in ReasonCard(reason).weights(DAY))
    entry = Entry.objects.filter(action="rule.set").order_by("pk").first()
    assert entry.facts == {"rule": "coverage", "centre": north_ag.centre_id, "tier": ""} and entry.actor_id == admin.pk
    assert Job.objects.filter(kind="contacts.reasons").exists(), "all reasons are computed again"


def test_a_rule_that_is_off_everywhere_asks_nothing(north_ag: Company, admin: User) -> None:
    set_rule(rules["coverage"], centre=None, tier="", is_on=False, points=14, by=admin)
    with CaptureQueriesContext(connection) as asked:
        compute([north_ag.pk], on=DAY)
    set_rule(rules["coverage"], centre=None, tier="", is_on=True, points=14, by=admin)
    with CaptureQueriesContext(connection) as more:
        compute([north_ag.pk], on=DAY)
    assert len(more) == len(asked) + 4


def test_the_company_says_which_rule_is_off_and_what_it_would_say(north_ag: Company, admin: User, as_anna: Client) -> None:
    make_vehicle(north_ag, use="functional")
    set_rule(rules["coverage"], centre=north_ag.centre, tier="", is_on=False, points=14, by=admin)
    out = StringIO()
    call_command("explain", str(north_ag.pk), stdout=out)
    assert f"coverage: off. Switched off by {admin} on" in out.getvalue()
    assert "it would find: One vehicle has no known decision-maker." in out.getvalue()
    with CaptureQueriesContext(connection) as asked:
        page = as_anna.get(f"/companies/{north_ag.pk}/why-now/", headers={"HX-Request": "true"}).content.decode()
    assert f"for {north_ag.centre}, every tier." in page and "It would say: One vehicle has no known decision-maker." in page
    assert "No reason to get in touch right now." in page and "No complaint is open." in page
    assert len(asked) <= 45


# --- the page -----------------------------------------------------------------------------------------------------------------


def test_every_rule_is_on_the_page_and_those_without_facts_too(client: Client, admin: User, north_ag: Company) -> None:
    client.force_login(admin)
    make_vehicle(north_ag, use="functional")
    compute([north_ag.pk], on=DAY)
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/reasons/").content.decode()
    for rule in rules:
        assert str(rule.title) in page and str(rule.about) in page
        assert 0 <= rule.value <= 40 and str(rule.absent) and str(rule.called)
    for one in unfed:
        assert str(one.title) in page and str(one.waits_for) in page
    assert {"quiet_quote", "standing_interest", "policy_window"} == set(unfed.names())
    assert len(asked) <= 9
    assert all(client.get(f"/reasons/{rule.name}/").status_code == 200 for rule in rules)
    assert client.get("/reasons/nothing/").status_code == 404


def test_a_preview_changes_nothing_and_the_button_does(client: Client, admin: User, north_ag: Company) -> None:
    client.force_login(admin)
    make_vehicle(north_ag, use="functional", plate="HH-AB 1")
    compute([north_ag.pk], on=timezone.localdate())
    asked = {"centre": north_ag.centre_id, "tier": "", "state": "off", "points": "14"}
    page = client.get("/reasons/coverage/", asked).content.decode()
    assert "Would go" in page and north_ag.name in page and "One vehicle has no known decision-maker." in page
    assert not RuleSetting.objects.exists()
    page = client.get("/reasons/coverage/", {**asked, "state": "on", "points": "40"}).content.decode()
    assert "Would go" not in page and "Would come" not in page
    assert client.post("/reasons/coverage/set/", {**asked, "points": "41"}).status_code == 422
    assert client.get("/reasons/coverage/set/").status_code == 405
    client.post("/reasons/coverage/set/", asked)
    row = RuleSetting.objects.get()
    assert (row.is_on, row.centre, row.changed_by) == (False, north_ag.centre, admin)
    assert "switched off" in client.get("/reasons/coverage/").content.decode()
    client.post(f"/reasons/settings/{row.pk}/remove/")
    assert not RuleSetting.objects.exists()
    assert Entry.objects.filter(action="rule.unset").exists()


def test_a_rule_is_set_by_who_administers_the_centre(client: Client, north: Centre, south_ag: Company, anna: User) -> None:
    of_north = make_user(role="administrator", at=[north])
    rule = rules["coverage"]
    for centre in (None, south_ag.centre):
        with pytest.raises(NotYourCentre):
            set_rule(rule, centre=centre, tier="", is_on=False, points=1, by=of_north)
    with pytest.raises(PointsOutOfBounds):
        set_rule(rule, centre=north, tier="", is_on=False, points=41, by=of_north)
    assert not RuleSetting.objects.exists() and not Entry.objects.filter(action="rule.set").exists()
    set_rule(rule, centre=south_ag.centre, tier="", is_on=False, points=1, by=None)
    set_rule(rule, centre=None, tier="gold", is_on=False, points=1, by=None)
    client.force_login(of_north)
    make_vehicle(south_ag, use="functional")
    asked = {"centre": north.pk, "tier": "", "state": "off", "points": "1"}
    page = client.get("/reasons/coverage/", asked).content.decode()
    assert str(south_ag.centre) not in page and south_ag.name not in page, "neither their setting nor their customers"
    assert "Gold" in page and "Remove this setting" not in page
    for row in RuleSetting.objects.all():
        assert client.post(f"/reasons/settings/{row.pk}/remove/").status_code in (404, 409)
    assert client.post("/reasons/coverage/set/", {**asked, "centre": ""}).status_code == 422
    assert RuleSetting.objects.count() == 2
    client.force_login(anna)
    assert client.get("/reasons/").status_code == 404
    assert client.get("/reasons/coverage/").status_code == 404


def test_of_very_many_companies_a_preview_is_an_estimate(
    client: Client, admin: User, north_ag: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contacts.reasons.previewing.LOOKED_AT", 2)
    for company in (north_ag, *(make_company(north_ag.centre) for _number in range(3))):
        make_vehicle(company, use="functional")
    client.force_login(admin)
    page = client.get("/reasons/coverage/", {"centre": "", "tier": "", "state": "off", "points": "1"}).content.decode()
    assert "counted from one company in 2" in page
    assert Interaction.objects.count() == 0
