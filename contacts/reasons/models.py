from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q, Subquery
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import Company, Phase, Tier, Vehicle, in_reach
from contacts.consent.models import addresses_with_consents
from contacts.memory.models.interaction import Interaction
from contacts.people.models.person import Channel, Person, PersonAddress
from contacts.people.models.roles import GROUPS, Group
from contacts.reasons.rule import Rule, rules

if TYPE_CHECKING:
    from accounts.models import User

# What puts one reason before another. Source: DOMAIN, "Tier and target group set the cadence"; "At risk: concentrate on those …".
TIER_POINTS: dict[str, int] = {Tier.DIAMOND: 50, Tier.PLATINUM: 40, Tier.GOLD: 30, Tier.SILVER: 20, Tier.BRONZE: 10}
GROUP_POINTS: dict[str, int] = {Group.DECISION_MAKER: 15, Group.USER: 8, Group.DRIVER: 0}
AT_RISK_POINTS = 10
HURRY = ((7, 30), (30, 20), (90, 10))  # days left, points
# What has been late for long waits for nobody's deadline: it would stand before every second delivery for ever.
LATE_DAYS, LATE_POINTS = 14, 10


class Weight(NamedTuple):
    """One factor in the position of a reason: its label and its points."""

    words: str | Promise
    points: int


def points_of(*, tier: str, phase: str, group: str, value: int, due_on: date | None, on: date) -> dict[str, int]:
    """What a reason weighs on that day, by what counts: tier, group, kind of reason, risk, hurry."""
    points = {"tier": TIER_POINTS.get(tier, 0), "group": GROUP_POINTS[group], "kind": value}
    if phase == Phase.AT_RISK:
        points["risk"] = AT_RISK_POINTS
    if due_on is not None:
        points["hurry"] = hurry_points((due_on - on).days)
    return points


def hurry_points(left: int) -> int:
    """Points for the days left, fewer than none where the day has passed."""
    return LATE_POINTS if left < -LATE_DAYS else next((points for days, points in HURRY if left <= days), 0)


class ReasonQuerySet(models.QuerySet["Reason"]):
    def where(self, user: "User", *, may: str) -> Self:
        return self.filter(company__in=in_reach(user, may=may))

    def visible_to(self, user: "User") -> Self:
        """Reasons at the companies that `user` serves today: their own, as a stand-in, or through the centre."""
        return self.where(user, may="serve_customers")

    def open(self, *, on: date, to: "User | None" = None) -> Self:
        """Reasons that nobody has put off, planned or done for that day, or given to anybody but `to`."""
        standing = Decision.objects.standing(on=on).filter(key=OuterRef("key"))
        return self.filter(~Exists(standing.filter(~Q(given_to=to) | Q(given_to=None))))

    def with_giver(self, *, on: date, to: "User") -> Self:
        """With `given_by`, the first name of the colleague who gave it to `to`, and `given_why`; None where nobody did."""
        given = Decision.objects.standing(on=on).filter(key=OuterRef("key"), given_to=to).order_by("-pk")
        return self.annotate(given_by=Subquery(given.values("by__first_name")[:1]), given_why=Subquery(given.values("why")[:1]))

    def of_group(self, group: str) -> Self:
        return self.filter(group=group)

    def in_order(self) -> Self:
        """The most valuable first."""
        return self.order_by("-weight", "id")

    def for_cards(self, *, on: date) -> Self:
        """With all that a card shows: company, person, job title, addresses and what may be sent there. 6 queries."""
        roles = [Prefetch(f"person__{model.of_person}", model.objects.running(on=on)) for model in GROUPS.values()]
        return self.select_related("company__centre", "person", "vehicle").prefetch_related(addresses_with_consents("person__"), *roles)


class Reason(models.Model):
    """Why to contact somebody now. Made and withdrawn by its rule's queryset alone (see `contacts.reasons`), never edited by people."""

    key = models.CharField(max_length=140, unique=True)
    rule = models.CharField(max_length=40)
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="reasons")
    person = models.ForeignKey(
        Person, null=True, on_delete=models.CASCADE, related_name="+"
    )  # the person to contact; None: nobody is known
    vehicle = models.ForeignKey(Vehicle, null=True, on_delete=models.CASCADE, related_name="+")
    group = models.CharField(max_length=14, choices=Group)
    due_on = models.DateField(null=True)
    facts = models.JSONField(default=dict)
    weight = models.SmallIntegerField()
    found_on = models.DateField()

    # what `with_giver()` adds
    given_by: str | None
    given_why: str | None

    objects = ReasonQuerySet.as_manager()

    class Meta:
        verbose_name = _("reason")
        verbose_name_plural = _("reasons")
        indexes = [
            models.Index(fields=["company", "-weight", "id"], name="reason_by_company"),
            models.Index(fields=["-weight", "id"], name="reason_by_weight"),
            models.Index(fields=["group", "-weight", "id"], name="reason_by_group"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def made_by(self) -> Rule:
        return rules[self.rule]

    @property
    def sentence(self) -> str:
        return self.made_by.sentence(self.facts)

    @property
    def details(self) -> list[tuple[Any, str]]:
        return list(self.made_by.details(self.facts))

    @property
    def url(self) -> str:
        return self.made_by.url(self)

    @property
    def role(self) -> Any:
        """What the person is to this company, from `for_cards()` rows without a query; None where nobody is known."""
        if self.person is None:
            return None
        mine = [role for role in getattr(self.person, GROUPS[self.group].of_person).all() if role.company_id == self.company_id]
        return mine[0] if mine else None

    @property
    def channel(self) -> str:
        """How to speak to the person, by what may be used: telephone, e-mail, letter, else in person. No query on `for_cards()` rows."""
        if self.person is None:
            return Channel.PHONE if self.company.phone else Channel.IN_PERSON
        for channel in (Channel.PHONE, Channel.EMAIL):
            if self.person.address(channel):
                return channel
        return Channel.LETTER if self.company.street else Channel.IN_PERSON

    def address(self, channel: str) -> PersonAddress | None:
        return self.person.address(channel) if self.person else None

    @property
    def doing(self) -> Any:
        """One word for what to do: the rule's, or "Write" where nobody answers a telephone."""
        by_phone = self.made_by.icon == "phone"
        return _("Write") if by_phone and self.channel in (Channel.EMAIL, Channel.LETTER) else self.made_by.doing

    @property
    def icon(self) -> str:
        if self.made_by.icon != "phone":
            return self.made_by.icon
        return {Channel.EMAIL: "mail", Channel.LETTER: "mailbox", Channel.IN_PERSON: "users"}.get(Channel(self.channel), "phone")

    def days_left(self, on: date) -> int | None:
        return None if self.due_on is None else (self.due_on - on).days

    def weights(self, on: date) -> list[Weight]:
        """The factors in its position, with points that add up to `weight` on the day of the computation."""
        company, left = self.company, self.days_left(on)
        points = points_of(tier=company.tier, phase=company.phase, group=self.group, value=self.made_by.value, due_on=self.due_on, on=on)
        words = {
            "tier": company.get_tier_display() or _("no tier yet"),
            "group": self.get_group_display(),
            "kind": _("kind of reason"),
            "risk": company.get_phase_display(),
            "hurry": ngettext("%d day left", "%d days left", left) % left if left and left > 0 else _("due"),
        }
        return [Weight(words[thing], counts) for thing, counts in points.items()]


class DecisionQuerySet(models.QuerySet["Decision"]):
    def standing(self, *, on: date) -> Self:
        """Decisions that keep their reason away on that day."""
        return self.filter(Q(until=None) | Q(until__gt=on))

    def where(self, user: "User", *, may: str) -> Self:
        return self.filter(company__in=in_reach(user, may=may))

    def made(self, *, by: "User", since: object) -> Self:
        return self.filter(by=by, at__gte=since)


class Decision(models.Model):
    """What a user did with a reason. It refers to the reason's key, so that it survives a new computation."""

    class Kind(models.TextChoices):
        REACHED = "reached", _("reached")
        NOT_REACHED = "not_reached", _("not reached")
        WRITTEN = "written", _("written to")
        PLANNED = "planned", _("planned")
        NOT_NOW = "not_now", _("not now")
        GIVEN = "given", _("handed over to a colleague")

    key = models.CharField(max_length=140)
    rule = models.CharField(max_length=40)
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(max_length=11, choices=Kind)
    until = models.DateField(null=True)  # the reason stays away before that day; None: for this occasion
    given_to = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")  # stays with them alone
    why = models.CharField(max_length=300, blank=True)
    interaction = models.ForeignKey(Interaction, null=True, on_delete=models.SET_NULL, related_name="+")
    made_type = models.CharField(max_length=60, blank=True)  # the task or meeting that was made
    made_id = models.BigIntegerField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision about a reason")
        verbose_name_plural = _("decisions about reasons")
        indexes = [
            models.Index(fields=["key", "until"], name="decision_by_key"),
            models.Index(fields=["by", "-at"], name="decision_by_user"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
