from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import connection, models
from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Centre, Company, in_reach
from accounts.staff.models.centre import dates_on_earth
from contacts.models import Person
from fleetportal.core import days
from fleetportal.core.db.prepared import Prepared
from fleetportal.core.links import Link, digest
from gifts import codes
from gifts.models.programme import Issue, Programme, ProgrammeQuerySet, Way
from gifts.models.refusals import (
    VoucherExpired,
    VoucherRefused,
    VoucherRevoked,
    VoucherSpent,
    VoucherTaken,
)

if TYPE_CHECKING:
    from accounts.models import User


class VoucherState(models.TextChoices):
    FREE = "free", gettext_lazy("free")
    CLAIMED = "claimed", gettext_lazy("claimed")
    REDEEMED = "redeemed", gettext_lazy("redeemed")
    EXPIRED = "expired", gettext_lazy("expired")
    REVOKED = "revoked", gettext_lazy("withdrawn")


READ_AT_THE_WASH = (
    "state",
    "valid_until",
    "programme__name",
    "programme__details",
    "person__first_name",
    "person__last_name",
    "person__title",
    "company__name",
)


class VoucherQuerySet(models.QuerySet["Voucher"]):
    def where(self, user: "User", *, may: str) -> Self:
        """Vouchers of programmes run by a centre on which `user` holds `may`."""
        return self.filter(programme__in=Programme.objects.where(user, may=may))

    def visible_to(self, user: "User") -> Self:
        """Vouchers whose company, and with it the driver's name, is in reach."""
        return self.filter(company__in=in_reach(user, may="meet_customers"))

    def claimable(self, *, on: date) -> Self:
        return self.filter(state=VoucherState.FREE, valid_until__gte=on)

    def redeemable(self, *, at: Centre, on: date) -> Self:
        count_here = Programme.centres.through._default_manager.filter(centre=at).values("programme")
        return self.filter(programme__in=count_here, state=VoucherState.CLAIMED, valid_until__gte=on)

    def run_out(self, *, on: date) -> Self:
        """Vouchers past their last day that are not marked as expired yet."""
        return self.filter(state__in=(VoucherState.FREE, VoucherState.CLAIMED), valid_until__lt=on)

    def with_names(self) -> Self:
        """With everything that pages show of a voucher. No additional query."""
        return self.select_related("programme__centre", "issue", "person", "company")

    def for_door(self) -> Self:
        """With only what the wash needs: the service and the driver. No additional query."""
        return self.select_related("programme", "person", "company").only(*READ_AT_THE_WASH)

    def found_by_code(self, typed: str) -> "Voucher | None":
        """The voucher with the typed code. Costs 1 query, none where it cannot be a code."""
        code = codes.fold_code(typed)
        return behind_code.first(code_hash=codes.code_hash(code)) if code else None

    def found_by_token(self, token: str) -> "Voucher | None":
        """The voucher with the scanned personal link. Costs 1 query."""
        return behind_token.first(token_hash=digest(token), now=timezone.now())

    def found_by_card(self, token: str) -> "Voucher | None":
        """The voucher of the scanned card. Costs 2 queries."""
        card = Link.objects.find("claim", token)
        return self.with_names().filter(pk=card.subject_id).first() if card else None

    def unclaimed_by(self, person: Person, programme: Programme, *, on: date) -> Self:
        """The personal vouchers of `programme` that were issued to `person` and that they may still claim, the first one first."""
        return self.filter(programme=programme, person=person, issue__way=Way.PERSONAL).claimable(on=on).order_by("pk")

    def next_in_pool(self, programme: Programme, *, on: date) -> "Voucher | None":
        """A free voucher of the claim page, locked where the database supports it, skipping those locked by others."""
        free = self.filter(programme=programme, issue__way=Way.POOL).claimable(on=on).order_by("pk")
        if connection.features.has_select_for_update_skip_locked:
            free = free.select_for_update(skip_locked=True, of=("self",))
        return free.first()


def with_figures(programmes: ProgrammeQuerySet) -> ProgrammeQuerySet:
    """`programmes` with the figures a row shows, in one query: issued, ever taken, used, and the value used."""
    taken, used = Q(vouchers__state__in=(VoucherState.CLAIMED, VoucherState.REDEEMED)), Q(vouchers__state=VoucherState.REDEEMED)
    return programmes.select_related("centre").annotate(
        issued_count=Count("vouchers"),
        taken_count=Count("vouchers", filter=taken),
        redeemed_count=Count("vouchers", filter=used),
        redeemed_cents=Sum("vouchers__value_cents", filter=used, default=0),
    )


class Voucher(models.Model):
    """One voucher: free, claimed by one driver, redeemed by one wash; or expired, or revoked."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="vouchers")
    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="vouchers")
    nonce = models.BinaryField()
    code_hash = models.CharField(max_length=64, unique=True)
    value_cents = models.BigIntegerField()
    valid_until = models.DateField(gettext_lazy("valid until"))
    state = models.CharField(gettext_lazy("state"), max_length=8, choices=VoucherState, default=VoucherState.FREE)
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

    @property
    def is_personal(self) -> bool:
        """True when it was issued to one driver; a card or a voucher of a claim page is anybody's until it is claimed."""
        return self.issue.way == Way.PERSONAL

    @property
    def first_name_said(self) -> str:
        """The first name its own page may say: the one typed at the claim, spelled as it was typed, or that of whom it was issued to.

        Costs 1 query where `claim_made` was not fetched along.
        """
        claim = None if self.is_personal else getattr(self, "claim_made", None)
        typed: str = claim.first_name if claim else ""
        return typed or (self.person.first_name if self.person else "")

    def has_expired(self, *, on: date) -> bool:
        """True where its last day lies before `on`: the date at a wash, or `today` for all of them."""
        return self.valid_until < on

    def today(self, now: datetime) -> date:
        """The programme's date that decides whether this voucher has expired. Costs 1 query around its last day, otherwise none."""
        earliest, latest = dates_on_earth(now)
        return self.programme.today(now) if earliest <= self.valid_until < latest else earliest

    @property
    def link(self) -> Link | None:
        """The personal link, also once it has expired. Costs 1 query."""
        return Link.objects.unrevoked_for("voucher", self.pk)

    def refusal_to_claim(self, person: Person) -> VoucherRefused:
        """Why this voucher, in its current state, can't be claimed for `person`."""
        if self.state == VoucherState.REVOKED:
            return VoucherRevoked(_("This voucher has been withdrawn."))
        if self.state in (VoucherState.CLAIMED, VoucherState.REDEEMED) or (
            self.state == VoucherState.FREE and self.person_id not in (None, person.pk)
        ):
            return VoucherTaken(_("This voucher has already been claimed."))
        return VoucherExpired(_("This voucher was valid until %s.") % day_in_words(self.valid_until))

    def refusal_to_revoke(self) -> VoucherRefused:
        if self.state == VoucherState.REDEEMED:
            return VoucherSpent(_("This voucher has been redeemed. Undo the redemption first."))
        if self.state == VoucherState.EXPIRED:
            return VoucherExpired(_("This voucher has already expired."))
        return VoucherRevoked(_("This voucher has already been withdrawn."))


def day_in_words(day: date) -> str:
    return days.long(day)


def _behind_token(token_hash: Any, now: Any) -> VoucherQuerySet:
    links = Link.objects.valid(now=now).filter(scope="voucher", token_hash=token_hash)
    return Voucher.objects.for_door().filter(pk__in=links.values("subject_id"))


behind_token: Prepared[Voucher] = Prepared(
    _behind_token, columns=READ_AT_THE_WASH, token_hash=Link.token_hash.field, now=Link.expires_at.field
)
behind_code: Prepared[Voucher] = Prepared(
    lambda code_hash: Voucher.objects.for_door().filter(code_hash=code_hash), columns=READ_AT_THE_WASH, code_hash=Voucher.code_hash.field
)
