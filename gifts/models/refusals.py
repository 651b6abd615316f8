"""Refusals to claim, redeem, withdraw or give back a voucher: a class for each."""

from fleetportal.core.errors import Refused


class VoucherRefused(Refused):
    """The base class of refusals about a voucher."""

    code = "voucher_refused"


class VoucherTaken(VoucherRefused):
    code = "voucher_taken"


class VoucherSpent(VoucherRefused):
    code = "voucher_spent"


class VoucherExpired(VoucherRefused):
    code = "voucher_expired"


class VoucherRevoked(VoucherRefused):
    code = "voucher_revoked"


class VoucherForeign(VoucherRefused):
    code = "voucher_foreign"


class NobodysVoucher(VoucherRefused):
    """Not claimed yet, so it can't be redeemed."""

    code = "voucher_unclaimed"


class DriverHasOne(VoucherRefused):
    code = "one_per_driver"


class ClaimNotPossible(VoucherRefused):
    """What an open page says instead of each refusal that hangs on who the driver is (R51)."""

    code = "claim_not_possible"


class VouchersPassCap(VoucherRefused):
    """An unconfirmed driver's vouchers exceed their company's rule; `facts` say how many vouchers would be withdrawn."""

    code = "vouchers_pass_cap"


class PoolEmpty(VoucherRefused):
    code = "pool_empty"


class RedemptionKept(VoucherRefused):
    """The redemption was a while ago, or somebody else's: it takes the right to undo, and a reason."""

    code = "redemption_kept"


class NotRedeemed(VoucherRefused):
    """There is no redemption left to undo."""

    code = "not_redeemed"
