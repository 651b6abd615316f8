from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.models import Channel, Person, Task
from contacts.people.models.person import fold_address
from events.models.event import Event
from events.models.invitation import Invitation
from fleetportal.core.db.folded import Folded
from fleetportal.core.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User


class RequestState(models.TextChoices):
    OPEN = "open", _("to be decided")
    INVITED = "invited", _("invited")
    REFUSED = "refused", _("refused")


class AlreadyDecided(Refused):
    """Whoever asked has been invited, or has been told that there is no place."""

    code = "already_decided"


class InvitationRequestQuerySet(models.QuerySet["InvitationRequest"]):
    def where(self, user: "User", *, may: str) -> Self:
        return self.filter(event__in=Event.objects.at_own_centres(user, may=may).values("pk"))

    def open(self) -> Self:
        return self.filter(state=RequestState.OPEN)

    def for_host(self, user: "User") -> Self:
        """Open requests for which no task is open: for events that `user` hosts, or that nobody hosts who works here, at centres where
        they serve all customers."""
        falls_to_them = Q(event__centre__among=user.rights.centres("serve_customers")) & ~Q(event__host__is_active=True)
        return self.open().filter(Q(event__host=user) | falls_to_them).exclude(task__state=Task.State.OPEN)

    def by(self, person: Person) -> Self:
        """Requests from an address of `person`, or on which they were invited."""
        addresses = person.addresses.filter(channel=Channel.EMAIL).values("value_folded")
        return self.filter(Q(email_folded__in=addresses) | Q(invitation__person=person))

    def left_over(self) -> Self:
        """Open ones for which it is too late: the event has begun, or does not take place."""
        return self.open().filter(~Q(event__state="published") | Q(event__starts_at__lte=timezone.now()))


class InvitationRequest(Folded):
    """Somebody who asked for an invitation on the landing page: a person whom we may or may not know. Staff decide."""

    event = models.ForeignKey("events.Event", on_delete=models.CASCADE, related_name="requests")
    name = models.CharField(_("name"), max_length=120)
    company_name = models.CharField(_("company"), max_length=160)
    how_known = models.CharField(_("how we know each other"), max_length=300, blank=True)
    email = models.EmailField(_("e-mail"))
    email_folded = models.CharField(max_length=254, editable=False, db_index=True)
    language = models.CharField(max_length=8)
    state = models.CharField(_("state"), max_length=7, choices=RequestState, default=RequestState.OPEN)
    round = models.PositiveIntegerField(default=1, editable=False)  # rises when they ask again after an answer: each round has one letter
    asked_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    invitation = models.ForeignKey(Invitation, null=True, on_delete=models.SET_NULL, related_name="requests")
    task = models.ForeignKey(Task, null=True, on_delete=models.SET_NULL, related_name="+")  # where we know the company

    objects = InvitationRequestQuerySet.as_manager()
    folded = {"email": "email_folded"}

    class Meta:
        verbose_name = _("request for an invitation")
        verbose_name_plural = _("requests for an invitation")
        constraints = [models.UniqueConstraint(fields=["event", "email_folded"], name="one_request_each")]
        indexes = [models.Index(fields=["event", "state"], name="request_by_event")]

    def __str__(self) -> str:
        return f"{self.name}, {self.company_name}"

    @property
    def is_open(self) -> bool:
        return self.state == RequestState.OPEN

    # as the recipient of the answer, who may not be a person in the database
    @property
    def addressed(self) -> str:
        return self.name

    def refold(self) -> None:
        self.email_folded = fold_address(Channel.EMAIL, self.email)
