"""State machines as tables: what each verb makes of a row. A row is brought into a state by the shortest way of real verbs."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

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

    def check_states(self, wanted: Iterable[str]) -> None:
        """Each of the `wanted` states is in the table, each state of the table is reached, and only those that are final are not left."""
        assert self.states >= set(wanted)
        for state in self.states:
            self.way_to(state)
        assert {state for state in self.states if not any(before == state for before, _after in self.verbs)} == self.final


def each(machines: Sequence[Machine]) -> pytest.MarkDecorator:
    """A test for each machine."""
    return pytest.mark.parametrize("machine", machines, ids=lambda machine: machine.name)


def each_verb(machines: Sequence[Machine]) -> pytest.MarkDecorator:
    """A test for each verb of each machine."""
    edges = [(machine, edge) for machine in machines for edge in machine.verbs]
    return pytest.mark.parametrize(("machine", "edge"), edges, ids=[f"{machine.name}-{'→'.join(edge)}" for machine, edge in edges])
