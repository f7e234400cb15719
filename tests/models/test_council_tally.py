"""Counting votes: against a count by hand of every single member, with exact fractions at the very threshold."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.council_ballot import BallotChoice, BallotKind
from models.council_rule import CouncilRule, VoteBase
from models.council_tally import Tally

YES, NO, ABSTAIN = BallotChoice.YES, BallotChoice.NO, BallotChoice.ABSTAIN


def rule(
    threshold: str = "1/2",
    *,
    more_than: bool = True,
    base: VoteBase = VoteBase.PRESENT,
    quorum: str = "2/3",
    chair: bool = False,
) -> CouncilRule:
    return CouncilRule(
        rule_set_id=uuid4(),
        needed=True,
        ballot=BallotKind.OPEN,
        threshold=threshold,
        more_than=more_than,
        base=base,
        quorum=quorum,
        chair_breaks_ties=chair,
        article="a",
        confirmed=True,
    )


def tally(yes: int, no: int = 0, abstain: int = 0, *, members: int, present: int | None = None) -> Tally:
    there = yes + no + abstain if present is None else present
    return Tally(
        ballot=BallotKind.OPEN,
        members=members,
        recused=0,
        present=there,
        taking_part=there,
        yes=yes,
        no=no,
        abstain=abstain,
    )


@dataclass(frozen=True)
class Sitter:
    """One member, as a person with a pencil notes them."""

    recused: bool
    present: bool
    choice: BallotChoice | None


SITTERS = st.lists(
    st.builds(Sitter, st.booleans(), st.booleans(), st.sampled_from([YES, YES, NO, ABSTAIN, None])), max_size=21
)
FRACTIONS = st.builds(lambda top, more: f"{top}/{top + more}", st.integers(1, 12), st.integers(0, 12))


def noted(sitters: list[Sitter]) -> Tally:
    """The figures of these members; whoever stands aside casts no ballot."""
    may = [one for one in sitters if not one.recused]
    cast = [one.choice for one in may]
    return Tally(
        ballot=BallotKind.OPEN,
        members=len(may),
        recused=len(sitters) - len(may),
        present=sum(one.present for one in may),
        taking_part=sum(one.present or one.choice is not None for one in may),
        yes=cast.count(YES),
        no=cast.count(NO),
        abstain=cast.count(ABSTAIN),
    )


def by_hand(sitters: list[Sitter], threshold: str, base: VoteBase, *, more_than: bool) -> bool:
    """Passed or not, asked of each member one by one and compared by whole numbers only."""
    top, bottom = map(int, threshold.split("/"))
    counted = yes = 0
    for one in sitters:
        if one.recused:
            continue
        inside = {
            VoteBase.MEMBERS: True,
            VoteBase.PRESENT: one.present or one.choice is not None,
            VoteBase.VALID: one.choice in (YES, NO),
        }[base]
        counted += inside
        yes += one.choice is YES
    reached = yes * bottom > top * counted if more_than else yes * bottom >= top * counted
    return counted > 0 and reached


@given(SITTERS, FRACTIONS, st.sampled_from(VoteBase), st.booleans())
def test_a_tally_passes_what_counting_by_hand_passes(
    sitters: list[Sitter], threshold: str, base: VoteBase, more_than: bool
) -> None:
    counted = noted(sitters).passes(rule(threshold, more_than=more_than, base=base))
    assert counted == by_hand(sitters, threshold, base, more_than=more_than)


@given(SITTERS, FRACTIONS)
def test_a_quorum_is_of_those_who_may_vote(sitters: list[Sitter], quorum: str) -> None:
    may = [one for one in sitters if not one.recused]
    there = [one for one in may if one.present]
    top, bottom = map(int, quorum.split("/"))
    enough = len(there) > 0 and len(there) * bottom >= top * len(may)
    assert noted(sitters).has_quorum(rule(quorum=quorum)) == enough


@given(SITTERS, st.integers(0, 5), FRACTIONS, st.sampled_from(VoteBase))
def test_whoever_stands_aside_changes_nothing_but_the_base(
    sitters: list[Sitter], more: int, threshold: str, base: VoteBase
) -> None:
    wider = [*sitters, *[Sitter(recused=True, present=True, choice=None)] * more]
    one, other = noted(sitters), noted(wider)
    law = rule(threshold, base=base)
    assert (one.passes(law), one.has_quorum(law)) == (other.passes(law), other.has_quorum(law))


@pytest.mark.parametrize(
    ("yes", "members", "passed"), [(9, 10, True), (8, 9, False), (17, 19, False), (18, 20, True), (27, 30, True)]
)
def test_nine_tenths_of_the_members_is_exact(yes: int, members: int, passed: bool) -> None:
    law = rule("9/10", more_than=False, base=VoteBase.MEMBERS)
    assert tally(yes, members - yes, members=members).passes(law) is passed


def test_a_third_of_three_thousand_is_neither_more_nor_less_than_a_third() -> None:
    assert not tally(1000, 2000, members=3000).passes(rule("1/3"))
    assert tally(1000, 2000, members=3000).passes(rule("1/3", more_than=False))


@pytest.mark.parametrize(
    ("ballot", "chair", "breaks", "passed"),
    [
        (BallotKind.OPEN, YES, True, True),
        (BallotKind.OPEN, NO, True, False),
        (BallotKind.OPEN, ABSTAIN, True, False),
        (BallotKind.OPEN, None, True, False),
        (BallotKind.OPEN, YES, False, False),
        (BallotKind.SECRET, YES, True, False),
    ],
)
def test_the_chair_breaks_a_tie_of_open_ballots_where_the_rule_says_so(
    ballot: BallotKind, chair: BallotChoice | None, breaks: bool, passed: bool
) -> None:
    tied = Tally(ballot=ballot, members=4, recused=0, present=4, taking_part=4, yes=2, no=2, abstain=0, chair=chair)
    assert tied.passes(rule(chair=breaks)) is passed


def test_the_chair_decides_nothing_but_a_tie() -> None:
    for yes, no in ((1, 3), (3, 1), (0, 4)):
        counted = Tally(
            ballot=BallotKind.OPEN, members=4, recused=0, present=4, taking_part=4, yes=yes, no=no, abstain=0, chair=YES
        )
        assert not counted.chair_decides(rule(chair=True))


def test_nobody_is_no_quorum_and_no_majority() -> None:
    nobody = tally(0, members=0)
    assert not nobody.has_quorum(rule())
    assert not any(nobody.passes(rule(base=base, more_than=False)) for base in VoteBase)
    assert Fraction(0) < rule().share
