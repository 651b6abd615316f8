"""Doors for Celery: a line behind each."""

from celery import shared_task
from django.utils import timezone

from contacts.actions.import_keeping import forget_files
from contacts.reasons import nightly


@shared_task(name="contacts.find_reasons", acks_late=True)
def find_reasons() -> None:
    nightly.start_unless_done(now=timezone.now())


@shared_task(name="contacts.forget_import_files", acks_late=True)
def forget_import_files() -> None:
    forget_files()
