"""What leans on an award that falls: open dossiers go back to appraisal, what was given is marked for review."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, update

import models as rows
from tests.province import Province
from tests.schema.journey import issued, step, stepped
from tests.schema.refusing import refused
from tests.schema.test_award_change import FALSE, awards, changed, leaning, public
from tests.schema.test_decision import decided, seen


async def test_what_leans_on_a_cancelled_award_is_judged_again_and_what_was_given_is_marked(province: Province) -> None:
    earlier = await public(province)
    (award,) = awards(earlier)
    open_, given = await leaning(province, award), await leaning(province, award)
    later = await stepped(province, "chief", "publishDecision", await decided(province, given))
    relied = "reliedOnBy(first: 5) { nodes { article fellAt line { outcome } } }"
    assert len((await seen(province, "chairman", award, relied))["reliedOnBy"]["nodes"]) == 2
    assert (await seen(province, None, award, relied))["reliedOnBy"]["nodes"] == []
    await changed(province, "revokeAward", earlier, **FALSE)
    asked = "status version lines(first: 1) { nodes { outcome } } lastEvent { act version }"
    reopened = await seen(province, "chairman", open_["id"], asked)
    assert (reopened["status"], reopened["lines"]["nodes"]) == ("RETURNED_TO_APPRAISAL", [{"outcome": "PENDING"}])
    assert reopened["lastEvent"] == {"act": "REOPEN", "version": reopened["version"]}
    marked = "{ awards(first: 5, filter: {toReview: true}) { nodes { id } } }"
    assert (await province.ask("chairman", marked))["data"]["awards"]["nodes"] == [{"id": awards(later)[0]}]
    assert (await province.ask(None, marked))["data"]["awards"]["nodes"] == []
    review = await seen(province, "chairman", later["id"], "status version")
    assert review == {"status": "PUBLISHED", "version": later["version"] + 1}
    async with province.sessions() as session:
        (entry,) = await session.scalars(select(rows.Entry).where(rows.Entry.act == "REVIEW_AWARDS"))
    assert (entry.public_text, "decisions" in entry.topics) == (None, False)


async def test_a_case_leans_on_standing_public_awards_of_its_own_nominee_only(province: Province) -> None:
    mine, other, secret = await public(province), await public(province, "binh"), await issued(province)
    dossier = await province.act("officer", "draftDossier", province.draft())
    for who, act, more in (("head", "submitDossier", {}), ("desk", "receiveDossier", {})):
        dossier = await stepped(province, who, act, dossier, **more)
    dossier = await stepped(province, "chief", "assignAppraiser", dossier, appraiser="appraiser")
    said = {"lineId": dossier["lines"]["nodes"][0]["id"], "eligible": True}

    async def refusal(**more: Any) -> dict[str, Any]:
        return await refused(province, "appraiser", "appraiseLine", step(dossier, **{**said, **more}))

    assert (await refusal(reliesOn=awards(other)))["field"] == "reliesOn"
    assert (await refusal(reliesOn=awards(secret)))["__typename"] == "NotFound"
    assert (await refusal(reliesOn=[f"Award_{uuid4()}"]))["__typename"] == "NotFound"
    assert (await refusal(reliesOn=awards(mine), eligible=False, reason="Thiếu năm"))["field"] == "reliesOn"
    await changed(province, "revokeAward", mine, **FALSE)
    assert (await refusal(reliesOn=awards(mine)))["rule"] == "RELIED_ON_AWARD_FELL"


async def test_a_held_dossier_stays_held_and_is_not_decided_on_what_fell(province: Province) -> None:
    earlier = await public(province)
    held = await leaning(province, awards(earlier)[0])
    async with province.sessions.begin() as session:
        dossier = update(rows.Dossier.__table__).where(rows.Dossier.__table__.c.id == UUID(held["id"][8:]))
        await session.execute(dossier.values(status="HELD"))
    await changed(province, "revokeAward", earlier, **FALSE)
    assert (await seen(province, "chairman", held["id"], "status version"))["status"] == "HELD"
    async with province.sessions.begin() as session:
        await session.execute(dossier.values(status="SIGNING"))
    refusal = await refused(province, "chairman", "issueDecision", step(held, title="Quyết định"))
    assert (refusal["__typename"], refusal["rule"]) == ("RuleNotMet", "RELIED_ON_AWARD_FELL")


async def test_appraising_and_cancelling_at_once_leaves_no_case_on_what_fell(province: Province) -> None:
    earlier = await public(province)
    (award,) = awards(earlier)
    dossier = await province.act("officer", "draftDossier", province.draft())
    for who, act in (("head", "submitDossier"), ("desk", "receiveDossier")):
        dossier = await stepped(province, who, act, dossier)
    dossier = await stepped(province, "chief", "assignAppraiser", dossier, appraiser="appraiser")
    line = dossier["lines"]["nodes"][0]["id"]
    appraised, revoked = await asyncio.gather(
        stepped(province, "appraiser", "appraiseLine", dossier, lineId=line, eligible=True, reliesOn=[award]),
        changed(province, "revokeAward", earlier, **FALSE),
    )
    assert revoked["status"] == "CANCELLED"
    read = await seen(province, "chairman", dossier["id"], "status lines(first: 1) { nodes { outcome } }")
    if appraised["__typename"] == "RuleNotMet":
        assert (appraised["rule"], read["status"]) == ("RELIED_ON_AWARD_FELL", "ASSIGNED")
    assert read["lines"]["nodes"] == [{"outcome": "PENDING"}]
