from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self, cast

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.customers.models.company import CompanyQuerySet
from accounts.models import Company, TouchedCompany, in_reach
from contacts.people.models.person import Channel, Person
from fleetportal.core import audit
from fleetportal.core.db import bulk, locked
from fleetportal.core.db.prepared import PreparedUpdate
from fleetportal.core.db.together import IdOf, Step, Updated, write

if TYPE_CHECKING:
    from accounts.models import User


class Direction(models.TextChoices):
    OUT = "out", _("outgoing")
    IN = "in", _("incoming")


class Outcome(models.TextChoices):
    REACHED = "reached", _("reached")
    NOT_REACHED = "not_reached", _("not reached")
    LEFT_WORD = "left_word", _("left a message")
    WANTS_MEETING = "wants_meeting", _("wants a meeting")
    NOT_INTERESTED = "not_interested", _("not interested")
    WRONG_NUMBER = "wrong_number", _("wrong number")
    COMPLAINED = "complained", _("complained")


MENDED_AT_ONCE = 2000  # companies
NEVER = datetime(1, 1, 2, tzinfo=UTC)  # the second day, so that no time zone moves it before the first year
NOTE = "note"  # the kind of what staff note down without a contact
CONTACT = "contact"  # the kind of contacts logged by staff
# Of contacts logged by staff. A meeting held, a guest checked in and a gift handed out are real contacts too.
REAL_CONTACT = (Outcome.REACHED, Outcome.WANTS_MEETING, Outcome.NOT_INTERESTED, Outcome.COMPLAINED)


class InteractionQuerySet(models.QuerySet["Interaction"]):
    def where(self, user: "User", *, may: str) -> Self:
        return self.filter(company__in=in_reach(user, may=may))

    def visible_to(self, user: "User") -> Self:
        """Interactions of companies in reach, whatever other companies the person belongs to."""
        return self.where(user, may="see_customers")

    def real(self) -> Self:
        """Real contacts: a conversation, a message from the customer, a visit. They reset the cadence."""
        return self.filter(is_real_contact=True)

    def correctable_by(self, user: "User") -> Self:
        """Contacts logged by staff that `user` may correct or withdraw: their own, and all of centres whose customers they serve."""
        mine = Q(by=user) | Q(company__centre__in=user.rights.centres("serve_customers"))
        return self.where(user, may="meet_customers").filter(mine, kind=CONTACT)

    def for_timeline(self) -> Self:
        return self.select_related("person", "company", "by").order_by("-happened_at", "-id")


class Interaction(models.Model):
    """An interaction between us and a person, on any channel; stored with the company it concerns."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="interactions")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="interactions")
    kind = models.CharField(max_length=40)  # "call", "visit", "event.registered", …: timeline renderers are registered by it
    channel = models.CharField(_("channel"), max_length=9, choices=Channel)
    direction = models.CharField(max_length=3, choices=Direction, default=Direction.OUT)
    outcome = models.CharField(_("outcome"), max_length=14, choices=Outcome, blank=True)
    text = models.TextField(_("in one sentence"), blank=True, max_length=2000)
    is_real_contact = models.BooleanField(default=False)
    happened_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    about_type = models.CharField(max_length=60, blank=True)
    about_id = models.BigIntegerField(null=True)

    objects = InteractionQuerySet.as_manager()

    class Meta:
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")
        indexes = [
            models.Index(fields=["company", "-happened_at", "-id"], name="interaction_by_company"),
            models.Index(fields=["person", "-happened_at", "-id"], name="interaction_by_person"),
            models.Index(fields=["person", "-happened_at"], name="interaction_real", condition=Q(is_real_contact=True)),
            models.Index(fields=["-happened_at", "-id"], name="interaction_from_customers", condition=Q(direction="in")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.company}"

    @classmethod
    def log(
        cls,
        company: Company,
        *,
        person: Person | None,
        channel: str,
        outcome: str,
        text: str,
        by: "User | None",
        direction: str = Direction.OUT,
        happened_at: datetime | None = None,
        now: datetime | None = None,
    ) -> "Interaction":
        """A contact that a member of staff had, in one sentence; `now` is the time of entry, if it was earlier.

        Costs 1 query; on SQLite 3, 4 for a real one.
        """
        with transaction.atomic():
            line = line_of(
                CONTACT,
                company=company,
                person=person,
                by=by,
                channel=channel,
                outcome=outcome,
                text=text,
                direction=direction,
                happened_at=happened_at,
                is_real_contact=outcome in REAL_CONTACT,
            )
            interaction = cast(Interaction, line[0])
            write(*line, *audit.entry_of("interaction.logged", interaction, by=by, facts={"company": company.pk}, at=now))
            return interaction

    @classmethod
    def note(cls, company: Company, *, text: str, by: "User | None", person: Person | None = None) -> "Interaction":
        """A note on the timeline that is no contact. Costs 1 query; on SQLite 2."""
        with transaction.atomic():
            line = line_of(NOTE, company=company, person=person, by=by, text=text, touches=False)
            interaction = cast(Interaction, line[0])
            write(*line, *audit.entry_of("interaction.noted", interaction, by=by, facts={"company": company.pk}))
            return interaction

    @classmethod
    def log_many(cls, contacts: "Sequence[Interaction]", *, by: "User | None", at: Sequence[datetime] | None = None) -> None:
        """Save the new `contacts` of `by`, like `log` for each; `at` has the time of entry of each, if it was earlier.

        Costs 5 queries for a thousand, 7 with real ones.
        """
        with transaction.atomic():
            for contact in contacts:
                contact.kind, contact.by, contact.is_real_contact = CONTACT, by, contact.outcome in REAL_CONTACT
            bulk.add(contacts)
            keep_last_contacts(contacts)
            TouchedCompany.add_all(contact.company_id for contact in contacts)
            own = [{"company": contact.company_id} for contact in contacts]
            audit.record_many("interaction.logged", [(contact, {}) for contact in contacts], by=by, own=own, at=at)

    def is_correctable_by(self, user: "User") -> bool:
        """What `correctable_by` finds, of a row whose company is in reach. No query where the company was read with it."""
        own = self.by_id == user.pk or self.company.centre_id in user.rights.centres("serve_customers")
        return own and self.kind == CONTACT

    def correct(self, *, by: "User | None", **values: object) -> audit.Changes:
        """Save the values of a logged contact that differ, with what follows from them: whether it was a real contact, and the last one
        of its company. What has changed, with the value before. Costs at most 7 queries."""
        with transaction.atomic():
            real = {"is_real_contact": values.get("outcome", self.outcome) in REAL_CONTACT}
            was_real = self.is_real_contact
            changed = audit.edit(self, {**values, **real}, action="interaction.corrected", by=by)
            if changed:
                TouchedCompany.add(self.company)
            if was_real or self.is_real_contact:
                find_last_contacts([self.company_id])
            return changed

    def take_back(self, *, by: "User | None") -> None:
        """Delete a contact that was just logged by mistake; the history records it. Costs 4 queries, 6 for a real one."""
        with transaction.atomic():
            audit.record("interaction.taken_back", self, by=by, facts={"company": self.company_id})
            TouchedCompany.add(self.company)
            self.delete()
            keep_last_contacts([self])


def take_back_all(kind: str, about: models.Model) -> None:
    """Remove the lines of `kind` about `about` from the timeline: it did not happen. Costs 2 queries, 4 where they were contacts."""
    lines = Interaction.objects.filter(kind=kind, about_type=audit.label(about), about_id=about.pk)
    gone = list(lines)
    lines.delete()
    keep_last_contacts(gone)


def record_many(kind: str, rows: Sequence[Any], *, by: "User | None", channel: str, **facts: object) -> None:
    """Add a timeline line about each of `rows`, all of one model with company and person. Touches no company.

    Costs 1 query, none without rows.
    """
    now = timezone.now()
    lines = [
        Interaction(
            kind=kind,
            company_id=row.company_id,
            person_id=row.person_id,
            by=by,
            channel=channel,
            happened_at=now,
            about_type=audit.label(row),
            about_id=row.pk,
            **facts,
        )
        for row in rows
    ]
    Interaction.objects.bulk_create(lines)
    keep_last_contacts(lines)


def record(
    kind: str,
    *,
    company: Company,
    person: Person | None,
    by: "User | None",
    about: models.Model | None = None,
    channel: str = Channel.IN_PERSON,
    happened_at: datetime | None = None,
    touches: bool = True,
    **facts: object,
) -> Interaction:
    """Add a verb's result to the timeline and mark the company's reasons as due, unless none depends on it (`touches=False`).

    Costs 2 queries, 1 where nothing is due, and 1 for a real contact.
    """
    steps = line_of(
        kind, company=company, person=person, by=by, about=about, channel=channel, happened_at=happened_at, touches=touches, **facts
    )
    for step in steps:
        write(step)
    return cast(Interaction, steps[0])


def line_of(
    kind: str,
    *,
    company: Company,
    person: Person | None,
    by: "User | None",
    about: models.Model | None = None,
    channel: str = Channel.IN_PERSON,
    happened_at: datetime | None = None,
    touches: bool = True,
    **facts: object,
) -> list[Step]:
    """What `record` writes, the interaction first, for a verb that writes it together with its own rows: `about` may be one of those.

    Call it inside the verb's transaction and write all of it.
    """
    line = Interaction(
        kind=kind,
        company=company,
        person=person,
        by=by,
        channel=channel,
        happened_at=happened_at or timezone.now(),
        about_type=audit.label(about) if about else "",
        **facts,
    )
    line.__dict__["about_id"] = IdOf(about) if about else None  # `about` may have no id yet
    steps: list[Step] = [line]
    if line.is_real_contact:
        steps.append(Updated(contact_was_had, {"company": company.pk, "at": line.happened_at}))
    return steps + (TouchedCompany.touches_of(company) if touches else [])


contact_was_had = PreparedUpdate(
    lambda company, at: Company.objects.filter(Q(last_contact_at=None) | Q(last_contact_at__lt=at), pk=company),
    to={"last_contact_at": "{at}"},
    company=Company._meta.pk,
    at=Interaction.happened_at.field,
)


def keep_last_contacts(contacts: Iterable[Interaction]) -> None:
    """Update the stored last contact of the companies of `contacts`, which were added or removed.

    Costs nothing where none of them is real, otherwise 2 queries.
    """
    find_last_contacts(contact.company_id for contact in contacts if contact.is_real_contact)


def find_last_contacts(companies: Iterable[int]) -> int:
    """Update the stored last contact of `companies`; how many were wrong.

    Their rows are locked first: others who remove contacts of them wait and look after this one. Costs nothing for none, otherwise 2
    queries.
    """
    ids = sorted(set(companies))
    if not ids:
        return 0
    with transaction.atomic(savepoint=False):  # within a verb: rolled back with it
        list(locked(Company.objects.filter(pk__among=ids)).values_list("pk", flat=True))
        return with_other_contact(Company.objects.filter(pk__among=ids)).update(last_contact_at=F("contact_now"))


def mend_last_contacts(companies: Iterable[int]) -> int:
    """Correct the stored last contact of `companies`; how many were wrong: none, unless rows were written without the verbs.

    Costs 1 query where all are right, otherwise 3.
    """
    return find_last_contacts(with_other_contact(Company.objects.filter(pk__among=sorted(companies))).values_list("pk", flat=True))


def mend_all_last_contacts() -> int:
    """The same for every company, in slices. Costs 2 queries for each MENDED_AT_ONCE of them, more where one is wrong."""
    mended = after = 0
    while ids := list(Company.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:MENDED_AT_ONCE]):
        mended, after = mended + mend_last_contacts(ids), ids[-1]
    return mended


def with_other_contact(companies: CompanyQuerySet) -> CompanyQuerySet:
    """Companies whose stored last contact differs from `contact_now`, the newest real one."""
    newest = Interaction.objects.real().filter(company=OuterRef("pk")).order_by("-happened_at").values("happened_at")[:1]
    never = Value(NEVER, models.DateTimeField())
    now = companies.annotate(contact_now=Subquery(newest))
    kept = now.annotate(kept_or_never=Coalesce("last_contact_at", never), now_or_never=Coalesce("contact_now", never))
    return kept.exclude(kept_or_never=F("now_or_never"))
