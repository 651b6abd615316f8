from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Assignment, Company, TouchedCompany, in_reach
from accounts.staff.models.rights import holds
from contacts.memory.models.complaint import Complaint
from contacts.people.models.person import Person
from fleetportal.core import audit
from fleetportal.core.db import bulk, lock
from fleetportal.core.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User


CLOSED_ALREADY = _("This task has already been closed: “%(result)s”")
ENDS_WITH_ITS_COMPLAINT = _(
    "This task is the answer to a complaint. Enter the answer and what we learned on the company’s page; that closes the task too."
)


class TaskClosed(Refused):
    """The task is closed already; `facts["result"]` has the result."""

    code = "task_closed"


class AnswersComplaint(Refused):
    """The task ends with its complaint, and not before."""

    code = "task_answers_complaint"


class TaskQuerySet(models.QuerySet["Task"]):
    def where(self, user: "User", *, may: str) -> Self:
        return self.filter(company__in=in_reach(user, may=may))

    def visible_to(self, user: "User") -> Self:
        return self.where(user, may="serve_customers")

    def open(self) -> Self:
        return self.filter(state=Task.State.OPEN)

    def promised_by(self, user: "User") -> Self:
        """Tasks that `user` promised, where the company is still in reach."""
        return self.visible_to(user).filter(owner=user)

    def for_user(self, user: "User") -> Self:
        """Tasks that `user` promised, or that fell to them, where the company is still in reach."""
        fell = fell_to(user.pk, centres=user.rights.centres("serve_customers"), on=timezone.localdate())
        return self.visible_to(user).filter(Q(owner=user) | fell)

    def in_order(self) -> Self:
        return self.order_by("due_on", "id")


def fell_to(user: Any, *, centres: Any, on: Any) -> Q:
    """The condition on tasks of others that fell to `user`, who holds the right to serve at `centres`; each may be a placeholder.

    The stand-in has those of whom they stand in for. Whoever is responsible, or the centre's manager where nobody is, has those of an
    owner who was deactivated or serves the company no more: nothing promised is forgotten when somebody leaves. Whoever is still
    entered as responsible but was deactivated counts as nobody.
    """
    running = Assignment.objects.running(on=on).filter(company=OuterRef("company"))
    responsible = running.filter(kind=Assignment.Kind.RESPONSIBLE)
    nobody = ~Exists(responsible.filter(user__is_active=True))
    mine = Q(Exists(responsible.filter(user=user))) | Q(Q(company__centre__among=centres) & Q(nobody))
    stands_in = Exists(running.filter(user=user, kind=Assignment.Kind.STAND_IN)) & Exists(responsible.filter(user=OuterRef("owner")))
    serves = Exists(running.filter(user=OuterRef("owner"))) | holds("serve_customers", user="owner", centre="company__centre")
    return ~Q(owner=user) & (Q(stands_in) | (mine & (Q(owner__is_active=False) | ~serves)))


class Task(models.Model):
    """Something promised to a company by a given day; it ends with a result."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="tasks", verbose_name=_("company"))
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="tasks", verbose_name=_("person"))
    title = models.CharField(_("description"), max_length=200)
    due_on = models.DateField(_("due on"))
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="tasks", verbose_name=_("assigned to"))
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    result = models.CharField(_("outcome"), max_length=300, blank=True)
    reason_key = models.CharField(max_length=140, blank=True)  # the reason it was made from
    planned_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        indexes = [
            models.Index(fields=["owner", "due_on", "id"], name="task_open_by_owner", condition=Q(state="open")),
            models.Index(fields=["company", "due_on"], name="task_open_by_company", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def plan(
        cls,
        company: Company,
        title: str,
        *,
        due_on: date,
        owner: "User",
        by: "User | None",
        person: Person | None = None,
        reason_key: str = "",
        now: datetime | None = None,
    ) -> "Task":
        """A new task for `owner`; `now` is the time of planning, if it was earlier. Costs 2 queries."""
        with transaction.atomic():
            facts = {"due_on": due_on, "owner": owner, "reason_key": reason_key, "planned_at": now or timezone.now()}
            task = cls.objects.create(company=company, person=person, title=title, **facts)
            audit.record("task.planned", task, by=by, facts=task.entry_facts, at=task.planned_at)
            return task

    @classmethod
    def plan_many(cls, tasks: "Sequence[Task]", *, by: "User | None") -> None:
        """Save the new `tasks`, like `plan` for each, with their own times. Costs 4 queries for a thousand."""
        with transaction.atomic():
            bulk.add(tasks)
            own, at = [task.entry_facts for task in tasks], [task.planned_at for task in tasks]
            audit.record_many("task.planned", [(task, {}) for task in tasks], by=by, own=own, at=at)

    @property
    def entry_facts(self) -> dict[str, object]:
        return {"company": self.company_id, "owner": self.owner_id}

    def close(self, *, result: str, by: "User | None", now: datetime | None = None) -> None:
        """Close the task with its result; `now` is the time, if it was earlier. Costs 3 queries, 4 where
        it was overdue.

        Raises TaskClosed when it was closed or cancelled before, AnswersComplaint while the complaint is open that it answers.
        """
        with transaction.atomic():
            now = now or timezone.now()
            closed = {"state": Task.State.CLOSED, "result": result, "closed_at": now}
            complaints = Complaint.objects.open().filter(task_id=OuterRef("pk"))
            if not Task.objects.open().filter(~Exists(complaints), pk=self.pk).update(**closed):
                raise self._why_not_closed()
            self._now("task.closed", {"result": ("", result)}, by=by, at=now, **closed)

    def _why_not_closed(self) -> Refused:
        try:
            self.refresh_from_db()
        except Task.DoesNotExist:
            return TaskClosed(_("This task was cancelled by the person who planned it."))
        if self.state == Task.State.CLOSED:
            return TaskClosed(CLOSED_ALREADY % {"result": self.result}, facts={"result": self.result})
        return AnswersComplaint(ENDS_WITH_ITS_COMPLAINT)

    def must_be_open(self) -> None:
        """Raises TaskClosed where it has been closed or cancelled. Costs 1 query."""
        if not Task.objects.open().filter(pk=self.pk).exists():
            raise self._why_not_closed()

    def reopen(self, *, by: "User | None") -> None:
        """Open the task again; does nothing where it is open. Costs 3 queries."""
        with transaction.atomic():
            result = self.result
            opened: dict[str, Any] = {"state": Task.State.OPEN, "result": "", "closed_at": None}
            if Task.objects.filter(pk=self.pk, state=Task.State.CLOSED).update(**opened):
                self._now("task.reopened", {"result": (result, "")}, by=by, **opened)

    def drop(self, *, by: "User | None") -> None:
        """Delete the task that the user has just planned. Repeating it changes nothing.

        Raises TaskClosed when somebody closed it in the meantime: its result is kept. Costs 3 queries.
        """
        with transaction.atomic():
            try:
                lock(self)
            except Task.DoesNotExist:  # dropped a moment ago
                return
            if self.state == Task.State.CLOSED:
                raise TaskClosed(CLOSED_ALREADY % {"result": self.result}, facts={"result": self.result})
            audit.record("task.dropped", self, by=by, facts={"company": self.company_id})
            self.delete()

    def _now(
        self, action: str, changes: dict[str, tuple[object, object]], *, by: "User | None", at: datetime | None = None, **values: object
    ) -> None:
        for field, value in values.items():
            setattr(self, field, value)
        audit.record(action, self, by=by, changes=changes, at=at)
        if self.due_on < timezone.localdate():  # a promise that was not kept is a reason to get in touch
            TouchedCompany.add_all([self.company_id])
