from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Centre, Company, in_reach
from contacts import hospitality as ledger
from contacts.memory.models import interaction
from contacts.models import Channel, Person
from fleetportal.core import audit
from fleetportal.core.db import above, bulk, lock
from fleetportal.core.db.prepared import Prepared, PreparedUpdate, insert
from fleetportal.core.links import Link, digest
from fleetportal.core.outbox.message import Message
from fleetportal.core.outbox.queueing import MessageDraft, queue
from gifts import codes
from gifts.models.claim import Claim
from gifts.models.programme import READABLE, Allowance, Issue, Programme, Way
from gifts.models.refusals import (
    DriverHasOne,
    NobodysVoucher,
    VoucherExpired,
    VoucherForeign,
    VoucherRefused,
    VoucherRevoked,
    VoucherSpent,
    VoucherTaken,
)

if TYPE_CHECKING:
    from accounts.models import User
    from gifts.models.redemption import Redemption


class State(models.TextChoices):
    FREE = "free", gettext_lazy("free")
    CLAIMED = "claimed", gettext_lazy("claimed")
    REDEEMED = "redeemed", gettext_lazy("used")
    EXPIRED = "expired", gettext_lazy("expired")
    REVOKED = "revoked", gettext_lazy("revoked")


@dataclass(frozen=True)
class Said:
    """What the claimant typed, and the marks by which the same driver is known again."""

    first_name: str = ""
    place: str = ""  # company or plate, as typed
    marks: Sequence[str] = ()


class VoucherQuerySet(models.QuerySet["Voucher"]):
    def where(self, user: "User", *, may: str) -> Self:
        """Vouchers of programmes run by a centre on which `user` holds `may`."""
        return self.filter(programme__in=Programme.objects.where(user, may=may))

    def visible_to(self, user: "User") -> Self:
        """Vouchers whose company, and with it the driver's name, is in reach."""
        return self.filter(company__in=in_reach(user, may="meet_customers"))

    def claimable(self, *, on: date) -> Self:
        return self.filter(state=State.FREE, valid_until__gte=on)

    def redeemable(self, *, at: Centre, on: date) -> Self:
        counts_here = Programme.centres.through._default_manager.filter(programme=OuterRef("programme"), centre=at)
        return self.filter(Exists(counts_here), state=State.CLAIMED, valid_until__gte=on)

    def run_out(self, *, on: date) -> Self:
        """Vouchers that nobody can use any more but that do not say so yet."""
        return self.filter(state__in=(State.FREE, State.CLAIMED), valid_until__lt=on)

    def with_names(self) -> Self:
        """With what every page says of a voucher. No query of its own."""
        return self.select_related("programme__centre", "issue", "person", "company")

    def for_door(self) -> Self:
        """With what the wash reads, what for and for whom, and nothing else. No query of its own."""
        read = ("programme__name", "programme__details", "person__first_name", "person__last_name", "person__title", "company__name")
        return self.select_related("programme", "person", "company").only("state", "valid_until", *read)

    def found_by_code(self, typed: str) -> "Voucher | None":
        """The voucher whose code was typed. Costs 1 query, none where it cannot be a code."""
        code = codes.fold_code(typed)
        return behind_code.first(code_hash=codes.code_hash(code)) if code else None

    def found_by_token(self, token: str) -> "Voucher | None":
        """The voucher whose personal link, in a QR code, was scanned. Costs 1 query."""
        return behind_token.first(token_hash=digest(token), now=timezone.now())

    def found_by_card(self, token: str) -> "Voucher | None":
        """The voucher whose printed card was scanned. Costs 2 queries."""
        card = Link.objects.find("claim", token)
        return self.with_names().filter(pk=card.subject_id).first() if card else None

    def next_in_pool(self, programme: Programme, *, on: date) -> "Voucher | None":
        """A free voucher of the claim page that nobody else is taking right now, locked where the database can."""
        free = self.filter(programme=programme, issue__way=Way.POOL).claimable(on=on).order_by("pk")
        if connection.features.has_select_for_update_skip_locked:
            free = free.select_for_update(skip_locked=True, of=("self",))
        return free.first()


class Voucher(models.Model):
    """One voucher: free, claimed by one driver, redeemed by one wash; or expired, or revoked."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="vouchers")
    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="vouchers")
    nonce = models.BinaryField()
    code_hash = models.CharField(max_length=64, unique=True)
    value_cents = models.BigIntegerField()
    valid_until = models.DateField(gettext_lazy("valid until"))
    state = models.CharField(gettext_lazy("state"), max_length=8, choices=State, default=State.FREE)
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="vouchers")
    company = models.ForeignKey(Company, null=True, on_delete=models.SET_NULL, related_name="vouchers")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    revoked_because = models.CharField(max_length=200, blank=True)

    objects = VoucherQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("voucher")
        verbose_name_plural = gettext_lazy("vouchers")
        indexes = [
            models.Index(fields=["programme", "state", "id"], name="voucher_by_programme"),
            models.Index(fields=["state", "valid_until"], name="voucher_running_out"),
            models.Index(fields=["person", "-id"], name="voucher_by_person"),
            models.Index(fields=["company", "-id"], name="voucher_by_company"),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.pk}"

    @property
    def code(self) -> str:
        """The typed code, grouped."""
        return codes.grouped(codes.code_of(bytes(self.nonce)))

    def has_expired(self, *, on: date) -> bool:
        return self.valid_until < on

    @property
    def link(self) -> Link | None:
        """The personal link. Costs 1 query."""
        return Link.objects.filter(scope="voucher", subject_id=self.pk, revoked_at=None).order_by("pk").first()

    @property
    def card(self) -> Link | None:
        """The link printed on the card. Costs 1 query."""
        return Link.objects.filter(scope="claim", subject_id=self.pk).order_by("pk").first()

    # --- claim -----------------------------------------------------------------------------------------------------------

    def claim(self, person: Person, *, company: Company | None, by: "User | None", said: Said = Said()) -> "Claim":
        """The claim of this voucher for `person`: a driver's own act (`by=None`), or a member of staff's on their behalf.

        Raises VoucherTaken, VoucherExpired, VoucherRevoked, DriverHasOne, CapReached; nothing has changed then. Costs 17 queries.
        """
        with transaction.atomic():
            lock(person)  # the cap hangs on whom they work for, which staff may be saying at this moment
            now = timezone.now()
            day = self.programme.centre.today(now)
            period, marks = self.programme.period_of(day), sorted({person_mark(person), *said.marks})
            if not Allowance.objects.take(self.programme, period, marks):
                raise self.second_one()
            free = Voucher.objects.filter(Q(person=None) | Q(person=person), pk=self.pk).claimable(on=day)
            if not free.update(state=State.CLAIMED, person=person, company=company):
                raise Voucher.objects.get(pk=self.pk).refusal_to_claim()
            before, (self.state, self.person, self.company) = self.person_id, (State.CLAIMED, person, company)
            claim = Claim.objects.create(
                voucher=self, person=person, period=period, marks=marks, first_name=said.first_name, place=said.place, claimed_by=by
            )
            ledger.receive(person, company=company, cents=self.value_cents, kind="voucher.claimed", about=self, on=day)
            changes = {"state": (State.FREE, State.CLAIMED), "person": (before, person.pk)}
            audit.record("voucher.claimed", self, by=by, changes=changes, facts={"way": self.issue.way})
            self.tell("voucher.claimed", about=claim, by=by)
            self._open_link()
            return claim

    def _open_link(self) -> Link:
        """The personal link, made where there is none yet."""
        return self.link or Link.objects.make("voucher", self.pk, expires_at=self.programme.end_of(self.valid_until) + READABLE)

    def tell(self, kind: str, *, about: models.Model, by: "User | None") -> None:
        """A line on the company's timeline; none while the company is not known. No reason to contact anybody hangs on a wash."""
        if self.company:
            where: dict[str, Any] = {"company": self.company, "person": self.person, "channel": Channel.IN_PERSON, "touches": False}
            interaction.record(kind, about=about, by=by, **where)

    def second_one(self) -> DriverHasOne:
        words = _("One voucher per driver: for these details one was taken in this period already.")
        return DriverHasOne(words, facts={"centre": self.programme.centre.name, "phone": self.programme.centre.phone})

    def refusal_to_claim(self) -> VoucherRefused:
        """Why this voucher, as it stands in the database, cannot be claimed."""
        if self.state == State.REVOKED:
            return VoucherRevoked(_("This voucher was withdrawn."))
        if self.state in (State.CLAIMED, State.REDEEMED) or (self.state == State.FREE and self.person_id):
            return VoucherTaken(_("This voucher has been claimed already."))
        return VoucherExpired(_("This voucher could be used until %s.") % _day(self.valid_until))

    # --- redeem ----------------------------------------------------------------------------------------------------------

    def redeem(self, *, by: "User | None", wash: Centre) -> "Redemption":
        """The redemption of this voucher at `wash`.

        Raises VoucherSpent, VoucherExpired, VoucherRevoked, VoucherForeign, NobodysVoucher; nothing has changed then. Costs 5 queries.
        """
        now = timezone.now()
        day = wash.today(now)
        with transaction.atomic(savepoint=False):  # whoever is refused below has written nothing that must be taken back
            if redeem_one(pk=self.pk, at=wash.pk, on=day):
                self.state = State.REDEEMED
                redemption = insert(bulk.new(above(Voucher, "redemptions").model, voucher=self, wash=wash, redeemed_by=by, redeemed_at=now))
                audit.record("voucher.redeemed", self, by=by, changes={"state": (State.CLAIMED, State.REDEEMED)}, facts={"wash": wash.pk})
                self.tell("voucher.redeemed", about=redemption, by=by)
                return redemption
        raise Voucher.objects.with_names().get(pk=self.pk).refusal(at=wash, on=day)  # read again: spent where and when

    def refusal(self, *, at: Centre, on: date) -> VoucherRefused:
        """Why this voucher, as it stands in the database, is not redeemed at `at`."""
        if not self.programme.centres.filter(pk=at.pk).exists():
            places = ", ".join(self.programme.centres.values_list("name", flat=True))
            return VoucherForeign(_("This voucher is for another wash: %s.") % places)
        if self.state == State.REDEEMED:
            return self._spent()
        if self.state == State.REVOKED:
            return VoucherRevoked(_("Withdrawn on %s.") % _day(timezone.localtime(self.revoked_at, at.zone).date()))
        if self.state == State.EXPIRED or self.has_expired(on=on):
            return VoucherExpired(_("Was valid until %s.") % _day(self.valid_until))
        return NobodysVoucher(_("Nobody has claimed this voucher yet."))

    def _spent(self) -> VoucherSpent:
        redemption = self.redemptions.standing().select_related("wash", "redeemed_by").first()
        if redemption is None:  # undone a moment ago: asking again will do
            return VoucherSpent(_("Already used."))
        when = timezone.localtime(redemption.redeemed_at, redemption.wash.zone)
        time = formats.time_format(when, "H:i")
        is_today = when.date() == redemption.wash.today(timezone.now())
        words = _("Already used today at %s.") % time
        if not is_today:
            words = _("Already used on %(day)s at %(time)s.") % {"day": _day(when.date()), "time": time}
        return VoucherSpent(words, facts={"redemption": redemption, "wash": redemption.wash.name, "by": str(redemption.redeemed_by or "")})

    # --- revoke, give back, expire ---------------------------------------------------------------------------------------

    def revoke(self, *, by: "User | None", reason: str) -> None:
        """The voucher counts no more, and what it took from the driver's allowance and cap is free again.

        Raises VoucherSpent, VoucherExpired, VoucherRevoked; nothing has changed then. Costs 12 queries.
        """
        with transaction.atomic():
            now = timezone.now()
            voucher = lock(self)
            if voucher.state not in (State.FREE, State.CLAIMED):
                raise voucher.refusal_to_revoke()
            before = voucher.state
            facts: dict[str, Any] = {"state": State.REVOKED, "revoked_at": now, "revoked_by": by, "revoked_because": reason}
            Voucher.objects.filter(pk=self.pk, state=before).update(**facts)
            for field, value in facts.items():
                setattr(self, field, value)
            Link.objects.filter(scope="claim", subject_id=self.pk).revoke(now=now)
            self._release(now)
            audit.record("voucher.revoked", self, by=by, changes={"state": (before, State.REVOKED), "reason": (None, reason)})
            self.tell("voucher.revoked", about=self, by=by)

    def refusal_to_revoke(self) -> VoucherRefused:
        if self.state == State.REDEEMED:
            return VoucherSpent(_("This voucher has been used; undo that first."))
        if self.state == State.EXPIRED:
            return VoucherExpired(_("This voucher has expired by itself."))
        return VoucherRevoked(_("This voucher has been withdrawn already."))

    def _release(self, now: datetime) -> None:
        claim = Claim.objects.filter(voucher=self).first()
        if claim:
            Allowance.objects.give_back(self.programme_id, claim.period, claim.marks)
            ledger.take_back([self], now=now)

    @classmethod
    def expire_due(cls, *, now: datetime, limit: int = 500) -> int:
        """How many vouchers, at most `limit`, ran out and say so now; their value counts for nobody's year any more.

        Each by the day of the centre that runs its programme. Safe to be run by several workers at once.
        """
        expired = 0
        for centre in Centre.objects.filter(programmes__isnull=False).distinct().order_by("pk"):
            due = cls.objects.filter(programme__centre=centre).run_out(on=centre.today(now)).order_by("pk")
            with transaction.atomic():
                if connection.features.has_select_for_update_skip_locked:
                    due = due.select_for_update(skip_locked=True, of=("self",))
                rows = list(due[: limit - expired])
                cls.objects.filter(pk__in=[row.pk for row in rows]).update(state=State.EXPIRED)
                ledger.take_back([row for row in rows if row.state == State.CLAIMED], now=now)
                audit.record_many("voucher.expired", [(row, {"state": (row.state, State.EXPIRED)}) for row in rows], by=None)
            expired += len(rows)
        return expired

    # --- words -----------------------------------------------------------------------------------------------------------

    def send(self, person: Person, *, address: str = "") -> Message:
        """The message with the personal link to `person`; sent once, however often it is asked for.

        Call it inside the verb's transaction.
        """
        to = address or person.email
        return queue(
            MessageDraft(
                "gifts/mail/voucher",
                to=person,
                about=self,
                gate="service",
                key=f"voucher:{self.pk}:{codes.mark_hash('mail', to)}",
                context={"voucher": self, "link": self._open_link()},
                address=to,
            )
        )


def person_mark(person: Person) -> str:
    """The mark by which a known person is known again."""
    return codes.mark_hash("person", person.pk)


def _day(day: date) -> str:
    return formats.date_format(day, "DATE_FORMAT")


def _behind_token(token_hash: Any, now: Any) -> VoucherQuerySet:
    links = Link.objects.standing(now=now).filter(scope="voucher", token_hash=token_hash)
    return Voucher.objects.for_door().filter(pk__in=links.values("subject_id"))


behind_token: Prepared[Voucher] = Prepared(
    _behind_token, token_hash=Link._meta.get_field("token_hash"), now=Link._meta.get_field("expires_at")
)
behind_code: Prepared[Voucher] = Prepared(
    lambda code_hash: Voucher.objects.for_door().filter(code_hash=code_hash), code_hash=Voucher._meta.get_field("code_hash")
)
redeem_one = PreparedUpdate(
    lambda pk, at, on: Voucher.objects.filter(pk=pk).redeemable(at=at, on=on),
    {"state": State.REDEEMED},
    pk=Voucher._meta.pk,
    at=Centre._meta.pk,
    on=Voucher._meta.get_field("valid_until"),
)
