"""Events as they are told: answers made once, and the bytes that are the same for many."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from channels.outlet import Hearer


AT_ONCE = 100
"""Events that are read by one statement and told together, at most."""
OBJECTS = 20_000
"""Objects that one such statement builds, at most, where events are large; as many as the largest question."""


def at_once(cost: int) -> int:
    """How many events are read together, each of which builds so many objects at most."""
    return max(1, min(AT_ONCE, OBJECTS // max(1, cost)))


class Told(NamedTuple):
    """One event: its number in the journal, the cursor to follow from, what it is about, and the answer's bytes."""

    seq: int
    cursor: str
    subject: str
    body: bytes


class Batch:
    """Events that are told together, in their order."""

    __slots__ = ("_framed", "cursor", "events", "first", "last")

    def __init__(self, events: Sequence[Told]) -> None:
        self.events, self.first = events, events[0].seq
        self.last, self.cursor = events[-1][:2]
        self._framed: dict[Hashable, bytes] = {}

    def past(self, place: int) -> Batch | None:
        """Those of them that are past a place."""
        left = [told for told in self.events if told.seq > place]
        return Batch(left) if left else None

    def framed(self, hearer: Hearer) -> bytes:
        """The bytes by which somebody is told them, made once for all of their kind."""
        known = self._framed.get(hearer.kind)
        if known is None:
            known = b"".join([hearer.frame(told) for told in self.events])
            if hearer.kind is not None:
                self._framed[hearer.kind] = known
        return known
