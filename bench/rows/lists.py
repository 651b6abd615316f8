"""List pages of 50 rows, filtered and sorted, as an account manager and as an administrator."""

from collections.abc import Iterator

from bench.measure import Figure, late, middle
from bench.rows.asking import Reader

PAGES = {
    "companies, filtered and sorted": "/companies/?phase=loyal&sort=-name",
    "companies, ending contracts": "/companies/?ends=9&sort=name",
    "people": "/people/?sort=name",
    "vehicles": "/vehicles/?sort=plate",
}


def figures(size: int) -> Iterator[Figure]:
    anna, admin = Reader("anna"), Reader("admin")
    for what, address in PAGES.items():
        ours, theirs = anna.times(address), admin.times(address)
        yield Figure(
            f"list of {what}",
            size,
            "ms",
            middle(ours),
            late(ours),
            "the same for an administrator",
            middle(theirs),
            middle(ours) / middle(theirs),
            "<= 1.2",
            anna.statements(address),
        )
