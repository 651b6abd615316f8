"""Celery tasks: each calls one function."""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from fleetportal.core.jobs import bell
from fleetportal.core.jobs import queue as jobs
from fleetportal.core.outbox import sending
from fleetportal.core.web import export_jobs, idempotency, throttle


@shared_task(name="core.send_outbox", acks_late=True)
def send_outbox() -> None:
    if sending.send_due():
        bell.send("core.send_outbox")  # to the end of the queue, so that other jobs get their turn


@shared_task(name="core.run_jobs", acks_late=True)
def run_jobs() -> None:
    if jobs.run_due():
        bell.send("core.run_jobs")


@shared_task(name="core.forget_old_exports", acks_late=True)
def forget_old_exports() -> None:
    export_jobs.forget_old(now=timezone.now())


@shared_task(name="core.forget_old_counters", acks_late=True)
def forget_old_counters() -> None:
    throttle.forget_old()


@shared_task(name="core.forget_old_answers", acks_late=True)
def forget_old_answers() -> None:
    idempotency.forget_old(now=timezone.now())


@shared_task(name="core.forget_old_sessions", acks_late=True)
def forget_old_sessions() -> None:
    SessionStore.clear_expired()


@shared_task(name="core.forget_old_jobs", acks_late=True)
def forget_old_jobs() -> None:
    jobs.forget_old(now=timezone.now())
