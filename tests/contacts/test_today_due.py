"""Today: one card for one person, a day of what is due, and words that the timeline below them does not contradict."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Centre, Company, User
from contacts.models import Decision, Interaction, Reason
from contacts.reasons.card import ReasonCard
from contacts.reasons.computing import compute
from contacts.reasons.rule import rules
from contacts.today import day as day_module
from contacts.today.day import Day
from tests.contacts.today import TODAY, on, words
from tests.factories.accounts import make_company
from tests.factories.contacts import make_role
from tests.factories.reasons import make_reason, make_silent

# --- one card for one person --------------------------------------------------------------------------------------------------


def test_a_person_at_two_companies_is_one_card_and_one_call(as_anna: Client, anna: User, north: Centre, north_ag: Company) -> None:
    person = make_silent(north_ag, on=on())
    other = make_company(north, name="Zweite GmbH", looked_after_by=anna)
    make_role("decision_maker", other, person)
    make_reason(north_ag)
    make_reason(other)
    response = as_anna.get(TODAY)
    assert [reason.person for reason in response.context["queue"]].count(person) == 1
    opened = response.context["opened"]
    assert opened.person == person and len(response.context["others"]) >= 2
    elsewhere = other if opened.company == north_ag else north_ag
    assert f"{elsewhere.name}: " in words(response).partition("Also worth mentioning")[2]
    as_anna.post(f"/today/{opened.pk}/not-reached/", {"chip": "not_reached"})
    assert person not in {reason.person for reason in as_anna.get(TODAY).context["queue"]}


def test_what_one_decides_hides_nothing_from_who_serves_another_company(
    as_anna: Client, boris: User, north_ag: Company, south_ag: Company
) -> None:
    person = make_silent(north_ag, on=on())
    make_role("decision_maker", south_ag, person)
    mine, theirs = make_reason(north_ag), make_reason(south_ag)
    as_anna.post(f"/today/{mine.pk}/not-reached/", {"chip": "not_reached"})
    assert Decision.objects.get().others_until
    assert Reason.objects.filter(pk=theirs.pk).open(on=on(), to=boris).exists()


# --- what is due --------------------------------------------------------------------------------------------------------------


def test_the_day_is_what_is_due_and_the_rest_can_wait(as_anna: Client, anna: User, north: Centre, north_ag: Company) -> None:
    for number in range(3):
        make_reason(make_company(north, name=f"C{number}", looked_after_by=anna), rule="coverage")
    Reason.objects.update(found_on=on() - timedelta(days=20), due_on=None)
    first, second = Reason.objects.order_by("pk")[:2]
    Reason.objects.filter(pk=first.pk).update(found_on=on())
    Company.objects.update(entered_at=timezone.now() - timedelta(days=60))
    Reason.objects.filter(pk=second.pk).update(due_on=on() + timedelta(days=7))
    day = Day(anna)
    assert (day.due, day.count) == (2, Reason.objects.count())
    page = words(as_anna.get(TODAY))
    assert "Two people to speak to today" in page and "can wait, for when there is time." in page
    Reason.objects.update(found_on=on() - timedelta(days=20), due_on=None)
    assert "Nobody has to be spoken to today" in words(as_anna.get(TODAY))


@pytest.mark.parametrize(("found", "entered", "is_due"), [(0, 30, True), (6, 30, True), (7, 30, False), (0, 0, False), (2, 3, False)])
def test_what_is_new_is_due_for_a_week_and_a_list_of_customers_is_no_news(anna: User, found: int, entered: int, is_due: bool) -> None:
    day = Day(anna)
    entered_on = day.on - timedelta(days=entered)
    assert day.is_due(None, day.on - timedelta(days=found), entered_on) is is_due
    assert day.is_due(day.on, day.on - timedelta(days=found), entered_on), "its date is near"
    assert not day.is_due(day.on - day_module.LATE - timedelta(days=1), day.on - timedelta(days=30), entered_on)


def test_what_is_due_is_in_the_day_however_many_lie_before_it(
    as_anna: Client, anna: User, north: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day_module, "CONTACTS_A_DAY", 2)
    monkeypatch.setattr(day_module, "SHOWN", 2)
    for number in range(4):
        make_reason(make_company(north, name=f"C{number}", looked_after_by=anna), rule="coverage")
    last = Reason.objects.in_order().last()
    assert last is not None
    Reason.objects.filter(pk=last.pk).update(due_on=on())
    day = Day(anna)
    assert (day.due, day.count) == (1, 3) and last.pk in day.cards


# --- words that the timeline does not contradict ------------------------------------------------------------------------------


def note(company: Company, person: Any, *, kind: str = "event.invited", direction: str = "out") -> None:
    Interaction.objects.create(company=company, person=person, kind=kind, channel="email", direction=direction)


@pytest.mark.parametrize("direction", ["out", "in"])
def test_who_was_written_to_is_not_said_to_have_heard_nothing(as_anna: Client, north_ag: Company, direction: str) -> None:
    person = make_silent(north_ag, on=on())
    compute([north_ag.pk], on=on())
    silence = Reason.objects.get(rule="silence")
    assert "We haven’t been in touch for two years." in words(as_anna.get(TODAY, {"open": silence.pk}))
    note(north_ag, person, direction=direction)
    assert "Nobody has spoken to this person for two years." in words(as_anna.get(TODAY, {"open": silence.pk})), "at once"
    compute([north_ag.pk], on=on())
    silence.refresh_from_db()
    assert "Nobody has spoken to this person for two years." in ReasonCard(silence).sentence


def test_a_letter_before_the_last_talk_changes_nothing(north_ag: Company) -> None:
    person = make_silent(north_ag, on=on(), days=800)
    note(north_ag, person)
    Interaction.objects.filter(kind="event.invited").update(happened_at=timezone.now() - timedelta(days=900))
    compute([north_ag.pk], on=on())
    assert "We haven’t been in touch" in ReasonCard(Reason.objects.get(rule="silence")).sentence


def test_why_first_names_the_kind_of_reason(as_anna: Client, north_ag: Company) -> None:
    make_reason(north_ag)
    assert "a contract ends" in words(as_anna.get(TODAY)).partition("Why first?")[2].partition("</dl>")[0]
    assert len({str(rule.called) for rule in rules}) == len(list(rules)), "each kind has a name of its own"
