"""How often whom: the budgets that callers spend from, and what an installation changes of them.

A budget is a bucket of `burst` points for each caller, which fills by `points` every `seconds`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

MINUTE, QUARTER, HOUR = 60.0, 900.0, 3600.0


@dataclass(frozen=True)
class Budget:
    """So many points in so many seconds, of which so many at once."""

    name: str
    points: int
    seconds: float = MINUTE
    burst: int = 0
    """Points that somebody who was quiet may spend at once; 0: all of them."""
    alone: int = 0
    """What one process lets through in these seconds while Redis is away, where guessing is the attack; 0: as much as
    with it. Such budgets are counted one by one, never on trust."""

    @cached_property
    def most(self) -> int:
        """Points a full bucket holds."""
        return self.burst or self.points

    @cached_property
    def period(self) -> float:
        """Seconds in which a point comes back."""
        return self.seconds / self.points

    @cached_property
    def lease(self) -> int:
        """Points that a process takes at once, to give them out without asking."""
        return 1 if self.alone else max(1, self.most // 4)

    @cached_property
    def trust(self) -> int:
        """Points that a process gives out to a new caller before it has asked."""
        return 0 if self.alone else max(1, self.most // 10)

    @cached_property
    def apart(self) -> Budget:
        """What one process keeps to by itself while Redis is away."""
        return replace(self, points=self.alone, burst=self.alone) if self.alone else self


PUBLIC = Budget("public", 300, burst=100)
"""Requests of one address to the portal, pages and documents alike, and of strangers elsewhere."""
SEARCH = Budget("search", 60)
"""Searches of one address."""
CITIZEN = Budget("citizen", 1_000)
"""Cost points of a nominee's account."""
OFFICER = Budget("officer", 5_000)
ANALYST = Budget("analyst", 20_000)
"""Of those who compose questions of their own."""
MUTATIONS = Budget("mutations", 120)
"""Acts of one account."""
AD_HOC = Budget("ad-hoc", 2, alone=1)
"""Large questions of one's own under way at once: a point is given back when one is answered, and comes back by itself
as late as the longest may take."""
SIGN_IN = Budget("sign-in", 10, QUARTER, alone=3)
"""Attempts by one name from one address, beside the account's own lock."""
SIGN_IN_ADDRESS = Budget("sign-in-address", 100, QUARTER, alone=30)
"""Attempts from one address, by whatever names."""
TRACKING = Budget("tracking", 10, MINUTE, alone=3)
"""Tracking codes tried from one address."""
COMMENTS = Budget("comments", 5, HOUR, alone=1)
"""Comments on posted lists by one account."""
UPLOADS = Budget("uploads", 100, HOUR, alone=20)
"""Files sent by one account: those of two full dossiers."""

BUDGETS = (
    PUBLIC, SEARCH, CITIZEN, OFFICER, ANALYST, MUTATIONS, AD_HOC,
    SIGN_IN, SIGN_IN_ADDRESS, TRACKING, COMMENTS, UPLOADS,
)  # fmt: skip


@dataclass(frozen=True)
class Rates:
    """What an installation makes of the budgets: `times` as many points of each, and other numbers for some."""

    times: int = 1
    """0: no budget is kept at all."""
    points: Mapping[str, int] = field(default_factory=dict)
    """Points by a budget's name; its bucket grows or shrinks alike."""

    def budgets(self) -> list[Budget]:
        """The budgets that are kept."""
        return [self._changed(budget) for budget in BUDGETS] if self.times else []

    def _changed(self, budget: Budget) -> Budget:
        points = self.points.get(budget.name, budget.points) * self.times
        scaled = {part: -(-getattr(budget, part) * points // budget.points) for part in ("burst", "alone")}
        return replace(budget, points=points, **scaled)


def rates(said: str) -> Rates:
    """Rates as a setting says them: `none`, or of `x10` and `public=600` as many as wanted. Raises ValueError."""
    if said == "none":
        return Rates(times=0)
    times, points = 1, dict[str, int]()
    for part in said.split(","):
        name, separator, number = part.strip().partition("=")
        if not separator and name.startswith("x"):
            times = _count(name[1:])
        elif name in {budget.name for budget in BUDGETS}:
            points[name] = _count(number)
        else:
            raise ValueError(name)
    return Rates(times, points)


def _count(said: str) -> int:
    if not said.isascii() or not said.isdigit() or not 0 < int(said[:8]) < 10**7:
        raise ValueError(said)
    return int(said)
