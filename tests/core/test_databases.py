"""The suite's own ground: what one test commits, the next does not see; what migrations made is always there."""

import pytest
from django.contrib.auth import get_user_model

from tests.races import race, won

USER = get_user_model()


@pytest.mark.parametrize("turn", [1, 2])
@pytest.mark.django_db(transaction=True)
def test_a_committed_row_is_gone_for_the_next_test(turn):
    assert not USER.objects.filter(username="leftover").exists()
    USER.objects.create(username="leftover")


@pytest.mark.django_db
def test_a_rolled_back_test_sees_no_committed_row():
    assert not USER.objects.filter(username="leftover").exists()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_racers_have_connections_of_their_own():
    outcomes = race(*[lambda: USER.objects.create(username="same")] * 4)
    assert len(won(outcomes)) == 1
    assert USER.objects.filter(username="same").count() == 1
