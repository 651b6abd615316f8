"""The same message at the same moment, and two people who sort one."""

import pytest
from django.db import models

from accounts.models import Company, User
from contacts.memory.actions import incoming
from contacts.memory.actions.incoming import take_in
from contacts.memory.models.incoming import IncomingMail, IncomingMailQuerySet, IncomingState, MailSorted
from contacts.models import Interaction, Task
from tests.contacts.inbox.letters import ANSWERED, FROM, letter
from tests.factories.contacts import make_person, make_role
from tests.races import race, won

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
ANSWER = letter(FROM + "Message-ID: <v1@kunde.example>\nSubject: AW: Einladung\n" + ANSWERED, "Gern, ich komme.")


def counts() -> tuple[int, int, int]:
    return IncomingMail.objects.count(), Interaction.objects.count(), Task.objects.count()


def test_same_message_taken_in_twice_at_once_is_one(north_ag: Company):
    make_role("user", north_ag, make_person("Muster", email="erika@kunde.example"))
    relayed = b"Received: from elsewhere\n" + ANSWER
    outcomes = race(lambda: take_in(ANSWER), lambda: take_in(ANSWER), lambda: take_in(relayed), lambda: take_in(relayed))
    assert len(won(outcomes)) == 4 and {row.pk for row, _found, _new in outcomes} == {IncomingMail.objects.get().pk}
    assert sorted(is_new for _row, _found, is_new in outcomes) == [False, False, False, True] and counts() == (1, 1, 1)


def test_one_of_two_who_sort_a_message_does_it(north_ag: Company, carla: User, admin: User):
    person = make_person("Muster", email="other@kunde.example")
    make_role("user", north_ag, person)
    row = take_in(ANSWER)[0]
    first, other = IncomingMail.objects.get(pk=row.pk), IncomingMail.objects.get(pk=row.pk)
    outcomes = race(lambda: incoming.place(first, person, by=carla), lambda: incoming.place(other, person, by=admin))
    assert sorted(type(one) for one in outcomes if one is not None) == [MailSorted] and counts() == (1, 1, 1)


def test_canary_without_the_state_in_the_condition_a_message_is_placed_twice(north_ag: Company, carla: User, monkeypatch):
    monkeypatch.setattr(
        IncomingMailQuerySet, "filter", lambda self, *args, **kwargs: models.QuerySet.filter(self, *args, **without_state(kwargs))
    )
    person = make_person("Muster", email="other@kunde.example")
    make_role("user", north_ag, person)
    row = take_in(ANSWER)[0]
    for _time in range(2):
        incoming.place(IncomingMail.objects.get(pk=row.pk), person, by=carla)
    assert counts()[:2] == (1, 2)


def without_state(kwargs: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in kwargs.items() if value != IncomingState.WAITING}
