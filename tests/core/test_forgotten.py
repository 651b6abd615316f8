"""R36, R37: kept answers, sessions and jobs end with their time, and kept answers with the person they name."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.models import User
from contacts.people import person_data
from fleetportal.core import tasks
from fleetportal.core.jobs.queue import Job, JobState
from fleetportal.core.web.idempotency import Answer
from tests.factories.contacts import make_person

pytestmark = pytest.mark.django_db


def keep(key: str, *, content: str = "", days: int = 0) -> Answer:
    made_at = timezone.now() - timedelta(days=days, minutes=1)
    return Answer.objects.create(scope="guest", key=key, body_hash="x", status=200, content=content.encode(), made_at=made_at)


def test_r37_kept_answers_are_forgotten_after_two_days() -> None:
    keep("old", days=2), keep("young", days=1)
    tasks.forget_old_answers()
    assert set(Answer.objects.values_list("key", flat=True)) == {"young"}


def test_r36_an_erased_person_is_in_no_kept_answer() -> None:
    person = make_person("Kanari & Vogel", first_name="Ülrich", email="kanari@customer.example")
    (
        keep("last", content="<p>Kanari &amp; Vogel</p>"),
        keep("first", content="Ülrich’s voucher"),
        keep("written to", content="kanari@customer.example"),
    )
    keep("another", content="<p>Brandt</p>"), keep("empty")
    person_data.forget(person, by=None)
    assert set(Answer.objects.values_list("key", flat=True)) == {"another", "empty"}


def test_r37_sessions_that_ran_out_are_removed(client: Client, anna: User) -> None:
    client.force_login(anna)
    Client().force_login(anna)
    Session.objects.filter(pk=client.session.session_key).update(expire_date=timezone.now() - timedelta(seconds=1))
    tasks.forget_old_sessions()
    assert Session.objects.count() == 1


@pytest.mark.parametrize(
    ("state", "days", "left"), [(JobState.DONE, 91, 0), (JobState.FAILED, 91, 0), (JobState.DONE, 89, 1), (JobState.WAITING, 91, 1)]
)
def test_r37_jobs_that_ended_months_ago_are_removed(state: str, days: int, left: int) -> None:
    ended_at = None if state == JobState.WAITING else timezone.now() - timedelta(days=days)
    Job.objects.create(kind="x", state=state, started_at=timezone.now() - timedelta(days=days), ended_at=ended_at)
    tasks.forget_old_jobs()
    assert Job.objects.count() == left


def test_r37_each_of_these_runs_by_itself(settings) -> None:
    planned = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {"core.forget_old_answers", "core.forget_old_sessions", "core.forget_old_jobs"} <= planned
