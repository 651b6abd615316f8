from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Tier
from accounts.staff.models.policy import Unit, declare
from contacts.people.models.person import AddressState, Channel, PersonAddress
from contacts.people.models.roles import DecisionMaker, Group
from contacts.reasons.rule import FoundReason, Rule
from contacts.reasons.silence import midnight
from fleetportal.core.words import number

if TYPE_CHECKING:
    from accounts.customers.models.company import CompanyQuerySet

UNCONFIRMED_DAYS = declare(
    "reason_unconfirmed_days",
    default=90,
    unit=Unit.DAYS,
    lowest=1,
    highest=730,
    subject=gettext_lazy("Reasons"),
    name=gettext_lazy("Address never confirmed"),
    about=gettext_lazy("An e-mail address that nobody has confirmed for this long is worth a question."),
    weight=98,
)


class AddressUnconfirmed(Rule):
    """None of the e-mail addresses of a decision-maker was ever confirmed: nobody knows whether anything arrives."""

    name, icon, doing, value = "address_unconfirmed", "phone", gettext_lazy("Ask"), 3
    title = gettext_lazy("Address never confirmed")
    about = gettext_lazy(
        "No e-mail address of a decision-maker was ever confirmed. One card a company, for the highest tiers to begin with."
    )
    numbers = (UNCONFIRMED_DAYS,)
    on_for = frozenset({Tier.DIAMOND, Tier.PLATINUM, Tier.GOLD})
    called = gettext_lazy("an address that was never confirmed")
    absent = gettext_lazy("Every decision-maker has a confirmed e-mail address, or a new one.")
    asks = Group.DECISION_MAKER
    rest = relativedelta(months=3)

    def find(self, companies: "CompanyQuerySet", *, on: date) -> Iterable[FoundReason]:
        theirs = PersonAddress.objects.filter(person=OuterRef("person"), channel=Channel.EMAIL)
        before = midnight(on - timedelta(days=UNCONFIRMED_DAYS.on(on)))
        old = theirs.filter(state=AddressState.UNCONFIRMED, entered_at__lt=before)
        roles = DecisionMaker.objects.running(on=on).filter(company__in=companies.active().values("pk"))
        roles = roles.filter(Exists(old), ~Exists(theirs.filter(state=AddressState.CONFIRMED)))
        counts = Counter(roles.values_list("company_id", flat=True))
        for company, count in counts.items():
            yield FoundReason(company, "e-mail", Group.DECISION_MAKER, facts={"count": count})

    def sentence(self, facts: Mapping[str, Any]) -> str:
        said = ngettext(
            "The e-mail address of one decision-maker was never confirmed. Ask whether it is right.",
            "The e-mail addresses of %(how_many)s decision-makers were never confirmed. Ask whether they are right.",
            facts["count"],
        )
        return said % {"how_many": number(facts["count"])}
