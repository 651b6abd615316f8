"""The rows the matrix asks for: the same nouns at four companies, each with a word that no answer to a stranger may hold.

A new kwarg of an address gets its line in NOUNS, a new scope of links its line in SUBJECTS.
"""

import functools
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.models import Assignment, Centre, Company, CompanyPair, Policy, Vehicle
from contacts.memory import letters
from contacts.memory.actions import meetings
from contacts.memory.actions.complaints import complain
from contacts.models import ContactRound, IncomingMail, Interaction, Meeting, Person, PersonAddress, PersonPair, RuleSetting
from contacts.reasons.models import Decision
from events.actions import requests
from events.models import InvitationRequest
from fleetportal.core.jobs.queue import Job
from fleetportal.core.links import Link
from fleetportal.core.outbox.channels.letter import PaperLetter
from fleetportal.core.outbox.message import Message
from gifts.actions import challenging, issuing, redeeming
from gifts.models import HandOut, Programme, Voucher
from intake.models import Import
from tests.factories.accounts import assign, make_centre, make_company, make_user, make_vehicle
from tests.factories.contacts import give_consent, make_drive, make_holder, make_person, make_role
from tests.factories.events import make_event, make_invitation, make_registration
from tests.factories.gifts import card_of, make_gift, make_programme, make_voucher
from tests.factories.meetings import make_meeting
from tests.factories.reasons import make_reason, make_task
from tests.factories.rounds import make_round
from tests.matrix.addresses import Address
from tests.matrix.columns import COLUMNS, PLACES, Column, Place

MISSING = 999_999_999
# What a word planted in a row stands for: who may not hold the codename at that place must never read it.
PLANTED = {"Kanarie": "meet_customers", "Fink": "meet_customers", "Zeisig": "see_customers", "Pirol": "see_private"}


def word(kind: str, place: Place) -> str:
    """A word that occurs nowhere else, like "Kanariefar"."""
    return f"{kind}{place.key}"


class At:
    """All that stands at one place."""

    def __init__(self, place: Place, centre: Centre) -> None:
        self.place, self.centre = place, centre
        known, plate, seen, private = (word(kind, place) for kind in PLANTED)
        self.company: Company = make_company(
            centre, name=f"{known} GmbH", city=known, email=f"info@{known.lower()}.example", car_policy=seen
        )
        self.person: Person = make_person(
            known, first_name="Kim", email=f"kim@{known.lower()}.example", family=private, born_on=date(1971, 2, 3)
        )
        PersonAddress.objects.create(person=self.person, channel="phone", value=f"private {private}", is_private=True)
        self.vehicle: Vehicle = make_vehicle(self.company, plate=plate, model=known, use="personal")
        self.roles = [make_role(group, self.company, self.person) for group in ("decision_maker", "user", "driver")]
        self.owner = make_user()
        self.holder = make_holder(self.roles[1], self.vehicle)
        give_consent(self.person)
        self.event = make_event(centre, title=f"Evening at {place.centre}")
        self.invitation = make_invitation(self.event, self.person, company=self.company)
        self.registration = make_registration(self.event, self.person, company=self.company, question=seen)
        self.said = Interaction.log(self.company, person=self.person, channel="phone", outcome="reached", text=f"Said {seen}.", by=None)


class World:
    """Centres, the columns' users with a client each, and the rows at each place."""

    def __init__(self) -> None:
        self.centres = {slug: make_centre(slug, has_wash=True) for slug in ("nord", "sued", "west")}
        self.users = {column: self.user(column) for column in COLUMNS}
        self.clients = {column: self.client(column) for column in COLUMNS}
        self.at = {place: At(place, self.centres[place.centre]) for place in PLACES}
        for column, user in self.users.items():
            for key in column.companies:
                assign(next(at for place, at in self.at.items() if place.key == key).company, user)
        self.rows: dict[Any, int] = {}
        self.kinds: dict[Any, type] = {}
        self.make_all()
        self.links = {scope: make(self.at[PLACES[0]]) for scope, make in SUBJECTS.items()}

    def user(self, column: Column) -> Any:
        if column.is_visitor:
            return None
        centres = [self.centres[slug] for slug in column.centres]
        return make_user(column.name.replace(" ", "-"), role=column.role, at=centres, home_centre=centres[0])

    def client(self, column: Column) -> Client:
        client = Client(raise_request_exception=True)
        if not column.is_visitor:
            client.force_login(self.users[column])
        return client

    def make_all(self) -> None:
        """Every row that an address may ask for: one made inside a cell would be taken back with it."""
        for noun in NOUNS.values():
            for place, column in itertools.product(PLACES, [c for c in COLUMNS if c.role] if noun.is_personal else COLUMNS[:1]):
                made = noun.make(self.at[place], self.users[column])
                self.rows[noun, place, column], self.kinds[noun] = made.pk, type(made)

    def row(self, address: Address, kwarg: str, place: Place, column: Column) -> int:
        """The id that stands for `kwarg` at `place`; personal rows are those of the column's user."""
        noun = noun_of(address, kwarg)
        return self.rows[noun, place, column if noun.is_personal and column.role else COLUMNS[3 if noun.is_personal else 0]]

    def token(self, scope: str) -> str:
        """The token of a standing link of `scope`, to something at the first place."""
        return self.links[scope].token

    def leaked(self, column: Column, body: bytes, *, known: Place | None = None) -> set[str]:
        """What no answer to `column` may hold, as it stands in `body`; a link tells of the place that is `known` through it."""
        words, pattern = forbidden(column, known)
        lowered = body.lower()  # ten times as fast as a pattern that heeds no case, and nearly all bodies are clean
        return {match.decode() for match in pattern.findall(body)} if any(word in lowered for word in words) else set()


@functools.cache
def forbidden(column: Column, known: Place | None) -> tuple[list[bytes], re.Pattern[bytes]]:
    """The words of places that `column` does not reach, in small letters, and the pattern that finds them in any."""
    strange = [(kind, place) for kind, may in PLANTED.items() for place in PLACES if place != known and not column.reaches(place, may)]
    words = [word(kind, place).encode() for kind, place in strange]
    return [one.lower() for one in words], re.compile(b"|".join(words), re.IGNORECASE)


@dataclass(frozen=True)
class Noun:
    """What a kwarg stands for: how its row at a place is made, and by what it is reached.

    `needs` is held at the place beside the page's own codename: whoever may not find a person opens no page about one.
    `of_centre`: it belongs to a whole centre, so whoever has a company there has it too. `is_personal`: to one user.
    `of_all`: to the installation, so the codename alone decides. `of_managers`: to those with `needs` at the whole centre.
    """

    make: Callable[[At, Any], Any]
    needs: str = "meet_customers"
    of_centre: bool = False
    is_personal: bool = False
    of_all: bool = False
    of_managers: bool = False

    def is_reached(self, column: Column, place: Place, may: str) -> bool:
        if self.of_all:
            return column.may(may)
        if self.of_centre:
            return any(column.reaches(other, may) for other in PLACES if other.centre == place.centre)
        if self.of_managers and not (place.centre in column.centres and column.has_all(self.needs)):
            return False
        return column.reaches(place, may) and (not self.needs or column.reaches(place, self.needs))


def noun_of(address: Address, kwarg: str) -> Noun:
    return NOUNS.get(f"{address.name} {kwarg}") or NOUNS[kwarg]


def export_job(at: At, user: Any) -> Job:
    return Job.objects.create(kind="core.export", args={"page": "companies", "query": "", "kind": "csv"}, owner=user)


def planned_policy(at: At, user: Any) -> Policy:
    facts = {"value": 30, "valid_from": timezone.localdate() + timedelta(days=30)}
    return Policy.objects.get_or_create(key="second_delivery_days", defaults=facts)[0]


def rule_setting(at: At, user: Any) -> RuleSetting:
    return RuleSetting.objects.get_or_create(rule="coverage", centre=None, tier="gold", defaults={"points": 14})[0]


def stand_in(at: At, user: Any) -> Assignment:
    return assign(at.company, at.owner, kind="stand_in", ends_on=timezone.localdate() + timedelta(days=7))


def unconfirmed_driver(at: At, user: Any) -> Person:
    person = make_person(word("Kanarie", at.place), is_confirmed=False)
    make_role("driver", at.company, person)
    return person


def invitation_request(at: At, user: Any) -> InvitationRequest:
    facts = {"name": "Kim", "company_name": "Kim", "how_known": "", "language": "en"}
    return requests.ask(at.event, by_mail=f"kim.{at.place.key}@asking.example", **facts)


def meeting(at: At, user: Any) -> Meeting:
    """The open annual meeting there."""
    return make_meeting(at.company, decision_maker=at.person)


def meeting_link(at: At) -> Link:
    """A meeting that is fixed: its link shows the calendar file too."""
    found = meeting(at, None)
    meetings.fix(found, found.times[0], by=None)
    return letters.meeting_link(found, max(found.times))


def programme(at: At) -> Programme:
    return make_programme(at.centre, name=f"Shine {at.place.key}", value_cents=1)


def voucher(at: At, *, claimed: bool = False) -> Voucher:
    """A personal voucher of the driver at that place."""
    return make_voucher(programme(at), driver=at.roles[2], claimed=claimed)


def redemption(at: At, user: Any) -> Any:
    return redeeming.redeem(voucher(at, claimed=True), by=None, wash=at.centre)


def hand_out(at: At, user: Any) -> HandOut:
    """A gift given there, of a kind that lies in nobody's stock: stock is the centre's, and others of the centre see it."""
    gift = make_gift(quantity=0, value_cents=1)
    return HandOut.objects.create(gift=gift, person=at.person, company=at.company, centre=at.centre, value_cents=1)


def person_pair(at: At, user: Any) -> PersonPair:
    """Somebody there who is entered twice."""
    return PersonPair.objects.create(one=at.person, other=make_role("driver", at.company).person, found_by="email")


def company_pair(at: At, user: Any) -> CompanyPair:
    """The company there, entered twice; whoever looks after the one looks after the other."""
    other = make_company(at.centre)
    for assignment in at.company.assignments.responsible():
        assign(other, assignment.user)
    return CompanyPair.objects.create(one=at.company, other=other, found_by="name")


def imported(at: At, user: Any) -> Import:
    return Import.objects.create(owner=user, centre=at.centre, name="list.csv", size=1, digest="0", kind="csv")


def message(at: At, user: Any) -> Message:
    """A message with one file that could not be sent, about the company."""
    file = {"name": "day.ics", "type": "text/calendar", "text": "BEGIN:VCALENDAR"}
    company = {"about_type": "accounts.company", "about_id": at.company.pk}
    about = {**company, "concerns_type": "accounts.company", "concerns_id": at.company.pk, "attachments": [file], "state": "parked"}
    words = {
        "template": "x",
        "gate": "service",
        "language": "en",
        "subject": f"Good morning, {word('Kanarie', at.place)}",
        "text": "Good morning",
        "html": "<p>Good morning</p>",
        "message_id": "<x>",
    }
    key = f"test {at.place.key}"
    made, _new = Message.objects.get_or_create(key=key, defaults={**about, **words, "recipient": "k@x.example", "due_at": timezone.now()})
    return made


def paper_letter(at: At, user: Any) -> PaperLetter:
    """The same message as a letter that waits to be printed."""
    return PaperLetter.objects.get_or_create(message=message(at, user))[0]


def contact_round(at: At, user: Any) -> ContactRound:
    """The round there, of a colleague who is none of the columns, with one stop."""
    found = ContactRound.objects.filter(centre=at.centre, name=word("Zeisig", at.place)).first()
    return found or make_round(at.company, [at.person], by=at.owner, channel="in_person", name=word("Zeisig", at.place))


def incoming_mail(at: At, user: Any) -> IncomingMail:
    """A message of a stranger, which belongs to no centre."""
    return IncomingMail.objects.get_or_create(digest=at.place.key, defaults={"kind": "other", "sender": "who@unknown.example"})[0]


def decision(at: At, user: Any) -> Any:
    return Decision.objects.create(key=f"k {at.place.key}", company=at.company, by=user, kind="not_now")


def link_to(scope: str, subject: Any) -> Link:
    """The link that was made with its subject, or one made now."""
    return Link.objects.filter(scope=scope, subject_id=subject.pk).first() or Link.objects.make(scope, subject.pk)


def challenge_link(at: At) -> Link:
    _challenge, link = challenging.challenge(programme(at), first_name="Kim", channel="email", address="kim@guest.example", plate="HHAB1")
    return link


LED_ROUND = Noun(contact_round, needs="serve_customers", of_managers=True)
# kwarg, or "address kwarg" where that page wants a row of its own kind -> what it stands for
NOUNS: dict[str, Noun] = {
    "round_id": Noun(contact_round),
    "stop_id": Noun(lambda at, user: contact_round(at, user).stops.get()),
    "caller_id": Noun(lambda at, user: at.owner, needs="serve_customers", of_managers=True),
    "contacts:round_workbook_file round_id": Noun(contact_round, needs="serve_customers"),
    **{f"contacts:round_{name} round_id": LED_ROUND for name in ("start", "pause", "split", "check", "edit", "close", "caller_new")},
    "company_id": Noun(lambda at, user: at.company),
    "person_id": Noun(lambda at, user: at.person),
    "vehicle_id": Noun(lambda at, user: at.vehicle),
    "decision_maker_id": Noun(lambda at, user: at.roles[0]),
    "vehicle_user_id": Noun(lambda at, user: at.roles[1]),
    "driver_id": Noun(lambda at, user: at.roles[2]),
    "assignment_id": Noun(stand_in),
    "company_address_id": Noun(lambda at, user: at.company.addresses.create(kind="branch", street=word("Zeisig", at.place))),
    "address_id": Noun(lambda at, user: at.person.addresses.order_by("pk").first()),
    "drive_id": Noun(lambda at, user: make_drive(at.roles[2])),
    "person_pair_id": Noun(person_pair),
    "company_pair_id": Noun(company_pair),
    "programme_id": Noun(lambda at, user: programme(at), of_centre=True),
    "issue_id": Noun(lambda at, user: issuing.issue(programme(at), "cards", 1, by=None, company=at.company), of_centre=True),
    "voucher_id": Noun(lambda at, user: voucher(at)),
    "redemption_id": Noun(redemption, of_centre=True),
    "hand_out_id": Noun(hand_out),
    "reason_id": Noun(lambda at, user: make_reason(at.company)),
    "decision_id": Noun(decision, is_personal=True),
    "task_id": Noun(lambda at, user: make_task(at.company, at.owner)),
    "interaction_id": Noun(lambda at, user: at.said, needs="serve_customers", of_managers=True),
    "complaint_id": Noun(lambda at, user: complain(at.company, person=None, text="Late again.", by=at.owner, on=timezone.localdate())),
    "incoming_mail_id": Noun(incoming_mail, needs="", of_all=True),
    "event_id": Noun(lambda at, user: at.event, of_centre=True),
    "request_id": Noun(invitation_request, of_centre=True),
    "meeting_id": Noun(meeting),
    "message_id": Noun(message, of_all=True),
    "core:send_again message_id": Noun(message),
    "letter_id": Noun(paper_letter),
    "number": Noun(lambda at, user: SimpleNamespace(pk=0), of_all=True),
    "policy_key": Noun(lambda at, user: SimpleNamespace(pk="second_delivery_days"), of_all=True),
    "policy_id": Noun(planned_policy, of_all=True),
    "rule_name": Noun(lambda at, user: SimpleNamespace(pk="coverage"), of_all=True),
    "rule_setting_id": Noun(rule_setting, of_all=True),
    "gifts:driver_confirm person_id": Noun(unconfirmed_driver),
    "job_id": Noun(export_job, is_personal=True),
    "import_id": Noun(imported, is_personal=True),
}
# scope of links -> a standing one at a place
SUBJECTS: dict[str, Callable[[At], Link]] = {
    "voucher": lambda at: voucher(at, claimed=True).link,
    "claim": lambda at: card_of(make_voucher(programme(at))),
    "challenge": challenge_link,
    "invitation": lambda at: link_to("invitation", at.invitation),
    "meeting": meeting_link,
    "ticket": lambda at: link_to("ticket", at.registration),
    "preferences": lambda at: link_to("preferences", at.person.addresses.order_by("pk").first()),
}
