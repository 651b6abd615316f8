"""The vehicles of the demo: delivered over years and around today, on lease, rental or bought, held by users or driven by drivers."""

from datetime import date, timedelta

from accounts.models import Vehicle
from contacts.models import Holder, VehicleDriver
from demo import names, numbers
from demo.cast import DRIVES, USES
from demo.companies import Account, KnownPerson, moment
from demo.rows import DemoBatch, morning
from fleetportal.core.db import bulk

MONTH = 30.44
OWNED_DAYS = 700  # of companies that left us
LOST_DAYS = 560  # since then: longer than a company counts as ours without a vehicle
TERMS = ((24, "lease"), (36, "lease"), (48, "lease"), (12, "rental"), (0, "purchase"))
TERM_WEIGHTS = (14, 40, 16, 8, 22)
KM_A_DAY = {"personal": (40, 110), "functional": (25, 160)}


class VehicleWriter:
    """Makes the vehicles of one account after the other, with their holders or drivers."""

    def __init__(self, *, on: date) -> None:
        self.on = on
        self.made = 0

    def add(self, made: Account, batch: DemoBatch) -> None:
        users, drivers = made.known[USES], made.known[DRIVES]
        for rank in range(made.personal):
            vehicle, since = self.vehicle(made, "personal", rank, batch)
            if rank < len(users) and since:
                self.hold(made, vehicle, users, rank, since, batch)
        for rank in range(made.functional):
            vehicle, since = self.vehicle(made, "functional", rank + made.personal, batch)
            if drivers and since:
                for turn in range(1 + made.chance.randrange(min(2, len(drivers)))):
                    driver = drivers[(rank + turn) % len(drivers)].role
                    starts_on = max(since, made.entered_on)
                    batch.drives.add(bulk.new(VehicleDriver, vehicle=vehicle, driver=driver, starts_on=starts_on), at=morning(starts_on))

    def vehicle(self, made: Account, use: str, rank: int, batch: DemoBatch) -> tuple[Vehicle, date | None]:
        """A new vehicle, and the day from which it has a holder; None without a holder."""
        chance = made.chance
        self.made += 1
        model = chance.choice(names.PERSONAL_CARS if use == "personal" else names.FUNCTIONAL_CARS)
        months, contract = chance.choices(TERMS, TERM_WEIGHTS)[0]
        delivered_on = self.delivery(made, rank, months)
        dates: dict[str, object] = {"delivered_on": delivered_on, "contract": contract}
        dates["contract_ends_on"] = self.contract_end(made, rank, delivered_on, months)
        if dates["contract_ends_on"] and not months:
            dates["contract"] = "lease"
        if made.phase == "lost":
            dates["given_back_on"] = dates["contract_ends_on"] = delivered_on + timedelta(days=OWNED_DAYS)
        elif made.happens(7, 2) and rank == 3:
            dates["given_back_on"] = max(delivered_on + timedelta(days=10), self.on - timedelta(days=20 + chance.randrange(300)))
        age = max(0, (self.on - delivered_on).days)
        vehicle = bulk.new(Vehicle,
            company=made.row, plate=self.plate(made, self.made, model),
            vin=numbers.vin(model.maker, model.code, delivered_on.year, self.made), make=model.make, model=model.name,
            powertrain=model.powertrain, use=use, mileage_km=age * chance.randint(*KM_A_DAY[use]),
            entered_at=moment(min(delivered_on, self.on - timedelta(days=1)), chance), **dates,
        )  # fmt: skip
        batch.vehicles.append(vehicle)
        is_there = "given_back_on" not in dates and delivered_on < self.on
        return vehicle, max(delivered_on, made.entered_on) if is_there else None

    def delivery(self, made: Account, rank: int, months: int) -> date:
        """The date of delivery: in one of six companies one in the last four weeks, in one of thirteen one in the next three."""
        chance = made.chance
        if made.number == 0 and rank == 0:
            return self.on - timedelta(days=12)  # Herr Brandt's new car
        if made.phase == "lost":
            return self.on - timedelta(days=OWNED_DAYS + LOST_DAYS + chance.randrange(700))
        if rank == 0 and made.happens(6, 2):
            return self.on - timedelta(days=1 + chance.randrange(27))
        if rank == 1 and made.happens(13, 7):
            return self.on + timedelta(days=1 + chance.randrange(20))
        span = max(40, min(int((months or 60) * MONTH) - 20, 1900))
        return self.on - timedelta(days=30 + chance.randrange(span - 30))

    def contract_end(self, made: Account, rank: int, delivered_on: date, months: int) -> date | None:
        """The end of the contract: some soon, some overdue, a few on the same day."""
        if made.part and rank < made.part.renewals:
            return self.on + timedelta(days=110)
        if rank == 2 and made.happens(5, 1):
            return self.on + timedelta(days=50 + made.chance.randrange(200))
        if rank == 2 and made.happens(23, 9):
            return self.on - timedelta(days=10)
        return delivered_on + timedelta(days=int(months * MONTH) - 1) if months else None

    def plate(self, made: Account, number: int, model: names.Model) -> str:
        if made.country == "IT":
            return numbers.italian_plate(number)
        if made.country == "RU":
            return numbers.russian_plate(number)
        return numbers.plate(made.place.plate or "HH", number, is_electric=model.powertrain == "electric")

    def hold(self, made: Account, vehicle: Vehicle, users: list[KnownPerson], rank: int, since: date, batch: DemoBatch) -> None:
        """The user of that rank holds the vehicle; in one of eight companies after a previous holder."""
        user, before = users[rank].role, users[rank - 1].role
        days = (self.on - since).days
        if made.happens(8, 4) and before != user and days > 60:
            handed_over = since + timedelta(days=days // 2)
            ended = handed_over - timedelta(days=1)
            batch.holders.add(bulk.new(Holder, vehicle=vehicle, user=before, starts_on=since, ends_on=ended), at=morning(since))
            since = handed_over
        batch.holders.add(bulk.new(Holder, vehicle=vehicle, user=user, starts_on=since), at=morning(since))
