from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, in_reach
from contacts.models import Person
from events.models.registration import ACTIVE, Registration
from fleetportal.core.db.prepared import Prepared
from fleetportal.core.links import Link

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Replies:
    """The active registration for the event of an invitation, and the person's newest for any event."""

    standing: Registration | None
    newest: Registration | None


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def where(self, user: "User", *, may: str) -> Self:
        return self.filter(company__in=in_reach(user, may=may))

    def visible_to(self, user: "User") -> Self:
        return self.where(user, may="see_customers")

    def declined(self) -> Self:
        """Invitations that were declined, without a registration since."""
        return self.exclude(declined_at=None)

    def silent(self) -> Self:
        """Invitations neither accepted nor declined."""
        return self.filter(~Exists(registrations_behind()), declined_at=None)

    def behind(self, link: Link) -> "Invitation | None":
        """The invitation of a link, with event, centre, host, person and company. Costs 1 query."""
        return behind_link.first(pk=link.subject_id)


def registrations_behind() -> models.QuerySet[Registration]:
    return Registration.objects.filter(event=OuterRef("event"), person=OuterRef("person"))


class Invitation(models.Model):
    """An event's invitation to one person, only once however often it is sent; the personal link shows it."""

    event = models.ForeignKey("events.Event", on_delete=models.CASCADE, related_name="invitations")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="invitations")
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="invitations")
    invited_at = models.DateTimeField(default=timezone.now)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    message_key = models.CharField(max_length=120, blank=True)  # in the outbox: the state of the message
    nudged_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [models.UniqueConstraint(fields=["event", "person"], name="one_invitation_each")]

    def __str__(self) -> str:
        return f"{self.person}: {self.event}"

    def replies(self) -> "Replies":
        """The invited person's reply to this event, and their last one to any. Costs 1 query."""
        found = replies_of(person=self.person_id, event=self.event_id)
        for registration in found:
            registration.person = self.person
            if registration.event_id == self.event_id:
                registration.event = self.event
        standing = [one for one in found if one.event_id == self.event_id and one.is_active]
        return Replies(standing[0] if standing else None, found[0] if found else None)

    def active_registration(self) -> Registration | None:
        """The invited person's registration, unless it was cancelled. Costs 1 query."""
        rows = Registration.objects.active().filter(event=self.event_id, person=self.person_id)
        return rows.select_related("event__centre", "event__host", "person", "company", "seating").first()


def newest_and_standing(person: Any, event: Any) -> models.QuerySet[Registration]:
    """The newest registration of that person, and the active one for that event."""
    theirs = Registration.objects.filter(person=person)
    newest = theirs.order_by("-registered_at").values("pk")[:1]
    rows = theirs.filter(Q(pk__in=newest) | Q(event=event, status__in=ACTIVE))
    return rows.order_by("-registered_at")


# The statements of every guest page.
behind_link: Prepared[Invitation] = Prepared(
    lambda pk: Invitation.objects.filter(pk=pk),
    related=("event", "event__centre", "event__host", "person", "company"),
    pk=Invitation._meta.pk,
)
replies_of: Prepared[Registration] = Prepared(
    newest_and_standing, related=("company", "seating"), person=Person._meta.pk, event=Registration._meta.pk
)
