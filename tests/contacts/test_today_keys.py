"""Today: nothing is chosen before somebody chooses it, and the address holds no card that is past."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Company, User
from contacts.models import Decision, Interaction
from contacts.today import actions
from tests.contacts.today import TODAY, on, words
from tests.factories.reasons import make_reason

HTMX = {"HX-Request": "true"}


def checked(card: str) -> int:
    return card.partition("</fieldset>")[0].count(" checked")


def test_no_outcome_is_chosen_before_its_button_is(as_anna: Client, north_ag: Company) -> None:
    reason = make_reason(north_ag)
    card = words(as_anna.get(TODAY)).partition('id="open"')[2]
    assert checked(card) == 0 and " data-chosen" not in card
    chosen = words(as_anna.get(TODAY, {"open": reason.pk, "do": "not-reached"})).partition('id="open"')[2]
    assert " data-chosen" in chosen


def test_words_without_an_outcome_are_asked_for_it_and_kept(as_anna: Client, north_ag: Company) -> None:
    reason = make_reason(north_ag)
    response = as_anna.post(f"/today/{reason.pk}/reached/", {"text": "Typed."})
    assert response.status_code == 422
    page = words(response)
    assert "Choose an outcome." in page and "Typed." in page
    assert not Decision.objects.exists()


def test_a_button_chosen_for_a_card_that_is_past_says_nothing_of_the_next(as_anna: Client, north_ag: Company) -> None:
    first = make_reason(north_ag)
    second = make_reason(north_ag, rule="coverage")
    as_anna.post(f"/today/{first.pk}/not-reached/", {"chip": "not_reached"})
    response = as_anna.get(TODAY, {"open": first.pk, "do": "not-reached"})
    assert response.context["opened"] == second
    assert (response.context["act"], response.context["chose"]) == ("reached", False)


def test_after_a_save_the_address_is_the_days_own(as_anna: Client, north_ag: Company) -> None:
    reason = make_reason(north_ag)
    saved = as_anna.post(f"/today/{reason.pk}/reached/?group=decision_maker", {"chip": "reached", "text": "x"}, headers=HTMX)
    assert saved.headers["HX-Replace-Url"] == f"{TODAY}?group=decision_maker"
    undone = as_anna.post(f"/today/undo/{Decision.objects.get().pk}/", headers=HTMX)
    assert undone.headers["HX-Replace-Url"] == TODAY


def test_a_card_that_a_colleague_dealt_with_is_refused_with_their_name(as_anna: Client, carla: User, north_ag: Company) -> None:
    reason = make_reason(north_ag)
    actions.put_off(reason, until=on() + timedelta(days=3), why="On holiday.", by=carla, on=on())
    before = Interaction.objects.count()
    refused = as_anna.post(f"/today/{reason.pk}/reached/", {"chip": "reached", "text": "Mine."}, headers={"HX-Request": "true"})
    assert refused.status_code == 409
    assert f"{carla} dealt with this card" in words(refused) and "not now" in words(refused)
    assert Interaction.objects.count() == before and Decision.objects.count() == 1


@pytest.mark.parametrize("act", ["reached", "not-reached", "written", "plan", "not-now"])
def test_no_two_elements_of_an_open_card_have_one_id(as_anna: Client, north_ag: Company, act: str) -> None:
    reason = make_reason(north_ag)
    ids = re.findall(r' id="([^"]+)"', words(as_anna.get(TODAY, {"open": reason.pk, "do": act})))
    assert sorted(ids) == sorted(set(ids))
