"""Long work in slices: taken by lease, going on where a killed worker stopped."""

import time
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from fleetportal.core.jobs import queue as jobs
from fleetportal.core.jobs.queue import Job, JobState
from tests.races import race
from tests.selection import repetitions

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """What a worker that is killed leaves behind: nothing is caught, nothing is written."""


@pytest.fixture
def counting(monkeypatch):
    """A kind of job that counts to `upto`, three a slice; `dies_at` kills the worker there, `breaks_at` raises."""
    seen = []

    def count(job, deadline):
        assert deadline > time.monotonic()
        for number in range(job.done + 1, min(job.done + 3, job.args["upto"]) + 1):
            if number == job.args.get("dies_at"):
                raise Killed
            if number == job.args.get("breaks_at"):
                raise ValueError("the third row is odd")
            seen.append((job.pk, number))
            job.progress(number, job.args["upto"])
        return job.done == job.args["upto"]

    monkeypatch.setitem(jobs.kinds, "test.count", count)
    return seen


def run_all(most=50):
    slices = 0
    while jobs.run_due():
        slices += 1
        assert slices < most
    return slices


def start(**args):
    return jobs.start("test.count", {"upto": 7, **args}, by=None)


def after_the_lease(job):
    """The moment at which a lease that nobody gave back has run out."""
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_job_is_done_in_slices(counting):
    job = start()
    assert run_all() == 3
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.percent, job.lease_until) == (JobState.DONE, 7, 7, 100, None)
    assert job.ended_at
    assert [number for _job, number in counting] == [1, 2, 3, 4, 5, 6, 7]


def test_two_jobs_take_turns(counting):
    first, second = start(), start()
    run_all()
    assert [job for job, number in counting if number in (1, 4, 7)] == [first.pk, second.pk] * 3


def test_a_leased_job_is_nobody_elses(counting):
    job = start()
    assert jobs.claim(now=timezone.now()) == job
    assert jobs.claim(now=timezone.now()) is None
    assert not jobs.run_due()


def test_a_killed_slice_goes_on_where_it_stopped(counting):
    job = start(dies_at=5)
    jobs.run_due()
    with pytest.raises(Killed):
        jobs.run_due()
    assert not jobs.run_due()  # the lease still runs
    after_the_lease(job)
    Job.objects.filter(pk=job.pk).update(args={"upto": 7})
    run_all()
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.DONE, 7)
    assert [number for _job, number in counting] == [1, 2, 3, 4, 5, 6, 7]


def test_a_job_that_kills_its_worker_five_times_has_failed(counting):
    job = start(dies_at=2)
    for _ in range(jobs.MAX_TRIES):
        with pytest.raises(Killed):
            jobs.run_due()
        after_the_lease(job)
    assert jobs.run_due()
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.FAILED, 1)
    assert "five times" in job.why
    assert not jobs.run_due()


def test_a_slice_that_ends_well_makes_earlier_deaths_forgotten(counting):
    job = start()
    Job.objects.filter(pk=job.pk).update(tries=4)
    jobs.run_due()
    job.refresh_from_db()
    assert job.tries == 0


@pytest.mark.parametrize("kind", ["test.count", "test.nobody_knows"])
def test_a_broken_job_fails_with_its_reason_and_stops_no_other(counting, kind):
    broken = jobs.start(kind, {"upto": 7, "breaks_at": 3}, by=None)
    sound = start()
    run_all()
    broken.refresh_from_db()
    sound.refresh_from_db()
    assert (broken.state, sound.state) == (JobState.FAILED, JobState.DONE)
    assert broken.why == ("ValueError: the third row is odd" if kind == "test.count" else "KeyError: 'test.nobody_knows'")


def test_a_cancelled_job_stays_cancelled(counting):
    job = start()
    jobs.run_due()
    jobs.end(job, JobState.CANCELLED)
    assert not jobs.run_due()
    jobs.end(job, JobState.DONE)
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_each_job_is_claimed_once_when_all_workers_look_at_once(counting):
    for _ in range(repetitions()):
        started = {start().pk for _ in range(3)}
        outcomes = race(*[lambda: jobs.claim(now=timezone.now())] * 6)
        claimed = [outcome.pk for outcome in outcomes if outcome is not None]
        assert sorted(claimed) == sorted(set(claimed))
        assert set(claimed) <= started
        Job.objects.all().delete()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_job_is_claimed_twice_when_nobody_takes_a_lease(counting):
    """The canary: looking without taking."""
    start()
    seen = race(*[lambda: Job.objects.due(now=timezone.now()).first()] * 6)
    assert len([job for job in seen if job is not None]) == 6


@pytest.mark.django_db(transaction=True)
def test_a_job_survives_a_database_that_is_away_for_a_moment(monkeypatch):
    answers = [OperationalError("the server closed the connection"), True]

    def run(job, deadline):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setitem(jobs.kinds, "test.flaky", run)
    job = jobs.start("test.flaky", {}, by=None)
    assert jobs.run_due()
    job.refresh_from_db()
    assert (job.state, job.tries) == (JobState.WAITING, 1)
    assert not jobs.run_due()  # not at once: the database needs its moment
    after_the_lease(job)
    assert jobs.run_due()
    job.refresh_from_db()
    assert (job.state, job.why) == (JobState.DONE, "")


# --- whoever began it has left ------------------------------------------------------------------------------------------------


def test_a_job_outlives_the_account_of_its_owner_and_is_not_gone_on_with(counting, anna):
    running, done, clocks = (jobs.start("test.count", {"upto": 7}, by=by) for by in (anna, anna, None))
    Job.objects.filter(pk=done.pk).update(state=JobState.DONE)
    anna.delete()
    run_all()
    assert dict(Job.objects.values_list("pk", "state")) == {running.pk: "failed", done.pk: "done", clocks.pk: "done"}
    assert Job.objects.get(pk=running.pk).why == "The account of whoever began it has been deleted."
    assert {pk for pk, _number in counting} == {clocks.pk}
