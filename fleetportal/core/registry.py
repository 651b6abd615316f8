"""Lists owned by a lower floor and filled by higher apps in their `apps.py`: imports go down only."""

from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Registry(Generic[T]):
    """Entries in the order of `weight`, then of registration; each name once."""

    def __init__(self, what: str) -> None:
        self.what = what
        self._entries: dict[str, tuple[int, T]] = {}

    def register(self, name: str, entry: T, *, weight: int = 100) -> T:
        """Add `entry` to the list and return it. Raises ValueError when `name` is taken by another."""
        if name in self._entries and self._entries[name][1] is not entry:
            raise ValueError(f"{self.what}: {name} is registered already")
        self._entries[name] = (weight, entry)
        return entry

    def __iter__(self) -> Iterator[T]:
        return iter(entry for _weight, entry in sorted(self._entries.values(), key=lambda pair: pair[0]))

    def __getitem__(self, name: str) -> T:
        return self._entries[name][1]

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def names(self) -> list[str]:
        return sorted(self._entries, key=lambda name: self._entries[name][0])
