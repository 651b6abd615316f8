from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.customers.models.company import Company
from accounts.customers.models.touched import TouchedCompany
from accounts.staff.models.centre import Centre
from accounts.staff.models.rights import granted, in_general
from accounts.staff.models.user import User, active
from fleetportal.core import audit
from fleetportal.core.db import NoOverlap, Overlap, bulk, lock, lock_many, save_apart
from fleetportal.core.errors import Refused


class AlreadyAssigned(Overlap):
    code = "already_assigned"


class OnlyWhoLeads(Refused):
    """Users can't extend their own assignment: only those who serve the whole centre can."""

    code = "only_who_leads"


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def running(self, *, on: date) -> Self:
        """Assignments running on that day, first and last day included."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=on), starts_on__lte=on)

    def responsible(self) -> Self:
        return self.filter(kind=Assignment.Kind.RESPONSIBLE)


def responsible_for(company: Company, *, on: date) -> User | None:
    """The user responsible for `company` on that day. Costs 1 query."""
    running = Assignment.objects.responsible().filter(company=company).running(on=on).select_related("user").first()
    return running.user if running else None


def assigned_to(user: User, *, on: date) -> "models.QuerySet[Assignment, object]":
    """The ids of companies that `user` looks after on that day, as responsible or stand-in."""
    return Assignment.objects.running(on=on).filter(user=user).values("company")


class LookedAfter:
    """Access by assignment: rights for own companies apply to the companies assigned today."""

    def condition(self, user: User, may: str) -> Q | None:
        return Q(pk__among_few=assigned_to(user, on=timezone.localdate())) if may in user.rights.general else None

    def add_to(self, held: dict[int, set[str]], user: User) -> None:
        if any(user.rights.general - codenames for codenames in held.values()):
            for pk in assigned_to(user, on=timezone.localdate()).filter(company__in=held).values_list("company", flat=True):
                held[pk] |= user.rights.general


def who_serves(company: Company, *, on: date) -> "models.QuerySet[User]":
    """The users who may serve `company` on that day: by a grant on its centre or by assignment. 1 query."""
    looking = Assignment.objects.running(on=on).filter(company=company).values("user")
    return active(granted("serve_customers", company.centre) | (Q(pk__in=looking) & in_general("serve_customers")))


def who_serves_all(companies: "Iterable[Company]", *, on: date) -> "models.QuerySet[User]":
    """The users who may serve each of `companies` on that day; nobody for no companies. 1 query."""
    at: dict[Centre, set[int]] = {}
    for company in companies:
        at.setdefault(company.centre, set()).add(company.pk)
    able = User.objects.all() if at else User.objects.none()
    for centre, ids in at.items():
        looking = Assignment.objects.running(on=on).filter(company__among=sorted(ids)).values("user")
        all_of_them = looking.annotate(served=Count("company", distinct=True)).filter(served=len(ids)).values("user")
        serving = active(granted("serve_customers", centre) | (Q(pk__in=all_of_them) & in_general("serve_customers")))
        able = able.filter(pk__in=serving.values("pk"))
    return able.distinct()


def already_assigned() -> AlreadyAssigned:
    return AlreadyAssigned(_("Someone is already responsible for this company during that period."))


def refuse_overlap(assignments: "Iterable[Assignment]") -> None:
    """Raises AlreadyAssigned where two of `assignments` make somebody responsible for the same company on the same day."""
    responsible = [one for one in assignments if one.kind == Assignment.Kind.RESPONSIBLE]
    responsible.sort(key=lambda one: (one.company_id, one.starts_on))
    for one, later in pairwise(responsible):
        if one.company_id == later.company_id and (one.ends_on is None or one.ends_on >= later.starts_on):
            raise already_assigned()


class Assignment(models.Model):
    """Who looks after a company in which period: responsible (one at a time) or stand-in. Past rows are the history."""

    class Kind(models.TextChoices):
        RESPONSIBLE = "responsible", _("responsible")
        STAND_IN = "stand_in", _("stand-in")

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="assignments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments")
    kind = models.CharField(_("kind"), max_length=11, choices=Kind, default=Kind.RESPONSIBLE)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        indexes = [models.Index(fields=["user", "starts_on", "company"], name="assignment_by_user")]
        constraints = [
            NoOverlap(name="one_responsible_at_a_time", same=["company"], condition=Q(kind="responsible")),
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")), name="assignment_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.kind}"

    @classmethod
    def assign(
        cls,
        company: Company,
        user: User,
        *,
        starts_on: date,
        by: User | None,
        ends_on: date | None = None,
        kind: str = Kind.RESPONSIBLE,
        now: datetime | None = None,
    ) -> "Assignment":
        """Assign `company` to `user` from that day; somebody else's running responsibility ends the day before.

        An assignment that began on that same day is replaced. For the same user the current one is kept. `now` is the time of entry,
        if it was earlier. Raises AlreadyAssigned when the period overlaps a later one. Costs 8 queries.
        """
        with transaction.atomic():
            lock(company)
            standing = cls.objects.filter(company=company, kind=kind).running(on=starts_on)
            same = standing.filter(user=user, ends_on=ends_on).first()
            if same:
                return same
            if kind == cls.Kind.RESPONSIBLE:
                standing.filter(starts_on=starts_on).delete()
                standing.filter(starts_on__lt=starts_on).update(ends_on=starts_on - timedelta(days=1))
            assignment = cls(company=company, user=user, kind=kind, starts_on=starts_on, ends_on=ends_on)
            save_apart(assignment, refusal=already_assigned())
            audit.record("company.assigned", company, by=by, facts=assignment.entry_facts, at=now)
            TouchedCompany.add(company)
            return assignment

    @classmethod
    def enter_many(cls, assignments: Sequence["Assignment"], *, by: User | None, at: Sequence[datetime] | None = None) -> None:
        """Save the new `assignments`, each with its own user and period, like `assign` for each; `at` has the time of entry of each, if
        it was earlier.

        Ends nobody's responsibility: raises AlreadyAssigned, and saves none, where two of a company would overlap. Costs 8 queries for
        a thousand.
        """
        if not assignments:
            return
        with transaction.atomic():
            bulk.renumber(assignments)
            companies = {one.company_id: one.company for one in assignments}
            lock_many([companies[pk] for pk in sorted(companies)])
            refuse_overlap([*cls.objects.responsible().filter(company__among=list(companies)), *assignments])
            bulk.add(assignments)
            own = [one.entry_facts for one in assignments]
            audit.record_many("company.assigned", [(one.company, {}) for one in assignments], by=by, own=own, at=at)
            TouchedCompany.add_all(companies)

    @property
    def entry_facts(self) -> dict[str, object]:
        return {"user": self.user_id, "kind": str(self.kind)}

    @classmethod
    def assign_many(
        cls, companies: Iterable[Company], user: User, *, starts_on: date, by: User | None, origin: Mapping[str, object] | None = None
    ) -> "list[Assignment]":
        """Make `user` responsible for `companies` from that day, like `assign` for each; the new assignments.

        All or none: raises AlreadyAssigned where a later hand-over is planned. `origin` is added to the entries. Costs nothing for
        no companies, otherwise 10 queries, whatever their number.
        """
        companies = list(companies)
        if not companies:
            return []
        with transaction.atomic():
            locked = sorted(companies, key=lambda company: company.pk)
            lock_many(locked)
            standing = cls.objects.responsible().filter(company__among=[company.pk for company in locked]).running(on=starts_on)
            kept = set(standing.filter(user=user, ends_on=None).values_list("company", flat=True))
            handed = [company for company in locked if company.pk not in kept]
            ids = [company.pk for company in handed]
            later = cls.objects.responsible().filter(company__among=ids, starts_on__gt=starts_on).select_related("company").first()
            if later:
                raise AlreadyAssigned(_("A later handover of %s is already planned. Cancel that one first.") % later.company)
            standing = standing.filter(company__among=ids)
            standing.filter(starts_on=starts_on).delete()
            standing.update(ends_on=starts_on - timedelta(days=1))
            new = [bulk.new(cls, company=company, user=user, kind=cls.Kind.RESPONSIBLE, starts_on=starts_on) for company in handed]
            bulk.add(new)
            facts = {"user": user.pk, "kind": str(cls.Kind.RESPONSIBLE), **(origin or {})}
            audit.record_many("company.assigned", [(company, {}) for company in handed], by=by, facts=facts)
            TouchedCompany.add_all(ids)
            return new

    def stop(self, *, by: User | None, on: date) -> None:
        """End a stand-in on that day, or cancel a hand-over that has not begun, so that the user responsible before remains so.

        Repeating it changes nothing. Raises OnlyWhoLeads. Costs 7 queries at most.
        """
        with transaction.atomic():
            lock(self.company)
            try:
                lock(self)
            except Assignment.DoesNotExist:  # taken back a moment ago
                return
            if self.kind == self.Kind.STAND_IN and self.starts_on <= on:
                if self.ends_on is None or self.ends_on > on:
                    audit.edit(self, {"ends_on": on}, action="company.stand_in_ended", by=by)
                    TouchedCompany.add(self.company)
                return
            if by is not None and not Centre.objects.where(by, may="serve_customers").filter(pk=self.company.centre_id).exists():
                raise OnlyWhoLeads(_("Only the centre manager can cancel a planned handover."))
            if self.starts_on > on:
                self.take_back(by=by)

    def take_back(self, *, by: object) -> None:
        """Delete an assignment that has not begun; where it was a handover, the one that ended the day before goes on to its end.

        Call it inside a transaction, with the company locked.
        """
        audit.record("company.assignment_taken_back", self, by=by, facts={"company": self.company_id, "user": self.user_id})
        self.delete()  # first: on PostgreSQL the two periods must not overlap even briefly
        if self.kind == self.Kind.RESPONSIBLE:
            before = Assignment.objects.responsible().filter(company=self.company_id, ends_on=self.starts_on - timedelta(days=1))
            before.update(ends_on=self.ends_on)
        TouchedCompany.add(self.company)
