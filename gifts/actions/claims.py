"""The open ways to a voucher: a card that is nobody's yet, and a programme's claim page. Both make or find the driver."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Company, User, Vehicle
from accounts.models.vehicle import fold_plate
from contacts.models import AddressState, Channel, Driver, Person, PersonAddress, interaction
from contacts.models.person import fold_address
from fleetportal.core import audit
from fleetportal.core.db import fold
from gifts.codes import mark_hash
from gifts.models import Challenge, Claim, PoolEmpty, Programme, Voucher
from gifts.models.voucher import Said


@dataclass(frozen=True)
class Found:
    """What was typed as company or plate, and what it leads to."""

    company: Company | None
    plate: str = ""


def claim_card(voucher: Voucher, *, first_name: str, place: str) -> Claim:
    """The claim of a printed card by whoever holds it; a driver who was not known is entered, unconfirmed until staff look.

    A company or plate that nobody knows is taken all the same: a claim page tells nothing of who is a customer (R30).
    Raises what Voucher.claim raises; nothing has changed then.
    """
    with transaction.atomic():
        today = voucher.programme.centre.today(timezone.now())
        found = Found(voucher.company) if voucher.company else place_of(place)
        driver = known_driver(found.company, first_name, on=today) if found.company else None
        person = driver.person if driver else new_driver(first_name, found.company, voucher.programme, on=today)
        where = found.plate or (f"company {found.company.pk}" if found.company else fold(place))
        said = Said(first_name=first_name, place=place, marks=[mark_hash("name", fold(first_name), where)])
        return voucher.claim(person, company=found.company, by=None, said=said)


def claim_from_pool(challenge: Challenge) -> Claim:
    """The claim of a voucher of the claim page by whoever confirmed the address; the message with the personal link is queued.

    Raises PoolEmpty, DriverHasOne, CapReached; nothing has changed then.
    """
    with transaction.atomic():
        programme = challenge.programme
        today = programme.centre.today(timezone.now())
        vehicle = vehicle_of(challenge.plate)
        person = person_at(challenge) or new_driver(
            challenge.first_name, vehicle.company if vehicle else None, programme, on=today, challenge=challenge
        )
        company = vehicle.company if vehicle else only_company(person, on=today)
        said = Said(first_name=challenge.first_name, place=challenge.plate, marks=marks_of(challenge))
        claim = take_from_pool(programme, person, company=company, said=said, on=today)
        if challenge.channel == Channel.EMAIL:
            claim.voucher.send(person, address=challenge.address)
        return claim


def take_from_pool(programme: Programme, person: Person, *, company: Company | None, said: Said, on: date) -> Claim:
    """The claim of whichever voucher of the pool is free; raises PoolEmpty where none is."""
    voucher = Voucher.objects.select_related("programme__centre", "issue").next_in_pool(programme, on=on) if programme.runs(on) else None
    if voucher is None:
        raise PoolEmpty(_("All vouchers of this programme are taken for now."))
    return voucher.claim(person, company=company, by=None, said=said)


def marks_of(challenge: Challenge) -> list[str]:
    """By what the same driver is known again: the number or address they confirmed, and the plate."""
    return [mark_hash(challenge.channel, mailbox(challenge.address)), mark_hash("plate", fold_plate(challenge.plate))]


def mailbox(address: str) -> str:
    """The mailbox behind an address, for counting only: no tag behind a plus, no dots where the host ignores them."""
    local, at, host = fold(address).partition("@")
    local = local.partition("+")[0]
    if host in ("gmail.com", "googlemail.com"):
        local, host = local.replace(".", ""), "gmail.com"
    return f"{local}{at}{host}"


def place_of(typed: str) -> Found:
    """The company that a plate or a company's name, as typed, leads to, if it leads to one alone. Costs 1 or 2 queries."""
    vehicle = vehicle_of(typed)
    if vehicle:
        return Found(vehicle.company, plate=vehicle.plate_folded)
    named = list(Company.objects.active().filter(name_folded=fold(typed)[:200])[:2])
    plate = fold_plate(typed) if any(sign.isdigit() for sign in typed) else ""
    return Found(named[0] if len(named) == 1 else None, plate=plate)


def vehicle_of(plate: str) -> Vehicle | None:
    """The vehicle that carries this plate now, if one alone does. Costs 1 query."""
    found = list(Vehicle.objects.active().filter(plate_folded=fold_plate(plate) or "-").select_related("company")[:2])
    return found[0] if len(found) == 1 else None


def known_driver(company: Company, first_name: str, *, on: date) -> Driver | None:
    """The one driver of that company with that first name; None where there is none, or more than one. Costs 1 query."""
    wanted = fold(first_name)
    drivers = Driver.objects.running(on=on).filter(company=company).select_related("person", "company")
    same = [driver for driver in drivers if fold(driver.person.first_name) == wanted]
    return same[0] if len(same) == 1 else None


def person_at(challenge: Challenge) -> Person | None:
    """The one person known at the address that was confirmed, which is confirmed from now on. Costs 1 or 2 queries."""
    value = fold_address(challenge.channel, challenge.address)
    known = list(PersonAddress.objects.usable().filter(channel=challenge.channel, value_folded=value).select_related("person")[:2])
    if len(known) != 1:
        return None
    PersonAddress.objects.filter(pk=known[0].pk, state=AddressState.UNCONFIRMED).update(state=AddressState.CONFIRMED)
    return known[0].person


def only_company(person: Person, *, on: date) -> Company | None:
    """The company for which a known person drives, if it is one alone. Costs 1 query."""
    roles = list(Driver.objects.running(on=on).filter(person=person).select_related("company")[:2])
    return roles[0].company if len(roles) == 1 else None


def new_driver(first_name: str, company: Company | None, programme: Programme, *, on: date, challenge: Challenge | None = None) -> Person:
    """A person entered by their own claim: unconfirmed, met by the centre that runs the programme, a driver where the company is known."""
    address = {challenge.channel: challenge.address} if challenge else {}
    person = Person.enter(
        by=None,
        first_name=first_name,
        centre=programme.centre,
        is_confirmed=False,
        email=address.get(Channel.EMAIL, ""),
        phone=address.get(Channel.PHONE, ""),
    )
    if challenge:
        person.addresses.update(state=AddressState.CONFIRMED)
    if company:
        Driver.take_up(person, company, by=None, on=on)
    return person


# --- staff look ------------------------------------------------------------------------------------------------------------


def confirm_driver(person: Person, *, first_name: str, last_name: str, company: Company | None, by: User) -> None:
    """A driver whom a claim made is one of ours: named, at `company`, and what they claimed stands with that company.

    Doing it twice changes nothing more.
    """
    with transaction.atomic():
        now = timezone.now()
        if company:
            Driver.take_up(person, company, by=by, on=timezone.localdate(now))
            for claim in Claim.objects.filter(person=person, voucher__company=None).select_related("voucher").order_by("pk"):
                if not Voucher.objects.filter(pk=claim.voucher_id, company=None).update(company=company):
                    continue  # somebody else confirmed it a moment ago: the timeline has its line
                interaction.record("voucher.claimed", company=company, person=person, about=claim, by=None, happened_at=claim.claimed_at)
        person.edit(by=by, first_name=first_name, last_name=last_name, is_confirmed=True)
        audit.record("driver.confirmed", person, by=by, facts={"company": company.pk if company else None})
