"""The demo as a whole: a dealership group, its companies, and their history up to yesterday."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from random import Random

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.customers.models.touched import untouched
from accounts.models import Axis, Centre, Company, Standing, User, derived
from contacts.models import Person
from contacts.reasons import computing, nightly
from contacts.reasons.settling import settle_all
from contacts.today.day import NEW
from demo import phrases
from demo.cast import CAST
from demo.companies import Account, CompanyWriter, account
from demo.complaints import add_complaints
from demo.counter import CounterWriter
from demo.diary import Diary
from demo.history import History
from demo.occasions import Occasions
from demo.people import PeopleWriter
from demo.rounds import add_round
from demo.rows import DemoBatch, check_at_once
from demo.staff import PASSWORD, Staff
from demo.vehicles import VehicleWriter
from fleetportal.core.errors import Refused

FEWEST, MOST = 10, 1_000_000
BATCH = 1000
LOOKED_AT_AT_ONCE = 5_000

Tell = Callable[[int], None]


class NotEmpty(Refused):
    code = "not_empty"


def fill(companies: int, *, seed: int, on: date, tell: Tell = lambda done: None, password: str | None = PASSWORD) -> Staff:
    """Fill an empty database with that many companies, the same for the same seed and day. All or nothing. Without a `password`
    nobody can sign in until somebody sets one.

    `tell` is called after each batch with the number of companies. Raises NotEmpty where there are customers or users already.
    """
    if User.objects.exists() or Centre.objects.exists() or Company.objects.exists() or Person.objects.exists():
        raise NotEmpty(_("This database already contains data. The demo needs an empty database: set a different DATABASE_URL."))
    with transaction.atomic():
        check_at_once()
        midnight = datetime.combine(on, time(), tzinfo=timezone.get_default_timezone())
        staff = Staff(companies, chance=Random(f"{seed}/staff"), since=midnight, password=password)
        with untouched():  # reasons are found for all, at the end
            enter_companies(companies, staff, seed=seed, on=on, tell=tell)
            Occasions(staff, on=on, chance=Random(f"{seed}/occasions")).add()
            CounterWriter(staff, on=on, chance=Random(f"{seed}/counter")).add()
            settle_standings(staff, on=on)
            add_complaints(staff, staff.centres["sued"])
        find_reasons(companies)
        add_round(staff, on=on)
    analyze()
    return staff


def enter_companies(companies: int, staff: Staff, *, seed: int, on: date, tell: Tell) -> None:
    """Enter all companies with their rows in batches, as if the administrator had taken them over from an older system."""
    users = staff.users
    writer = CompanyWriter(on=on, stand_in=users["anna"], for_whom=users["boris"])
    people, vehicles = PeopleWriter(on=on), VehicleWriter(on=on)
    history, diary = History(on=on, adviser=users["emil"]), Diary(on=on)
    previous: Account | None = None
    for first in range(0, companies, BATCH):
        batch, end = DemoBatch(by=users["admin"]), min(first + BATCH, companies)
        for number in range(first, end):
            made = account(number, staff.houses, seed=seed, on=on)
            writer.add(made, previous, batch)
            people.add(made, previous, batch)
            vehicles.add(made, batch)
            history.add(made, batch)
            diary.add(made, batch)
            previous = made
        batch.enter()
        tell(end)
    diary.arrange()


def settle_standings(staff: Staff, *, on: date) -> None:
    """Give each company the tier and phase of the rule. For some of the cast the managing director has decided otherwise."""
    settle_all(Company.objects.values_list("pk", flat=True), on=on)
    until = on + timedelta(days=365)
    for part, company in zip(CAST, Company.objects.order_by("pk"), strict=False):
        for axis, wanted in ((Axis.TIER, part.tier), (Axis.PHASE, part.phase)):
            given_reason = phrases.DECISIONS.get((axis, wanted))
            if given_reason and getattr(company, axis) != wanted:
                Standing.decide(company, axis, wanted, given_reason=given_reason, until=until, by=staff.users["carla"])


def find_reasons(companies: int) -> None:
    """Compute the reasons: now for a small demo, otherwise by the worker's daily job."""
    if companies > LOOKED_AT_AT_ONCE:
        nightly.start_unless_done(now=timezone.now())
        return
    ids = list(Company.objects.order_by("pk").values_list("pk", flat=True))
    computing.look_again(ids, now=timezone.now() - NEW)  # what was found by then is not new today
    for look_again in derived:
        look_again(ids)


def analyze() -> None:
    """Analyse the tables, so that the first queries are planned as well as later ones."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
