"""The grounds on which awards are changed: each a row of the law's table, none left to the code."""

from __future__ import annotations

from models.award import AwardStatus
from models.award_change import BECOMES, FALLS, AwardGround, Decider, changeable, grounds
from models.award_type import AwardClass
from models.decision import DecisionKind


def test_every_ground_has_its_row_and_only_the_misprint_is_the_provinces_own() -> None:
    table = grounds()
    assert table.keys() == set(AwardGround)
    assert [ground.name for ground, rule in table.items() if not rule.confirmed] == ["MISPRINT"]
    assert all(rule.article.startswith("Law 06/2022 art 93") for rule in table.values() if rule.confirmed)


def test_whoever_awarded_cancels_and_the_president_alone_strips_and_restores_state_titles() -> None:
    for rule in grounds().values():
        titles = rule.change in (DecisionKind.STRIPPING, DecisionKind.RESTORATION)
        assert rule.decider is (Decider.PRESIDENT if titles else Decider.WHO_AWARDED)
        assert rule.award_classes == ((AwardClass.STATE_HONORARY_TITLE,) if titles else ())


def test_only_what_was_stripped_is_restored_and_what_fell_changes_no_more() -> None:
    assert changeable(DecisionKind.RESTORATION) == (AwardStatus.STRIPPED,)
    for kind in (DecisionKind.CORRECTION, *FALLS):
        assert not {AwardStatus.CANCELLED, AwardStatus.STRIPPED} & set(changeable(kind))
    assert BECOMES.keys() == set(DecisionKind) - {DecisionKind.COMMENDATION}
