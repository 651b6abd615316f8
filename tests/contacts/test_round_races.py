"""Two at one stop, and two rounds at one person."""

from typing import Any

import pytest

from accounts.models import User
from contacts.models import Interaction, Stop, StopDone
from contacts.rounds.actions import calling, leading
from contacts.rounds.actions.calling import CHIPS, call
from contacts.rounds.actions.planning import NobodyToCall
from tests.contacts.today import on
from tests.factories.accounts import make_centre, make_company, make_user
from tests.factories.rounds import make_reachable, make_round
from tests.races import race, won

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def at_one_stop() -> list[Any]:
    centre = make_centre()
    users = [make_user(role="centre_manager", at=[centre]) for _number in range(4)]
    stop = make_round(make_company(centre), by=users[0]).stops.get()

    def of(user: User) -> Any:
        return lambda: call(Stop.objects.get(pk=stop.pk), CHIPS["reached"], text="", answers={}, by=user, on=on())

    return race(*[of(user) for user in users])


def test_of_several_who_log_one_stop_one_does() -> None:
    outcomes = at_one_stop()
    assert len(won(outcomes)) == 1, outcomes
    assert {type(one) for one in outcomes} == {Interaction, StopDone}
    assert Interaction.objects.count() == 1
    assert Stop.objects.get().tries == 1


@pytest.mark.postgres
def test_without_the_lock_several_would(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "lock", lambda row: row)
    monkeypatch.setattr(calling, "keep_waiting", lambda stop: stop)
    for _turn in range(5):
        if len(won(at_one_stop())) > 1:
            return
    pytest.fail("the lock guards nothing")


def test_of_two_rounds_one_has_the_person() -> None:
    centre = make_centre()
    users = [make_user(role="centre_manager", at=[centre]) for _number in range(4)]
    company = make_company(centre)
    person = make_reachable(company)
    outcomes = race(*[lambda user=user: make_round(company, [person], by=user) for user in users])
    assert len(won(outcomes)) == 1, outcomes
    assert {type(one) for one in outcomes if isinstance(one, Exception)} == {NobodyToCall}
    assert Stop.objects.open().count() == 1


def test_a_call_and_the_end_of_the_round_follow_each_other() -> None:
    centre = make_centre()
    user = make_user(role="centre_manager", at=[centre])
    stop = make_round(make_company(centre), by=user).stops.get()
    outcomes = race(
        lambda: call(Stop.objects.get(pk=stop.pk), CHIPS["reached"], text="", answers={}, by=user, on=on()),
        lambda: leading.close(stop.contact_round, summary="Over.", by=user),
    )
    stop.refresh_from_db()
    reached = isinstance(outcomes[0], Interaction)
    assert (stop.state, stop.why) == (("done", "") if reached else ("left_out", "closed"))
    assert Interaction.objects.count() == int(reached)
