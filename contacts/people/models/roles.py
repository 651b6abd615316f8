from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, TouchedCompany, in_reach
from contacts.people.models.person import Person, RoleKind, role_kinds
from fleetportal.core import audit
from fleetportal.core.db import bulk
from fleetportal.core.registry import Registry

if TYPE_CHECKING:
    from accounts.models import User


class Group(models.TextChoices):
    """The three target groups."""

    DECISION_MAKER = "decision_maker", _("Decision-maker")
    USER = "user", _("User")
    DRIVER = "driver", _("Driver")


class Responsibility(models.TextChoices):
    INVOICES = "invoices", _("invoices")
    ORDERS = "orders", _("orders")
    SERVICE = "service", _("service approval")
    DAMAGE = "damage", _("damage")
    DRIVERS = "drivers", _("driver administration")


PERIOD = ("starts_on", "ends_on")  # one fact: of two edits that each move one day, the second is told


class RoleQuerySet(models.QuerySet[Any]):
    def where(self, user: "User", *, may: str) -> Self:
        return self.filter(company__in=in_reach(user, may=may))

    def visible_to(self, user: "User") -> Self:
        return self.where(user, may="meet_customers")

    def running(self, *, on: date) -> Self:
        """Roles running on that day; a role without a first day has always been running."""
        return self.filter(Q(starts_on=None) | Q(starts_on__lte=on)).filter(Q(ends_on=None) | Q(ends_on__gte=on))


class Role(models.Model):
    """A person's role at a company, in a period."""

    group: ClassVar[Group]
    carried: ClassVar[tuple[str, ...]] = ("job_title", "responsibilities")  # fields copied when the person changes company
    of_person: ClassVar[str]  # from a person to their roles of this kind

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")
    job_title = models.CharField(_("job title"), max_length=100, blank=True)
    responsibilities = models.JSONField(_("responsibilities"), default=list, blank=True)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = RoleQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.person}, {self.company}"

    @property
    def responsibility_names(self) -> list[str]:
        names = dict(Responsibility.choices)
        return [str(names[code]) for code in self.responsibilities if code in names]

    @classmethod
    def take_up(
        cls, person: Person, company: Company, *, by: "User | None", on: date, now: datetime | None = None, **facts: object
    ) -> object:
        """The role of `person` at `company` on that day, created if there is none. A repeated call returns the existing role; an end that
        was planned for it is taken back.

        The constraint (one running role of a kind) catches a double click. `now` is the time of entry, if it was earlier.
        Costs 2 queries, 5 when it is new.
        """
        with transaction.atomic():
            running = cls._default_manager.running(on=on).filter(person=person, company=company)
            if standing := running.order_by(F("ends_on").desc(nulls_first=True)).first():
                standing.edit(by=by, ends_on=None)  # one with a planned end goes on: there are never two at once
                return standing
            role, new = cls._default_manager.get_or_create(
                person=person, company=company, ends_on=None, defaults={"starts_on": on, **facts}
            )
            if new:
                audit.record(f"{cls.group}.taken_up", role, by=by, facts=role.entry_facts, at=now)
                TouchedCompany.add(company)
            return role

    @classmethod
    def take_up_many(
        cls,
        roles: Sequence[Self],
        *,
        by: "User | None",
        origin: Mapping[str, object] | None = None,
        at: Sequence[datetime] | None = None,
    ) -> list[Self]:
        """Save the new `roles`, like `take_up` for each; for each the new row or the existing one.

        `origin` is added to the entries, `at` has the time of entry of each, if it was earlier. Costs nothing for none, otherwise 6
        queries for a thousand.
        """
        with transaction.atomic():
            bulk.renumber(roles)
            people = {role.person_id for role in roles}
            asked = cls._default_manager.filter(person__among=people, ends_on=None) if people else cls._default_manager.none()
            standing = {(role.person_id, role.company_id): role for role in asked}
            taken_up = [standing.setdefault((role.person_id, role.company_id), role) for role in roles]
            fresh = [number for number, role in enumerate(roles) if role is standing[(role.person_id, role.company_id)]]
            new = [roles[number] for number in fresh]
            bulk.add(new)
            own = [role.entry_facts for role in new]
            audit.record_many(
                f"{cls.group}.taken_up", [(role, {}) for role in new], by=by, facts=origin, own=own, at=at and [at[one] for one in fresh]
            )
            TouchedCompany.add_all(role.company_id for role in new)
            return taken_up

    @property
    def entry_facts(self) -> dict[str, object]:
        return {"person": self.person_id, "company": self.company_id}

    def end(self, *, by: "User | None", on: date) -> None:
        """End the role on that day. Costs 4 queries."""
        with transaction.atomic():
            if changed := audit.edit(self, {"ends_on": on}, action=f"{self.group}.ended", by=by):
                TouchedCompany.add(self.company)
                follow_ends([(self, changed)], by=by)

    def edit(self, *, by: "User | None", shown: dict[str, object] | None = None, **values: object) -> None:
        """Save the values that differ from those shown. Raises EditedMeanwhile. Costs nothing when none do, otherwise 6 queries."""
        with transaction.atomic():
            if changed := audit.edit(self, values, action=f"{self.group}.edited", by=by, shown=shown, together=PERIOD):
                TouchedCompany.add(self.company)
                follow_ends([(self, changed)], by=by)

    @classmethod
    def edit_many(
        cls, edits: Sequence[tuple[Self, Mapping[str, object]]], *, by: "User | None", origin: Mapping[str, object] | None = None
    ) -> list[audit.Edited[Self]]:
        """Like `edit`, for many roles, none of them twice; those that changed. Costs nothing where nothing differs, otherwise 6
        queries."""
        with transaction.atomic():
            edited = audit.edit_many(edits, action=f"{cls.group}.edited", by=by, facts=origin)
            TouchedCompany.add_all(one.row.company_id for one in edited)
            follow_ends([(one.row, one.changes) for one in edited], by=by)
            return edited


# Called with the roles whose end was set, moved or taken back. Filled by holders.py.
role_ends: "Registry[Callable[[Sequence[Role], User | None], None]]" = Registry("what ends with a role")


def follow_ends(edited: "Sequence[tuple[Role, audit.Changes]]", *, by: "User | None") -> None:
    """End what belongs to roles that ended, or continue it where the end was taken back. Costs nothing where no end was moved."""
    roles = [role for role, changes in edited if "ends_on" in changes]
    for follow in role_ends if roles else ():
        follow(roles, by)


def one_running(name: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(fields=["person", "company"], condition=Q(ends_on=None), name=name)


def ends_after_start(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name=name)


class DecisionMaker(Role):
    """A person who decides about supplier, repair and service."""

    class Kind(models.TextChoices):
        OWNER = "owner", _("owner")
        MANAGING_DIRECTOR = "managing_director", _("managing director")
        BRANCH_MANAGER = "branch_manager", _("branch manager")
        FLEET_MANAGER = "fleet_manager", _("fleet manager")
        OTHER = "other", _("other")

    group = Group.DECISION_MAKER
    of_person = "decision_maker_roles"
    carried = (*Role.carried, "kind", "decides_supply", "decides_service")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name=of_person)
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="decision_makers")
    kind = models.CharField(_("kind"), max_length=17, choices=Kind, default=Kind.OTHER)
    decides_supply = models.BooleanField(_("decides who supplies the vehicles"), default=True)
    decides_service = models.BooleanField(_("decides who repairs and services the vehicles"), default=True)

    class Meta:
        verbose_name = _("decision-maker")
        verbose_name_plural = _("decision-makers")
        constraints = [one_running("one_running_decision_maker"), ends_after_start("decision_maker_ends_after_start")]


class VehicleUser(Role):
    """An employee with a personally assigned company car."""

    group = Group.USER
    of_person = "user_roles"
    carried = (*Role.carried, "may_choose", "interests")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name=of_person)
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="users")
    may_choose = models.BooleanField(_("may choose the vehicle"), default=True)
    interests = models.CharField(_("interests"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("user of a company car")
        verbose_name_plural = _("users of company cars")
        constraints = [one_running("one_running_vehicle_user"), ends_after_start("vehicle_user_ends_after_start")]


class Driver(Role):
    """Somebody who drives functional vehicles."""

    group = Group.DRIVER
    of_person = "driver_roles"
    carried = (*Role.carried, "drinks")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name=of_person)
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="drivers")
    drinks = models.CharField(_("favourite drink"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("driver")
        verbose_name_plural = _("drivers")
        constraints = [one_running("one_running_driver"), ends_after_start("driver_ends_after_start")]


GROUPS: dict[str, type[Role]] = {Group.DECISION_MAKER: DecisionMaker, Group.USER: VehicleUser, Group.DRIVER: Driver}

for _model in GROUPS.values():
    role_kinds.register(_model.group, RoleKind(_model.of_person, _model.objects))


def known_only_within(person: Person, user: "User", *, may: str) -> bool:
    """True where `user` holds `may` at every company that knows the person, or at the centre of one without any role: what is done to
    the person concerns all of them. Costs at most 4 queries."""
    if not Person.objects.where(user, may=may).filter(pk=person.pk).exists():
        return False
    reach = in_reach(user, may=may)
    return not any(model._default_manager.filter(person=person).exclude(company__in=reach).exists() for model in GROUPS.values())
