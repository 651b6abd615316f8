"""One day decides each question about reasons and appointments, also where house and centre are in zones with different dates."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from django.test import Client
from django.utils import timezone

from accounts.models import Company, User
from contacts.models import Decision, Interaction, Reason
from contacts.reasons.computing import compute
from contacts.reasons.explaining import explain
from tests.factories.accounts import make_centre, make_company, make_user
from tests.factories.contacts import make_role
from tests.factories.reasons import make_reason

pytestmark = pytest.mark.django_db
EVENING = datetime(2026, 12, 24, 21, 30, tzinfo=UTC)  # 22:30 in Berlin, where the house is; half past midnight in Moscow
IN_MOSCOW = date(2026, 12, 25)


@pytest.fixture
def moscow_ag(db: None) -> Company:
    return make_company(make_centre("moscow", time_zone="Europe/Moscow"), tier="gold")


def test_the_last_word_was_spoken_on_the_centres_day(moscow_ag: Company) -> None:
    person = make_role("decision_maker", moscow_ag).person
    Interaction.log(moscow_ag, person=person, channel="phone", outcome="reached", text="", by=None, happened_at=EVENING)
    due = IN_MOSCOW + relativedelta(months=3)
    for day, is_due in ((due - timedelta(days=1), False), (due, True)):
        compute([moscow_ag.pk], on=day)
        assert Reason.objects.filter(rule="silence").exists() is is_due


def test_why_now_and_today_agree_on_what_was_put_off(moscow_ag: Company, client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(timezone, "now", lambda: EVENING)
    reason = make_reason(moscow_ag, on=IN_MOSCOW)
    user = make_user(role="centre_manager", at=[moscow_ag.centre], home_centre=moscow_ag.centre)
    house = timezone.localdate()
    assert house == IN_MOSCOW - timedelta(days=1)
    Decision.objects.create(key=reason.key, company=moscow_ag, kind="not_now", by=user, until=IN_MOSCOW, rule=reason.rule)
    is_open = Reason.objects.visible_to(User.objects.get(pk=user.pk)).open(on=house, to=user).filter(pk=reason.pk).exists()
    (finding,) = [f for answer in explain(moscow_ag, on=IN_MOSCOW, today=house) for f in answer.findings if f.reason.key == reason.key]
    assert finding.is_in_queue is is_open is False
