"""Valid numbers that belong to nobody: VAT numbers, VINs, plates, telephone numbers.

Each is made from a counter, so that none occurs twice.
"""

from stdnum import luhn
from stdnum.at import uid
from stdnum.iso7064 import mod_11_10
from stdnum.ru import inn

PLAIN_VIN = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
VIN_VALUES = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
VIN_VALUES |= {str(digit): digit for digit in range(10)}
VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
VIN_YEARS = "ABCDEFGHJKLMNPRSTVWXY123456789"  # from 1980, repeated after 30 years
PLANTS = "ABCDEFGHJKLMNPRSTUVWXYZ"
PLATE_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
NEVER_ON_A_PLATE = {"HJ", "KZ", "NS", "SA", "SS", "AH", "HH"}
PAIRS = [a + b for a in PLATE_LETTERS for b in PLATE_LETTERS if a + b not in NEVER_ON_A_PLATE]
CYRILLIC_PLATE = "АВЕКМНОРСТУХ"
# Blocks reserved by the regulators for films and books, so that a call reaches nobody; valid with an extension too.
SWITCHBOARDS = {"nord": ("40", "66969"), "west": ("221", "4710"), "sued": ("89", "99998"), "mitte": ("69", "90009"), "ost": ("30", "23125")}


def spread(number: int, size: int, *, step: int = 7_368_787) -> int:
    """`number` permuted within `size`, so that neighbours are far apart. `step` is a prime that does not divide `size`."""
    return number * step % size


def vat_number(country: str, number: int) -> str:
    """The VAT number of the `number`-th company, with its country code and correct check digits."""
    digits = 10_000_000 + spread(number, 89_999_999)
    match country:
        case "IT":
            body = f"{digits % 10_000_000 or 1:07}{number % 100 + 1:03}"
            return f"IT{body}{luhn.calc_check_digit(body)}"
        case "AT":
            body = f"U{digits % 10_000_000:07}"
            return f"AT{body}{uid.calc_check_digit(body)}"
        case "RU":
            body = f"78{digits % 10_000_000:07}"
            return f"RU{body}{inn.calc_company_check_digit(body)}"
        case "GB":
            body = f"{2_000_000 + digits % 7_000_000}"
            check = 97 - sum(weight * int(digit) for weight, digit in zip(range(8, 1, -1), body, strict=True)) % 97
            return f"GB{body}{check:02}"
        case _:
            return f"DE{digits}{mod_11_10.calc_check_digit(str(digits))}"


def vin(maker: str, model_code: str, year: int, number: int) -> str:
    """The VIN of the `number`-th vehicle: `maker` in 3 letters, `model_code` in 5 characters, the check digit in the ninth place."""
    plant, serial = divmod(spread(number, len(PLANTS) * 1_000_000), 1_000_000)
    body = f"{maker}{model_code}0{VIN_YEARS[(year - 1980) % 30]}{PLANTS[plant]}{serial:06}"
    rest = sum(VIN_VALUES[sign] * weight for sign, weight in zip(body, VIN_WEIGHTS, strict=True)) % 11
    return f"{body[:8]}{'X' if rest == 10 else rest}{body[9:]}"


def plate(district: str, number: int, *, is_electric: bool = False) -> str:
    """The German plate of the `number`-th vehicle of `district` ("HH"): "HH-BK 2041", and with an E behind it where it is electric."""
    numbers = 980 if is_electric else 9_980
    pair, digits = divmod(spread(number, len(PAIRS) * numbers), numbers)
    return f"{district}-{PAIRS[pair]} {digits + 10}{' E' if is_electric else ''}"


def italian_plate(number: int) -> str:
    pair, digits = divmod(spread(number, len(PAIRS) * 1000), 1000)
    return f"{PAIRS[pair]} {digits:03} {PAIRS[-pair - 1]}"


def russian_plate(number: int) -> str:
    letters, digits = divmod(spread(number, 1728 * 999), 999)
    first, second, third = (CYRILLIC_PLATE[letters // factor % 12] for factor in (144, 12, 1))
    return f"{first} {digits + 1:03} {second}{third} 178"


def switchboard(region: str, number: int) -> tuple[str, str]:
    """The number of the `number`-th company's switchboard, as people write it and as it is dialled."""
    area, block = SWITCHBOARDS[region]
    return f"+49 {area} {block} {number % 1000:03}", f"+49{area}{block}{number % 1000:03}"


def extension(written: str, dialled: str, number: int) -> tuple[str, str]:
    """The direct line of the `number`-th person behind a switchboard."""
    return f"{written}-{number + 10}", f"{dialled}{number + 10}"


def mobile(number: int) -> tuple[str, str]:
    """A mobile number from an unassigned block."""
    digits = f"0{spread(number, 9_999_991):07}"
    return f"+49 176 {digits}", f"+49176{digits}"
