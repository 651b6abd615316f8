"""Vouchers for known drivers at the counter."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from contacts import hospitality as ledger
from contacts.models import Driver
from fleetportal.core.db import lock
from gifts.actions.claiming import ClaimantDetails, claim, driver_has_one, person_mark
from gifts.actions.issuing import issue
from gifts.actions.telling import add_to_timeline, send
from gifts.models import Allowance, Claim, Programme, Voucher, VoucherForeign, Way


def issue_at_counter(programme: Programme, driver: Driver, *, by: User) -> Voucher:
    """Issue a personal voucher for `driver`, unclaimed until they say "it's mine"; the message with its link is queued where there
    is an address.

    One that they have not claimed yet counts like one taken: where no more is left, it is the answer and no letter is written.
    Raises DriverHasOne and CapReached before anything is issued, for a driver who could not claim it.
    """
    with transaction.atomic():
        lock(driver.person)  # what is decided below is how many they have: two counters must not both see none
        today = programme.centre.today(timezone.now())
        unclaimed = list(Voucher.objects.with_names().unclaimed_by(driver.person, programme, on=today))
        if not Allowance.objects.is_left(programme, programme.period_of(today), person_mark(driver.person), beside=len(unclaimed)):
            if unclaimed:
                return unclaimed[0]
            raise driver_has_one(programme)
        this_year = ledger.gift_year(driver.person, company=driver.company, on=today)
        if not this_year.allows(programme.value_cents):
            raise ledger.refusal(driver.person, this_year.cap, received=this_year.received_cents, asked=programme.value_cents)
        issued = issue(programme, Way.PERSONAL, 1, by=by, driver=driver)
        made = Voucher.objects.with_names().get(issue=issued)
        add_to_timeline(made, "voucher.issued", about=made, by=by)
        if driver.person.email:
            send(made, driver.person)
        return made


def claim_for(voucher: Voucher, driver: Driver, *, by: User) -> Claim:
    """Claim a card, or the driver's own voucher, on the driver's behalf; the message with the link is queued where there is an address.

    Raises VoucherForeign for a card printed for others, and the refusals of `claim`; nothing has changed then. Costs 17 queries, 24
    with a message.
    """
    with transaction.atomic():
        if voucher.company_id not in (None, driver.company_id):
            raise VoucherForeign(_("This card was printed for the drivers of another company."))
        made = claim(voucher, driver.person, company=driver.company, by=by, said=ClaimantDetails(first_name=driver.person.first_name))
        if driver.person.email:
            send(voucher, driver.person)
        return made
