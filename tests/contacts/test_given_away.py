"""A reason given to a colleague: it leaves one Today and stands in another's, with who gave it and why."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Centre, Company, User, who_serves
from contacts.memory.models.task import TaskClosed
from contacts.models import Decision, Reason, Task
from contacts.today import actions
from contacts.today.day import Day
from contacts.today.statements import open_reasons
from fleetportal.core.audit import Entry
from tests.factories.accounts import assign, make_user
from tests.factories.reasons import make_reason, make_task
from tests.races import race
from tests.selection import repetitions

pytestmark = pytest.mark.django_db


@pytest.fixture
def antje(north: Centre, north_ag: Company) -> User:
    """An account manager who stands in for Anna at Nordhafen."""
    user = make_user("antje", role="account_manager", at=[north], last_name="Blohm", home_centre=north)
    assign(north_ag, user, kind="stand_in")
    return user


def in_queue(reason: Reason, user: User) -> bool:
    day = Day(User.objects.get(pk=user.pk))
    return open_reasons(day.reach, day.on, user.pk).filter(key=reason.key).exists()


def give(client: Client, reason: Reason, to: User | int, text: str = "") -> Any:
    return client.post(f"/today/{reason.pk}/give/", {"to": to.pk if isinstance(to, User) else to, "text": text})


def test_it_stands_in_the_colleagues_today_and_in_nobody_elses(
    client: Client, anna: User, antje: User, carla: User, north_ag: Company
) -> None:
    reason = make_reason(north_ag)
    client.force_login(anna)
    assert "Antje Blohm" in client.get(f"/today/?open={reason.pk}&do=not-now").content.decode()
    assert give(client, reason, antje, "You know Frau Albers.").status_code == 302
    assert [in_queue(reason, user) for user in (anna, antje, carla)] == [False, True, False]
    assert Entry.objects.get(action="reason.given").actor_id == anna.pk
    client.force_login(antje)
    page = client.get(f"/today/?open={reason.pk}").content.decode()
    assert "from Anna" in page
    assert "You know Frau Albers." in page
    assert client.post(f"/today/{reason.pk}/reached/", {"chip": "reached", "text": "Spoken."}).status_code == 302
    assert not in_queue(reason, antje)


def test_one_that_the_colleague_left_lying_comes_back_to_all(anna: User, antje: User, north_ag: Company) -> None:
    reason, on = make_reason(north_ag), timezone.localdate()
    actions.give(reason, to=antje, why="", by=anna, on=on)
    for days, seen in ((13, [False, True]), (14, [True, True])):
        day = on + timedelta(days=days)
        assert [Reason.objects.open(on=day, to=user).filter(key=reason.key).exists() for user in (anna, antje)] == seen


def test_the_day_of_a_plan_is_filled_in_whatever_the_language(client: Client, anna: User, north_ag: Company) -> None:
    anna.language = "de"
    anna.save()
    reason = make_reason(north_ag)
    client.force_login(anna)
    page = client.get(f"/today/?open={reason.pk}&do=plan").content.decode()
    assert re.search(r'<input type="date" name="on" value="\d{4}-\d\d-\d\d"', page)


def test_it_is_given_only_to_those_who_serve_the_company(
    client: Client, anna: User, antje: User, boris: User, carla: User, dora: User, north_ag: Company
) -> None:
    assert set(who_serves(north_ag, on=timezone.localdate())) == {anna, antje, carla}
    reason = make_reason(north_ag)
    client.force_login(anna)
    for user in (boris, dora, anna, 999_999):
        assert give(client, reason, user).status_code == 422
    assert not Decision.objects.exists()
    assert in_queue(reason, anna)


def test_it_may_be_given_on_and_taken_back(client: Client, anna: User, antje: User, carla: User, north_ag: Company) -> None:
    reason = make_reason(north_ag)
    client.force_login(anna)
    give(client, reason, antje)
    client.force_login(antje)
    give(client, reason, carla)
    assert [in_queue(reason, user) for user in (anna, antje, carla)] == [False, False, True]
    assert client.post(f"/today/undo/{Decision.objects.latest('pk').pk}/").status_code == 303
    assert in_queue(reason, antje)


def test_a_foreign_reason_and_a_missing_one_are_both_not_there(client: Client, anna: User, boris: User, south_ag: Company) -> None:
    reason = make_reason(south_ag)
    client.force_login(anna)
    assert give(client, reason, boris).status_code == client.post("/today/999999/give/", {"to": boris.pk}).status_code == 404
    assert client.get(f"/today/{reason.pk}/give/").status_code == 405


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False], ids=["given", "canary: nobody waits"])
def test_two_who_give_it_away_at_once_leave_it_with_one(
    anna: User, antje: User, carla: User, north_ag: Company, monkeypatch: Any, guarded: bool
) -> None:
    on = timezone.localdate()
    for _turn in range(repetitions() if guarded else 1):
        Decision.objects.all().delete()
        reason = make_reason(north_ag)
        rows = [Reason.objects.select_related("company__centre", "person").get(pk=reason.pk) for _giver in range(2)]
        gifts = [(rows[0], anna, antje), (rows[1], carla, anna)]
        if not guarded:
            monkeypatch.setattr(actions.Decision.objects.__class__, "in_force", lambda rows, *, on: Decision.objects.none())
        race(*[lambda row=row, by=by, to=to: actions.give(row, to=to, why="", by=by, on=on) for row, by, to in gifts])
        monkeypatch.undo()
        holders = [user for user in (anna, antje, carla) if in_queue(reason, user)]
        assert len(holders) == (1 if guarded else 0)


def test_a_task_closed_meanwhile_is_not_dropped(anna: User, north_ag: Company) -> None:
    task = make_task(north_ag, anna)
    stale = Task.objects.get(pk=task.pk)
    task.close(result="Sent.", by=anna)
    with pytest.raises(TaskClosed, match="Sent"):
        stale.drop(by=anna)
    assert Task.objects.get().result == "Sent."
    assert not Entry.objects.filter(action="task.dropped").exists()


def test_a_task_dropped_twice_is_dropped_once(anna: User, north_ag: Company) -> None:
    task = make_task(north_ag, anna)
    stale = Task.objects.get(pk=task.pk)
    task.drop(by=anna)
    stale.drop(by=anna)
    assert Entry.objects.filter(action="task.dropped").count() == 1
