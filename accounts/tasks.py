"""Celery tasks: each calls one function."""

from celery import shared_task

from accounts.customers.models.touched import AT_ONCE, TouchedCompany
from accounts.customers.models.vehicle import mend_all_fleets, renew_ends
from fleetportal.core.jobs import bell


@shared_task(name="accounts.look_again", acks_late=True)
def look_again() -> None:
    if TouchedCompany.objects.drain() == AT_ONCE:  # there may be more
        bell.send("accounts.look_again")  # to the end of the queue, so that others get their turn


@shared_task(name="accounts.mend_fleets", acks_late=True)
def mend_fleets() -> None:
    mend_all_fleets()


@shared_task(name="accounts.renew_ends", acks_late=True)
def renew_ends_that_passed() -> None:
    renew_ends()
