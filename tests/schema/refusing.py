"""Acts that are refused: by name, in both languages, and nothing is left behind."""

from __future__ import annotations

from typing import Any

import models as rows
from tests.province import Province

TRACES = (
    rows.Dossier, rows.DossierLine, rows.DossierDocument, rows.DossierCodeCount, rows.Decision,
    rows.DecisionNumberCount, rows.Award, rows.Entry, rows.StoredReply,
)  # fmt: skip


async def traces(province: Province) -> list[int]:
    """How many rows of everything an act may leave behind."""
    return [await province.count(row) for row in TRACES]


async def refused(province: Province, who: str | None, act: str, said: dict[str, Any]) -> dict[str, Any]:
    """The refusal of an act, having looked that it left nothing and says what to do in both languages."""
    before = await traces(province)
    answer = await province.act(who, act, said)
    assert await traces(province) == before
    assert answer["message"]
    assert answer["messageEn"]
    return answer
