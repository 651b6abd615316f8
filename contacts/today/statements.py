"""The statements of the Today page, turned into SQL once per process: building them anew took two fifths of the page's time.

`reach` holds the companies that the user serves or sees today, as `in_reach` returns them for each request.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Count, DateField, DateTimeField, QuerySet

from accounts.models import Assignment, Centre, Company, CompanyIds, User
from contacts.memory.models.complaint import Complaint
from contacts.memory.models.interaction import Direction, Interaction
from contacts.memory.models.task import Task, fell_to
from contacts.people.models.person import Person
from contacts.reasons.models import Decision, Reason, ReasonQuerySet
from fleetportal.core.db.prepared import Prepared, PreparedValues, condition, several

CONTACTS_A_DAY = 40  # as many as an account manager has on a day
LOOKED_AT = 3 * CONTACTS_A_DAY  # several reasons for one person are one card
BESIDE = 4

# reason, company, person, group, rule, due on, found on, when the company was entered
Card = tuple[int, int, int | None, str, str, date | None, date, datetime]
Responsible = tuple[int, str, str, date | None]  # user, first name, last name, until when

REACH, USER, PERSON = condition(Company._meta.pk), User._meta.pk, Person._meta.pk
DAY: "DateField[date, date]" = DateField()
MOMENT: "DateTimeField[datetime, datetime]" = DateTimeField()


def open_reasons(reach: CompanyIds, on: date, user: int) -> ReasonQuerySet:
    return Reason.objects.filter(company__in=reach).open(on=on, to=user).in_order()


def cards_of(reach: CompanyIds, on: date, user: int) -> QuerySet[Reason, Card]:
    columns = ("pk", "company_id", "person_id", "group", "rule", "due_on", "found_on", "company__entered_at")
    return open_reasons(reach, on, user).values_list(*columns)[:LOOKED_AT]


def others_of(reach: CompanyIds, on: date, user: int, person: int, but: int) -> ReasonQuerySet:
    return open_reasons(reach, on, user).filter(person=person).exclude(pk=but).select_related("company")[:BESIDE]


def shown(ids: Sequence[int], on: date, user: int) -> ReasonQuerySet:
    return Reason.objects.filter(pk__among=ids).in_order().for_cards(on=on).with_giver(on=on, to=user)


def done_since(user: int, since: datetime) -> QuerySet[Decision, tuple[int]]:
    return Decision.objects.made(by=user, since=since).order_by().values("by").annotate(count=Count("pk")).values_list("count")


def came_in(reach: CompanyIds, since: datetime) -> QuerySet[Interaction]:
    return Interaction.objects.filter(company__in=reach, direction=Direction.IN, happened_at__gte=since).for_timeline()[: BESIDE + 2]


def open_tasks(reach: CompanyIds, user: int) -> QuerySet[Task]:
    return Task.objects.filter(company__in=reach, owner=user).open().in_order()[: BESIDE + 1]


def fallen(reach: CompanyIds, on: date, user: int, centres: Sequence[int]) -> QuerySet[Task]:
    return Task.objects.filter(fell_to(user, centres=centres, on=on), company__in=reach).open().in_order()[: BESIDE + 1]


def overdue(reach: CompanyIds, on: date) -> QuerySet[Complaint]:
    return Complaint.objects.filter(company__in=reach).overdue(on=on).in_order()[:BESIDE]


def stood_in_for(on: date, user: int) -> QuerySet[Assignment, Responsible]:
    """(id, first name, last name, until) of each colleague who is responsible where `user` is the stand-in."""
    responsible = "company__assignments"
    rows = Assignment.objects.running(on=on).filter(user=user, kind=Assignment.Kind.STAND_IN)
    rows = rows.filter(**{f"{responsible}__in": Assignment.objects.responsible().running(on=on)})
    columns = [f"{responsible}__user_id", f"{responsible}__user__first_name", f"{responsible}__user__last_name", "ends_on"]
    return rows.order_by(f"{responsible}__user__last_name").values_list(*columns).distinct()


cards = PreparedValues(cards_of, reach=REACH, on=DAY, user=USER)
done = PreparedValues(done_since, user=USER, since=MOMENT)
stand_ins = PreparedValues(stood_in_for, on=DAY, user=USER)
others: Prepared[Reason] = Prepared(
    others_of, columns=("company__name",), reach=REACH, on=DAY, user=USER, person=PERSON, but=Reason._meta.pk
)
queue: Prepared[Reason] = Prepared(
    shown,
    columns=(
        *("company__name", "company__tier", "company__phase", "company__phone", "company__street", "company__centre"),
        *("person__first_name", "person__last_name", "person__title", "person__best_time"),
    ),
    extra=("given_by", "given_why", "job_title", "role_kind", "has_phone", "has_email", "has_complaint", "may_be_called"),
    ids=several(Reason._meta.pk),
    on=DAY,
    user=USER,
)
incoming: Prepared[Interaction] = Prepared(
    came_in, columns=("company__name", "person__first_name", "person__last_name"), reach=REACH, since=MOMENT
)
tasks: Prepared[Task] = Prepared(open_tasks, columns=("company__name",), reach=REACH, user=USER)
fallen_tasks: Prepared[Task] = Prepared(
    fallen,
    columns=("company__name", "owner__first_name", "owner__last_name", "owner__username"),
    reach=REACH,
    on=DAY,
    user=USER,
    centres=several(Centre._meta.pk),
)
overdue_complaints: Prepared[Complaint] = Prepared(
    overdue,
    columns=(
        *("text", "answer_due_on", "company__name", "person__first_name", "person__last_name"),
        *("owner__first_name", "owner__last_name", "owner__username"),
    ),
    reach=REACH,
    on=DAY,
)
