"""Recomputes all companies' tiers, phases and reasons once a day, in slices that resume where a killed worker stopped."""

import time
from datetime import date, datetime

from django.utils import timezone

from accounts.models import Company
from accounts.staff.models import policy
from contacts.reasons.computing import CHUNK, look_again
from contacts.reasons.settling import settle_all
from fleetportal.core.jobs import queue as jobs
from fleetportal.core.jobs.queue import Job

KIND = "contacts.reasons"


def start_unless_done(*, now: datetime) -> Job | None:
    """The job for the day of `now`, or None when that day has one that did not fail. Costs 1 query, 2 when it starts."""
    day = timezone.localtime(now).date().isoformat()
    if Job.objects.filter(kind=KIND, args__day=day).exclude(state=jobs.JobState.FAILED).exists():
        return None
    return jobs.start(KIND, {"day": day, "after": 0}, by=None)


def start_again(valid_from: date) -> None:
    """Recompute all companies because a policy changed; one that applies later is handled by that day's job."""
    today = timezone.localdate()
    if valid_from <= today:
        jobs.start(KIND, {"day": today.isoformat(), "after": 0}, by=None)


@jobs.kind(KIND)
def run(job: Job, deadline: float) -> bool:
    """True when all companies have been processed; companies entered meanwhile are processed because they were touched."""
    policy.forget()
    if not job.total:
        job.progress(0, Company.objects.count())
    while True:
        ids = list(Company.objects.filter(pk__gt=job.args["after"]).order_by("pk").values_list("pk", flat=True)[:CHUNK])
        if not ids:
            return True
        settle_all(ids)
        look_again(ids)
        job.args["after"] = ids[-1]
        Job.objects.filter(pk=job.pk).update(args=job.args)
        job.progress(job.done + len(ids))
        if time.monotonic() > deadline:
            return False
