"""The situations that the demo must contain so that every business rule can be shown, each as a query."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q

from accounts.customers.rows import with_contracts_ending
from accounts.models import Address, Assignment, Company, Contract, Phase, Powertrain, Sector, Tier, User, Vehicle
from cms.models import EventPage
from contacts.consent import models as consent
from contacts.models import (
    AddressState,
    Channel,
    Complaint,
    Consent,
    DecisionMaker,
    Driver,
    Group,
    Holder,
    Interaction,
    Meeting,
    MeetingState,
    Outcome,
    Person,
    PersonAddress,
    PersonPair,
    Reason,
    Responsibility,
    Task,
    VehicleDriver,
    VehicleUser,
    rules,
)
from events.models import Event, Invitation, InvitationRequest, Registration, RequestState
from fleetportal.core.outbox.message import Message
from gifts.models import Gift, HandOut, Stock, Voucher, VoucherState, Way

Situation = Callable[[date], Any]
SITUATIONS: dict[str, Situation] = {}


def situation(sentence: str) -> Callable[[Situation], Situation]:
    def keep(found: Situation) -> Situation:
        SITUATIONS[sentence] = found
        return found

    return keep


def each(sentence: str, values: Any, found: Callable[[Any], Any]) -> None:
    for value in values:
        SITUATIONS[f"{sentence}: {value}"] = lambda on, value=value: found(value)


each("a company of tier", Tier.values, lambda tier: Company.objects.filter(tier=tier))
each("a company in phase", Phase.values, lambda phase: Company.objects.filter(phase=phase))
each("a company of sector", Sector.values, lambda sector: Company.objects.filter(sector=sector))
each("a company with its seat in", ("DE", "IT", "AT", "RU", "GB"), lambda country: Company.objects.filter(country=country))
each("a request for an invitation", RequestState.values, lambda state: InvitationRequest.objects.filter(state=state))
each("a company with a further address", Address.Kind.values, lambda kind: Company.objects.filter(addresses__kind=kind))
each("a company of centre", ("nord", "sued"), lambda slug: Company.objects.filter(centre__slug=slug))
each("a vehicle on", Contract.values, lambda contract: Vehicle.objects.filter(contract=contract))
each("a vehicle that runs on", sorted({*Powertrain.values} - {"hydrogen"}), lambda power: Vehicle.objects.filter(powertrain=power))
each("a decision-maker who is", DecisionMaker.Kind.values, lambda kind: DecisionMaker.objects.filter(kind=kind))
each("somebody responsible for", Responsibility.values, lambda what: [r for r in DecisionMaker.objects.all() if what in r.responsibilities])
each("somebody who speaks", ("de", "it", "ru", "en"), lambda language: Person.objects.filter(language=language))
each("an address that is", AddressState.values, lambda state: PersonAddress.objects.filter(state=state))
each("consent in words of", ("de", "it", "ru", "en"), lambda language: Consent.objects.filter(language=language))
each("a contact on channel", (Channel.EMAIL, Channel.PHONE, Channel.IN_PERSON), lambda channel: Interaction.objects.filter(channel=channel))
each("a contact that was", Outcome.values, lambda outcome: Interaction.objects.filter(outcome=outcome))


each("a complaint that was answered, satisfied", (True, False), lambda satisfied: Complaint.objects.filter(is_satisfied=satisfied))


@situation("a complaint told just now")
def complaint(on: date) -> Any:
    return Complaint.objects.open().filter(answer_due_on__gte=on)


@situation("a complaint whose answer is overdue, at a company that is at risk for it")
def late_complaint(on: date) -> Any:
    return Complaint.objects.overdue(on=on).filter(company__phase=Phase.AT_RISK)


@situation("a public body")
def public_body(on: date) -> Any:
    return Company.objects.filter(is_public_body=True)


@situation("a company that belongs to a parent company")
def child(on: date) -> Any:
    return Company.objects.exclude(parent=None)


@situation("a company with a car policy")
def with_policy(on: date) -> Any:
    return Company.objects.exclude(car_policy="")


@situation("a company without a VAT number")
def without_vat(on: date) -> Any:
    return Company.objects.filter(vat_number="")


@situation("somebody responsible today, somebody else before")
def handed_over(on: date) -> Any:
    past = Assignment.objects.responsible().filter(company=OuterRef("pk"), ends_on__lt=on)
    return Company.objects.filter(Exists(past), Exists(Assignment.objects.responsible().running(on=on).filter(company=OuterRef("pk"))))


@situation("Anna stands in for Boris today")
def stand_in(on: date) -> Any:
    standing_in = Assignment.objects.running(on=on).filter(kind="stand_in", user__username="anna").values("company")
    return Assignment.objects.responsible().running(on=on).filter(user__username="boris", company__in=standing_in)


@situation("a stand-in that is over")
def past_stand_in(on: date) -> Any:
    return Assignment.objects.filter(kind="stand_in", ends_on__lt=on)


@situation("a company that Anna must not see")
def out_of_reach(on: date) -> Any:
    anna = User.objects.get(username="anna")
    return Company.objects.exclude(pk__in=Company.objects.visible_to(anna).values("pk"))


@situation("a person in two target groups at one company")
def two_groups(on: date) -> Any:
    return DecisionMaker.objects.filter(person__user_roles__company=F("company"))


@situation("a driver who has a company car too")
def driver_and_user(on: date) -> Any:
    return Driver.objects.filter(person__user_roles__company=F("company"))


@situation("a person who decides at two companies")
def at_two_companies(on: date) -> Any:
    return Person.objects.annotate(companies=Count("decision_maker_roles__company", distinct=True)).filter(companies__gt=1)


@situation("somebody who changed employer and took the car user's role along")
def changed_employer(on: date) -> Any:
    left = VehicleUser.objects.filter(person=OuterRef("pk"), ends_on__lt=on)
    came = VehicleUser.objects.filter(person=OuterRef("pk"), ends_on=None)
    return Person.objects.filter(Exists(left), Exists(came))


@situation("an empty chair: nobody of the decision-makers")
def no_decision_maker(on: date) -> Any:
    return Company.objects.filter(decision_makers=None)


@situation("an empty chair: personal vehicles and no user")
def no_user(on: date) -> Any:
    return Company.objects.filter(vehicles__use="personal", users=None)


@situation("an empty chair: functional vehicles and no driver")
def no_driver(on: date) -> Any:
    return Company.objects.filter(vehicles__use="functional", drivers=None)


@situation("a private telephone number")
def private_phone(on: date) -> Any:
    return PersonAddress.objects.filter(is_private=True, channel="phone")


@situation("a birth date, a family, a best time")
def private_facts(on: date) -> Any:
    return Person.objects.exclude(born_on=None).exclude(family="").exclude(best_time="")


@situation("somebody who may be invited by e-mail")
def reachable(on: date) -> Any:
    return consent.reachable(Person.objects.all(), "email", "invitations")


@situation("an address nobody ever asked")
def never_asked(on: date) -> Any:
    return PersonAddress.objects.filter(channel="email", consents=None)


@situation("consent that was given and withdrawn")
def withdrawn(on: date) -> Any:
    given = Consent.objects.filter(address=OuterRef("address"), purpose=OuterRef("purpose"), is_given=True, at__lt=OuterRef("at"))
    return Consent.objects.filter(Exists(given), is_given=False)


@situation("a vehicle delivered in the last four weeks to a known user: second delivery")
def second_delivery(on: date) -> Any:
    return Vehicle.objects.for_second_delivery(on=on).filter(use="personal", holders__ends_on=None).exclude(holders=None)


@situation("a delivery planned for the weeks ahead")
def planned_delivery(on: date) -> Any:
    return Vehicle.objects.filter(delivered_on__gt=on)


@situation("a contract that ends within nine months")
def renewal(on: date) -> Any:
    return with_contracts_ending(Company.objects.all(), on=on, before=on + timedelta(days=270))


@situation("a contract that has ended and the vehicle is still there")
def overdue(on: date) -> Any:
    return Vehicle.objects.active().filter(contract_ends_on__lt=on)


@situation("a vehicle that was given back")
def given_back(on: date) -> Any:
    return Vehicle.objects.exclude(given_back_on=None)


@situation("a personal vehicle whose holder nobody knows")
def holder_unknown(on: date) -> Any:
    return Vehicle.objects.active().filter(use="personal", delivered_on__lt=on, holders=None)


@situation("a vehicle that changed hands")
def changed_hands(on: date) -> Any:
    return Holder.objects.filter(ends_on__lt=on, vehicle__holders__starts_on__gt=F("ends_on"))


@situation("a functional vehicle with two drivers")
def two_drivers(on: date) -> Any:
    running = Count("drivers", filter=Q(drivers__ends_on=None))
    return Vehicle.objects.filter(use="functional").annotate(number=running).filter(number__gt=1)


@situation("a driver of two vehicles")
def drives_two(on: date) -> Any:
    return Driver.objects.annotate(number=Count("vehicles_driven")).filter(number__gt=1)


@situation("a company nobody has spoken to for half a year")
def silent(on: date) -> Any:
    lately = Interaction.objects.real().filter(company=OuterRef("pk"), happened_at__date__gt=on - timedelta(days=182))
    return Company.objects.active().exclude(interactions=None).filter(~Exists(lately))


@situation("a timeline that reaches back five years")
def long_history(on: date) -> Any:
    return Interaction.objects.filter(happened_at__date__lt=on - timedelta(days=5 * 365))


@situation("a customer who wrote to us")
def wrote(on: date) -> Any:
    return Interaction.objects.filter(direction="in")


@situation("a drive that is running")
def driving(on: date) -> Any:
    return VehicleDriver.objects.running(on=on)


each("a voucher that is", VoucherState.values, lambda state: Voucher.objects.filter(state=state))
each("vouchers issued as", Way.values, lambda way: Voucher.objects.filter(issue__way=way))
each("an annual meeting that is", MeetingState.values, lambda state: Meeting.objects.filter(state=state))
# The demo has no files of the workshop; a holiday and the doubtful addresses of the best customers are there on some days only.
SELDOM = {"after_visit", "holiday", "address_unconfirmed"}
each("a reason to contact somebody by rule", sorted({*rules.names()} - SELDOM), lambda rule: Reason.objects.filter(rule=rule))
each("a reason that concerns", Group.values, lambda group: Reason.objects.filter(group=group))


@situation("a task for today or before")
def due_task(on: date) -> Any:
    return Task.objects.open().filter(due_on__lte=on, owner__username="anna")


@situation("a task that was closed with a result")
def closed_task(on: date) -> Any:
    return Task.objects.exclude(result="").filter(state="closed")


@situation("an annual meeting held within the year")
def met_this_year(on: date) -> Any:
    return Meeting.objects.held().filter(starts_at__date__gt=on - timedelta(days=365))


@situation("a decision-maker whom nobody has met for a year")
def meeting_due(on: date) -> Any:
    this_year = Meeting.objects.filter(company=OuterRef("pk"), starts_at__date__gt=on - timedelta(days=365))
    return Company.objects.exclude(decision_makers=None).filter(~Exists(this_year))


@situation("a preview event that takes registrations, with guests who come and guests who wait")
def full_preview(on: date) -> Any:
    events = Event.objects.published().filter(kind="preview", seatings__waiting__gt=0, seatings__taken__gt=0)
    return [event for event in events if event.is_open]


@situation("Herr Brandt is invited and has not answered")
def brandt(on: date) -> Any:
    return Invitation.objects.silent().filter(person__last_name="Brandt", company__name__startswith="Brenner")


@situation("a guest who said no")
def declined(on: date) -> Any:
    return Invitation.objects.declined()


@situation("a guest who had seats and gave them back")
def cancelled(on: date) -> Any:
    return Registration.objects.filter(status="cancelled")


@situation("a family that comes")
def family(on: date) -> Any:
    return Registration.objects.seated().filter(party__gte=3)


@situation("a second delivery ahead, with somebody invited whose car was delivered in the four weeks before")
def second_delivery_ahead(on: date) -> Any:
    return Invitation.objects.filter(event__kind="second_delivery", event__starts_at__date__gt=on)


@situation("an event that is still a draft")
def draft(on: date) -> Any:
    return Event.objects.filter(state="draft")


@situation("an event that is over, with guests who came and guests who did not")
def over(on: date) -> Any:
    there = Registration.objects.inside().filter(event=OuterRef("pk"))
    away = Registration.objects.exclude(pk__in=Registration.objects.inside()).filter(event=OuterRef("pk"))
    return Event.objects.filter(Exists(there), Exists(away), ends_at__date__lt=on)


@situation("a letter that waits to be sent")
def letter(on: date) -> Any:
    return Message.objects.filter(template="events/mail/invitation")


@situation("a gift in stock, and one of which nothing is left")
def stock(on: date) -> Any:
    return Stock.objects.at_hand() and Gift.objects.filter(stock=None)


@situation("a gift handed over")
def handed_over_gift(on: date) -> Any:
    return HandOut.objects.not_undone().filter(person__received_sums__cents__gt=0)


@situation("cards printed for the drivers of one company")
def company_cards(on: date) -> Any:
    return Voucher.objects.filter(issue__way="cards", state="free").exclude(company=None)


@situation("a driver who claimed a card and whom staff have not looked at")
def unconfirmed(on: date) -> Any:
    return Person.objects.filter(is_confirmed=False).exclude(claims=None)


@situation("somebody who was entered twice")
def entered_twice(on: date) -> Any:
    return PersonPair.objects.filter(found_by="email")


@situation("a landing page that everybody can read")
def landing_page(on: date) -> Any:
    return EventPage.objects.live().filter(event__kind="preview")
