"""The demo: it holds every situation of the trade, is the same each time, and its numbers pass their checks."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from itertools import islice, pairwise
from random import Random
from typing import Any

import phonenumbers
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.customers import vat
from accounts.customers.actions import companies
from accounts.customers.models.vehicle import fold_plate
from accounts.models import Centre, Company, Standing, User, Vehicle
from accounts.staff.actions.roles import roles_of
from cms.models import EventPage
from contacts.models import ContactRound, Meeting, Person, PersonAddress, Reason
from contacts.people.models.person import fold_address, fold_name
from contacts.reasons.settling import settle_all
from demo.days import thursday, weekdays
from demo.numbers import VIN_VALUES, VIN_WEIGHTS
from demo.occasions import PREVIEW_ABROAD
from demo.seed import NotEmpty, fill
from demo.staff import Staff
from events.models import Registration
from events.models.registration import Status
from fleetportal.core.audit import Entry
from fleetportal.core.db import fold
from fleetportal.core.db.search import SearchRow
from tests.databases import Copies
from tests.demo.situations import SITUATIONS
from tests.own_models import own_models

DAY = timezone.localdate()  # what is ahead goes through the verbs, which look at the clock


@pytest.fixture(scope="module")
def demo(database: Copies, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """300 companies for all tests of this file, gone afterwards."""
    with django_db_blocker.unblock():
        database.fresh()
    with django_db_blocker.unblock(), transaction.atomic():
        fill(300, seed=1, on=DAY)
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("sentence", SITUATIONS)
def test_three_hundred_companies_hold_each_situation_of_the_trade(sentence, demo):
    assert list(SITUATIONS[sentence](DAY))


@pytest.mark.parametrize("on", [date(2026, 12, 1) + timedelta(days=days) for days in range(31)])
def test_nobody_meets_between_the_years(on):
    days = {*islice(weekdays(on), 20), *(thursday(on, weeks=weeks) for weeks in range(5))}
    between = {date(2026, 12, 24) + timedelta(days=days) for days in range(9)}
    assert days.isdisjoint(between) and not {on.weekday() for on in days} & {5, 6}


def test_each_tier_and_phase_is_the_rules_or_somebodys_decision(demo):
    entered = Q(tier_basis="") & ~Q(tier="") | Q(phase_basis="") & ~Q(phase="prospect")
    assert not Company.objects.filter(entered).exists()
    found = Company.objects.values_list("pk", "tier", "phase")
    before = list(found.order_by("pk"))
    settle_all([pk for pk, _tier, _phase in before], on=DAY)
    assert list(found.order_by("pk")) == before
    assert Standing.objects.filter(reason=Standing.DECIDED, by__username="carla").exists()


def test_a_sales_manager_of_the_centre_takes_part_in_each_meeting_ahead_and_in_one_at_a_time(demo):
    ahead = list(Meeting.objects.open().select_related("director", "company"))
    assert {meeting.director.home_centre_id for meeting in ahead} == set(Centre.objects.values_list("pk", flat=True))
    assert all(meeting.director.home_centre_id == meeting.company.centre_id for meeting in ahead)
    fixed = [(meeting.director_id, meeting.starts_at) for meeting in ahead if meeting.is_fixed]
    assert len(set(fixed)) == len(fixed)


@pytest.mark.django_db
def test_there_are_more_sales_managers_the_more_companies_there_are():
    """Each has so many meetings ahead, so calendars grow with the demo."""
    staff = Staff(10_000, chance=Random(1), since=timezone.now(), password=None)
    leaders = [leader for house in staff.houses for leader in house.leaders.values()]
    assert [len(house.leaders) for house in staff.houses] == [12, 12]
    assert len({leader.pk for leader in leaders}) == 6
    assert leaders[0] == staff.users["carla"]
    assert all(leader.may("serve_customers") and not leader.has_usable_password() for leader in leaders[4:])


def test_there_are_as_many_companies_as_asked_for(demo):
    assert Company.objects.count() == 300


@pytest.mark.parametrize(
    ("username", "role"),
    [
        ("anna", "account_manager"),
        ("boris", "account_manager"),
        ("carla", "centre_manager"),
        ("dora", "marketing"),
        ("emil", "service_adviser"),
        ("wanda", "wash_attendant"),
        ("tomas", "outside_agent"),
        ("admin", "administrator"),
    ],
)
def test_each_demo_user_has_the_password_and_the_role_of_the_handbook(username, role, demo):
    user = User.objects.get(username=username)
    assert user.check_password("demo")
    assert roles_of(user) == {role}


def test_customer_pages_have_an_imprint_and_a_privacy_policy(client, demo):
    for address in ("/imprint/", "/privacy/"):
        assert "Vorführung" in client.get(address).content.decode()
    assert 'href="/imprint/"' in client.get("/", follow=True).content.decode()


def test_whoever_changed_their_mind_has_said_so(demo):
    """As a guest does on their page: nobody’s registration is cancelled without an answer."""
    cancelled = Registration.objects.filter(status=Status.CANCELLED)
    assert cancelled.exists()
    for registration in cancelled:
        assert registration.event.invitations.get(person=registration.person).declined_at


def test_nobody_else_can_sign_in(demo):
    others = User.objects.exclude(username__in=("anna", "boris", "carla", "dora", "emil", "wanda", "tomas", "admin"))
    assert others and not any(user.has_usable_password() is True for user in others)


def test_every_vat_number_passes_its_check(demo):
    numbers = [(company.vat_number, company.country) for company in Company.objects.exclude(vat_number="")]
    assert len(numbers) > 250
    assert [(vat.compact(number, country=country), country) for number, country in numbers] == numbers


def is_vin(text: str) -> bool:
    rest = sum(VIN_VALUES.get(sign, 0) * weight for sign, weight in zip(text, VIN_WEIGHTS, strict=True)) % 11
    return text[8] == ("X" if rest == 10 else str(rest))


def test_the_check_of_a_vin_knows_a_right_one_from_a_wrong_one():
    assert is_vin("1M8GDM9AXKP042788")  # the example of the American rule (49 CFR 565)
    assert not is_vin("1M8GDM9A1KP042788")


def test_every_vin_has_its_check_digit_and_comes_once(demo):
    vins = list(Vehicle.objects.values_list("vin", flat=True))
    assert all(len(vin) == 17 and is_vin(vin) for vin in vins)
    assert len(set(vins)) == len(vins)


def test_every_plate_is_there_once_and_folded_as_the_model_folds_it(demo):
    plates = list(Vehicle.objects.values_list("plate", "plate_folded"))
    assert all(folded == fold_plate(plate) for plate, folded in plates)
    assert len({folded for _plate, folded in plates}) == len(plates)


def test_every_telephone_number_is_valid_and_folded_as_the_model_folds_it(demo):
    numbers = list(PersonAddress.objects.filter(channel__in=("phone", "sms")).values_list("channel", "value", "value_folded"))
    assert len(numbers) > 800
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(value)) for _channel, value, _folded in numbers)
    assert all(fold_address(channel, value) == folded for channel, value, folded in numbers)


def test_every_mail_address_is_nobodys(demo):
    values = list(PersonAddress.objects.filter(channel="email").values_list("value", "value_folded"))
    assert all(value.endswith(".example") and value.isascii() and folded == fold(value) for value, folded in values)


def test_names_are_folded_as_the_model_folds_them(demo):
    assert all(person.name_folded == fold_name(person.first_name, person.last_name) for person in Person.objects.all())
    assert all(company.name_folded == fold(company.name)[:200] for company in Company.objects.all())


def test_names_are_many(demo):
    people = Person.objects.values_list("first_name", "last_name")
    assert len(set(people)) > 0.9 * len(people)
    assert len(set(Company.objects.values_list("name", flat=True))) == 300


@pytest.mark.parametrize("model", [Company, Person, Vehicle])
def test_a_search_row_is_what_the_model_itself_would_write(model, demo):
    rows = {row.object_id: row for row in SearchRow.objects.filter(object_type=model._meta.label_lower)}
    assert rows.keys() == set(model.objects.values_list("pk", flat=True))
    for found in model.objects.all():
        own = found.search_row
        assert (rows[found.pk].title, set(rows[found.pk].words.split())) == (own.title, set(own.words.split()))


@pytest.mark.parametrize("model", [Company, Person, Vehicle])
def test_every_row_has_its_entry_in_the_history(model, demo):
    entries = Entry.objects.filter(object_type=model._meta.label_lower, action=f"{model._meta.model_name}.entered")
    assert set(entries.values_list("object_id", flat=True)) == set(model.objects.values_list("pk", flat=True))


def test_nothing_has_happened_after_the_day(demo):
    late = {
        (model._meta.label, field.name)
        for model, field, moment in moments()
        if not field.name.endswith(("due_at", "until", "expires_at", "opens_at", "closes_at", "starts_at", "ends_at"))
        and moment.date() > DAY
    }
    assert late == set()


def moments() -> Iterator[tuple[Any, Any, Any]]:
    """Every moment that stands in a row of the demo."""
    for model in (Company, Person, Vehicle, PersonAddress):
        for field in model._meta.fields:
            if field.get_internal_type() == "DateTimeField":
                for moment in model.objects.exclude(**{field.name: None}).values_list(field.name, flat=True):
                    yield model, field, moment


def test_the_database_would_refuse_nothing_of_it(demo):
    connection.check_constraints()


def test_the_database_counts_on_from_the_last_number(demo):
    highest = Company.objects.latest("pk")
    with transaction.atomic():
        entered = companies.enter(by=None, name="One more", centre=highest.centre)
        assert entered.pk > highest.pk
        transaction.set_rollback(True)


def test_two_periods_of_one_vehicle_never_meet(demo):
    for vehicle in Vehicle.objects.prefetch_related("holders").exclude(holders=None):
        periods = sorted((holder.starts_on, holder.ends_on or date.max) for holder in vehicle.holders.all())
        assert all(end < start for (_start, end), (start, _end) in pairwise(periods))


# Drawn anew each time: salted passwords, keys of links, codes and pages, and letters, which hold a proof of such a key.
DRAWN = {"translation_key", "password", "nonce", "token_hash", "code_hash", "message_id", "text", "html", "headers", "attachments"}
STARTED = timezone.now()


def snapshot() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of our own tables as text; the moment of writing, where a verb notes it, is "now".

    Reasons are found set-based, in whatever order the database has them: they are compared without their numbers.
    """
    found = {}
    for model in own_models():
        names = [field.attname for field in model._meta.concrete_fields if field.attname not in DRAWN]
        rows = [tuple(map(as_text, row)) for row in model._base_manager.order_by("pk").values_list(*names)]
        found[model._meta.label] = sorted(row[1:] for row in rows) if model is Reason else rows
    return found


def as_text(value: Any) -> str:
    return "now" if isinstance(value, datetime) and STARTED <= value <= timezone.now() else str(value)


def fresh(seed: int, companies: int = 12) -> dict[str, list[tuple[Any, ...]]]:
    """The snapshot of a demo that is gone again."""
    with connection.cursor() as cursor:  # on PostgreSQL a rollback leaves the counters where they are
        for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models(include_auto_created=True)):
            cursor.execute(statement)
    with transaction.atomic():
        fill(companies, seed=seed, on=DAY)
        found = snapshot()
        transaction.set_rollback(True)
    return found


@cache
def sevens() -> dict[str, list[tuple[Any, ...]]]:
    """What seed 7 makes."""
    return fresh(7)


@pytest.mark.django_db
def test_the_same_seed_and_day_make_the_same_demo():
    first, second = sevens(), fresh(7)
    for table, rows in first.items():
        assert rows == second[table], table
    assert len(first["accounts.Company"]) == 12


@pytest.mark.django_db
def test_another_seed_makes_other_people():
    assert sevens()["contacts.Person"] != fresh(8)["contacts.Person"]


@pytest.mark.django_db
def test_ten_companies_are_enough_for_both_centres_and_every_group():
    fill(10, seed=1, on=DAY)
    assert {company.centre.slug for company in Company.objects.select_related("centre")} == {"nord", "sued"}
    assert all(list(SITUATIONS[sentence](DAY)) for sentence in SITUATIONS if "second delivery" in sentence or "Anna" in sentence)


@pytest.mark.django_db
def test_a_database_that_holds_data_is_left_alone(north):
    with pytest.raises(NotEmpty):
        fill(10, seed=1, on=DAY)
    with pytest.raises(CommandError, match="already contains data"):
        call_command("seed_demo", companies=10)
    assert not Company.objects.exists() and not User.objects.exists()


@pytest.mark.django_db
def test_the_command_says_how_many_it_made(capsys):
    call_command("seed_demo", "--companies", "12")
    assert "12 companies in" in capsys.readouterr().out


@pytest.mark.django_db
@pytest.mark.parametrize("debug", [True, False])
def test_r22_without_debug_the_command_makes_no_account_with_a_known_password(settings, capsys, debug):
    settings.DEBUG = debug
    call_command("seed_demo", "--companies", "10")
    assert any(user.check_password("demo") for user in User.objects.all()) is debug
    assert any(user.has_usable_password() for user in User.objects.all()) is debug
    assert ("changepassword" in capsys.readouterr().out) is not debug


@pytest.mark.django_db
def test_r22_the_sign_in_page_names_who_can_try_the_demo_and_nobody_otherwise(client, settings, django_assert_num_queries):
    def hint() -> bool:
        return "Sign in as anna, boris, carla, dora, emil, wanda, tomas, admin" in client.get("/login/").content.decode()

    anna = User(username="anna")
    anna.set_password("demo")
    anna.save()
    with django_assert_num_queries(0):
        assert not hint()
    settings.DEBUG = True
    assert hint()
    anna.set_unusable_password()
    anna.save()
    assert not hint()


@pytest.mark.parametrize("number", ["9", "1000001", "-5"])
def test_a_size_out_of_range_is_refused(number):
    with pytest.raises(CommandError, match="from 10 to 1000000"):
        call_command("seed_demo", "--companies", number)


@pytest.mark.parametrize("language", ["de", "it", "ru"])
def test_the_preview_is_announced_in_each_language_in_words_of_its_own(demo, language):
    pages = EventPage.objects.filter(locale__language_code=language)
    english = set(EventPage.objects.filter(locale__language_code="en").values_list("title", flat=True))
    assert pages.live().count() == 2
    assert english.isdisjoint(pages.values_list("title", flat=True))
    assert {page.title for page in pages} == {PREVIEW_ABROAD[language][0]}


def test_a_contact_round_of_anna_is_running_with_calls_made(demo):
    found = ContactRound.objects.get()
    assert (found.owner.username, found.centre.slug, found.state) == ("anna", "nord", "running")
    assert found.stops.filter(state="done").count() == 2
    assert found.stops.open().filter(tries=1).count() == 1
    assert {stop.assigned_to.username for stop in found.stops.open().select_related("assigned_to")} == {"anna", "tomas"}
    assert found.stops.left_out().exists(), "the preview says why"
