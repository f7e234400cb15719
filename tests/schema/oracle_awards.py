"""What became of awards, said again over rows in Python lists."""

# ruff: noqa: N802  the methods are found by the names of the fields they answer

from __future__ import annotations

import re
from typing import Any

import models as rows
from models.access import Audience, Viewer
from models.award import STANDING, AwardStatus

from .oracle_list import Listed, listed
from .oracle_rows import Rows


class Awards:
    """The fields of awards and decisions that are more than a column."""

    found: Rows

    def Award_printedName(self, award: rows.Award, _: Viewer) -> str:
        return str(award.recipient_name or self.found.one(rows.Nominee, award.nominee_id).name)

    AwardVerification_printedName = Award_printedName

    def Award_changes(self, award: rows.Award, _: Viewer) -> Listed:
        return listed(self.found.of(rows.AwardChange, "award_id", award.id), "at")

    def Award_reliedOnBy(self, award: rows.Award, viewer: Viewer) -> Listed:
        return listed(self._reliances("award_id", award.id, viewer))

    def DossierLine_reliesOn(self, line: rows.DossierLine, viewer: Viewer) -> Listed:
        return listed(self._reliances("line_id", line.id, viewer), "award_id")

    def _reliances(self, column: str, key: Any, viewer: Viewer) -> list[Any]:
        found = self.found.of(rows.AwardReliance, column, key)
        return [row for row in found if self.found.sees(row, viewer)]

    def AwardChange_finding(self, change: rows.AwardChange, viewer: Viewer) -> rows.AwardChange | None:
        return change if viewer.audience is Audience.STAFF else None

    def Decision_changes(self, decision: rows.Decision, viewer: Viewer) -> Listed:
        found = self.found.of(rows.AwardChange, "decision_id", decision.id)
        return listed([change for change in found if self.found.sees(change, viewer)], "award_id")

    def Decision_prizeTotal(self, decision: rows.Decision, _: Viewer) -> int:
        return self._prizes(decision, STANDING)

    def Decision_prizeToRecover(self, decision: rows.Decision, _: Viewer) -> int:
        return self._prizes(decision, (AwardStatus.CANCELLED,))

    def _prizes(self, decision: rows.Decision, statuses: tuple[AwardStatus, ...]) -> int:
        awards = [a for a in self.found.of(rows.Award, "decision_id", decision.id) if a.status in statuses]
        prizes = [self.found.one(rows.AwardPrize, award.id) for award in awards]
        return sum(prize.amount for prize in prizes if prize is not None)

    def Query_verifyAward(self, _: Any, viewer: Viewer, code: str) -> rows.Award | None:
        said = re.sub(r"[\W_]", "", code).upper().replace("O", "0").replace("I", "1").replace("L", "1")
        found = next(iter(self.found.of(rows.Award, "code", said)), None)
        published = found is not None and self.found.one(rows.Decision, found.decision_id).published_at is not None
        return found if published else None
