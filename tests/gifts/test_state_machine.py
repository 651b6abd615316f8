"""Vouchers and the ledger under any order of acts, held against a model that a child could follow; invariants after each step."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Count, F, Sum
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from contacts import hospitality as ledger
from contacts.models import CapReached, GiftPolicy, Received, YearSum
from fleetportal.core.audit import Entry, label
from fleetportal.core.db.prepared import PreparedUpdate
from fleetportal.core.errors import Refused
from fleetportal.core.links import Link
from gifts import models as gifts
from gifts.actions import claiming, handing_out, issuing, redeeming, withdrawing
from gifts.models import Allowance, Claim, HandOut, Issue, Redemption, Stock, Voucher, VoucherState
from tests.factories.accounts import make_centre, make_company
from tests.factories.contacts import make_role
from tests.factories.gifts import make_gift, make_programme
from tests.selection import LONG

pytestmark = pytest.mark.django_db
VALUE, CAP, PER_DRIVER = 1490, 5000, 2
RUN = settings(
    max_examples=1000 if LONG else 12,
    stateful_step_count=50 if LONG else 25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
number = st.integers(0, 10**6)


class InOneTransaction(RuleBasedStateMachine):
    """A machine whose world is taken back when its run ends."""

    def __init__(self) -> None:
        super().__init__()
        self.world = transaction.atomic()
        self.world.__enter__()
        self.centre = make_centre(has_wash=True)
        self.company = make_company(self.centre)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.world.__exit__(None, None, None)


class Vouchers(InOneTransaction):
    """The model: each voucher's state and owner, and how many each driver took; what is refused follows from these alone."""

    def __init__(self) -> None:
        super().__init__()
        self.programme = make_programme(self.centre, value_cents=VALUE, per_driver=PER_DRIVER)
        self.drivers = [make_role("driver", self.company) for _one in range(3)]
        self.states: dict[int, str] = {}
        self.owner: dict[int, int | None] = {}
        self.overdue: set[int] = set()

    def voucher(self, seed: int) -> Voucher:
        return Voucher.objects.with_names().get(pk=sorted(self.states)[seed % len(self.states)])

    def taken(self, driver) -> int:
        mine = [pk for pk, owner in self.owner.items() if owner == driver.person_id and pk in self.counted]
        return len(mine)

    @property
    def counted(self) -> set[int]:
        """Vouchers that count against their driver's allowance: claimed ever, and not withdrawn."""
        claimed = set(Claim.objects.values_list("voucher", flat=True))
        return {pk for pk in claimed if self.states[pk] != VoucherState.REVOKED}

    def received(self, driver) -> int:
        return sum(
            VALUE
            for pk, owner in self.owner.items()
            if owner == driver.person_id and self.states[pk] in (VoucherState.CLAIMED, VoucherState.REDEEMED)
        )

    @rule(way=st.sampled_from(["cards", "pool"]), count=st.integers(1, 3))
    def issue(self, way: str, count: int) -> None:
        made = issuing.issue(self.programme, way, count, by=None)
        self.states |= dict.fromkeys(made.vouchers.values_list("pk", flat=True), VoucherState.FREE)
        self.owner |= dict.fromkeys(made.vouchers.values_list("pk", flat=True), None)

    @rule(who=st.integers(0, 2))
    def issue_personally(self, who: int) -> None:
        made = issuing.issue(self.programme, "personal", 1, by=None, driver=self.drivers[who]).vouchers.get()
        self.states[made.pk], self.owner[made.pk] = VoucherState.FREE, self.drivers[who].person_id

    @precondition(lambda self: self.states)
    @rule(seed=number, who=st.integers(0, 2))
    def claim(self, seed: int, who: int) -> None:
        voucher, driver = self.voucher(seed), self.drivers[who]
        free = self.states[voucher.pk] == VoucherState.FREE and voucher.pk not in self.overdue
        for_this_one = self.owner[voucher.pk] in (None, driver.person_id)
        allowed = self.taken(driver) < PER_DRIVER and self.received(driver) + VALUE <= CAP
        done = self.attempt(lambda: claiming.claim(voucher, driver.person, company=self.company, by=None))
        assert done == (free and for_this_one and allowed)
        if done:
            self.states[voucher.pk], self.owner[voucher.pk] = VoucherState.CLAIMED, driver.person_id

    @precondition(lambda self: self.states)
    @rule(seed=number)
    def redeem(self, seed: int) -> None:
        voucher = self.voucher(seed)
        can = self.states[voucher.pk] == VoucherState.CLAIMED and voucher.pk not in self.overdue
        assert self.attempt(lambda: redeeming.redeem(voucher, by=None, wash=self.centre)) == can
        if can:
            self.states[voucher.pk] = VoucherState.REDEEMED

    @precondition(lambda self: self.states)
    @rule(seed=number)
    def undo(self, seed: int) -> None:
        redemption = Redemption.objects.filter(voucher=self.voucher(seed)).order_by("-pk").first()
        if redemption is None:
            return
        can = redemption.undone_at is None
        assert self.attempt(lambda: redeeming.undo(redemption, by=None, reason="twice")) == can
        if can:
            self.states[redemption.voucher_id] = VoucherState.CLAIMED

    @precondition(lambda self: self.states)
    @rule(seed=number)
    def revoke(self, seed: int) -> None:
        voucher = self.voucher(seed)
        can = self.states[voucher.pk] in (VoucherState.FREE, VoucherState.CLAIMED)
        assert self.attempt(lambda: withdrawing.revoke(voucher, by=None, reason="left")) == can
        if can:
            self.states[voucher.pk] = VoucherState.REVOKED

    @precondition(lambda self: self.states)
    @rule(seed=number)
    def let_run_out(self, seed: int) -> None:
        """The last day of one voucher is over; the clock has not come by yet."""
        voucher = self.voucher(seed)
        if self.states[voucher.pk] in (VoucherState.FREE, VoucherState.CLAIMED, VoucherState.REDEEMED):
            Voucher.objects.filter(pk=voucher.pk).update(valid_until=timezone.localdate() - timedelta(days=3))
            self.overdue.add(voucher.pk)

    @rule()
    def expire(self) -> None:
        due = {pk for pk in self.overdue if self.states[pk] in (VoucherState.FREE, VoucherState.CLAIMED)}
        assert withdrawing.expire_due(now=timezone.now()) == len(due)
        self.states |= dict.fromkeys(due, VoucherState.EXPIRED)

    def attempt(self, act) -> bool:
        """True when `act` was done; a refusal must have left no trace."""
        before = self.trace()
        try:
            act()
        except Refused:
            assert self.trace() == before
            return False
        return True

    def trace(self) -> list:
        tables = (Voucher, Claim, Redemption, Allowance, YearSum, Received, Entry, Link)
        return [list(table.objects.order_by("pk").values_list()) for table in tables]

    @invariant()
    def every_voucher_is_where_the_model_says(self) -> None:
        assert dict(Voucher.objects.values_list("pk", "state")) == self.states

    @invariant()
    def issued_is_the_sum_of_all_states(self) -> None:
        by_state = dict(Voucher.objects.order_by().values_list("state").annotate(Count("pk")))
        assert set(by_state) <= set(VoucherState)
        assert (Issue.objects.aggregate(total=Sum("count"))["total"] or 0) == sum(by_state.values())

    @invariant()
    def used_means_one_standing_redemption_of_one_claim(self) -> None:
        standing = sorted(Redemption.objects.not_undone().values_list("voucher", flat=True))
        assert standing == sorted(pk for pk, state in self.states.items() if state == VoucherState.REDEEMED)
        claimed = set(Claim.objects.values_list("voucher", flat=True))
        assert {pk for pk, state in self.states.items() if state in (VoucherState.CLAIMED, VoucherState.REDEEMED)} <= claimed
        assert not any(self.states[pk] == VoucherState.FREE for pk in claimed)

    @invariant()
    def the_ledger_says_what_drivers_hold(self) -> None:
        for driver in self.drivers:
            assert ledger.received_in(driver.person, timezone.localdate().year) == self.received(driver) <= CAP
        lines = Received.objects.not_taken_back().aggregate(total=Sum("cents"))["total"] or 0
        assert lines == (YearSum.objects.aggregate(total=Sum("cents"))["total"] or 0)

    @invariant()
    def allowances_count_what_was_taken(self) -> None:
        assert (Allowance.objects.aggregate(total=Sum("taken"))["total"] or 0) == len(self.counted)


class Ledger(InOneTransaction):
    """The ledger in cents: gifts of any value, taken back in any order, under caps that change."""

    def __init__(self) -> None:
        super().__init__()
        self.person = make_role("driver", self.company).person
        self.cap, self.given = CAP, {}

    @rule(cents=st.integers(0, 3000), stock=st.integers(0, 2))
    def hand_out(self, cents: int, stock: int) -> None:
        gift = make_gift(centre=self.centre, value_cents=cents, quantity=stock)
        try:
            one = handing_out.hand_out(gift, self.person, company=self.company, centre=self.centre, by=None)
        except gifts.NothingInStock:
            assert stock == 0
        except CapReached:
            assert stock
            assert sum(self.given.values()) + cents > self.cap
            assert Stock.objects.get(gift=gift).quantity == stock
        else:
            assert sum(self.given.values()) + cents <= self.cap
            self.given[one.pk] = cents

    @precondition(lambda self: self.given)
    @rule(seed=number)
    def undo(self, seed: int) -> None:
        pk = sorted(self.given)[seed % len(self.given)]
        handing_out.take_back(HandOut.objects.get(pk=pk), by=None)
        with pytest.raises(gifts.AlreadyUndone):
            handing_out.take_back(HandOut.objects.get(pk=pk), by=None)
        del self.given[pk]

    @rule(cents=st.integers(0, 8000))
    def set_the_companys_own_cap(self, cents: int) -> None:
        GiftPolicy.objects.update_or_create(company=self.company, defaults={"cap_cents": cents})
        self.cap = min(cents, CAP)

    @invariant()
    def the_sum_is_the_sum_of_what_was_given(self) -> None:
        total = sum(self.given.values())
        assert ledger.received_in(self.person, timezone.localdate().year) == total
        assert (Received.objects.not_taken_back().aggregate(total=Sum("cents"))["total"] or 0) == total
        this_year = ledger.gift_year(self.person, company=self.company, on=timezone.localdate())
        assert this_year.left_cents == max(0, self.cap - total)


def test_vouchers_keep_their_laws_whatever_is_done():
    run_state_machine_as_test(Vouchers, settings=RUN)


def test_the_ledger_keeps_its_laws_whatever_is_given():
    run_state_machine_as_test(Ledger, settings=RUN)


def test_a_door_that_takes_anything_is_found_out(monkeypatch):
    """The canary: a machine that does not see this sees nothing."""
    key = Voucher._meta.pk
    unguarded = PreparedUpdate(lambda voucher: Voucher.objects.filter(pk=voucher), to={"state": VoucherState.REDEEMED}, voucher=key)
    monkeypatch.setattr(redeeming, "spend", unguarded)
    # the second: a refusal that did not come; the third: what the constraint beneath finds first, where a spent voucher comes again
    with pytest.raises((AssertionError, pytest.fail.Exception, IntegrityError)):
        run_state_machine_as_test(Vouchers, settings=settings(RUN, phases=[Phase.generate], print_blob=False))


def test_a_ledger_that_asks_for_no_cap_is_found_out(monkeypatch):
    """The other machine's canary: every line is right, and nobody asks whether there is room for it."""

    def unguarded(person, *, company, cents, kind, about, on, at):
        YearSum.objects.get_or_create(person=person, year=on.year)
        YearSum.objects.filter(person=person, year=on.year).update(cents=F("cents") + cents)
        facts = {"kind": kind, "cents": cents, "about_type": label(about), "about_id": about.pk}
        return Received.objects.create(person=person, company=company, year=on.year, **facts)

    monkeypatch.setattr(ledger, "receive", unguarded)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Ledger, settings=settings(RUN, max_examples=100, phases=[Phase.generate], print_blob=False))
