"""Who may be called: nobody after a refusal; a customer, and whoever agreed or asked us. One rule, in SQL, for every place that shows
a telephone number: Today, the dossier, the list of people, a person's page."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Case, CharField, Exists, OuterRef, Q, Value, When
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Phase, Vehicle, in_reach
from contacts.consent.models import Consent
from contacts.memory.models.interaction import Direction, Interaction
from contacts.people.models.person import AddressState, Channel, PersonAddress
from contacts.people.models.roles import GROUPS

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Calling:
    """Whether a person may be called, in words; `short` is for a cell of a list."""

    code: str
    allowed: bool
    words: str | Promise
    short: str | Promise

    @property
    def state(self) -> str:
        """The state of the telephone's mark: yes, no or nothing."""
        return "yes" if self.allowed else "no" if self.code == "refused" else ""


CALLING = {
    one.code: one
    for one in (
        Calling("refused", False, _("Don’t call: they have refused calls."), _("don’t call, refused")),
        Calling("agreed", True, _("May be called: they agreed."), _("may be called, agreed")),
        Calling("customer", True, _("May be called: existing customer."), _("may be called, customer")),
        Calling("asked", True, _("May be called: they asked us."), _("may be called, asked us")),
        Calling(
            "unknown",
            False,
            _("Don’t call: no customer yet, and neither interest nor consent is recorded."),
            _("don’t call, no consent"),
        ),
    )
}


def calling(*, person: str, customer: Q, asked: Q) -> Case:
    """For rows with the path `person`: the code of what holds, "" where there is no person."""
    phones = PersonAddress.objects.filter(channel=Channel.PHONE, person=OuterRef(person))
    newer = Consent.objects.filter(address=OuterRef("address"), purpose=OuterRef("purpose"))
    newer = newer.filter(Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk")))
    standing = Consent.objects.filter(~Exists(newer), address=OuterRef("pk"))
    agreed = Exists(standing.filter(is_given=True))
    refuses = phones.filter(Q(state=AddressState.WITHDRAWN) | (Q(Exists(standing)) & ~agreed))
    return Case(
        When(**{f"{person}__isnull": True}, then=Value("")),
        When(Exists(refuses), then=Value("refused")),
        When(Exists(phones.usable().filter(agreed)), then=Value("agreed")),
        When(customer, then=Value("customer")),
        When(asked, then=Value("asked")),
        default=Value("unknown"),
        output_field=CharField(),
    )


def is_customer(company: str = "company") -> Q:
    """The condition that the company at this path has a contract or a vehicle of ours, or has had service."""
    phase = f"{company}__phase" if company != "pk" else "phase"
    owned = Vehicle.objects.active().filter(company=OuterRef(company))
    return ~Q(**{f"{phase}__in": (Phase.PROSPECT, Phase.LOST)}) | Q(Exists(owned))


def calling_at_company() -> Case:
    """For rows with `person` and `company`: reasons and roles."""
    wrote = Interaction.objects.filter(person=OuterRef("person"), company=OuterRef("company"), direction=Direction.IN)
    return calling(person="person", customer=is_customer(), asked=Q(Exists(wrote)))


def calling_for(user: "User", *, may: str) -> Case:
    """For people: by their present roles, and what they asked us, at companies where `user` holds `may`; nothing else is revealed."""
    here, customer = in_reach(user, may=may), Q()
    for model in GROUPS.values():
        at = model._default_manager.running(on=timezone.localdate()).filter(person=OuterRef("pk"), company__in=here)
        customer |= Q(Exists(at.filter(is_customer())))
    wrote = Interaction.objects.filter(person=OuterRef("pk"), company__in=here, direction=Direction.IN)
    return calling(person="pk", customer=customer, asked=Q(Exists(wrote)))
