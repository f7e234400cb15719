"""The acts that lead from a draft to a decision, as tests take them through the schema."""

from __future__ import annotations

from typing import Any

from tests.province import Province


def step(dossier: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The input of a step on a dossier as it was read."""
    return {"id": dossier["id"], "expectedVersion": dossier["version"], **more}


async def drafted(province: Province, **more: Any) -> dict[str, Any]:
    """A draft of the culture officer's."""
    return await province.act("officer", "draftDossier", province.draft(**more))


async def stepped(province: Province, who: str, act: str, dossier: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The dossier after somebody's step."""
    return await province.act(who, act, {"id": dossier["id"], "expectedVersion": dossier["version"], **more})


async def awaiting_decision(province: Province, **more: Any) -> dict[str, Any]:
    """A dossier whose cases have all been found eligible."""
    dossier = await drafted(province, **more)
    dossier = await stepped(province, "head", "submitDossier", dossier)
    dossier = await stepped(province, "desk", "receiveDossier", dossier)
    dossier = await stepped(province, "chief", "assignAppraiser", dossier, appraiser="appraiser")
    for line in dossier["lines"]["nodes"]:
        dossier = await stepped(province, "appraiser", "appraiseLine", dossier, lineId=line["id"], eligible=True)
    return dossier


async def issued(province: Province, **more: Any) -> dict[str, Any]:
    """The decision on a dossier."""
    dossier = await awaiting_decision(province)
    return await stepped(province, "chairman", "issueDecision", dossier, title="Về việc tặng Bằng khen", **more)
