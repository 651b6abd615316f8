"""What an editor has put off: pages that go live, and pages that end, at a time that was set in Wagtail."""

from django.core.management import call_command
from django.db.models import Q
from django.utils import timezone
from wagtail.models import Page, Revision


def publish_scheduled() -> None:
    """Publish what is due, and take off what has expired. Costs 2 queries where nothing is."""
    now = timezone.now()
    expired = Page.objects.filter(live=True, expire_at__lt=now)
    due = Revision.objects.filter(Q(approved_go_live_at__lt=now))
    if expired.exists() or due.exists():
        call_command("publish_scheduled", verbosity=0)
