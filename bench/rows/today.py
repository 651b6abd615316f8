"""Today, the page that a day begins with, beside a bare view that sends as many bytes to the same signed-in user."""

from collections.abc import Iterator

from bench.measure import Figure, late, middle
from bench.rows.asking import Reader


def figures(size: int) -> Iterator[Figure]:
    anna = Reader("anna")
    ours = anna.times("/today/")
    theirs = anna.times(f"/bare/bytes/{anna.get('/today/')}/")
    ratio = middle(ours) / middle(theirs)
    statements = anna.statements("/today/")
    yield Figure("Today", size, "ms", middle(ours), late(ours), "as many bytes, signed in", middle(theirs), ratio, "<= 3", statements)
