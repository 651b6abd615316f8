import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, in_reach
from contacts.people.models.person import PersonAddress, PersonAddressQuerySet, PersonQuerySet
from fleetportal.core import audit
from fleetportal.core.db import bulk

if TYPE_CHECKING:
    from accounts.models import User


class Purpose(models.TextChoices):
    INVITATIONS = "invitations", _("Invitations")
    OFFERS = "offers", _("Offers")
    NEWS = "news", _("News")
    GREETINGS = "greetings", _("Greetings")
    SURVEYS = "surveys", _("Surveys")


class Basis(models.TextChoices):
    CONSENT = "consent", _("consent")
    EXISTING_CUSTOMER = "existing_customer", _("existing customer")
    CONTRACT = "contract", _("contract")


class ConsentQuerySet(models.QuerySet["Consent"]):
    def latest_for(self, purpose: str | OuterRef) -> Self:
        """For a subquery over PersonAddress: the newest entry of each address for `purpose`."""
        return self.filter(address=OuterRef("pk"), purpose=purpose).order_by("-at", "-id")

    def seen_by(self, user: "User") -> Self:
        """Entries stored with a company in `user`'s reach, or with none."""
        return self.filter(Q(company=None) | Q(company__in=in_reach(user, may="see_customers")))

    def update(self, **kwargs: object) -> NoReturn:
        raise TypeError("An entry of the ledger is never changed; a new one says what holds now.")

    def bulk_create(self, *args: Any, **kwargs: Any) -> "list[Consent]":
        """Inserts new entries; never changes the text of an existing one."""
        if kwargs.get("update_conflicts"):
            raise TypeError("An entry of the ledger is never changed; a new one says what holds now.")
        return super().bulk_create(*args, **kwargs)

    def for_ledger(self) -> Self:
        return self.select_related("address", "recorded_by").order_by("-at", "-pk")


class Consent(models.Model):
    """One entry of the ledger: consent given or withdrawn for an address and a purpose. Never changed; the newest entry counts."""

    address = models.ForeignKey(PersonAddress, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(_("purpose"), max_length=11, choices=Purpose)
    is_given = models.BooleanField(_("given"))
    basis = models.CharField(_("legal basis"), max_length=17, choices=Basis, default=Basis.CONSENT)
    wording = models.TextField(_("wording"))
    wording_hash = models.CharField(max_length=64)
    language = models.CharField(max_length=8)
    source = models.CharField(_("source"), max_length=60)  # "preferences page", "at the counter", "event registration"
    company = models.ForeignKey(Company, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes = [models.Index(fields=["address", "purpose", "-at", "-id"], name="consent_newest")]

    def __str__(self) -> str:
        return f"{self.address} {self.purpose} {self.is_given}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Saves a new entry; on an existing one only the address may change, when two people are merged."""
        if self.pk and kwargs.get("update_fields") != ["address"]:
            raise TypeError("An entry of the ledger is never changed; a new one says what holds now.")
        super().save(*args, **kwargs)

    @classmethod
    def enter(
        cls,
        address: PersonAddress,
        purpose: str,
        *,
        is_given: bool,
        wording: str,
        source: str,
        by: "User | None",
        language: str,
        company: Company | None = None,
        basis: str = Basis.CONSENT,
        now: datetime | None = None,
    ) -> "Consent":
        """Add an entry to the ledger; it applies immediately, also to queued messages. Costs 3 queries.

        `now` is the time of the answer, if it was earlier.
        """
        with transaction.atomic():
            consent = cls.objects.create(
                address=address,
                purpose=purpose,
                is_given=is_given,
                basis=basis,
                wording=wording,
                wording_hash=hash_of(wording),
                language=language,
                source=source,
                company=company,
                recorded_by=by,
                at=now or timezone.now(),
            )
            audit.record(consent.act, consent, by=by, facts=consent.entry_facts, at=consent.at)
            return consent

    @classmethod
    def enter_many(cls, consents: "Sequence[Consent]", *, by: "User | None") -> None:
        """Save the new `consents`, like `enter` for each, with their own times. Costs 6 queries for a thousand."""
        with transaction.atomic():
            for consent in consents:
                consent.recorded_by, consent.wording_hash = by, hash_of(consent.wording)
            bulk.add(consents)
            for act in sorted({consent.act for consent in consents}):
                said = [consent for consent in consents if consent.act == act]
                own, at = [consent.entry_facts for consent in said], [consent.at for consent in said]
                audit.record_many(act, [(consent, {}) for consent in said], by=by, own=own, at=at)

    @property
    def act(self) -> str:
        """The name of the action in the history."""
        return "consent.given" if self.is_given else "consent.withdrawn"

    @property
    def entry_facts(self) -> dict[str, object]:
        return {"purpose": str(self.purpose)}


@lru_cache(maxsize=1024)
def hash_of(wording: str) -> str:
    return hashlib.sha256(wording.encode()).hexdigest()


def reachable(people: PersonQuerySet, channel: str, purpose: str) -> PersonQuerySet:
    """Those of `people` with a usable address on `channel` that consents to `purpose`."""
    said_yes = with_consent(PersonAddress.objects.filter(person=OuterRef("pk"), channel=channel), purpose)
    return people.filter(Exists(said_yes))


def addresses_with_consents(path: str = "") -> "Prefetch[Any]":
    """Prefetches a person's addresses, each with its consent entries, newest first; `path` leads from the rows to the person. 2
    queries."""
    consents = Prefetch("consents", Consent.objects.order_by("-at", "-pk"))
    return Prefetch(f"{path}addresses", PersonAddress.objects.order_by("is_private", "pk").prefetch_related(consents))


def with_consent(addresses: PersonAddressQuerySet, purpose: str | OuterRef) -> PersonAddressQuerySet:
    """The usable `addresses` whose newest entry for `purpose` is a yes: the only definition of marketing consent."""
    newest = Subquery(Consent.objects.latest_for(purpose).values("is_given")[:1])
    return addresses.usable().annotate(said_yes=newest).filter(said_yes=True)
