"""The entitled people of an event by status: counted in one statement and cached briefly."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, Value, When
from django.utils import timezone

from accounts.models import User
from contacts.arbiter.cap import at_cap
from contacts.consent.models import with_consent
from contacts.models import Channel, PersonAddress, Purpose
from events.actions.choosing import held_elsewhere, invited
from events.actions.selected import EVERYBODY, SelectedRows
from events.models import Event, Invitation

if TYPE_CHECKING:
    from contacts.models import Role

MOST = 500  # figures that a process caches


@dataclass(frozen=True)
class Circle:
    """The numbers of entitled people whom one user may invite: all, and those held back, by reason."""

    entitled: int
    invitable: int
    invited: int
    without_address: int
    without_consent: int
    invited_elsewhere: int
    too_many_messages: int

    @property
    def held_back(self) -> int:
        return self.without_address + self.without_consent + self.invited_elsewhere + self.too_many_messages


INVITED, INVITABLE = "invited", "invitable"
NO_ADDRESS, NO_CONSENT, ELSEWHERE, TOO_MANY = "without_address", "without_consent", "invited_elsewhere", "too_many_messages"
remembered: dict[tuple[object, ...], tuple[float, Circle]] = {}


def circle(event: Event, user: User) -> Circle:
    """The figures of `event` for `user`, in people.

    The addresses and consents of all entitled people are checked, tens of thousands at a large centre. So a process caches the
    figures for KEEP_CIRCLE_SECONDS; changes to the event and new invitations show immediately, a new consent or role after that
    time. Costs 1 query, 2 where they are not cached.
    """
    key, now = key_of(event, user), time.monotonic()
    until, found = remembered.get(key, (0.0, None))
    if found is None or now >= until:
        found = counted(event, user)
        if len(remembered) >= MOST:
            remembered.clear()
        remembered[key] = now + settings.KEEP_CIRCLE_SECONDS, found
    return found


def key_of(event: Event, user: User) -> tuple[object, ...]:
    """The cache key: the user and their rights, the event's data, the day, and the number of invitations."""
    rights = user.rights
    facts = (event.pk, event.kind, event.centre_id, event.audience, event.contract_ends_within_months, event.starts_at)
    may = ("invite" in rights.general, event.centre_id in rights.centres("invite"))
    return user.pk, *may, *facts, event.centre.today(timezone.now()), Invitation.objects.filter(event=event).count()


def counted(event: Event, user: User) -> Circle:
    """The current figures. Costs 1 query."""
    each = event.entitled(user).order_by().annotate(status=invitation_status(event)).values("person", "status").distinct()
    found = each.aggregate(
        entitled=Count("person"),
        **{name: Count("person", filter=Q(status=name)) for name in (INVITED, INVITABLE, NO_ADDRESS, NO_CONSENT, ELSEWHERE, TOO_MANY)},
    )
    return Circle(**found)


def invitation_status(event: Event) -> Case:
    """An expression on roles: the status of their person for `event`; the first condition that holds counts, later ones are not
    evaluated."""
    of_person = {"person": OuterRef("person")}
    addresses = PersonAddress.objects.usable().filter(channel=Channel.EMAIL, **of_person)
    held_back = Case(When(Exists(addresses), then=Value(NO_CONSENT)), default=Value(NO_ADDRESS))
    return Case(
        When(Exists(invited(event).filter(**of_person)), then=Value(INVITED)),
        When(~Exists(with_consent(addresses, Purpose.INVITATIONS)), then=held_back),
        When(Exists(held_elsewhere(event).filter(**of_person)), then=Value(ELSEWHERE)),
        When(at_cap("person"), then=Value(TOO_MANY)),
        default=Value(INVITABLE),
        output_field=CharField(),
    )


def entitling(event: Event, user: User, people: list[int], among: SelectedRows = EVERYBODY) -> "list[Role]":
    """One entitling role for each of `people`, in their order; none for people no longer entitled. Costs 1 query."""
    roles: dict[int, Role] = {}
    for role in among.narrow(event.entitled(user)).filter(person__in=people).select_related("person", "company").order_by("-pk"):
        roles[role.person_id] = role
    return [roles[person] for person in people if person in roles]
