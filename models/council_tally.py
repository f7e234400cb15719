"""Counting a council's votes on one case: exact fractions, and nobody who stood aside in any base."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from models.council_ballot import BallotChoice, BallotKind
from models.council_rule import CouncilRule, VoteBase

HALF = Fraction(1, 2)


@dataclass(frozen=True, kw_only=True)
class Tally:
    """The figures of one case; none of them counts a member who stood aside, but `recused` itself."""

    ballot: BallotKind
    members: int
    """Who might vote."""
    recused: int
    present: int
    """Who was there; of written votes, who voted."""
    taking_part: int
    """Who was there, or sent a ballot."""
    yes: int
    no: int
    abstain: int
    chair: BallotChoice | None = None
    """What the chair chose, in an open ballot."""

    def has_quorum(self, rule: CouncilRule) -> bool:
        """Whether enough members were present; nobody at all never is."""
        return self.present > 0 and Fraction(self.present, self.members) >= rule.attendance

    def base(self, rule: CouncilRule) -> int:
        """Of how many the share of yes is worked out."""
        match rule.base:
            case VoteBase.MEMBERS:
                return self.members
            case VoteBase.PRESENT:
                return self.taking_part
            case VoteBase.VALID:
                return self.yes + self.no

    def passes(self, rule: CouncilRule) -> bool:
        """Whether the case is passed, be it by the chair's vote; who has no base has no majority."""
        base = self.base(rule)
        if not base:
            return False
        share = Fraction(self.yes, base)
        return share > rule.share or (share == rule.share and not rule.more_than) or self.chair_decides(rule)

    def chair_decides(self, rule: CouncilRule) -> bool:
        """Whether an open ballot stands at exactly one half and the chair's yes carries it."""
        base = self.base(rule)
        tied = bool(base) and Fraction(self.yes, base) == HALF == rule.share and rule.more_than
        open_ = self.ballot is BallotKind.OPEN
        return tied and open_ and rule.chair_breaks_ties and self.chair is BallotChoice.YES
