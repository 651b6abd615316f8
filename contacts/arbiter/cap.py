"""How many promotional messages a person gets, from all centres and over all channels. Service messages don't count."""

from collections.abc import Collection
from datetime import date, timedelta

from django.db.models import Count, DateTimeField, DurationField, Exists, ExpressionWrapper, OuterRef, Q, Value
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.staff.models.policy import Unit, declare, value_now
from contacts.people.models.person import Person
from fleetportal.core.audit import label
from fleetportal.core.errors import Refused
from fleetportal.core.outbox.message import Message, MessageQuerySet, MessageState

MOST = declare(
    "promotional_messages",
    default=4,
    unit=Unit.COUNT,
    lowest=1,
    highest=100,
    subject=_("Invitations"),
    name=_("Promotional messages per person"),
    about=_("Invitations, reminders of them, offers and the like: nobody gets more of them in the time below, from all centres together."),
    weight=52,
)
WITHIN = declare(
    "promotional_days",
    default=90,
    unit=Unit.DAYS,
    lowest=1,
    highest=365,
    subject=_("Invitations"),
    name=_("Time in which promotional messages are counted"),
    about=_("Messages that were sent longer ago no longer count towards the limit per person."),
    weight=54,
)
ONE_DAY = Value(timedelta(days=1), output_field=DurationField())


class TooManyMessages(Refused):
    """The person has received as many promotional messages as anybody may in that time."""

    code = "too_many_messages"


def enough() -> TooManyMessages:
    return TooManyMessages(_("They have received enough invitations and offers for now."))


def promotion_to(person: OuterRef) -> MessageQuerySet:
    return Message.objects.filter(recipient_type=label(Person), recipient_id=person, purpose__gt="")


def at_cap(path: str = "pk", *, on: date | None = None) -> Exists:
    """The condition on rows whose person (at `path`) gets nothing more: messages that wait count as sent."""
    day = on or timezone.localdate()
    since = timezone.now() - timedelta(days=WITHIN.on(day))
    counted = promotion_to(OuterRef(path)).filter(Q(sent_at__gt=since) | Q(state=MessageState.WAITING))
    return Exists(counted.order_by().values("recipient_id").annotate(count=Count("pk")).filter(count__gte=MOST.on(day)))


def at_cap_now() -> Exists:
    """The same of messages that are about to leave: only those that were sent count, by the numbers of the moment of sending."""
    window = ExpressionWrapper(value_now(WITHIN) * ONE_DAY, output_field=DurationField())
    since = ExpressionWrapper(Now() - window, output_field=DateTimeField())
    counted = promotion_to(OuterRef("recipient_id")).filter(sent_at__gt=since).order_by().values("recipient_id")
    return Exists(counted.annotate(count=Count("pk")).filter(count__gte=value_now(MOST)))


def capped(people: Collection[int]) -> set[int]:
    """The ids of those of `people` who get nothing more. Costs 1 query."""
    return set(Person.objects.filter(at_cap(), pk__among=list(people)).values_list("pk", flat=True))
