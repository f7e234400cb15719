"""The acts by which awards are changed once they are public."""

from __future__ import annotations

from typing import Annotated

import strawberry

from resolvers import award_acts
from schema.acts import acts
from schema.decision import Decision
from schema.refusals import (
    IdempotencyMismatch,
    IllegalStep,
    InvalidInput,
    NotFound,
    NotPermitted,
    NumberTaken,
    RuleNotMet,
    StaleVersion,
    WrongStatus,
)

AwardChangeResult = Annotated[
    Decision
    | NotFound
    | NotPermitted
    | WrongStatus
    | IllegalStep
    | StaleVersion
    | RuleNotMet
    | InvalidInput
    | NumberTaken
    | IdempotencyMismatch,
    strawberry.union("AwardChangeResult", description="The decision that gave the awards, or why nothing changed."),
]


@strawberry.type
class AwardMutation:
    """What happens to awards once they are public (Law 06/2022 art 93)."""

    correct_award: AwardChangeResult = acts(award_acts.correct_award)
    revoke_award: AwardChangeResult = acts(award_acts.revoke_award)
    strip_title: AwardChangeResult = acts(award_acts.strip_title)
    restore_award: AwardChangeResult = acts(award_acts.restore_award)
