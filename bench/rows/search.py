"""Global search."""

from collections.abc import Iterator

from accounts.models import Company
from bench.measure import Figure, late, middle
from bench.rows.asking import Reader


def figures(size: int) -> Iterator[Figure]:
    anna, admin = Reader("anna"), Reader("admin")
    company = Company.objects.visible_to(anna.user).order_by("pk").first()
    address = f"/search/?q={company.name.split()[0]}" if company else "/search/?q=muster"
    ours, theirs = anna.times(address), admin.times(address)
    ratio = middle(ours) / middle(theirs)
    yield Figure(
        "search",
        size,
        "ms",
        middle(ours),
        late(ours),
        "the same for an administrator",
        middle(theirs),
        ratio,
        "<= 1.2",
        anna.statements(address),
    )
