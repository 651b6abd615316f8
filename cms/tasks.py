"""Celery tasks: each calls one function."""

from celery import shared_task

from cms.publishing import publish_scheduled


@shared_task(name="cms.publish_scheduled", acks_late=True)
def publish() -> None:
    publish_scheduled()
