from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.models import Group, Holder
from contacts.reasons.rule import FoundReason, Rule
from events.models import Audience, Event, Invitation, Registration
from fleetportal.core import days

if TYPE_CHECKING:
    from accounts.customers.models.company import CompanyQuerySet
    from contacts.models import Reason


class LateDelivery(Rule):
    """Somebody was invited to a second delivery, or comes to it, and the vehicle is delivered on that day or later: it was moved."""

    name, icon, doing, value = "late_delivery", "key", gettext_lazy("Call"), 30
    title = gettext_lazy("Delivery after its second delivery")
    about = gettext_lazy("Somebody is invited to a second delivery, and their vehicle is delivered on that day or later: it was moved.")
    called = gettext_lazy("a delivery after its second delivery")
    absent = gettext_lazy("Nobody is invited to a second delivery that takes place before their vehicle is delivered.")

    def find(self, companies: "CompanyQuerySet", *, on: date) -> Iterable[FoundReason]:
        ahead = Event.objects.published().filter(audience=Audience.DELIVERED, starts_at__gt=timezone.now()).select_related("centre")
        for event in ahead.order_by("pk"):
            yield from self._at(event, companies)

    def _at(self, event: Event, companies: "CompanyQuerySet") -> Iterator[FoundReason]:
        """One reason for each person with no other vehicle that was delivered in the window, with the one that comes first."""
        asked = Invitation.objects.filter(event=event, person=OuterRef("user__person"), declined_at=None)
        coming = Registration.objects.active().filter(event=event, person=OuterRef("user__person"))
        held = Holder.objects.filter(Q(ends_on=None) | Q(ends_on__gte=event.on), vehicle__given_back_on=None)
        held = held.filter(vehicle__delivered_on__gte=event.on, user__company__in=companies.active().values("pk"))
        held = held.filter(Exists(asked) | Exists(coming)).exclude(user__person__in=event.entitled().values("person"))
        told: set[int] = set()
        fields = ("user__company", "user__person", "vehicle", "vehicle__make", "vehicle__model", "vehicle__plate", "vehicle__delivered_on")
        for company, person, vehicle, make, model, plate, day in held.order_by("vehicle__delivered_on", "pk").values_list(*fields):
            if person not in told:
                told.add(person)
                car = f"{make} {model}".strip()
                facts = {"event": event.pk, "car": car, "plate": plate, "delivered_on": day.isoformat(), "on": event.on.isoformat()}
                yield FoundReason(company, str(event.pk), Group.USER, due_on=event.on, facts=facts, person=person, vehicle=vehicle)

    def sentence(self, facts: Mapping[str, Any]) -> str:
        delivered, day = (days.day_and_month(date.fromisoformat(facts[name])) for name in ("delivered_on", "on"))
        vehicle = _("The vehicle")
        car = f"{facts['car'] or vehicle} {facts['plate']}".strip()
        text = _("%(car)s will be delivered on %(delivered)s, after the second delivery on %(day)s that they are invited to.")
        return text % {"car": car, "delivered": delivered, "day": day}

    def url(self, reason: "Reason") -> str:
        return reverse("events:event", args=[reason.facts["event"]])
