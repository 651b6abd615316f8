"""What Today asks the database, put into SQL once for a process: making these statements anew took two fifths of the page's time.

`reach` is filled with the companies that the user serves or sees today, as `in_reach` says with each request.
"""

from typing import Any

from django.db.models import Count, DateField, DateTimeField

from accounts.models import Assignment, Company, User
from contacts.memory.models.interaction import Direction, Interaction
from contacts.memory.models.task import Task
from contacts.people.models.person import Person
from contacts.reasons.models import Decision, Reason, ReasonQuerySet
from fleetportal.core.db.prepared import Prepared, PreparedValues, condition, several

CONTACTS_A_DAY = 40  # EXPERIENCE: Anna has forty contacts a day
LOOKED_AT = 3 * CONTACTS_A_DAY  # several reasons for one person are one card
BESIDE = 4

REACH, USER, PERSON, COMPANY = condition(Company._meta.pk), User._meta.pk, Person._meta.pk, Company._meta.pk
DAY: "DateField[Any, Any]" = DateField()
MOMENT: "DateTimeField[Any, Any]" = DateTimeField()


def open_reasons(reach: Any, on: Any, user: Any) -> ReasonQuerySet:
    return Reason.objects.filter(company__in=reach).open(on=on, to=user).in_order()


def cards_of(reach: Any, on: Any, user: Any) -> Any:
    return open_reasons(reach, on, user).values_list("pk", "company_id", "person_id", "group", "rule")[:LOOKED_AT]


def others_of(reach: Any, on: Any, user: Any, company: Any, person: Any, but: Any) -> Any:
    return open_reasons(reach, on, user).filter(company=company, person=person).exclude(pk=but)[:BESIDE]


def shown(ids: Any, on: Any, user: Any) -> Any:
    return Reason.objects.filter(pk__among=ids).in_order().for_cards(on=on).with_giver(on=on, to=user)


def done_since(user: Any, since: Any) -> Any:
    return Decision.objects.made(by=user, since=since).order_by().values("by").annotate(count=Count("pk")).values_list("count")


def past(reach: Any, company: Any) -> Any:
    return Interaction.objects.filter(company__in=reach, company=company).for_timeline()[:2]


def past_with(reach: Any, company: Any, person: Any) -> Any:
    return Interaction.objects.filter(company__in=reach, company=company, person=person).for_timeline()[:2]


def came_in(reach: Any, since: Any) -> Any:
    return Interaction.objects.filter(company__in=reach, direction=Direction.IN, happened_at__gte=since).for_timeline()[: BESIDE + 2]


def open_tasks(reach: Any, user: Any) -> Any:
    return Task.objects.filter(company__in=reach, owner=user).open().in_order()[: BESIDE + 1]


def stood_in_for(on: Any, user: Any) -> Any:
    """(id, first name, last name, until) of each colleague who is responsible where `user` is the stand-in."""
    responsible = "company__assignments"
    rows = Assignment.objects.running(on=on).filter(user=user, kind=Assignment.Kind.STAND_IN)
    rows = rows.filter(**{f"{responsible}__in": Assignment.objects.responsible().running(on=on)})
    who = [f"{responsible}__user_id", f"{responsible}__user__first_name", f"{responsible}__user__last_name", "ends_on"]
    return rows.order_by(f"{responsible}__user__last_name").values_list(*who).distinct()


cards = PreparedValues(cards_of, reach=REACH, on=DAY, user=USER)
done = PreparedValues(done_since, user=USER, since=MOMENT)
stand_ins = PreparedValues(stood_in_for, on=DAY, user=USER)
others = Prepared(others_of, reach=REACH, on=DAY, user=USER, company=COMPANY, person=PERSON, but=Reason._meta.pk)
queue: Prepared[Reason] = Prepared(
    shown,
    columns=(
        *("company__name", "company__tier", "company__phase", "company__phone", "company__street", "company__centre"),
        *("person__first_name", "person__last_name", "person__title", "person__best_time"),
    ),
    extra=("given_by", "given_why", "job_title", "role_kind", "has_phone", "has_email"),
    ids=several(Reason._meta.pk),
    on=DAY,
    user=USER,
)
last_with_company: Prepared[Interaction] = Prepared(past, columns=("by__first_name",), reach=REACH, company=COMPANY)
last_with_person: Prepared[Interaction] = Prepared(past_with, columns=("by__first_name",), reach=REACH, company=COMPANY, person=PERSON)
incoming: Prepared[Interaction] = Prepared(
    came_in, columns=("company__name", "person__first_name", "person__last_name"), reach=REACH, since=MOMENT
)
tasks: Prepared[Task] = Prepared(open_tasks, columns=("company__name",), reach=REACH, user=USER)
