"""Celery tasks: each calls one function."""

from celery import shared_task

from events.actions.sessions import remind_now


@shared_task(name="events.remind_coming", acks_late=True)
def remind_coming() -> None:
    remind_now()
