"""Messages of the outbox, as rows."""

from typing import Any

from django.utils import timezone

from contacts.models import Person
from fleetportal.core.outbox.message import Message


def make_message(to: Person, key: str = "", **facts: Any) -> Message:
    key = key or f"test:{to.pk}:{Message.objects.count()}"
    now = timezone.now()
    values: dict[str, Any] = {"gate": "service", "recipient": to.email, "recipient_type": "contacts.person", "recipient_id": to.pk}
    values |= {"language": "en", "subject": "A note", "text": "Dear Herr Brandt\n", "html": "<p>Dear Herr Brandt</p>"}
    values |= {"message_id": f"<{Message.objects.count()}.{to.pk}@fleetportal.example>", "about_type": "contacts.person", "about_id": to.pk}
    values |= {"due_at": now, "queued_at": now}
    return Message.objects.create(key=key, template="-", **{**values, **facts})


def state_of(message: Message) -> str:
    return Message.objects.get(pk=message.pk).state
