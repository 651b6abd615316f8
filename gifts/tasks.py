"""Celery tasks: each calls one function."""

from celery import shared_task
from django.utils import timezone

from gifts.actions.challenging import forget_old
from gifts.actions.withdrawing import expire_due
from gifts.models import Allowance


@shared_task(name="gifts.expire_vouchers", acks_late=True)
def expire_vouchers() -> None:
    while expire_due(now=timezone.now()):
        pass
    forget_old(now=timezone.now())
    Allowance.objects.forget_old(now=timezone.now())
