"""What is given at the counter to a driver who is known."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from contacts import hospitality as ledger
from contacts.models import Driver
from gifts.models import Allowance, Claim, Programme, Voucher, VoucherForeign, Way
from gifts.models.voucher import Said, person_mark


def issue_at_counter(programme: Programme, driver: Driver, *, by: User) -> Voucher:
    """A personal voucher for `driver`, free until they say "it's mine"; the message with its link is queued where there is an address.

    Raises DriverHasOne and CapReached before anything is issued: who could not claim it is not given it.
    """
    with transaction.atomic():
        today = programme.centre.today(timezone.now())
        if not Allowance.objects.is_left(programme, programme.period_of(today), person_mark(driver.person)):
            raise Voucher(programme=programme).second_one()
        standing = ledger.standing(driver.person, company=driver.company, on=today)
        if not standing.allows(programme.value_cents):
            raise ledger.refusal(driver.person, standing.cap, received=standing.received_cents, asked=programme.value_cents)
        issue = programme.issue(Way.PERSONAL, 1, by=by, driver=driver)
        made = Voucher.objects.with_names().get(issue=issue)
        made.tell("voucher.issued", about=made, by=by)
        if driver.person.email:
            made.send(driver.person)
        return made


def claim_for(voucher: Voucher, driver: Driver, *, by: User) -> Claim:
    """The claim of a card, or of the driver's own voucher, by staff on the driver's behalf; their link is queued where there is an address.

    Raises VoucherForeign for a card printed for others, and what Voucher.claim raises; nothing has changed then. Costs 17 queries, 24
    with a message.
    """
    with transaction.atomic():
        if voucher.company_id not in (None, driver.company_id):
            raise VoucherForeign(_("This card was printed for the drivers of another company."))
        claim = voucher.claim(driver.person, company=driver.company, by=by, said=Said(first_name=driver.person.first_name))
        if driver.person.email:
            voucher.send(driver.person)
        return claim
