"""One day decides each question, also where programme and wash lie in zones in which it is not the same day.

A wash goes by its own date. A voucher is over once its last day has ended at every wash where it can be used.
"""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from contacts.hospitality import CAP, YearSum
from fleetportal.core.web.keeping import UNTIL
from gifts.actions import claiming, redeeming, withdrawing
from gifts.actions.claims import claim_card
from gifts.actions.counter import claim_for
from gifts.models import Programme, Voucher, VoucherExpired, VoucherState
from gifts.models.programme import end_on_earth
from tests.factories.accounts import make_centre, make_user
from tests.factories.gifts import make_gift, make_issue, make_programme, make_voucher
from tests.factories.numbers import set_number

pytestmark = pytest.mark.django_db
LAST_DAY = date(2026, 12, 24)
EVENING = datetime(2026, 12, 24, 21, 30, tzinfo=UTC)  # 22:30 on the last day in Berlin, half an hour into the next one in Moscow
NIGHT = datetime(2026, 12, 24, 23, 30, tzinfo=UTC)  # the last day is over in Berlin too
NEW_YEARS_EVE = datetime(2026, 12, 31, 21, 30, tzinfo=UTC)


@pytest.fixture
def it_is(monkeypatch):
    def set_clock(now):
        monkeypatch.setattr(timezone, "now", lambda: now)

    return set_clock


@pytest.fixture
def berlin(db):
    return make_centre("berlin", time_zone="Europe/Berlin", has_wash=True)


@pytest.fixture
def moscow(db):
    return make_centre("moscow", time_zone="Europe/Moscow", has_wash=True)


def last_day_voucher(programme, **facts):
    """A voucher whose last day is LAST_DAY."""
    voucher = make_voucher(programme, **facts)
    Voucher.objects.filter(pk=voucher.pk).update(valid_until=LAST_DAY)
    return Voucher.objects.with_names().get(pk=voucher.pk)


@pytest.mark.parametrize("is_job_run", [False, True])
def test_a_wash_takes_a_voucher_on_its_own_last_day_whether_the_job_ran_or_not(berlin, moscow, mirko, wanda, it_is, is_job_run):
    it_is(EVENING - timedelta(days=1))
    voucher = last_day_voucher(make_programme(moscow, centres=[moscow, berlin]), driver=mirko, claimed=True)
    it_is(EVENING)
    if is_job_run:
        assert withdrawing.expire_due(now=EVENING) == 0
    with pytest.raises(VoucherExpired, match="Was valid until"):
        redeeming.redeem(voucher, by=wanda, wash=moscow)
    redeeming.redeem(voucher, by=wanda, wash=berlin)
    assert Voucher.objects.get().state == VoucherState.REDEEMED


def test_when_its_last_day_is_over_at_every_wash_the_job_says_so_and_no_wash_takes_it(berlin, moscow, mirko, wanda, it_is):
    it_is(EVENING)
    voucher = last_day_voucher(make_programme(moscow, centres=[moscow, berlin]), driver=mirko, claimed=True)
    it_is(NIGHT)
    for wash in (moscow, berlin):
        with pytest.raises(VoucherExpired):
            redeeming.redeem(voucher, by=wanda, wash=wash)
    assert withdrawing.expire_due(now=NIGHT) == 1
    assert Voucher.objects.get().state == VoucherState.EXPIRED
    assert YearSum.objects.get(person=mirko.person).cents == 0


def test_a_voucher_for_washes_in_the_east_alone_ends_with_their_day(berlin, moscow, mirko, it_is, client):
    it_is(EVENING)
    voucher = last_day_voucher(make_programme(berlin, centres=[moscow]), driver=mirko)
    assert client.get(voucher.link.path).context["state"] == VoucherState.EXPIRED
    with pytest.raises(VoucherExpired):
        claiming.claim(voucher, mirko.person, company=mirko.company, by=None)
    assert withdrawing.expire_due(now=EVENING) == 1


@pytest.mark.parametrize(("now", "state"), [(EVENING, VoucherState.CLAIMED), (NIGHT, VoucherState.EXPIRED)])
def test_the_drivers_page_says_what_the_last_wash_would_say(berlin, moscow, mirko, it_is, client, now, state):
    it_is(EVENING - timedelta(days=1))
    voucher = last_day_voucher(make_programme(moscow, centres=[moscow, berlin]), driver=mirko, claimed=True)
    it_is(now)
    answer = client.get(voucher.link.path)
    assert answer.context["state"] == state
    midnight_in_berlin = str(int(NIGHT.replace(minute=0).timestamp()))
    assert answer.headers.get(UNTIL) == (midnight_in_berlin if state == VoucherState.CLAIMED else None)


@pytest.mark.parametrize(("now", "is_offered"), [(EVENING, True), (NIGHT, False)])
def test_the_counter_offers_what_can_still_be_claimed(berlin, moscow, mirko, client, emil, it_is, now, is_offered):
    emil_in_moscow = make_user(role="service_adviser", at=[moscow, mirko.company.centre])
    it_is(EVENING - timedelta(days=1))
    voucher = last_day_voucher(make_programme(moscow, centres=[moscow, berlin]), driver=mirko)
    it_is(now)
    client.force_login(emil_in_moscow)
    page = client.get(f"/vouchers/counter/{mirko.person.pk}/")
    assert [one.pk for one, _driver in page.context["own"]] == ([voucher.pk] if is_offered else [])
    if is_offered:
        claim_for(voucher, mirko, by=emil_in_moscow)
    else:
        with pytest.raises(VoucherExpired):
            claim_for(voucher, mirko, by=emil_in_moscow)


@pytest.mark.parametrize(("now", "is_open"), [(EVENING, True), (NIGHT, False)])
def test_the_claim_page_is_open_as_long_as_a_voucher_could_be_used(berlin, moscow, it_is, client, now, is_open):
    it_is(EVENING - timedelta(days=1))
    shine = make_programme(moscow, centres=[moscow, berlin])
    make_issue(shine, way="pool")
    Voucher.objects.update(valid_until=LAST_DAY)
    it_is(now)
    page = client.get(shine.claim_page.path)
    assert ("form" in page.context) is is_open


def test_a_card_is_claimed_on_the_last_evening(berlin, moscow, it_is):
    it_is(EVENING - timedelta(days=1))
    card = last_day_voucher(make_programme(moscow, centres=[moscow, berlin]))
    it_is(EVENING)
    claim_card(card, first_name="Mirko", company_or_plate="Nordhafen")
    assert Voucher.objects.get().state == VoucherState.CLAIMED


def test_links_open_until_the_day_has_ended_everywhere():
    assert end_on_earth(LAST_DAY) == datetime(2026, 12, 25, 12, tzinfo=UTC)
    west = make_centre(time_zone="Etc/GMT+12", has_wash=True)
    assert make_programme(west).end_of(LAST_DAY) == end_on_earth(LAST_DAY)


def test_far_from_its_last_day_nobody_asks_for_the_washes(berlin, moscow, mirko, django_assert_num_queries):
    voucher = Voucher.objects.with_names().get(pk=make_voucher(make_programme(moscow, centres=[moscow, berlin]), driver=mirko).pk)
    for now in (EVENING - timedelta(days=400), EVENING + timedelta(days=4000)):
        with django_assert_num_queries(0):
            voucher.today(now)


def test_a_tick_without_anything_due_costs_one_query(berlin, moscow, django_assert_num_queries):
    for centre in (berlin, moscow):
        make_voucher(make_programme(centre))
    with django_assert_num_queries(1):
        withdrawing.expire_due(now=timezone.now())


# --- which programmes run --------------------------------------------------------------------------------------------------


def test_a_programme_runs_by_the_day_of_the_centre_that_runs_it(berlin, moscow, mirko, client, it_is):
    ended = make_programme(moscow, ends_on=LAST_DAY)
    running = make_programme(berlin, ends_on=LAST_DAY)
    begins = make_programme(moscow, starts_on=LAST_DAY + timedelta(days=1))
    it_is(EVENING)
    assert Programme.objects.running(now=EVENING) == [running, begins]
    user = make_user(role="centre_manager", at=[berlin, moscow, mirko.company.centre])
    client.force_login(user)
    offered = client.get(f"/vouchers/counter/{mirko.person.pk}/").context["offers"]
    assert {programme for programme, _driver, _why in offered} == {running, begins}
    rows = client.get("/vouchers/", {"runs": "now"}).content.decode()
    assert (running.name in rows, begins.name in rows, ended.name in rows) == (True, True, False)


# --- for which year something counts -----------------------------------------------------------------------------------------


def test_the_counter_reckons_with_the_year_for_which_the_voucher_will_count(berlin, moscow, mirko, client, it_is):
    set_number(CAP, 20_00)
    YearSum.objects.create(person=mirko.person, year=2026, cents=20_00)
    here, there = make_programme(berlin), make_programme(moscow)
    it_is(NEW_YEARS_EVE)
    client.force_login(make_user(role="centre_manager", at=[berlin, moscow, mirko.company.centre]))
    offers = client.get(f"/vouchers/counter/{mirko.person.pk}/").context["offers"]
    assert {programme: bool(why) for programme, _driver, why in offers} == {here: True, there: False}
    claim_for(last_day_of(make_voucher(there, driver=mirko)), mirko, by=None)
    assert YearSum.objects.get(person=mirko.person, year=2027).cents == there.value_cents


def last_day_of(voucher):
    return Voucher.objects.with_names().get(pk=voucher.pk)


def test_a_gift_is_offered_by_the_year_of_the_centre_it_comes_from(berlin, moscow, mirko, client, it_is):
    set_number(CAP, 5_00)
    YearSum.objects.create(person=mirko.person, year=2026, cents=5_00)
    make_gift("Mug", centre=berlin)
    make_gift("Scraper", centre=moscow)
    it_is(NEW_YEARS_EVE)
    client.force_login(make_user(role="centre_manager", at=[berlin, moscow, mirko.company.centre], home_centre=berlin))
    stock = client.get(f"/gifts/hand-out/{mirko.person.pk}/").context["stock"]
    assert {offer.stock.gift.name: bool(offer.over_cents) for offer in stock} == {"Mug": True, "Scraper": False}
