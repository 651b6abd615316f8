"""Celery tasks: each calls one function."""

from celery import shared_task
from django.utils import timezone

from contacts.arbiter.actions import release_over
from contacts.memory.actions.mailbox import take_in_mailbox
from contacts.memory.models.interaction import mend_all_last_contacts
from contacts.people.actions.mending import mend_periods
from contacts.reasons import nightly


@shared_task(name="contacts.find_reasons", acks_late=True)
def find_reasons() -> None:
    nightly.start_unless_done(now=timezone.now())


@shared_task(name="contacts.read_mailbox", acks_late=True)
def read_mailbox() -> None:
    take_in_mailbox()


@shared_task(name="contacts.mend_last_contacts", acks_late=True)
def mend_last_contacts() -> None:
    mend_all_last_contacts()


@shared_task(name="contacts.mend_periods", acks_late=True)
def mend_ended_periods() -> None:
    mend_periods()


@shared_task(name="contacts.release_holds", acks_late=True)
def release_holds() -> None:
    release_over(now=timezone.now())
