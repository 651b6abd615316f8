"""Companies with vehicles from us from whom nothing is heard any more: ranked by what can be counted, each point with its words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta
from django.db.models import Count, F, Max, Min, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import ServiceVisit
from accounts.staff.models.centre import day_in
from accounts.staff.models.policy import Unit, declare
from contacts.memory.models.complaint import Complaint
from contacts.memory.models.interaction import Direction, Interaction
from contacts.people.models.roles import Group
from contacts.reasons.rule import FoundReason, Rule, Words
from contacts.reasons.silence import CADENCE, midnight, months_between
from fleetportal.core.words import number

if TYPE_CHECKING:
    from accounts.customers.models.company import CompanyQuerySet

SILENCE_MONTHS = declare(
    "reason_silence_months",
    default=6,
    unit=Unit.MONTHS,
    lowest=1,
    highest=36,
    subject=gettext_lazy("Reasons"),
    name=gettext_lazy("Silence of a company"),
    about=gettext_lazy("A company with vehicles from us is silent after this long without a visit, a conversation and a complaint."),
    weight=97,
)
LOOKED_BACK = relativedelta(months=36)  # over which a company's usual time between visits is counted
USUAL_MONTHS = 12  # between visits, where fewer than two are known
MOST = 12  # points of one factor
UNANSWERED = 6  # messages counted at most


@dataclass(frozen=True, slots=True)
class Quiet:
    """What is counted of a silent company: whole months since a visit and a conversation, what is usual there, and messages unanswered."""

    visit: int | None  # None: no visit is known
    usual: int
    word: int
    cadence: int
    unanswered: int

    @property
    def visit_points(self) -> int:
        """Two points for each usual time between visits that has passed; a quarter of the most where none is known."""
        return MOST // 4 if self.visit is None else min(MOST, 2 * self.visit // max(1, self.usual))

    @property
    def word_points(self) -> int:
        """A point for each cadence that passed without a word."""
        return min(MOST, self.word // max(1, self.cadence))

    @property
    def unanswered_points(self) -> int:
        return min(UNANSWERED, self.unanswered)

    @property
    def points(self) -> int:
        return self.visit_points + self.word_points + self.unanswered_points


class SilentCompany(Rule):
    """A company with vehicles from us: no visit, no conversation, not even a complaint, for longer than is usual there."""

    name, icon, doing, value = "silent_company", "phone", gettext_lazy("Call"), 8
    title = gettext_lazy("Silence")
    about = gettext_lazy(
        "A company has vehicles from us, but no visit to the workshop, no conversation and no complaint for months. The card names what "
        "ranks it: visits against its usual time between them, conversations against the cadence, and unanswered messages."
    )
    numbers = (SILENCE_MONTHS,)
    called = gettext_lazy("a silent company")
    absent = gettext_lazy("The company came, spoke or complained in the last months, or it has no vehicle from us.")
    asks = Group.DECISION_MAKER
    rest = relativedelta(months=1)

    def find(self, companies: "CompanyQuerySet", *, on: date) -> Iterable[FoundReason]:
        since = on - relativedelta(months=SILENCE_MONTHS.on(on))
        quiet = Q(last_contact_at__lt=midnight(since)) | Q(last_contact_at=None, entered_at__lt=midnight(since))
        rows = companies.active().filter(quiet, fleet_size__gt=0)
        columns = ("pk", "tier", "last_contact_at", "entered_at", "centre__time_zone")
        found = {pk: rest for pk, *rest in rows.values_list(*columns)}
        if not found:
            return
        complained = Complaint.objects.filter(company__among=list(found), entered_at__gte=midnight(on - relativedelta(months=12)))
        complaining = set(complained.values_list("company_id", flat=True))
        visits = self._visits(list(found), on)
        unanswered = self._unanswered(list(found))
        cadences = {tier: cadence.on(on) for tier, cadence in CADENCE[Group.DECISION_MAKER].items()}
        for company, (tier, spoke_at, entered_at, zone) in found.items():
            last_visit, usual = visits.get(company, (None, USUAL_MONTHS))
            if company in complaining or (last_visit is not None and last_visit > since):
                continue
            heard = day_in(zone, spoke_at or entered_at)
            visit = months_between(last_visit, on) if last_visit else None
            facts = {"visit": visit, "usual": usual, "word": months_between(heard, on), "cadence": cadences[tier]}
            facts |= {"unanswered": unanswered.get(company, 0), "spoken": spoke_at is not None}
            yield FoundReason(company, (max(heard, last_visit) if last_visit else heard).isoformat(), Group.DECISION_MAKER, facts=facts)

    def _visits(self, companies: list[int], on: date) -> dict[int, tuple[date, int]]:
        """The last visit of each company, and its usual whole months between visits. 1 query."""
        lately = Q(visited_on__gt=on - LOOKED_BACK)
        rows = ServiceVisit.objects.filter(company__among=companies, visited_on__lte=on).order_by().values_list("company_id")
        counted = rows.annotate(last=Max("visited_on"), first=Min("visited_on", filter=lately), count=Count("pk", filter=lately))
        return {
            company: (
                last,
                max(1, round((last - first) / timedelta(days=30.4) / (count - 1))) if count > 1 and last > first else USUAL_MONTHS,
            )
            for company, last, first, count in counted
        }

    def _unanswered(self, companies: list[int]) -> dict[int, int]:
        """How many messages and calls of ours each company has left without an answer since the last conversation. 1 query."""
        sent = Interaction.objects.filter(company__among=companies, direction=Direction.OUT, is_real_contact=False).exclude(person=None)
        later = sent.filter(Q(company__last_contact_at=None) | Q(happened_at__gt=F("company__last_contact_at")))
        return dict(later.order_by().values_list("company_id").annotate(count=Count("pk")))

    def factors(self, facts: Mapping[str, Any]) -> list[tuple[Words, int]]:
        quiet = quiet_of(facts)
        return [
            (visit_words(quiet), quiet.visit_points),
            (word_words(quiet, spoken=facts["spoken"]), quiet.word_points),
            (answer_words(quiet), quiet.unanswered_points),
        ]

    def sentence(self, facts: Mapping[str, Any]) -> str:
        quiet = quiet_of(facts)
        said = [visit_words(quiet), word_words(quiet, spoken=facts["spoken"]), answer_words(quiet)]
        return _("It has gone quiet: %(visit)s; %(word)s; %(answer)s.") % dict(zip(("visit", "word", "answer"), said, strict=True))


def usual_months(first: date | None, last: date, count: int) -> int:
    """The whole months between two of `count` visits from `first` to `last`."""
    if first is None or count < 2 or last <= first:
        return USUAL_MONTHS
    return max(1, round((last - first) / timedelta(days=30.4) / (count - 1)))


def quiet_of(facts: Mapping[str, Any]) -> Quiet:
    return Quiet(*(facts[name] for name in ("visit", "usual", "word", "cadence", "unanswered")))


def visit_words(quiet: Quiet) -> str:
    if quiet.visit is None:
        return _("no visit to the workshop is known")
    usual = ngettext("usually every month", "usually every %(usual)s months", quiet.usual) % {"usual": number(quiet.usual)}
    said = ngettext("no visit for a month", "no visit for %(months)s months", quiet.visit) % {"months": number(quiet.visit)}
    return f"{said} ({usual})"


def word_words(quiet: Quiet, *, spoken: bool) -> str:
    if not spoken:
        return ngettext("no conversation yet, in a month", "no conversation yet, in %(months)s months", quiet.word) % {
            "months": number(quiet.word)
        }
    return ngettext("no conversation for a month", "no conversation for %(months)s months", quiet.word) % {"months": number(quiet.word)}


def answer_words(quiet: Quiet) -> str:
    if not quiet.unanswered:
        return _("not even a complaint")
    count = quiet.unanswered
    return ngettext("one message without an answer", "%(count)s messages without an answer", count) % {"count": number(count)}
