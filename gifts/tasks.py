"""Doors for Celery: a line behind each."""

from celery import shared_task
from django.utils import timezone

from gifts.models import Challenge, Voucher


@shared_task(name="gifts.expire_vouchers", acks_late=True)
def expire_vouchers() -> None:
    while Voucher.expire_due(now=timezone.now()):
        pass
    Challenge.objects.forget_old(now=timezone.now())
