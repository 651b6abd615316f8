"""Gifts with stock and hand-outs, and a voucher programme for the wash."""

from datetime import date, datetime, time, timedelta
from itertools import islice
from random import Random

from django.utils import timezone

from accounts.models import Centre, Company
from contacts.models import Driver
from contacts.people.actions import people
from demo.staff import Staff
from gifts.actions import claiming, handing_out, issuing, redeeming, telling, withdrawing
from gifts.actions.claims import claim_card
from gifts.models import Gift, Programme, Stock, Voucher, Way

GIFTS = (
    ("Coffee mug", 6_90, 140),
    ("Ice scraper", 3_50, 220),
    ("Umbrella", 12_90, 35),
    ("Phone holder", 9_40, 60),
    ("Model car", 24_00, 0),
)
HANDED_OUT = 40
TWICE = 3
CLAIMED, REDEEMED = 16, 9
WASHED = 12  # of the programme before
STRANGERS = (("Danijel", "HH-QR 4708"), ("Ayşe", "Bäckerei Ebbe"), ("Jovan", "Elbe Kurier"))


class CounterWriter:
    """Writes gifts and vouchers into a database that holds the demo's companies."""

    def __init__(self, staff: Staff, *, on: date, chance: Random) -> None:
        self.staff, self.on, self.chance = staff, on, chance
        users = staff.users
        self.emil, self.wanda, self.carla, self.dora = users["emil"], users["wanda"], users["carla"], users["dora"]

    def add(self) -> None:
        gifts = [Gift.enter(name=name, value_cents=cents, by=self.carla) for name, cents, _count in GIFTS]
        for centre in self.staff.centres.values():
            for gift, (_name, _cents, count) in zip(gifts, GIFTS, strict=True):
                if count:
                    Stock.receive(gift, centre, count=count, by=self.carla)
        north = self.staff.centres["nord"]
        self.hand_outs(north, gifts[:2])
        self.shine(north)
        self.winter_wash(north)
        self.enter_twice(north)

    def drivers(self, centre: Centre) -> list[Driver]:
        """Drivers of companies whose people may receive something, one role each."""
        running = Driver.objects.running(on=self.on).filter(company__centre=centre, company__is_public_body=False)
        return list(running.select_related("person", "company").order_by("pk")[:200])

    def enter_twice(self, centre: Centre) -> None:
        """Drivers entered at the counter although another company already had them: pairs for the list of duplicates."""
        drivers = [driver for driver in self.drivers(centre) if driver.person.usable_address("email")]
        for driver, elsewhere in zip(drivers[:TWICE], drivers[-TWICE:], strict=True):
            known = driver.person
            email = known.usable_address("email")
            twin = people.enter(
                by=self.emil,
                email=email.value if email else "",
                first_name=known.first_name,
                last_name=known.last_name,
                language=known.language,
                centre=centre,
            )
            Driver.take_up(twin, elsewhere.company, by=self.emil, on=self.on)

    def hand_outs(self, centre: Centre, gifts: list[Gift]) -> None:
        """Mugs and scrapers of the last months, one for a driver."""
        for number, driver in enumerate(islice(self.drivers(centre), 60, 60 + HANDED_OUT)):
            at = datetime.combine(self.on - timedelta(days=1 + number * 4), time(8, 30), centre.zone)
            handing_out.hand_out(gifts[number % 2], driver.person, company=driver.company, centre=centre, by=self.emil, now=at)

    def shine(self, centre: Centre) -> None:
        """The current programme: cards for everybody and for one company, a claim page, a personal link for a known driver."""
        programme = Programme.enter(
            by=self.dora, centres=list(self.staff.centres.values()), name="Shine", details="Shine, 9 minutes", value_cents=14_90,
            centre=centre, starts_on=self.on - timedelta(days=60), ends_on=self.on + timedelta(days=200),
        )  # fmt: skip
        issuing.issue(programme, Way.CARDS, 30, by=self.dora)
        company = Company.objects.filter(centre=centre, is_public_body=False, drivers__isnull=False).order_by("pk").last()
        issuing.issue(programme, Way.CARDS, 10, by=self.dora, company=company)
        issuing.issue(programme, Way.POOL, 50, by=self.dora)
        drivers = self.drivers(centre)[:CLAIMED]
        self.send_personal(programme, drivers[:3])
        cards = list(Voucher.objects.with_names().filter(issue__way=Way.CARDS, company=None).order_by("pk"))
        for number, (card, driver) in enumerate(zip(cards, drivers[3:], strict=False)):
            claiming.claim(card, driver.person, company=driver.company, by=self.emil)
            if number < REDEEMED:
                redeeming.redeem(card, by=self.wanda, wash=centre)
        for card, (first_name, employer) in zip(cards[CLAIMED:], STRANGERS, strict=False):
            claim_card(card, first_name=first_name, company_or_plate=employer)
        withdrawing.revoke(cards[-1], by=self.carla, reason="Card damaged in the press")

    def send_personal(self, programme: Programme, drivers: list[Driver]) -> None:
        """Sends personal links; the first is claimed immediately, the others are in the mailbox."""
        for number, driver in enumerate(drivers):
            voucher = issuing.issue(programme, Way.PERSONAL, 1, by=self.emil, driver=driver).vouchers.with_names().get()
            if driver.person.email:
                telling.send(voucher, driver.person)
            if number == 0:
                claiming.claim(voucher, driver.person, company=driver.company, by=None)

    def winter_wash(self, centre: Centre) -> None:
        """The programme before: its vouchers were used or have expired."""
        begins = self.on - timedelta(days=300)
        programme = Programme.enter(
            by=self.dora, centres=[centre], name="Winter wash", details="Underbody and wax", value_cents=11_50, centre=centre,
            starts_on=begins, ends_on=begins + timedelta(days=90), valid_days=120,
        )  # fmt: skip
        now = datetime.combine(begins, time(9), centre.zone)
        issue = issuing.issue(programme, Way.CARDS, 20, by=self.dora, now=now)
        drivers = [driver for driver in reversed(self.drivers(centre)) if driver.starts_on and driver.starts_on <= begins]
        for number, (card, driver) in enumerate(zip(issue.vouchers.with_names().order_by("pk"), drivers[:WASHED], strict=False)):
            at = now + timedelta(days=9 + 5 * number)
            claiming.claim(card, driver.person, company=driver.company, by=self.emil, now=at - timedelta(minutes=20))
            redeeming.redeem(card, by=self.wanda, wash=centre, now=at)
        withdrawing.expire_due(now=timezone.now())
