"""Doors for Celery: a line behind each."""

from celery import shared_task

from intake.actions.keep import forget_files


@shared_task(name="intake.forget_files", acks_late=True)
def forget() -> None:
    forget_files()
