"""A centre's details for customer pages."""

from accounts.staff.models.centre import Centre

NO_BREAK = "\u00a0"


def house(centre: Centre) -> dict[str, str]:
    """The centre's name, and name, address and telephone in one line: for the base template of customer pages."""
    location = ", ".join(part for part in (centre.name, centre.street, f"{centre.postcode} {centre.city}".strip()) if part)
    return {"name": centre.name, "address": f"{location} · {centre.phone.replace(' ', NO_BREAK)}" if centre.phone else location}
