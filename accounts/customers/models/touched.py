import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta

from django.db import OperationalError, connection, models, transaction
from django.utils import timezone

from accounts.customers.models.company import Company
from accounts.staff.models import policy
from fleetportal.core.db import bulk
from fleetportal.core.db.together import Step, write
from fleetportal.core.jobs import bell
from fleetportal.core.registry import Registry

# Functions that update what is derived from companies (reasons, …), called with the ids of touched companies. Filled from above.
derived: Registry[Callable[[list[int]], object]] = Registry("what is derived from a company")

log = logging.getLogger(__name__)

AT_ONCE = 200
AGAIN_AFTER = timedelta(minutes=10)  # a company that can't be computed
PATIENCE_SECONDS = 3.0  # the interval of the sweep


class TouchedCompanyQuerySet(models.QuerySet["TouchedCompany"]):
    def drain(self, *, limit: int = AT_ONCE) -> int:
        """Process the oldest touches: recompute everything derived from their companies; how many there were.

        One transaction; touches added meanwhile are separate rows and are kept. A company that can't be computed holds up nobody: the
        others are computed one by one, and it is tried again later. Costs 2 queries and those of the recomputation.
        """
        due = self.filter(at__lte=timezone.now()).order_by("pk")
        try:
            return self.compute(due, limit=limit)
        except OperationalError:  # the database is busy or away: it is nobody's fault
            raise
        except Exception:
            log.exception("Touched companies are computed one by one")
        return sum(self.compute_alone(pk) for pk in list(due.values_list("pk", flat=True)[:limit]))

    def compute_alone(self, pk: int) -> int:
        """1 where the company of that touch was computed; 0 where it can't be, and is put off."""
        try:
            return self.compute(self.filter(pk=pk), limit=1)
        except OperationalError:
            raise
        except Exception:
            log.exception("The company of touch %s can't be computed", pk)
        self.filter(pk=pk).update(at=timezone.now() + AGAIN_AFTER)
        return 0

    def compute(self, oldest: "TouchedCompanyQuerySet", *, limit: int) -> int:
        """Recompute everything derived from the companies of the first of these touches, in one transaction; how many there were."""
        with transaction.atomic():
            if connection.features.has_select_for_update_skip_locked:
                oldest = oldest.select_for_update(skip_locked=True)
            touches = list(oldest.values_list("pk", "company_id")[:limit])
            if touches:
                policy.forget()
                companies = sorted({company for _touch, company in touches})
                for look_again in derived:
                    look_again(companies)
                self.filter(pk__in=[touch for touch, _company in touches]).delete()
            return len(touches)


class TouchedCompany(models.Model):
    """A company that a verb touched: its derived rows (reasons) must be recomputed. Drained like the outbox.

    The company is a plain number, as in the history: the row lives for seconds, the verb that writes it has named the company in rows
    with a constraint, and of a company that has gone nothing is recomputed. A look-up for each of a million touches is saved.
    """

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="touches", db_constraint=False)
    at = models.DateTimeField(default=timezone.now)

    objects = TouchedCompanyQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.company_id}"

    @classmethod
    def add(cls, company: Company) -> None:
        """Have everything derived from `company` recomputed within seconds. Costs 1 query."""
        if touches := cls.touches_of(company):
            write(*touches)

    @classmethod
    def touches_of(cls, company: Company) -> list[Step]:
        """What `add` writes, for a verb that writes it together with its own rows: write it in the same transaction."""
        together = gathered.get()
        if together is not None:
            together.add(company.pk)
            return []
        bell.ring("accounts.look_again", every=PATIENCE_SECONDS)
        return [bulk.new(cls, company_id=company.pk)]

    @classmethod
    def add_all(cls, companies: Iterable[int]) -> None:
        """The same for many, by id; duplicates are touched once. Costs 1 query."""
        together = gathered.get()
        if together is not None:
            together.update(companies)
            return
        touches = sorted(set(companies))
        if touches:
            now = timezone.now()
            bulk.write(cls, ("company_id", "at"), [(pk, now) for pk in touches])
            bell.ring("accounts.look_again", every=PATIENCE_SECONDS)


gathered: ContextVar[set[int] | None] = ContextVar("companies touched together", default=None)


@contextmanager
def gathering() -> Iterator[None]:
    """Verbs inside the block touch each company only once, at the end: a batch of an import calls ten of them. Use it inside their
    transaction.

    Costs 1 query.
    """
    touched: set[int] = set()
    token = gathered.set(touched)
    try:
        yield
    finally:
        gathered.reset(token)
    TouchedCompany.add_all(touched)


@contextmanager
def untouched() -> Iterator[None]:
    """Verbs inside the block touch no company: whoever uses it has everything derived from all of them computed afterwards."""
    token = gathered.set(set())
    try:
        yield
    finally:
        gathered.reset(token)
