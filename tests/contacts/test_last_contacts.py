"""When a company was last spoken to: kept with it by the verbs of contacts, right whatever happens at once, and sorted by."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Max
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts.models import Centre, Company, TouchedCompany, User
from contacts.memory.actions import meetings
from contacts.memory.models import interaction as interactions
from contacts.memory.models.interaction import find_last_contacts, mend_all_last_contacts
from contacts.models import Interaction, Outcome
from contacts.tasks import mend_last_contacts
from events.models import CheckIn
from fleetportal.core.audit import Entry
from gifts.actions import handing_out
from tests.accounts.test_fleet_sizes import wait_until_somebody_waits
from tests.factories.accounts import make_centre, make_company
from tests.factories.contacts import make_role
from tests.factories.events import make_registration
from tests.factories.gifts import make_gift
from tests.factories.meetings import make_meeting
from tests.races import race
from tests.selection import LONG

pytestmark = pytest.mark.django_db
RUN = settings(
    max_examples=200 if LONG else 10, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)
any_number = st.integers(0, 10**6)
any_outcome = st.sampled_from(Outcome.values)


def ago(hours: int) -> datetime:
    return timezone.now() - timedelta(hours=hours)


def kept() -> dict[int, datetime | None]:
    return dict(Company.objects.values_list("pk", "last_contact_at"))


def looked_up() -> dict[int, datetime | None]:
    """The same by looking through each company's timeline."""
    real = Interaction.objects.filter(is_real_contact=True)
    return {company.pk: real.filter(company=company).aggregate(newest=Max("happened_at"))["newest"] for company in Company.objects.all()}


def spoke(company: Company, hours: int, outcome: str = Outcome.REACHED) -> Interaction:
    return spoke_at(company, ago(hours), outcome)


def spoke_at(company: Company, at: datetime, outcome: str = Outcome.REACHED) -> Interaction:
    return Interaction.log(company, outcome=outcome, happened_at=at, person=None, channel="phone", text="Spoke.", by=None)


class Contacts(RuleBasedStateMachine):
    """Contacts are logged, held, checked in and taken back in any order; what is kept is what is there, after each step."""

    def __init__(self) -> None:
        super().__init__()
        self.world = transaction.atomic()
        self.world.__enter__()
        self.centre = make_centre()
        self.companies = [make_company(self.centre) for _one in range(3)]
        self.logged: list[Interaction] = []
        self.inside: list[CheckIn] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.world.__exit__(None, None, None)

    def company(self, number: int) -> Company:
        return self.companies[number % 3]

    @rule(number=any_number, hours=st.integers(0, 50), outcome=any_outcome)
    def log(self, number: int, hours: int, outcome: str) -> None:
        self.logged.append(spoke(self.company(number), hours, outcome))

    @rule(number=any_number, hours=st.integers(0, 50), outcomes=st.lists(any_outcome, max_size=4))
    def log_many(self, number: int, hours: int, outcomes: list[str]) -> None:
        new = [
            Interaction(company=self.company(number + n), channel="email", outcome=outcome, text="Wrote.", happened_at=ago(hours + n))
            for n, outcome in enumerate(outcomes)
        ]
        Interaction.log_many(new, by=None)
        self.logged += new

    @rule(number=any_number)
    def take_back(self, number: int) -> None:
        if self.logged:
            self.logged.pop(number % len(self.logged)).take_back(by=None)

    @rule(number=any_number, hours=st.integers(0, 50))
    def hold(self, number: int, hours: int) -> None:
        meetings.hold(make_meeting(self.company(number)), by=None, held_at=ago(hours))

    @rule(number=any_number)
    def check_in(self, number: int) -> None:
        self.inside.append(make_registration(company=self.company(number)).check_in(by=None))

    @rule(number=any_number)
    def check_out(self, number: int) -> None:
        if self.inside:
            self.inside.pop(number % len(self.inside)).undo(by=None)

    @rule(number=any_number)
    def hand_out(self, number: int) -> None:
        company = self.company(number)
        handing_out.hand_out(
            make_gift(centre=self.centre), make_role("driver", company).person, company=company, centre=self.centre, by=None
        )

    @invariant()
    def what_is_kept_is_what_is_there(self) -> None:
        assert kept() == looked_up()


def test_what_is_kept_is_what_is_there_after_every_verb() -> None:
    run_state_machine_as_test(Contacts, settings=RUN)


def test_what_it_costs(north_ag: Company, django_assert_num_queries: Any) -> None:
    savepoint = 2  # of the test's own transaction
    at_once = connection.vendor == "postgresql"
    with django_assert_num_queries(savepoint + (1 if at_once else 3)):
        missed = spoke(north_ag, 3, Outcome.NOT_REACHED)
    with django_assert_num_queries(savepoint + (1 if at_once else 4)):
        met = spoke(north_ag, 2)
    referring = 2  # a decision and a stop of a contact round may refer to it
    with django_assert_num_queries(savepoint + 3 + referring):
        missed.take_back(by=None)
    with django_assert_num_queries(savepoint + 5 + referring):
        met.take_back(by=None)
    with django_assert_num_queries(0):
        assert find_last_contacts([]) == 0


def test_companies_are_sorted_by_it_without_looking_at_the_timeline(
    client: Client, carla: User, north: Centre, django_assert_num_queries: Any
) -> None:
    hours = {"Old": 90, "New": 1, "Between": 20, "As new": 1}
    for name, before in hours.items():
        spoke(make_company(north, name=name), before)
    make_company(north, name="Never")
    moment = ago(1)
    alike = Company.objects.filter(name__in=("New", "As new"))
    Interaction.objects.filter(company__in=alike).update(happened_at=moment)
    alike.update(last_contact_at=moment)
    client.force_login(carla)

    def listed(sort: str) -> list[str]:
        return [row.name for row in client.get(f"/companies/?sort={sort}").context["rows"]]

    upwards = ["Old", "Between", "New", "As new"]  # alike: by their numbers, which fall where the moments do
    assert listed("last_contact") == [*upwards, "Never"]
    with django_assert_num_queries(6) as asked:
        assert listed("-last_contact") == [*reversed(upwards), "Never"]
    assert not [one["sql"] for one in asked if "interaction" in one["sql"]]


def test_what_was_written_past_the_verbs_is_mended_where_touched_and_once_a_day(north: Centre) -> None:
    touched, other = make_company(north), make_company(north)
    for company in (touched, other):
        Interaction.objects.create(company=company, kind="contact", channel="phone", is_real_contact=True)
    TouchedCompany.objects.all().delete()
    TouchedCompany.add(touched)
    TouchedCompany.objects.drain()
    assert kept() == looked_up() | {other.pk: None}
    assert mend_all_last_contacts() == 1
    assert kept() == looked_up()
    Company.objects.update(last_contact_at=ago(9))
    mend_last_contacts()
    assert kept() == looked_up()


# --- at once -----------------------------------------------------------------------------------------------------------------


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_contacts_logged_and_taken_back_at_once_leave_the_newest() -> None:
    company = make_company()
    taken = [spoke(company, hours) for hours in (1, 2, 3)]
    logged = [lambda hours=hours: spoke(company, hours) for hours in (8, 5, 6)]
    outcomes = race(*logged, *[lambda one=one: one.take_back(by=None) for one in taken])
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert kept() == looked_up()


def take_back_while_another_is_logged(company: Company) -> None:
    """The newest is taken back; before that is committed, the one before is too."""
    older, newer = spoke(company, 2), spoke(company, 1)
    with transaction.atomic():
        newer.take_back(by=None)
        other = threading.Thread(target=in_a_thread, args=(lambda: older.take_back(by=None),))
        other.start()
        wait_until_somebody_waits()
    other.join(20)


def in_a_thread(verb: Callable[[], object]) -> None:
    try:
        verb()
    finally:
        connection.close()


@pytest.mark.race
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_whoever_takes_back_waits_for_who_was_first_and_without_the_lock_keeps_what_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also the canary: on SQLite one transaction after the other writes anyway."""
    company = make_company()
    take_back_while_another_is_logged(company)
    assert kept() == looked_up() == {company.pk: None}
    with monkeypatch.context() as patch:
        patch.setattr(interactions, "locked", lambda rows: rows)
        take_back_while_another_is_logged(company)
    assert kept() != looked_up()


@pytest.mark.race
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("others", "newest"), [(3, "ours"), (1, "theirs")])
def test_a_contact_written_in_one_statement_waits_for_the_company_and_keeps_the_newer(others: int, newest: str) -> None:
    """The company changes under the statement that has written the contact's other rows already: it looks at it again."""
    company, moments = make_company(), {"ours": ago(2), "theirs": ago(others)}
    TouchedCompany.objects.all().delete()
    logged = threading.Thread(target=in_a_thread, args=(lambda: spoke_at(company, moments["ours"]),))
    with transaction.atomic():
        Company.objects.filter(pk=company.pk).update(last_contact_at=moments["theirs"])
        logged.start()
        wait_until_somebody_waits()
    logged.join(20)
    company.refresh_from_db()
    assert company.last_contact_at == moments[newest]
    contact = Interaction.objects.get(company=company)
    assert (contact.happened_at, TouchedCompany.objects.get().company_id) == (moments["ours"], company.pk)
    assert Entry.objects.get(action="interaction.logged").object_id == contact.pk
