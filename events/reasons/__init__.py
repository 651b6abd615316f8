"""The reason rules of events: a second delivery is near for somebody who was not invited yet, or comes before the vehicle does."""

from django.utils.translation import gettext_lazy as _

from accounts.customers.models.vehicle import SECOND_DELIVERY_DAYS
from accounts.staff.models.policy import Effect, effects
from contacts.models import rules
from events.reasons.late_delivery import LateDelivery
from events.reasons.second_delivery import SecondDelivery, count_to_invite


def register() -> None:
    rules.register(SecondDelivery.name, SecondDelivery())
    rules.register(LateDelivery.name, LateDelivery())
    words = _("Users to invite to an upcoming second delivery")
    effects.register("second_delivery", Effect({SECOND_DELIVERY_DAYS.key}, words, count_to_invite))
