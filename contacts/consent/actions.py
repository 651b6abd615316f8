"""Consent verbs, for the owner of an address."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.consent.models import Consent, Purpose
from contacts.people.mailboxes import at_mailbox
from contacts.people.models.person import PersonAddress
from fleetportal.core.db import lock, locked

PAGE = "preferences page"
ONE_CLICK = "one-click unsubscribe"


def current_consents(address: PersonAddress) -> dict[str, bool | None]:
    """The current answer for each purpose: yes, no, or None where there is none yet. Costs 1 query."""
    said: dict[str, bool | None] = dict.fromkeys(Purpose.values)
    for purpose, is_given in Consent.objects.filter(address=address).order_by("at", "pk").values_list("purpose", "is_given"):
        said[purpose] = is_given
    return said


def choose(address: PersonAddress, wanted: Mapping[str, bool], *, source: str = PAGE, language: str) -> list[Consent]:
    """Record the answers; the new entries, one for each changed answer. They apply immediately, also to queued messages.

    Unchanged answers write nothing. A no is one for everybody at the mailbox, as `stop` says. Costs 2 queries and 2 for each entry, more
    for a no.
    """
    with transaction.atomic():
        lock(address)
        before = current_consents(address)
        changed = {purpose: yes for purpose, yes in wanted.items() if before[purpose] is not yes and (yes or before[purpose] is not None)}
        entries = [
            Consent.enter(address, purpose, is_given=yes, wording=wording(address, purpose, yes), source=source, by=None, language=language)
            for purpose, yes in changed.items()
        ]
        refused = [purpose for purpose, yes in changed.items() if not yes]
        return entries + (stop(address, refused, source=source, language=language) if refused else [])  # for others at the mailbox


def stop(address: PersonAddress, purposes: list[str], *, source: str, language: str) -> list[Consent]:
    """Withdraw consent for these purposes at this address, also where there was no answer before; the new entries. A second call
    writes nothing.

    Whoever reads this mailbox said so, and consent of other people at the same mailbox ends too. Costs 1 query for each of them, and 2
    for each entry.
    """
    with transaction.atomic():
        entries = []
        for one in at_mailbox(locked(PersonAddress.objects.all()), address):
            before = current_consents(one)
            over = [purpose for purpose in purposes if (before[purpose] if one.pk != address.pk else before[purpose] is not False)]
            said: dict[str, Any] = {"is_given": False, "source": source, "by": None, "language": language}
            entries += [Consent.enter(one, purpose, wording=wording(one, purpose, False), **said) for purpose in over]
        return entries


def wording(address: PersonAddress, purpose: str, yes: bool) -> str:
    """The sentence that the owner agreed to or withdrew, in the language in which it was shown."""
    values = {"topic": str(Purpose(purpose).label), "address": address.value}
    if yes:
        return _("Yes, you may write to me at %(address)s about: %(topic)s. I can withdraw this consent at any time.") % values
    return _("No, please do not write to me at %(address)s about: %(topic)s.") % values
