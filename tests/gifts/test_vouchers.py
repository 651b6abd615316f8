"""What a voucher does: issued, claimed once, redeemed once, undone, revoked, expired; each refusal leaves everything as it was."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from contacts.hospitality import CAP
from contacts.models import CapReached, Interaction, NothingAllowed, Received, YearSum
from fleetportal.core.audit import Change, Entry
from fleetportal.core.links import Link
from fleetportal.core.outbox.message import Message
from gifts import models as gifts
from gifts.actions import claiming, handing_out, issuing, redeeming, withdrawing
from gifts.models import Allowance, Claim, Redemption, Voucher, VoucherState
from tests.factories.accounts import make_company
from tests.factories.contacts import make_role
from tests.factories.gifts import card_of, make_gift, make_issue, make_programme, make_voucher
from tests.factories.numbers import set_number

pytestmark = pytest.mark.django_db


def everything() -> list:
    """The rows that a refusal must leave alone."""
    tables = (Voucher, Claim, Redemption, Allowance, YearSum, Received, Interaction, Message, Entry, Change, Link)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def test_a_personal_voucher_goes_from_free_to_redeemed_and_tells_the_company(shine, mirko, north, wanda):
    voucher = make_voucher(shine, driver=mirko)
    assert voucher.state == VoucherState.FREE

    claiming.claim(voucher, mirko.person, company=mirko.company, by=None)
    redemption = redeeming.redeem(voucher, by=wanda, wash=north)

    assert Voucher.objects.get(pk=voucher.pk).state == VoucherState.REDEEMED
    assert (redemption.wash, redemption.redeemed_by) == (north, wanda)
    told = Interaction.objects.filter(company=mirko.company, person=mirko.person).order_by("pk").values_list("kind", flat=True)
    assert list(told) == ["voucher.claimed", "voucher.redeemed"]
    assert list(Entry.objects.about(voucher).order_by("pk").values_list("action", "actor_id")) == [
        ("voucher.claimed", None),
        ("voucher.redeemed", wanda.pk),
    ]


def test_redeeming_costs_two_statements_with_the_look_up_on_sqlite_six(shine, mirko, north, wanda, django_assert_num_queries):
    voucher = make_voucher(shine, driver=mirko, claimed=True)
    token = voucher.link.token
    with django_assert_num_queries(2 if connection.vendor == "postgresql" else 6):
        redeeming.redeem(Voucher.objects.found_by_token(token), by=wanda, wash=north)


def test_a_card_is_nobodys_until_claimed(shine, north, wanda):
    voucher = make_voucher(shine)
    before = everything()
    with pytest.raises(gifts.NobodysVoucher):
        redeeming.redeem(voucher, by=wanda, wash=north)
    assert everything() == before


def test_a_voucher_is_claimed_once(shine, mirko, north_ag):
    voucher = make_voucher(shine)
    claiming.claim(voucher, mirko.person, company=north_ag, by=None)
    other = make_role("driver", north_ag)
    before = everything()
    with pytest.raises(gifts.VoucherTaken):
        claiming.claim(voucher, other.person, company=north_ag, by=None)
    assert everything() == before


def test_a_personal_voucher_is_for_that_person_alone(shine, mirko, north_ag):
    voucher = make_voucher(shine, driver=mirko)
    other = make_role("driver", north_ag)
    with pytest.raises(gifts.VoucherTaken):
        claiming.claim(voucher, other.person, company=north_ag, by=None)
    assert Voucher.objects.get(pk=voucher.pk).person == mirko.person


def test_a_voucher_is_redeemed_once_and_the_second_time_says_when_where_and_by_whom(shine, mirko, north, wanda, emil):
    voucher = make_voucher(shine, driver=mirko, claimed=True)
    first = redeeming.redeem(voucher, by=wanda, wash=north)
    before = everything()
    with pytest.raises(gifts.VoucherSpent) as refused:
        redeeming.redeem(Voucher.objects.get(pk=voucher.pk), by=emil, wash=north)
    assert everything() == before
    assert refused.value.facts["redemption"] == first
    assert (refused.value.facts["wash"], refused.value.facts["by"]) == ("Nord", "Wanda Petrowa")
    assert timezone.localtime(first.redeemed_at, north.zone).strftime("%H:%M") in str(refused.value)


def test_a_voucher_of_another_wash_is_foreign_and_says_where_it_belongs(south, mirko, north, wanda):
    voucher = make_voucher(make_programme(south), driver=mirko, claimed=True)
    before = everything()
    with pytest.raises(gifts.VoucherForeign, match="Süd"):
        redeeming.redeem(voucher, by=wanda, wash=north)
    assert everything() == before


def test_a_programme_may_count_at_several_washes(south, mirko, north, wanda):
    voucher = make_voucher(make_programme(south, centres=[north, south]), driver=mirko, claimed=True)
    assert redeeming.redeem(voucher, by=wanda, wash=north).wash == north


def test_the_last_day_still_counts_and_the_day_after_does_not(shine, mirko, north, wanda):
    voucher = make_voucher(shine, driver=mirko, claimed=True)
    today = north.today(timezone.now())
    Voucher.objects.filter(pk=voucher.pk).update(valid_until=today - timedelta(days=1))
    with pytest.raises(gifts.VoucherExpired):
        redeeming.redeem(voucher, by=wanda, wash=north)
    Voucher.objects.filter(pk=voucher.pk).update(valid_until=today)
    redeeming.redeem(voucher, by=wanda, wash=north)
    assert Voucher.objects.get(pk=voucher.pk).state == VoucherState.REDEEMED


def test_an_expired_card_cannot_be_claimed(shine, mirko):
    voucher = make_voucher(shine)
    Voucher.objects.update(valid_until=timezone.localdate() - timedelta(days=2))
    with pytest.raises(gifts.VoucherExpired):
        claiming.claim(voucher, mirko.person, company=mirko.company, by=None)
    assert Voucher.objects.get().state == VoucherState.FREE


def test_revoking_frees_allowance_and_cap_and_shuts_the_card(shine, mirko, north_ag, carla):
    voucher = make_voucher(shine)
    claiming.claim(voucher, mirko.person, company=north_ag, by=None)
    withdrawing.revoke(voucher, by=carla, reason="He left the firm.")
    assert Voucher.objects.get().state == VoucherState.REVOKED
    assert YearSum.objects.get(person=mirko.person).cents == 0
    assert set(Allowance.objects.values_list("taken", flat=True)) == {0}
    assert Link.objects.find("claim", card_of(voucher).token) is None
    before = everything()
    with pytest.raises(gifts.VoucherRevoked):
        withdrawing.revoke(Voucher.objects.get(), by=carla, reason="again")
    assert everything() == before


def test_a_revoked_voucher_is_not_redeemed(shine, mirko, north, wanda, carla):
    voucher = make_voucher(shine, driver=mirko, claimed=True)
    withdrawing.revoke(voucher, by=carla, reason="lost")
    with pytest.raises(gifts.VoucherRevoked):
        redeeming.redeem(voucher, by=wanda, wash=north)


def test_a_redeemed_voucher_is_not_revoked(shine, mirko, north, wanda, carla):
    voucher = make_voucher(shine, driver=mirko, claimed=True)
    redeeming.redeem(voucher, by=wanda, wash=north)
    with pytest.raises(gifts.VoucherSpent):
        withdrawing.revoke(voucher, by=carla, reason="late")
    assert Voucher.objects.get().state == VoucherState.REDEEMED


def test_undoing_gives_the_voucher_back_once_and_keeps_the_reason(shine, mirko, north, wanda, carla):
    voucher = make_voucher(shine, driver=mirko, claimed=True)
    redemption = redeeming.redeem(voucher, by=wanda, wash=north)
    redeeming.undo(redemption, by=carla, reason="Scanned twice at the gate.")
    assert Voucher.objects.get().state == VoucherState.CLAIMED
    redemption.refresh_from_db()
    assert (redemption.undone_by, redemption.undone_because) == (carla, "Scanned twice at the gate.")
    before = everything()
    with pytest.raises(gifts.NotRedeemed):
        redeeming.undo(redemption, by=carla, reason="again")
    assert everything() == before
    assert redeeming.redeem(voucher, by=wanda, wash=north).pk != redemption.pk


def test_expiring_says_so_once_and_frees_the_cap(shine, mirko, north):
    make_voucher(shine)
    claimed = make_voucher(shine, driver=mirko, claimed=True)
    far = timezone.now() + timedelta(days=shine.valid_days + 1)
    assert withdrawing.expire_due(now=timezone.now()) == 0
    assert withdrawing.expire_due(now=far) == 2
    assert withdrawing.expire_due(now=far) == 0
    assert set(Voucher.objects.values_list("state", flat=True)) == {VoucherState.EXPIRED}
    assert YearSum.objects.get(person=mirko.person).cents == 0
    assert Entry.objects.about(claimed).filter(action="voucher.expired").count() == 1


def test_one_voucher_per_driver_and_period(shine, mirko):
    make_voucher(shine, driver=mirko, claimed=True)
    second = make_voucher(shine, driver=mirko)
    before = everything()
    with pytest.raises(gifts.DriverHasOne):
        claiming.claim(second, mirko.person, company=mirko.company, by=None)
    assert everything() == before


def test_two_programmes_do_not_count_together(north, mirko):
    for _one in range(2):
        make_voucher(make_programme(north), driver=mirko, claimed=True)
    assert Voucher.objects.filter(state=VoucherState.CLAIMED).count() == 2


@pytest.mark.parametrize(("period", "name"), [("month", "2026-12"), ("quarter", "2026-Q4"), ("year", "2026"), ("always", "always")])
def test_periods_have_names(shine, period, name):
    shine.period = period
    assert shine.period_of(timezone.datetime(2026, 12, 1).date()) == name


def test_vouchers_count_against_the_cap_of_the_year(north, mirko):
    set_number(CAP, 2980)
    for _one in range(2):
        make_voucher(make_programme(north), driver=mirko, claimed=True)
    third = make_voucher(make_programme(north), driver=mirko)
    before = everything()
    with pytest.raises(CapReached):
        claiming.claim(third, mirko.person, company=mirko.company, by=None)
    assert everything() == before


def test_a_driver_of_a_public_body_may_receive_nothing(north, anna):
    driver = make_role("driver", make_company(north, is_public_body=True, looked_after_by=anna))
    voucher = make_voucher(make_programme(north), driver=driver)
    with pytest.raises(NothingAllowed):
        claiming.claim(voucher, driver.person, company=driver.company, by=None)
    assert Voucher.objects.get().state == VoucherState.FREE


def test_the_database_holds_one_claim_and_one_standing_redemption(shine, mirko, north):
    voucher = make_voucher(shine, driver=mirko, claimed=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.create(voucher=voucher, person=mirko.person, period="x")
    Redemption.objects.create(voucher=voucher, wash=north)
    with pytest.raises(IntegrityError), transaction.atomic():
        Redemption.objects.create(voucher=voucher, wash=north)


def test_issued_is_the_sum_of_all_states(shine, mirko):
    make_issue(shine, count=7)
    make_issue(shine, way="pool", count=3)
    make_voucher(shine, driver=mirko, claimed=True)
    assert sum(shine.issues.values_list("count", flat=True)) == Voucher.objects.filter(programme=shine).count() == 11


def test_an_issue_has_its_limits(shine):
    for count in (0, 1001):
        with pytest.raises(ValueError, match="at once"):
            issuing.issue(shine, "cards", count, by=None)
    assert not Voucher.objects.exists()


def test_a_voucher_is_found_by_its_code_however_it_is_typed(shine):
    voucher = make_voucher(shine)
    typed = voucher.code.lower().replace(" ", "-")
    assert Voucher.objects.found_by_code(f" {typed} ") == voucher
    assert Voucher.objects.found_by_code("W7K4 QD9P 3MXA") is None
    assert Voucher.objects.found_by_code("'; drop table") is None


def test_a_claimed_voucher_outlives_the_role_of_its_driver_and_the_form_says_so(client, anna, wanda, north, shine, mirko):
    """It was given to the person; withdrawing it is a step of its own."""
    voucher = make_voucher(shine, driver=mirko, claimed=True)
    client.force_login(anna)
    for path in (f"/drivers/{mirko.pk}/edit/", f"/drivers/{mirko.pk}/move/"):
        assert "Vouchers and seats at events are not affected" in client.get(path).content.decode()
    mirko.end(by=anna, on=timezone.localdate() - timedelta(days=1))
    assert redeeming.redeem(voucher, by=wanda, wash=north).voucher == voucher


def test_what_is_entered_afterwards_stands_everywhere_at_its_own_moment(north, mirko, emil, wanda):
    """Issued, claimed, redeemed and given a month ago, and entered today."""
    then = timezone.now() - timedelta(days=30)
    programme, mug = (
        make_programme(north, starts_on=(then - timedelta(days=9)).date()),
        make_gift(centre=north, quantity=1, value_cents=500),
    )
    entered = timezone.now()
    card = issuing.issue(programme, "cards", 1, by=emil, now=then).vouchers.with_names().get()
    claiming.claim(card, mirko.person, company=mirko.company, by=emil, now=then)
    redemption = redeeming.redeem(card, by=wanda, wash=north, now=then)
    given = handing_out.hand_out(mug, mirko.person, company=mirko.company, centre=north, by=emil, now=then)
    assert {card.issue.issued_at, card.claim_made.claimed_at, redemption.redeemed_at, given.handed_out_at} == {then}
    assert set(Received.objects.values_list("at", flat=True)) == set(Interaction.objects.values_list("happened_at", flat=True)) == {then}
    actions = ("vouchers.issued", "voucher.claimed", "voucher.redeemed", "gift.handed_out")
    assert list(Entry.objects.filter(action__in=actions, at=then).values_list("action", flat=True).order_by("pk")) == list(actions)
    assert not Entry.objects.filter(action__in=actions, at__gte=entered).exists()
