from gifts.models.challenge import Challenge
from gifts.models.claim import Claim
from gifts.models.gift import AlreadyUndone, Gift, HandOut, NothingInStock, Stock
from gifts.models.programme import Allowance, Issue, Period, Programme, Way
from gifts.models.redemption import Redemption
from gifts.models.refusals import (
    ClaimNotPossible,
    DriverHasOne,
    NobodysVoucher,
    NotRedeemed,
    PoolEmpty,
    RedemptionKept,
    VoucherExpired,
    VoucherForeign,
    VoucherRefused,
    VoucherRevoked,
    VouchersPassCap,
    VoucherSpent,
    VoucherTaken,
)
from gifts.models.voucher import Voucher, VoucherState

__all__ = [
    "Allowance",
    "AlreadyUndone",
    "Challenge",
    "Claim",
    "ClaimNotPossible",
    "DriverHasOne",
    "Gift",
    "HandOut",
    "Issue",
    "NobodysVoucher",
    "NotRedeemed",
    "NothingInStock",
    "Period",
    "PoolEmpty",
    "Programme",
    "Redemption",
    "RedemptionKept",
    "Stock",
    "Voucher",
    "VoucherExpired",
    "VoucherForeign",
    "VoucherRefused",
    "VoucherRevoked",
    "VoucherSpent",
    "VoucherState",
    "VoucherTaken",
    "VouchersPassCap",
    "Way",
]
