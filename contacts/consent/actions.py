"""What an address may be sent, said by whoever holds it."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.consent.models import Consent, Purpose
from contacts.people.models.person import PersonAddress
from fleetportal.core.db import lock

PAGE = "preferences page"
ONE_CLICK = "one-click unsubscribe"


def current_consents(address: PersonAddress) -> dict[str, bool | None]:
    """What the ledger's newest entries say for each purpose: yes, no, or None where there is no answer yet. Costs 1 query."""
    said: dict[str, bool | None] = dict.fromkeys(Purpose.values)
    for purpose, is_given in Consent.objects.filter(address=address).order_by("at", "pk").values_list("purpose", "is_given"):
        said[purpose] = is_given
    return said


def choose(address: PersonAddress, wanted: Mapping[str, bool], *, source: str = PAGE, language: str) -> list[Consent]:
    """The ledger's new entries, one for each purpose whose answer is another than before; it works at once, for queued messages too.

    Saying the same again writes nothing. Costs 2 queries and 2 for each entry.
    """
    with transaction.atomic():
        lock(address)
        before = current_consents(address)
        changed = {purpose: yes for purpose, yes in wanted.items() if before[purpose] is not yes and (yes or before[purpose] is not None)}
        return [
            Consent.enter(address, purpose, is_given=yes, wording=wording(address, purpose, yes), source=source, by=None, language=language)
            for purpose, yes in changed.items()
        ]


def stop(address: PersonAddress, purposes: list[str], *, source: str, language: str) -> list[Consent]:
    """The entries that end these purposes at this address, also where there was no answer before. A second call writes nothing."""
    with transaction.atomic():
        lock(address)
        before = current_consents(address)
        return [
            Consent.enter(
                address, purpose, is_given=False, wording=wording(address, purpose, False), source=source, by=None, language=language
            )
            for purpose in purposes
            if before[purpose] is not False
        ]


def wording(address: PersonAddress, purpose: str, yes: bool) -> str:
    """The sentence that was agreed to or taken back, in the language it was read in."""
    values = {"topic": str(Purpose(purpose).label), "address": address.value}
    if yes:
        return _("Yes, you may write to me at %(address)s about: %(topic)s. I can withdraw this consent at any time.") % values
    return _("No, please do not write to me at %(address)s about: %(topic)s.") % values
