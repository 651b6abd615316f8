from datetime import date
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Subquery, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, Phase, Tier, Vehicle, in_reach
from contacts.memory.calling import calling_at_company
from contacts.memory.models.complaint import Complaint
from contacts.memory.models.interaction import Interaction
from contacts.people.models.person import Channel, Person, PersonAddress
from contacts.people.models.roles import GROUPS, Group, Role

if TYPE_CHECKING:
    from accounts.models import User

# What puts one reason before another: the tier and the target group, being at risk, and how soon it is due.
TIER_POINTS: dict[str, int] = {Tier.DIAMOND: 50, Tier.PLATINUM: 40, Tier.GOLD: 30, Tier.SILVER: 20, Tier.BRONZE: 10}
GROUP_POINTS: dict[str, int] = {Group.DECISION_MAKER: 15, Group.USER: 8, Group.DRIVER: 0}
AT_RISK_POINTS = 10
HURRY = ((7, 30), (30, 20), (90, 10))  # days left, points
# Caps the points of an overdue reason, which would otherwise rank above every second delivery for ever.
LATE_DAYS, LATE_POINTS = 14, 10


def points_of(*, tier: str, phase: str, group: str, value: int, due_on: date | None, on: date) -> dict[str, int]:
    """The weight of a reason on that day by factor: tier, group, kind of reason, risk, urgency."""
    points = {"tier": TIER_POINTS.get(tier, 0), "group": GROUP_POINTS[group], "kind": value}
    if phase == Phase.AT_RISK:
        points["risk"] = AT_RISK_POINTS
    if due_on is not None:
        points["hurry"] = hurry_points((due_on - on).days)
    return points


def hurry_points(left: int) -> int:
    """Points for the number of days left, which is negative where the day has passed."""
    return LATE_POINTS if left < -LATE_DAYS else next((points for days, points in HURRY if left <= days), 0)


class ReasonQuerySet(models.QuerySet["Reason"]):
    def where(self, user: "User", *, may: str) -> Self:
        return self.filter(company__in=in_reach(user, may=may))

    def visible_to(self, user: "User") -> Self:
        """Reasons at the companies that `user` serves today: their own, as a stand-in, or through the centre."""
        return self.where(user, may="serve_customers")

    def open(self, *, on: date, to: "User | int | None" = None) -> Self:
        """Reasons not postponed, planned or done on that day, nor given to anybody but `to`; nor further ones on such a card."""
        mine = ~Q(given_to=to) | Q(given_to=None)
        in_force = Decision.objects.in_force(on=on).filter(key=OuterRef("key"))
        same_card = Q(company=OuterRef("company")) | Q(by=to) if to else Q(company=OuterRef("company"))  # at all companies of the user
        later = {"others_until__gt": on, "person": OuterRef("person"), "on__gte": OuterRef("found_on")}
        with_card = Decision.objects.filter(same_card, **later)
        return self.filter(~Exists(in_force.filter(mine)), ~Exists(with_card.filter(mine)))

    def with_giver(self, *, on: date, to: "User | int") -> Self:
        """With `given_by`, the first name of the colleague who gave it to `to`, and `given_why`; None where nobody did."""
        given = Decision.objects.in_force(on=on).filter(key=OuterRef("key"), given_to=to).order_by("-pk")
        return self.annotate(given_by=Subquery(given.values("by__first_name")[:1]), given_why=Subquery(given.values("why")[:1]))

    def of_group(self, group: str) -> Self:
        return self.filter(group=group)

    def in_order(self) -> Self:
        """The most valuable first."""
        return self.order_by("-weight", "id")

    def for_cards(self, *, on: date) -> Self:
        """With what a closed card shows: company, person, their role, whether telephone and e-mail are known, and whether the company
        complains."""
        held = {group: roles_of_card(model, on) for group, model in GROUPS.items()}
        titles = [When(group=group, then=Subquery(roles.values("job_title")[:1])) for group, roles in held.items()]
        kinds = [When(group=Group.DECISION_MAKER, then=Subquery(held[Group.DECISION_MAKER].values("kind")[:1]))]
        known = PersonAddress.objects.usable().filter(person=OuterRef("person"))
        return self.select_related("company", "person").annotate(
            job_title=Case(*titles, default=Value("")),
            role_kind=Case(*kinds, default=Value("")),
            has_phone=Exists(known.filter(channel=Channel.PHONE)),
            has_email=Exists(known.filter(channel=Channel.EMAIL)),
            may_be_called=calling_at_company(),
            has_complaint=Exists(Complaint.objects.open().filter(company=OuterRef("company"))),
        )


def roles_of_card(model: type[Role], on: date) -> "models.QuerySet[models.Model]":
    """For reasons: the person's roles in one group at the company on that day."""
    return model._default_manager.running(on=on).filter(person=OuterRef("person"), company=OuterRef("company")).order_by("pk")


class Reason(models.Model):
    """A reason to contact somebody now. Only made and withdrawn by its rule (see `contacts.reasons`), never edited by people."""

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
    # annotations of `for_cards()`: from the relevant role, None where there is none; which addresses may be used
    job_title: str | None
    role_kind: str | None
    has_phone: bool
    has_email: bool
    may_be_called: str  # a code of `contacts.memory.calling`
    has_complaint: bool  # of the company, open

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

    def days_left(self, on: date) -> int | None:
        return None if self.due_on is None else (self.due_on - on).days


class DecisionQuerySet(models.QuerySet["Decision"]):
    def in_force(self, *, on: date) -> Self:
        """Decisions that hide their reason on that day."""
        return self.filter(Q(until=None) | Q(until__gt=on))

    def where(self, user: "User", *, may: str) -> Self:
        return self.filter(company__in=in_reach(user, may=may))

    def made(self, *, by: "User | int", since: object) -> Self:
        return self.filter(by=by, at__gte=since)


class Decision(models.Model):
    """A user's decision on a reason. It refers to the reason's key, so that it survives a recomputation."""

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
    until = models.DateField(null=True)  # the reason is hidden before that day; None: for this occasion
    on = models.DateField(default=date.min)  # the day on which it was made: later reasons are not concerned
    others_until = models.DateField(null=True)  # the person's other reasons, on the same card, are hidden before that day
    before = models.JSONField(default=dict)  # what undo needs to know
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
            models.Index(fields=["person", "others_until"], name="decision_by_person", condition=Q(others_until__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    def is_in_force(self, *, on: date) -> bool:
        """True where it hides its reason on that day."""
        return self.until is None or self.until > on

    def hides_others(self, *, on: date) -> bool:
        """True where it hides the other reasons of its card on that day."""
        return self.others_until is not None and self.others_until > on
