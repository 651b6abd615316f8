"""A simple sequential model of seats, with which races and random walks are compared."""

from dataclasses import dataclass, field


@dataclass
class SeatModel:
    """Who sits and who waits, in order; nobody is overtaken, but whoever can't fit into the empty house is passed over."""

    capacity: int
    seated: dict[int, int] = field(default_factory=dict)
    waiting: dict[int, int] = field(default_factory=dict)  # in the order of arrival

    @property
    def free(self) -> int:
        return self.capacity - sum(self.seated.values())

    @property
    def queue(self) -> dict[int, int]:
        return {who: party for who, party in self.waiting.items() if party <= self.capacity}

    def promote(self) -> list[int]:
        promoted = []
        while self.queue:
            who, party = next(iter(self.queue.items()))
            if party > self.free:
                break
            del self.waiting[who]
            self.seated[who] = party
            promoted.append(who)
        return promoted

    def register(self, who: int, party: int) -> str:
        """Raises ValueError for a party larger than the house."""
        if party > self.capacity:
            raise ValueError("no such house")
        self.waiting[who] = party
        return "seated" if who in self.promote() else "waiting"

    def change(self, who: int, party: int) -> list[int]:
        """The others who were promoted. Raises ValueError where there are no seats for a bigger party."""
        if party > max(self.capacity, (self.seated | self.waiting)[who]):
            raise ValueError("no such house")
        if who in self.seated and party > self.seated[who]:
            if self.queue or party - self.seated[who] > self.free:
                raise ValueError("no seats")
            self.seated[who] = party
            return []
        shrinks = party < (self.seated | self.waiting)[who]
        (self.seated if who in self.seated else self.waiting)[who] = party
        return [one for one in self.promote() if one != who] if shrinks else []

    def cancel(self, who: int) -> list[int]:
        self.seated.pop(who, None)
        self.waiting.pop(who, None)
        return self.promote()
