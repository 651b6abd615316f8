from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.customers.models.vehicle import SECOND_DELIVERY_DAYS
from accounts.models import Company
from accounts.staff.models.centre import CentreQuerySet
from accounts.staff.models.policy import Number
from contacts.models import Group, Holder
from contacts.reasons.rule import FoundReason, Rule, Words
from events.models import Event, EventKind, Invitation, Registration
from fleetportal.core import days

if TYPE_CHECKING:
    from accounts.customers.models.company import CompanyQuerySet
    from contacts.models import Reason


class SecondDelivery(Rule):
    """A user whose car was delivered in the window of a coming second delivery has neither been invited nor registered."""

    name, icon, doing, value = "second_delivery", "key", gettext_lazy("Invite"), 28
    title = gettext_lazy("Second delivery")
    about = gettext_lazy("A user’s vehicle was delivered in the days before a coming second delivery, and they have not been invited yet.")
    numbers = (SECOND_DELIVERY_DAYS,)
    called = gettext_lazy("a second delivery")

    @property
    def absent(self) -> str:
        message = _(
            "No vehicle was delivered in the %(days)d days before a second delivery, or everyone concerned has already been invited."
        )
        return message % {"days": SECOND_DELIVERY_DAYS.on(timezone.localdate())}

    def find(self, companies: "CompanyQuerySet", *, on: date) -> Iterable[FoundReason]:
        ahead = Event.objects.published().filter(kind=EventKind.SECOND_DELIVERY, ends_at__date__gte=on).for_list()
        for event in ahead:
            if event.on > on:
                yield from self._at(event, companies)

    def _at(self, event: Event, companies: "CompanyQuerySet") -> Iterator[FoundReason]:
        """One reason for each person, with the car delivered last, even if they have two."""
        asked = Invitation.objects.filter(event=event, person=OuterRef("user__person"))
        coming = Registration.objects.active().filter(event=event, person=OuterRef("user__person"))
        held = Holder.objects.running(on=event.on).filter(vehicle__in=event.delivered(), user__company__in=companies.active().values("pk"))
        held = held.filter(Q(user__ends_on=None) | Q(user__ends_on__gte=event.on))
        held = held.filter(~Exists(asked), ~Exists(coming), user__company__centre=event.centre_id).order_by("-vehicle__delivered_on", "pk")
        told: set[int] = set()
        fields = ("user__company", "user__person", "vehicle", "vehicle__make", "vehicle__model", "vehicle__plate", "vehicle__delivered_on")
        for company, person, vehicle, make, model, plate, delivered_on in held.values_list(*fields):
            if person in told:
                continue
            told.add(person)
            facts = {
                "event": event.pk,
                "car": f"{make} {model}".strip(),
                "plate": plate,
                "delivered_on": delivered_on.isoformat(),
                "on": event.on.isoformat(),
                "free": (event.seats or 0) - (event.seats_taken or 0),
            }
            yield FoundReason(company, str(event.pk), Group.USER, due_on=event.on, facts=facts, person=person, vehicle=vehicle)

    def sentence(self, facts: Mapping[str, Any]) -> str:
        delivered = days.day_and_month(date.fromisoformat(facts["delivered_on"]))
        day = days.day_and_month(date.fromisoformat(facts["on"]))
        seats = ngettext("has %(free)d seat free", "has %(free)d seats free", facts["free"]) % {"free": facts["free"]}
        car, plate = facts["car"] or _("The vehicle"), facts.get("plate", "")  # two equal cars are told apart by it
        values = {"car": f"{car} {plate}".strip(), "delivered": delivered, "day": day, "seats": seats}
        return _("%(car)s was delivered on %(delivered)s; the second delivery on %(day)s %(seats)s.") % values

    def details(self, facts: Mapping[str, Any]) -> Iterator[tuple[Words, str]]:
        days = SECOND_DELIVERY_DAYS.on(date.fromisoformat(facts["on"]))
        yield gettext_lazy("Delivery window"), _("vehicles delivered in the %(days)d days before the event") % {"days": days}

    def url(self, reason: "Reason") -> str:
        return reverse("events:proposal", args=[reason.facts["event"]])


def count_to_invite(number: Number, on: date, at: CentreQuerySet) -> int:
    """The number of people to be invited to coming second deliveries at these centres. Costs 1 query, and 1 for each second
    delivery."""
    return sum(1 for _found in SecondDelivery().find(Company.objects.filter(centre__in=at), on=on))
