"""The rows the matrix asks for: the same nouns at four companies, each with a word that no answer to a stranger may hold.

A new kwarg of an address gets its line in MAKERS, a new scope of links its line in SUBJECTS.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from django.test import Client

from accounts.models import Centre, Company, Vehicle
from contacts.models import Import, Interaction, Person, PersonAddress
from fleetportal.core.jobs import Job
from fleetportal.core.links import Link
from gifts.models import Challenge, HandOut, Voucher
from tests.factories.accounts import assign, make_centre, make_company, make_user, make_vehicle
from tests.factories.contacts import give_consent, make_holder, make_person, make_role
from tests.factories.events import make_event, make_invitation, make_registration
from tests.factories.gifts import make_gift, make_issue, make_programme, make_voucher
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
        self.holder = make_holder(self.roles[1], self.vehicle)
        give_consent(self.person)
        self.event = make_event(centre, title=f"Evening at {place.centre}")
        self.invitation = make_invitation(self.event, self.person, company=self.company)
        self.registration = make_registration(self.event, self.person, company=self.company, question=seen)
        Interaction.log(self.company, person=self.person, channel="phone", outcome="reached", text=f"Said {seen}.", by=None)


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
        self.rows: dict[tuple[str, Any], int] = {}
        for kwarg, make in MAKERS.items():  # all at once: a row made inside a cell would be taken back with it
            self.rows |= {(kwarg, place, None): make(at) for place, at in self.at.items()}

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

    def row(self, kwarg: str, place: Place, column: Column) -> int:
        """The id that stands for `kwarg` at `place`; personal rows are those of the column's user."""
        owner = column if kwarg in PERSONAL else None
        if (kwarg, place, owner) not in self.rows:
            maker = PERSONAL[kwarg] if owner else MAKERS[kwarg]
            self.rows[kwarg, place, owner] = maker(self.at[place], self.users[column]) if owner else maker(self.at[place])
        return self.rows[kwarg, place, owner]

    def token(self, scope: str) -> str:
        """The token of a standing link of `scope`."""
        if ("token", scope) not in self.rows:
            self.rows["token", scope] = Link.objects.make(scope, SUBJECTS[scope](self.at[PLACES[0]])).pk
        return Link.objects.get(pk=self.rows["token", scope]).token

    def forbidden(self, column: Column) -> re.Pattern[bytes]:
        """What no answer to `column` may hold."""
        words = [word(kind, place) for kind, codename in PLANTED.items() for place in PLACES if not column.reaches(place, codename)]
        return re.compile("|".join(words).encode(), re.IGNORECASE)


def claimed_voucher(at: At) -> Voucher:
    """A voucher of a programme of its own that the person there has claimed."""
    return make_voucher(make_programme(at.centre, value_cents=1), driver=at.roles[2], claimed=True)


def handed_out(at: At) -> HandOut:
    """A gift given there, of a kind that lies in nobody's stock: stock is the centre's, and others of the centre see it."""
    gift = make_gift(quantity=0, value_cents=1)
    return HandOut.objects.create(gift=gift, person=at.person, company=at.company, centre=at.centre, value_cents=1)


# kwarg -> its row at a company
MAKERS: dict[str, Callable[[At], int]] = {
    "event_id": lambda at: at.event.pk,
    "company_id": lambda at: at.company.pk,
    "person_id": lambda at: at.person.pk,
    "vehicle_id": lambda at: at.vehicle.pk,
    "programme_id": lambda at: make_programme(at.centre).pk,
    "issue_id": lambda at: make_issue(make_programme(at.centre), company=at.company).pk,
    "voucher_id": lambda at: claimed_voucher(at).pk,
    "redemption_id": lambda at: claimed_voucher(at).redeem(by=None, wash=at.centre).pk,
    "hand_out_id": lambda at: handed_out(at).pk,
}
# Rows of a centre, not of a company: who reaches a company there *own* reaches them too.
OF_CENTRES = {"event_id"}
# kwarg -> a row that belongs to one user, wherever that user works
PERSONAL: dict[str, Callable[[At, Any], int]] = {
    "import_id": lambda at, user: Import.objects.create(owner=user, centre=at.centre, name="list.csv", size=1, digest="0", kind="csv").pk,
    "job_id": lambda at, user: (
        Job.objects.create(kind="core.export", args={"page": "companies", "query": "", "kind": "csv"}, owner=user).pk
    ),
}
# scope of links -> the subject of one at a company
SUBJECTS: dict[str, Callable[[At], int]] = {
    "claim": lambda at: make_issue(make_programme(at.centre), company=at.company).vouchers.get().pk,
    "voucher": lambda at: claimed_voucher(at).pk,
    "challenge": lambda at: (
        Challenge.ask(
            make_issue(make_programme(at.centre), way="pool").programme,
            first_name="Kim",
            channel="email",
            address="kim@driver.example",
            plate="HH-A 1",
        )[0].pk
    ),
    "invitation": lambda at: at.invitation.pk,
    "ticket": lambda at: at.registration.pk,
}
