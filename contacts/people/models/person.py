from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self

import phonenumbers
from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Centre, Company, in_reach
from fleetportal.core import audit
from fleetportal.core.db import Folded, bulk, fold, is_one, lock, search
from fleetportal.core.db.normal_forms import Fact
from fleetportal.core.registry import Registry

if TYPE_CHECKING:
    from accounts.models import User


class Channel(models.TextChoices):
    EMAIL = "email", _("e-mail")
    PHONE = "phone", _("telephone")
    SMS = "sms", _("SMS")
    LETTER = "letter", _("letter")
    IN_PERSON = "in_person", _("in person")


class AddressState(models.TextChoices):
    UNCONFIRMED = "unconfirmed", _("unconfirmed")
    CONFIRMED = "confirmed", _("confirmed")
    BOUNCING = "bouncing", _("bouncing")
    WITHDRAWN = "withdrawn", _("withdrawn")
    WRONG = "wrong", _("wrong")


UNUSABLE = (AddressState.BOUNCING, AddressState.WITHDRAWN, AddressState.WRONG)


@dataclass(frozen=True)
class RoleKind:
    """One kind of role, registered by its model."""

    relation: str  # from a person to their roles of this kind
    rows: Any  # the model's manager: `running(on=)`, `where(user, may=)`


# group -> the roles of people of that group; filled by roles.py
role_kinds: Registry[RoleKind] = Registry("kinds of roles")


# Called with the ids of people whose name, date of birth or addresses have changed: whom they resemble now. Filled by pairs.py.
resembling: "Registry[Callable[[Sequence[int]], None]]" = Registry("what looks for people entered twice")


def look_for_doubles(people: Collection[int]) -> None:
    """Add the possible duplicates of these people to the list. Costs 1 query, nothing for none."""
    for look in resembling if people else ():
        look(sorted(people))


class PersonQuerySet(models.QuerySet["Person"]):
    def where(self, user: "User", *, may: str) -> Self:
        """People with a role, present or past, at a company where `user` holds `may`; people without any role: by the centre that
        entered them."""
        if not user.is_authenticated:
            return self.none()
        companies = in_reach(user, may=may)
        if not user.rights.centres(may):  # own companies are few: start from them, not from all people
            first, *more = [kind.rows.filter(company__in=companies).values("person") for kind in role_kinds]
            return self.filter(pk__in=first.union(*more, all=True))
        centres = user.rights.centres(may)
        # with `may` at every centre everybody with a centre is in reach: checked once, not for each row that a deep page skips
        reach = Q(~Exists(Centre.objects.exclude(pk__in=centres))) & Q(centre__isnull=False)
        unattached = Q()
        for kind in role_kinds:
            at = kind.rows.filter(person=OuterRef("pk"))
            reach |= Q(is_one(at.filter(company__in=companies)))
            unattached &= ~Q(is_one(at))
        return self.filter(reach | (Q(centre__in=centres) & unattached))  # in this order: what is cheap to ask decides first

    def visible_to(self, user: "User") -> Self:
        return self.where(user, may="meet_customers")

    def in_group(self, group: str, *, seen_by: "User") -> Self:
        """People with such a role today, at a company in `seen_by`'s reach."""
        seen = role_kinds[group].rows.running(on=timezone.localdate()).visible_to(seen_by)
        return self.filter(Exists(seen.filter(person=OuterRef("pk"))))

    def at(self, company: Company, *, also: int | None = None) -> Self:
        """People with a role at `company` today, found from its roles, and the person `also`."""
        today = timezone.localdate()
        first, *more = [kind.rows.running(on=today).filter(company=company).values("person") for kind in role_kinds]
        if also is not None:  # one more part of the union: joined by OR, all people there are would be read
            more.append(Person.objects.filter(pk=also).values("pk"))
        return self.filter(pk__in=first.union(*more, all=True))

    def with_addresses(self) -> Self:
        """With their addresses, private ones last. 2 queries."""
        return self.prefetch_related(Prefetch("addresses", PersonAddress.objects.order_by("is_private", "pk")))

    def with_roles_seen_by(self, user: "User", *, may: str = "meet_customers", among: "models.QuerySet[Company] | None" = None) -> Self:
        """With the present roles at companies where `user` holds `may`, in `person.roles_now`; other roles are not revealed. 3 queries.

        `among` narrows the companies further.
        """
        today = timezone.localdate()
        roles = []
        for kind in role_kinds:
            seen = kind.rows.running(on=today).where(user, may=may).select_related("company").order_by("company__name_folded")
            seen = seen if among is None else seen.filter(company__in=among.values("pk"))
            roles.append(Prefetch(kind.relation, seen, f"{kind.relation}_now"))
        return self.prefetch_related(*roles)


def language_default() -> str:
    return settings.LANGUAGE_CODE


class Person(Folded):
    """A person, stored once. Their relation to a company is a dated role; ways to contact them are addresses."""

    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    last_name = models.CharField(_("last name"), max_length=80, blank=True)
    title = models.CharField(
        _("form of address"),
        max_length=40,
        blank=True,
        help_text=_("How they wish to be addressed, for example Herr, Frau Dr. or Dott.ssa"),
    )
    name_folded = models.CharField(max_length=200, editable=False)  # last name first: also the order of lists
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default=language_default)
    born_on = models.DateField(_("date of birth"), null=True, blank=True)
    family = models.CharField(_("family"), max_length=300, blank=True)
    best_time = models.CharField(_("best time"), max_length=100, blank=True)
    centre = models.ForeignKey(
        Centre, null=True, blank=True, on_delete=models.SET_NULL, related_name="people", verbose_name=_("centre of first contact")
    )
    is_confirmed = models.BooleanField(_("confirmed"), default=True)  # False: made by a claim, until staff have checked it
    external_id = models.CharField(_("ID in the source system"), max_length=80, blank=True, db_index=True)
    entered_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PersonQuerySet.as_manager()
    folded = {"first_name": "name_folded", "last_name": "name_folded"}

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes = [
            models.Index(fields=["name_folded", "id", "centre"], name="person_by_name"),  # a deep page skips rows within the index
            models.Index(fields=["language", "id", "centre"], name="person_by_language"),
            models.Index(fields=["entered_at", "id"], name="person_unconfirmed", condition=Q(is_confirmed=False)),
        ]

    def __str__(self) -> str:
        return self.name

    def refold(self) -> None:
        self.name_folded = fold_name(self.first_name, self.last_name)

    @property
    def name(self) -> str:
        return full_name(self.first_name, self.last_name)

    @property
    def addressed(self) -> str:
        """The name with the person's preferred title: Herr Brandt."""
        return f"{self.title} {self.last_name or self.first_name}".strip() if self.title else self.name

    @property
    def titled_name(self) -> str:
        """The whole name after the preferred title: Herr Jan Brandt."""
        return f"{self.title} {self.name}".strip()

    @property
    def initials(self) -> str:
        return (self.first_name[:1] + self.last_name[:1]).upper() or "?"

    def usable_address(self, channel: str) -> "PersonAddress | None":
        """The first usable address of that channel; no query on rows of `with_addresses()`."""
        usable = [a for a in self.addresses.all() if a.channel == channel and a.is_usable]
        return min(usable, key=lambda a: (a.is_private, a.pk), default=None)

    def address_among(self, channels: Sequence[str]) -> "PersonAddress | None":
        """The first usable address of the first of `channels` that has one; no query on rows of `with_addresses()`."""
        return next((found for channel in channels if (found := self.usable_address(channel))), None)

    @property
    def roles_now(self) -> "list[Any]":
        """The present roles of `with_roles_seen_by()`, decision-maker first."""
        return [role for kind in role_kinds for role in getattr(self, f"{kind.relation}_now")]

    @property
    def email(self) -> str:
        found = self.usable_address(Channel.EMAIL)
        return found.value if found else ""

    @property
    def phone(self) -> str:
        found = self.usable_address(Channel.PHONE)
        return found.value if found else ""

    @property
    def phones(self) -> list[str]:
        """All usable telephone numbers, the first one that `phone` gives; no query on rows of `with_addresses()`."""
        usable = [a for a in self.addresses.all() if a.channel == Channel.PHONE and a.is_usable]
        return [a.value for a in sorted(usable, key=lambda a: (a.is_private, a.pk))]

    @property
    def work_phones(self) -> list[str]:
        """All usable telephone numbers that are not private; no query on rows of `with_addresses()`."""
        return [a.value for a in self.addresses.all() if a.channel == Channel.PHONE and a.is_usable and not a.is_private]

    def work_address(self, channel: str) -> str:
        """The first usable address of that channel that is not private, so that lists may show it to everybody."""
        return next((a.value for a in self.addresses.all() if a.channel == channel and a.is_usable and not a.is_private), "")

    @property
    def work_values(self) -> list[str]:
        """All usable addresses that are not private; no query on rows of `with_addresses()`."""
        return [address.value for address in self.addresses.all() if address.is_usable and not address.is_private]

    @property
    def work_email(self) -> str:
        return self.work_address(Channel.EMAIL)

    @property
    def work_phone(self) -> str:
        return self.work_address(Channel.PHONE)

    @property
    def search_row(self) -> search.SearchRow:
        return self.search_row_with(a.value for a in self.addresses.all() if not a.is_private)

    def search_row_with(self, addresses: Iterable[str]) -> search.SearchRow:
        """The search row, given the public addresses."""
        return search.row(self, title=self.name, facts=self.facts_with(addresses))

    @property
    def searched(self) -> list[Fact]:
        """What search finds the person by; on rows of `with_addresses()` without a query."""
        return self.facts_with(address.value for address in self.addresses.all() if not address.is_private)

    def facts_with(self, addresses: Iterable[str]) -> list[Fact]:
        """Names, the number by which the company knows them, and these addresses."""
        number = Fact(self.external_id, _("ID in the source system"), "code")
        return [Fact(self.first_name), Fact(self.last_name), number, *facts_of(addresses)]


class PersonAddressQuerySet(models.QuerySet["PersonAddress"]):
    def usable(self) -> Self:
        return self.exclude(state__in=UNUSABLE)


class PersonAddress(Folded):
    """An address of a person on one channel. Consent belongs to it: a successor in a mailbox inherits neither consent nor refusal."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="addresses")
    channel = models.CharField(_("channel"), max_length=9, choices=Channel)
    value = models.CharField(_("address"), max_length=254)
    value_folded = models.CharField(max_length=254, editable=False, db_index=True)
    state = models.CharField(_("state"), max_length=11, choices=AddressState, default=AddressState.UNCONFIRMED)
    is_private = models.BooleanField(_("private"), default=False)
    entered_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PersonAddressQuerySet.as_manager()
    folded = {"value": "value_folded"}

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints = [models.UniqueConstraint(fields=["person", "channel", "value_folded"], name="one_address_once")]

    def __str__(self) -> str:
        return self.value

    def refold(self) -> None:
        self.value_folded = fold_address(self.channel, self.value)

    @classmethod
    def enter(cls, person: Person, *, channel: str, value: str, by: "User | None", **facts: object) -> "PersonAddress":
        """Another address of `person`; an existing one is returned unchanged. Costs 5 queries."""
        with transaction.atomic():
            folded = fold_address(channel, value)
            address, new = cls.objects.get_or_create(
                person=person, channel=channel, value_folded=folded, defaults={"value": value, **facts}
            )
            if new:
                search.index([person.search_row])
                audit.record("address.entered", address, by=by, facts=address.entry_facts)
                look_for_doubles([person.pk])
            return address

    @classmethod
    def enter_many(
        cls, addresses: Sequence["PersonAddress"], *, by: "User | None", origin: Mapping[str, object] | None = None
    ) -> "list[PersonAddress]":
        """Save the new `addresses`, like `enter` for each, except those that their people have already; the saved ones.

        `origin` is added to the entries. Costs nothing for none, otherwise 8 queries for a thousand.
        """
        with transaction.atomic():
            new = unknown(addresses)
            bulk.add(new)
            index_people({address.person_id for address in new})
            look_for_doubles({address.person_id for address in new})
            own = [address.entry_facts for address in new]
            audit.record_many("address.entered", [(address, {}) for address in new], by=by, facts=origin, own=own)
            return new

    @property
    def entry_facts(self) -> dict[str, object]:
        return {"person": self.person_id, "channel": str(self.channel)}

    def edit(self, *, by: "User | None", shown: dict[str, object] | None = None, **values: object) -> None:
        """Save the values that differ from those shown. Raises EditedMeanwhile. Costs nothing when none do, otherwise at most 7
        queries."""
        with transaction.atomic():
            if audit.edit(self, values, action="address.edited", by=by, shown=shown):
                search.index([self.person.search_row])
                look_for_doubles([self.person_id])

    def confirm(self, *, by: "User | None") -> None:
        """Mark the address as confirmed by its owner; one that bounces, is wrong or was withdrawn stays so. Costs 1 query when it was
        confirmed before, otherwise 4."""
        with transaction.atomic():
            if lock(self).state == AddressState.UNCONFIRMED:
                audit.edit(self, {"state": AddressState.CONFIRMED}, action="address.confirmed", by=by)

    @property
    def is_usable(self) -> bool:
        return self.state not in UNUSABLE


def unknown(addresses: Sequence[PersonAddress]) -> list[PersonAddress]:
    """Those of the new `addresses` that their people do not have yet, each once. Costs 1 query."""
    bulk.renumber(addresses)
    bulk.refold(addresses)
    people = {address.person_id for address in addresses}
    asked = PersonAddress.objects.filter(person__among=people) if people else PersonAddress.objects.none()
    seen = set(asked.values_list("person", "channel", "value_folded"))
    new = []
    for address in addresses:
        key = (address.person_id, str(address.channel), address.value_folded)
        if key not in seen:
            seen.add(key)
            new.append(address)
    return new


def international(value: str, *, region: str) -> str:
    """A telephone number as typed in the country `region`, with its country's code; what is no number there stays as typed."""
    try:
        number = phonenumbers.parse(value, region or None)
    except phonenumbers.NumberParseException:
        return value
    if not phonenumbers.is_valid_number(number):
        return value
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def index_people(people: Collection[int]) -> None:
    """Update the search index of the people with these ids. Costs 3 queries for a thousand."""
    if people:
        search.index(one.search_row for one in Person.objects.filter(pk__among=people).prefetch_related("addresses"))


def facts_of(addresses: Iterable[str]) -> Iterator[Fact]:
    """What search finds addresses by: telephone numbers however they are typed."""
    for value in addresses:
        yield Fact(value, _("E-mail")) if "@" in value else Fact(value, _("Telephone"), "telephone")


def full_name(first: str, last: str) -> str:
    """The name for cards and lists."""
    return f"{first} {last}".strip() or str(_("Name unknown"))


def fold_name(first: str, last: str) -> str:
    """The folded name for look-ups and sorting: last name first."""
    return fold(f"{last} {first}")[:200]


@lru_cache(maxsize=16_384)  # an import looks up the same number four times, and parsing it is expensive
def fold_address(channel: str, value: str, *, region: str = "DE") -> str:
    """`value` for look-ups: a telephone number in E.164, everything else folded."""
    if channel in (Channel.PHONE, Channel.SMS):
        try:
            number = phonenumbers.parse(value, region)
        except phonenumbers.NumberParseException:
            return fold(value)[:254]
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return fold(value)[:254]
