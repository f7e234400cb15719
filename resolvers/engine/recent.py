"""What was used last is kept, within bounds: by number, by weight, and for plans by what all of them weigh together."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar
from weakref import ref

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """The things used last: at most `bound` of them, whose keys weigh `room` together at most."""

    def __init__(self, bound: int, room: int = 0, weigh: Callable[[K], int] = lambda _: 0) -> None:
        self.bound, self.room, self.weigh = bound, room, weigh
        self.kept, self.held = OrderedDict[K, V](), 0

    def get(self, key: K) -> V | None:
        """What is kept under this key, now the newest."""
        found = self.kept.get(key)
        if found is not None:
            self.kept.move_to_end(key)
        return found

    def put(self, key: K, value: V) -> V:
        """Keep this, and forget the oldest while there is too much."""
        if key not in self.kept:
            self.held += self.weigh(key)
        self.kept[key] = value
        while len(self.kept) > self.bound or self.held > self.room:
            self.held -= self.weigh(self.kept.popitem(last=False)[0])
        return value

    def forget(self, key: K) -> None:
        """Keep nothing under this key any more."""
        if self.kept.pop(key, None) is not None:
            self.held -= self.weigh(key)


class Ledger:
    """The plans of all operations in the order they were made: the oldest is forgotten while they weigh too much.

    Looking a plan up costs nothing here; one in daily use is made anew when so much has been made after it.
    """

    def __init__(self, room: int) -> None:
        self.room, self.held = room, 0
        self.made: deque[tuple[ref[Any], Hashable, int]] = deque()

    def add(self, operation: Any, key: Hashable, weight: int) -> None:
        """Note a plan that `operation.plans` keeps under this key."""
        self.made.append((ref(operation), key, weight))
        self.held += weight
        while self.held > self.room:
            oldest, old, gone = self.made.popleft()
            self.held -= gone
            owner = oldest()
            if owner is not None:
                owner.plans.forget(old)
