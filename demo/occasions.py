"""The demo's events: future ones with their messages, and a past one that was entered afterwards."""

from datetime import date, datetime, time, timedelta
from random import Random

from accounts.models import Centre, Company
from cms.landing import translate
from contacts.models import Driver, Group, VehicleUser
from demo.days import thursday
from demo.staff import GROUP, Staff
from events import landing
from events.actions import co_hosting, planning, registering, requests
from events.actions.choosing import invitable
from events.actions.inviting import invite
from events.models import TEMPLATES, Event, EventKind, Invitation, Registration
from fleetportal.core.db import fold

WORDS = {
    EventKind.PREVIEW: (
        "We lift the cloth.",
        "See it before it is shown to anybody, sit in it, and ask the people who built its software.",
    ),
    EventKind.SECOND_DELIVERY: (
        "Four weeks with your new car",
        "Bring your questions and whoever else drives it. We show what nobody reads in the manual, and do the settings with you.",
    ),
    EventKind.REGULARS_TABLE: ("One table, no slides", "Eight fleets, one evening, and what the others do about charging at home."),
}
PREVIEW_ABROAD = {
    "de": (
        "Der neue Larea, vor allen anderen",
        "Sehen Sie ihn, bevor er jemandem gezeigt wird, setzen Sie sich hinein und fragen Sie die Leute, die seine Software gebaut haben.",
    ),
    "it": (
        "La nuova Larea, prima di tutti",
        "La veda prima che venga mostrata ad altri, si sieda al volante e chieda a chi ne ha costruito il software.",
    ),
    "ru": (
        "Новая Larea, раньше всех",
        "Посмотрите на неё раньше других, сядьте за руль и спросите тех, кто создал её программы.",
    ),
}
INVITED, ANSWERED = 70, 34
COMPANIONS = ("Kirsten", "Jonas", "Emma", "Mia", "Paul", "Giulia", "Marco", "Оля", "Миша", "Finn", "Lena", "Oskar")
WISHES = ("", "", "", "vegetarian", "two child seats", "one child seat, no nuts", "wheelchair", "would like to sit near the car")
QUESTIONS = ("", "", "", "Can it tow 1,800 kg?", "How long does charging at home take?", "When can we order?")
# Herr Brandt has his invitation to the preview in the mailbox and has not answered yet: whoever tries the demo can. To the second
# delivery nobody has asked him so far: it is why he stands on Anna's list.
SILENT = ("Brandt",)
ASKING = (
    ("Jana Petersen", "I drive a Larea of yours."),
    ("Ole Sievers", "A friend told me."),
    ("Nora Clausen", "Frau Reinhardt looks after our fleet."),
)


class Occasions:
    """Writes the events of the demo into a database that holds its companies."""

    def __init__(self, staff: Staff, *, on: date, chance: Random) -> None:
        self.staff, self.on, self.chance = staff, on, chance
        self.host, self.dora = staff.users["anna"], staff.users["dora"]

    def add(self) -> None:
        north, south = self.staff.centres["nord"], self.staff.centres["sued"]
        preview = self.publish(north, EventKind.PREVIEW, "The new Larea, before anyone else", thursday(self.on, weeks=2), capacity=72)
        self.fill(preview, INVITED, ANSWERED)
        self.ask(preview)
        second = self.publish(north, EventKind.SECOND_DELIVERY, "Second delivery", thursday(self.on, weeks=1), capacity=24)
        self.fill(second, 20, 5, without=SILENT)
        self.postpone(second)
        there = self.publish(south, EventKind.PREVIEW, "The new Larea, before anyone else", thursday(self.on, weeks=3), capacity=12)
        self.both_want(preview, there)
        self.fill(there, 40, 14)
        self.draft(south, EventKind.REGULARS_TABLE, "Regulars’ table", thursday(self.on, weeks=4))
        self.breakfast(north, thursday(self.on, weeks=-3))

    def both_want(self, holding: Event, other: Event) -> None:
        """Three who were invited and have not answered also drive for a company of the other centre, which asks to co-host."""
        company = Company.objects.active().filter(centre=other.centre).order_by("pk")[0]
        silent = Invitation.objects.silent().filter(event=holding).exclude(person__last_name__in=SILENT)
        for invitation in silent.select_related("person").order_by("-pk")[:3]:
            VehicleUser.take_up(invitation.person, company, by=self.dora, on=self.on, may_choose=True)
        boris = self.staff.users["boris"]
        co_hosting.ask(holding, other.centre, text="Three of our customers are on your list. Shall we invite together?", by=boris)

    def draft(self, centre: Centre, kind: EventKind, title: str, on: date, *, capacity: int = 0) -> Event:
        shape = TEMPLATES[kind]
        return planning.plan(
            by=self.dora, capacity=capacity or shape.capacity, kind=kind, title=title, headline=WORDS[kind][0], intro=WORDS[kind][1],
            centre=centre, host=self.staff.users["anna" if centre.slug == "nord" else "boris"], location=f"Showroom {short(centre)}",
            area=shape.area, audience=shape.audience, largest_party=shape.largest_party,
            starts_at=datetime.combine(on, shape.begins, centre.zone), ends_at=datetime.combine(on, shape.ends, centre.zone),
            registration_closes_at=datetime.combine(on - timedelta(days=2), time(18), centre.zone), cost_per_head_cents=18_00,
        )  # fmt: skip

    def publish(self, centre: Centre, kind: EventKind, title: str, on: date, *, capacity: int) -> Event:
        event = self.draft(centre, kind, title, on, capacity=capacity)
        planning.publish(event, by=self.dora)
        if kind == EventKind.PREVIEW:
            for make in landing.makers:
                make(event, self.dora)
            for language, (in_words, intro) in PREVIEW_ABROAD.items():
                translate(event, language, title=in_words, intro=intro, by=self.dora)
        return event

    def ask(self, event: Event) -> None:
        """Three who found the landing page and asked: one was invited, one refused, one waits for an answer."""
        companies = list(Company.objects.active().filter(centre=event.centre).order_by("pk")[: len(ASKING)])
        for number, (name, how_known) in enumerate(ASKING):
            company = companies[number % len(companies)]
            facts = {"name": name, "company_name": company.name, "how_known": how_known, "language": "de"}
            asked = requests.ask(event, by_mail=f"{fold(name).replace(' ', '.')}@asking.example", **facts)
            requests.tell_host(asked)
            if number == 0:
                requests.invite_asked(asked, company=company, group=Group.USER, by=self.dora)
            if number == 1:
                requests.refuse(asked, by=self.dora)

    def fill(self, event: Event, invited: int, answered: int, *, without: tuple[str, ...] = ()) -> None:
        """Invite the first entitled people; some register with family until the event is full, some decline, one changes their mind."""
        entitled = event.entitled(None).filter(person__in=invitable(event, None).values("pk")).exclude(person__last_name__in=without)
        roles = entitled.select_related("person", "company").order_by("pk")[:invited]
        invitations = [invite(event, role.person, company=role.company, by=self.dora) for role in roles]
        answering = [one for one in invitations if one.person.last_name not in SILENT][:answered]
        for number, invitation in enumerate(answering):
            if number % 5 == 4:
                registering.decline(invitation, by=None)
            else:
                self.register(event, invitation)
                if number == 7:
                    registering.decline(invitation, by=None)

    def postpone(self, event: Event) -> None:
        """The vehicles of one guest of a second delivery are delivered after it: somebody has to call."""
        guest = Registration.objects.active().filter(event=event).exclude(person__last_name="Brandt").order_by("-pk").first()
        held = event.delivered().filter(holders__user__person=guest.person) if guest else []
        for vehicle in held:
            vehicle.edit(by=self.host, delivered_on=event.on + timedelta(days=9))

    def register(self, event: Event, invitation: Invitation) -> Registration:
        party = min(event.largest_party, self.chance.choices((1, 2, 3, 4), (30, 35, 15, 20))[0])
        return registering.register(event,
            invitation.person, company=invitation.company, seating=event.seating(), party=party, by=None,
            companions=self.chance.sample(COMPANIONS, party - 1), wishes=self.chance.choice(WISHES), question=self.chance.choice(QUESTIONS),
        )  # fmt: skip

    def breakfast(self, centre: Centre, on: date) -> None:
        """A past drivers' breakfast, with guests who came and some who did not."""
        begins = datetime.combine(on, time(7), centre.zone)
        planned = begins - timedelta(days=30)
        shape = TEMPLATES[EventKind.DRIVERS_BREAKFAST]
        event = planning.plan(
            by=self.dora, capacity=shape.capacity, kind=EventKind.DRIVERS_BREAKFAST, title="Drivers’ breakfast", centre=centre,
            host=self.host, location=f"Workshop {short(centre)}", area=shape.area, audience=shape.audience,
            largest_party=shape.largest_party, starts_at=begins, ends_at=begins + timedelta(hours=2), entered_at=planned,
        )  # fmt: skip
        planning.publish(event, by=self.dora, now=planned)
        asked = begins - timedelta(days=9)
        drivers = Driver.objects.running(on=on).filter(company__centre=centre).select_related("person", "company").order_by("pk")
        for number, driver in enumerate(drivers[: shape.capacity]):
            registration = Registration(
                event=event, person=driver.person, company=driver.company, seating=event.seating(), party=1, registered_at=asked,
                changed_at=asked,
            )  # fmt: skip
            registering.enter_afterwards(registration, by=None)
            if number % 5 != 4:
                registration.check_in(by=self.staff.users["emil"], now=begins)


def short(centre: Centre) -> str:
    """The centre's name without the group's."""
    return centre.name.removeprefix(GROUP).strip()
