"""Vouchers redeemed at the wash, beside a bare view with one conditional UPDATE."""

from collections.abc import Iterator
from secrets import token_hex

from accounts.models import User
from bench.measure import Figure, late
from bench.rows.http import Post, Server, signed_in
from fleetportal.core.links import Link
from gifts.models import Redemption, Voucher
from gifts.models.voucher import VoucherState
from tests.factories.accounts import make_company
from tests.factories.contacts import make_role
from tests.factories.gifts import make_issue, make_programme

VOUCHERS = 1000


def figures(size: int) -> Iterator[Figure]:
    wanda = User.objects.get(username="wanda")
    wash = wanda.home_centre
    driver = make_role("driver", make_company(wash))
    issues = [make_issue(make_programme(wash), count=VOUCHERS) for _turn in range(2)]
    Voucher.objects.filter(issue__in=issues).update(state=VoucherState.CLAIMED, person=driver.person, company=driver.company)
    ours_pks, bare_pks = ([*Voucher.objects.filter(issue=issue).values_list("pk", flat=True)] for issue in issues)
    cookies = signed_in(wanda)
    addresses = [link.url for link in Link.objects.make_many("voucher", ours_pks)]
    posts = [Post("/vouchers/redeem/", {"code": address, "wash": str(wash.pk), "_key": token_hex(16)}, cookies) for address in addresses]
    bare = [Post(f"/bare/stamp/{pk}/") for pk in bare_pks]
    with Server() as server:
        theirs, ours = server.rush(bare), server.rush(posts)
    redeemed = Redemption.objects.filter(voucher__in=ours_pks).count()
    assert redeemed + ours.failed == VOUCHERS, f"{redeemed} of {VOUCHERS} redeemed: {ours.statuses}"
    yield Figure(
        "voucher redeemed",
        VOUCHERS,
        "/s",
        ours.rate,
        late(ours.milliseconds),
        "bare conditional UPDATE",
        theirs.rate,
        ours.rate / theirs.rate,
        ">= 0.6",
        cpu_ms=ours.cpu_ms_each,
        note=f"{ours.failed} failed",
    )
