"""State machines as tables: what each verb makes of a row. A row is brought into a state by the shortest way of real verbs."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Verb = Callable[[Any], object]


@dataclass(frozen=True)
class Machine:
    """How a row begins, which state it is in, and the verbs by (state before, state after). `final` are the states that no verb leaves."""

    name: str
    begin: Callable[[], Any]
    state: Callable[[Any], str]
    verbs: dict[tuple[str, str], Verb]
    final: frozenset[str] = field(default_factory=frozenset)
    first: str = ""

    @property
    def states(self) -> set[str]:
        return {self.first, *(state for edge in self.verbs for state in edge)}

    def way_to(self, wanted: str) -> list[tuple[str, str]]:
        """The verbs that lead there from the beginning; KeyError where none do."""
        ways: dict[str, list[tuple[str, str]]] = {self.first: []}
        left = deque(ways)
        while left:
            here = left.popleft()
            for edge in self.verbs:
                if edge[0] == here and edge[1] not in ways:
                    ways[edge[1]] = [*ways[here], edge]
                    left.append(edge[1])
        return ways[wanted]

    def bring_to(self, wanted: str) -> Any:
        """A new row in that state."""
        row = self.begin()
        assert self.state(row) == self.first
        for edge in self.way_to(wanted):
            self.step(row, edge)
        return row

    def step(self, row: Any, edge: tuple[str, str]) -> None:
        self.verbs[edge](row)
        assert self.state(row) == edge[1], f"{self.name}: {' → '.join(edge)}"
