"""Seats as a child would count them: the sequential model that races and random walks are held against."""

from dataclasses import dataclass, field


@dataclass
class SeatModel:
    """Who sits and who waits, in order; nobody is overtaken."""

    capacity: int
    seated: dict[int, int] = field(default_factory=dict)
    waiting: dict[int, int] = field(default_factory=dict)  # in the order of arrival

    @property
    def free(self) -> int:
        return self.capacity - sum(self.seated.values())

    def promote(self) -> list[int]:
        promoted = []
        while self.waiting:
            who, party = next(iter(self.waiting.items()))
            if party > self.free:
                break
            del self.waiting[who]
            self.seated[who] = party
            promoted.append(who)
        return promoted

    def register(self, who: int, party: int) -> str:
        self.waiting[who] = party
        return "seated" if who in self.promote() else "waiting"

    def change(self, who: int, party: int) -> list[int]:
        """The others who were promoted. Raises ValueError where there are no seats for a bigger party."""
        if who in self.seated and party > self.seated[who]:
            if self.waiting or party - self.seated[who] > self.free:
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
