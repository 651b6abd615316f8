"""Claims without an account: by an unclaimed card, or on a programme's claim page. Both find or make the driver."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.customers.models.vehicle import fold_plate
from accounts.customers.names import key_of_name
from accounts.models import Company, User, Vehicle
from contacts import hospitality as ledger
from contacts.memory.models import interaction
from contacts.models import Channel, Driver, Person, PersonAddress
from contacts.people.actions import people
from contacts.people.mailboxes import mailbox, reached
from contacts.people.models.person import fold_address
from fleetportal.core import audit
from fleetportal.core.db import fold, lock
from gifts.actions.claiming import ClaimantDetails, claim
from gifts.actions.telling import send
from gifts.actions.withdrawing import revoke
from gifts.codes import mark_hash
from gifts.models import Challenge, Claim, PoolEmpty, Programme, Voucher, VouchersPassCap, VoucherState


@dataclass(frozen=True)
class TypedEmployer:
    """What was typed as company or plate, and the company or vehicle found by it."""

    company: Company | None
    plate: str = ""


def claim_card(voucher: Voucher, *, first_name: str, company_or_plate: str) -> Claim:
    """Claim a printed card; an unknown driver is entered as unconfirmed, until staff have checked them.

    An unknown company or plate is accepted as well, because a claim page must not reveal who is a customer (R30). Raises the
    refusals of `claim`; nothing has changed then.
    """
    with transaction.atomic():
        today = voucher.programme.centre.today(timezone.now())
        found = TypedEmployer(voucher.company) if voucher.company else employer_behind(company_or_plate)
        driver = known_driver(found.company, first_name, on=today) if found.company else None
        person = driver.person if driver else new_driver(first_name, found.company, voucher.programme, on=today)
        typed = key_of_name(company_or_plate) or fold(company_or_plate)
        where = found.plate or (f"company {found.company.pk}" if found.company else typed)
        said = ClaimantDetails(first_name=first_name, company_or_plate=company_or_plate, marks=[mark_hash("name", fold(first_name), where)])
        return claim(voucher, person, company=found.company, by=None, said=said)


def claim_from_pool(challenge: Challenge) -> Claim:
    """Claim a voucher of the claim page after the address was confirmed; the message with the personal link is queued.

    Raises PoolEmpty, DriverHasOne, CapReached; nothing has changed then.
    """
    with transaction.atomic():
        programme = challenge.programme
        today = programme.centre.today(timezone.now())
        vehicle = vehicle_of(challenge.plate)
        known = person_at(challenge)
        if known:
            lock(known)  # under the lock, so that their employer is not being changed at the same time
        person = known or new_driver(challenge.first_name, vehicle.company if vehicle else None, programme, on=today, challenge=challenge)
        company = vehicle.company if vehicle else only_company(person, on=today)
        said = ClaimantDetails(first_name=challenge.first_name, company_or_plate=challenge.plate, marks=marks_of(challenge))
        made = take_from_pool(programme, person, company=company, said=said, on=today)
        if challenge.channel == Channel.EMAIL:
            send(made.voucher, person, address=challenge.address)
        return made


def take_from_pool(programme: Programme, person: Person, *, company: Company | None, said: ClaimantDetails, on: date) -> Claim:
    """Claim any free voucher of the pool; raises PoolEmpty where there is none."""
    free = Voucher.objects.select_related("programme__centre", "issue")
    voucher = free.next_in_pool(programme, on=programme.today(timezone.now())) if programme.runs(on) else None
    if voucher is None:
        raise PoolEmpty(_("No vouchers are left in this programme at the moment."))
    return claim(voucher, person, company=company, by=None, said=said)


def marks_of(challenge: Challenge) -> list[str]:
    """The marks by which the same driver is recognised: the confirmed number or address, and the plate."""
    return [mark_hash(challenge.channel, mailbox(challenge.address)), mark_hash("plate", fold_plate(challenge.plate))]


def employer_behind(typed: str) -> TypedEmployer:
    """The company found by the typed plate or company name, if there is exactly one. Costs 1 to 3 queries."""
    vehicle = vehicle_of(typed)
    if vehicle:
        return TypedEmployer(vehicle.company, plate=vehicle.plate_folded)
    named = Company.objects.active().called(typed)
    plate = fold_plate(typed) if any(sign.isdigit() for sign in typed) else ""
    return TypedEmployer(named[0] if len(named) == 1 else None, plate=plate)


def vehicle_of(plate: str) -> Vehicle | None:
    """The vehicle with this plate today, if there is exactly one. Costs 1 query."""
    found = list(Vehicle.objects.active().filter(plate_folded=fold_plate(plate) or "-").select_related("company")[:2])
    return found[0] if len(found) == 1 else None


def known_driver(company: Company, first_name: str, *, on: date) -> Driver | None:
    """The one driver of that company with that first name; None where there are none or several. Costs 1 query."""
    wanted = fold(first_name)
    drivers = Driver.objects.running(on=on).filter(company=company).select_related("person", "company")
    same = [driver for driver in drivers if fold(driver.person.first_name) == wanted]
    return same[0] if len(same) == 1 else None


def person_at(challenge: Challenge) -> Person | None:
    """The one person with the confirmed address, which is marked as confirmed. Costs 1 or 2 queries."""
    channel, value = challenge.channel, challenge.address
    alike = PersonAddress.objects.usable().filter(channel=channel, value_folded=fold_address(channel, value)).select_related("person")
    known = [one for one in alike if channel != Channel.EMAIL or reached(one.value) == reached(value)]
    if len(known) != 1:
        return None
    known[0].confirm(by=None)
    return known[0].person


def only_company(person: Person, *, on: date) -> Company | None:
    """The company for which a known person drives, if there is exactly one. Costs 1 query."""
    roles = list(Driver.objects.running(on=on).filter(person=person).select_related("company")[:2])
    return roles[0].company if len(roles) == 1 else None


def new_driver(first_name: str, company: Company | None, programme: Programme, *, on: date, challenge: Challenge | None = None) -> Person:
    """Enter a person from their own claim: unconfirmed, at the centre that runs the programme, and as a driver if the company is
    known."""
    address = {challenge.channel: challenge.address} if challenge else {}
    person = people.enter(
        by=None,
        first_name=first_name,
        centre=programme.centre,
        is_confirmed=False,
        language=get_language() or settings.LANGUAGE_CODE,  # the language of the card becomes that of their messages
        email=address.get(Channel.EMAIL, ""),
        phone=address.get(Channel.PHONE, ""),
    )
    if challenge:
        for confirmed in person.addresses.all():
            confirmed.confirm(by=None)
    if company:
        Driver.take_up(person, company, by=None, on=on)
    return person


# --- staff look ------------------------------------------------------------------------------------------------------------


def confirm_driver(
    person: Person, *, first_name: str, last_name: str, company: Company | None, by: User, withdraw: bool = False
) -> list[Voucher]:
    """Confirm a driver made by a claim, with a name and a company; their claims are assigned to that company.

    The cap is checked again with the company's rule, which was unknown at the claim; with `withdraw` unused vouchers above it are
    withdrawn and given back, otherwise VouchersPassCap is raised. Used ones remain in the ledger. Repeating it changes nothing.
    """
    with transaction.atomic():
        is_news = not lock(person).is_confirmed
        withdrawn = []
        if company:
            today = timezone.localdate()
            Driver.take_up(person, company, by=by, on=today)
            bring_to(company, person)
            withdrawn = beyond_cap(person, company, on=today)
            if withdrawn and not withdraw:
                raise pass_cap(person, company, withdrawn, on=today)
            for voucher in withdrawn:
                revoke(voucher, by=by, reason=_("The company’s gift policy does not allow it."))
        people.edit(person, by=by, first_name=first_name, last_name=last_name, is_confirmed=True)
        if is_news:
            facts = {"company": company.pk if company else None, "withdrawn": len(withdrawn)}
            audit.record("driver.confirmed", person, by=by, facts=facts)
        return withdrawn


def bring_to(company: Company, person: Person) -> None:
    """Assign to `company` what `person` claimed while no company was known, on its timeline and in the ledger."""
    for made in Claim.objects.filter(person=person, voucher__company=None).select_related("voucher").order_by("pk"):
        if not Voucher.objects.filter(pk=made.voucher_id, company=None).update(company=company):
            continue  # just confirmed by somebody else: the timeline has its line
        ledger.Received.objects.not_taken_back().about([made.voucher]).filter(company=None).update(company=company)
        interaction.record("voucher.claimed", company=company, person=person, about=made, by=None, happened_at=made.claimed_at)


def beyond_cap(person: Person, company: Company, *, on: date) -> list[Voucher]:
    """This year's unused vouchers, latest first, that must be withdrawn to bring the year's sum within the cap. Costs 3 queries, 4
    above it."""
    this_year = ledger.gift_year(person, company=company, on=on)
    over, found = this_year.received_cents - this_year.cap.cents, []
    if over <= 0:
        return []
    counted = (
        ledger.Received.objects.not_taken_back().filter(person=person, year=on.year, about_type=audit.label(Voucher)).values("about_id")
    )
    for voucher in Voucher.objects.with_names().filter(pk__in=counted, state=VoucherState.CLAIMED, value_cents__gt=0).order_by("-pk"):
        if over <= 0:
            break
        found.append(voucher)
        over -= voucher.value_cents
    return found


def pass_cap(person: Person, company: Company, vouchers: list[Voucher], *, on: date) -> VouchersPassCap:
    """The refusal with the rule and the number of vouchers that confirming would withdraw."""
    rule = ledger.cap_of(person, company=company, on=on).words
    count = len(vouchers)
    message = ngettext(
        "%(person)s has %(count)d unused voucher that %(rule)s does not allow. It would be withdrawn.",
        "%(person)s has %(count)d unused vouchers that %(rule)s does not allow. They would be withdrawn.",
        count,
    )
    return VouchersPassCap(message % {"person": person.name, "count": count, "rule": rule}, facts={"count": count})
