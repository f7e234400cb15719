"""Dossiers that leave a council before it answers: off its agenda, in minutes and journal, and free for another one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

import models as rows
from tests.schema.chamber import VOTERS, Chamber, appraised, denied, dossier_of, outcomes, step
from tests.schema.journey import stepped
from tests.schema.test_award_change import FALSE, awards, changed, leaning, public


async def agenda(chamber: Chamber, session: dict[str, Any]) -> list[str]:
    """What became of the cases of a sitting."""
    return [item["outcome"] for item in (await chamber.read("secretary", session["id"]))["agenda"]["nodes"]]


async def withdrawn(chamber: Chamber, dossier: dict[str, Any]) -> dict[str, Any]:
    """A dossier that its proposer takes back."""
    now = await dossier_of(chamber, dossier)
    return await stepped(chamber.province, "head", "withdrawDossier", now, reason="Rút để hoàn thiện")


async def test_what_is_withdrawn_comes_off_the_agenda_and_the_others_are_answered(chamber: Chamber) -> None:
    gone, stays = await appraised(chamber.province), await appraised(chamber.province, "binh")
    session = await chamber.present(await chamber.opened(gone, stays), *VOTERS)
    for who in VOTERS:
        await chamber.vote(who, session, "YES", 2)
    await withdrawn(chamber, gone)
    assert await agenda(chamber, session) == ["TAKEN_OFF", "PENDING"]
    late = await denied(chamber, "secretary", "closeSession", step(session))
    assert late["__typename"] == "StaleVersion"
    assert [(change["version"], change["act"]) for change in late["whatChanged"]] == [(3, "TAKE_OFF_AGENDA")]
    session = await chamber.read("secretary", session["id"])
    assert (await chamber.close(session))["status"] == "CLOSED"
    done = await dossier_of(chamber, gone)
    assert (done["status"], outcomes(done)) == ("WITHDRAWN", ["ELIGIBLE"])
    assert (await dossier_of(chamber, stays))["status"] == "SIGNING"
    first, second = (await chamber.read("secretary", session["id"]))["agenda"]["nodes"]
    assert (first["outcome"], first["yes"], first["members"], second["outcome"]) == ("TAKEN_OFF", None, None, "PASSED")


async def test_the_minutes_and_the_journal_say_what_came_off(chamber: Chamber) -> None:
    gone, stays = await appraised(chamber.province), await appraised(chamber.province, "binh")
    session = await chamber.present(await chamber.opened(gone, stays), *VOTERS)
    for who in VOTERS:
        await chamber.vote(who, session, "YES", 2)
    await withdrawn(chamber, gone)
    await chamber.close(await chamber.read("secretary", session["id"]))
    minutes = (await chamber.read("secretary", session["id"]))["minutes"]
    for part in (
        "Số trường hợp được xem xét: 1.",
        "1. Hoàng Thị An",
        "Không biểu quyết: đưa ra khỏi chương trình, hồ sơ không còn trình Hội đồng.",
        "Hội đồng thông qua 1/1 trường hợp.",
    ):
        assert part in minutes
    assert minutes.count("Kết quả:") == 1
    async with chamber.province.sessions() as session_:
        (entry,) = await session_.scalars(select(rows.Entry).where(rows.Entry.act == "TAKE_OFF_AGENDA"))
    assert entry.actor_id == chamber.province.viewers["head"].account_id
    assert entry.data["items"] == [session["agenda"]["nodes"][0]["id"]]


async def test_what_was_reopened_is_called_again_once_it_is_appraised(chamber: Chamber) -> None:
    """What it leaned on fell while the council sat: the case is judged anew, and may be put before it again."""
    province = chamber.province
    earlier = await public(province)
    dossier = await leaning(province, awards(earlier)[0])
    session = await chamber.opened(dossier)
    await changed(province, "revokeAward", earlier, **FALSE)
    back = await dossier_of(chamber, dossier)
    assert (back["status"], outcomes(back)) == ("RETURNED_TO_APPRAISAL", ["PENDING"])
    assert await agenda(chamber, session) == ["TAKEN_OFF"]
    line = dossier["lines"]["nodes"][0]["id"]
    again = await stepped(province, "appraiser", "appraiseLine", back, lineId=line, eligible=True)
    second = await chamber.present(await chamber.opened(again), *VOTERS)
    for who in VOTERS:
        await chamber.vote(who, second, "YES")
    assert (await chamber.close(second))["status"] == "CLOSED"
    assert (await dossier_of(chamber, dossier))["status"] == "SIGNING"


@pytest.mark.parametrize("act", ["castBallot", "recordPaperBallots"])
async def test_nobody_votes_on_what_came_off(chamber: Chamber, act: str) -> None:
    gone, stays = await appraised(chamber.province), await appraised(chamber.province, "binh")
    session = await chamber.present(await chamber.opened(gone, stays), *VOTERS[:4])
    await withdrawn(chamber, gone)
    item = session["agenda"]["nodes"][0]["id"]
    if act == "castBallot":
        refusal = await denied(chamber, "first", act, step(chamber.seat(session, "first"), item=item, choice="YES"))
    else:
        now = await chamber.read("secretary", session["id"])
        paper = {"item": item, "members": [chamber.seat(session, "fourth")["id"]], "yes": 1, "no": 0, "abstain": 0}
        refusal = await denied(chamber, "secretary", act, step(now, **paper))
    assert (refusal["__typename"], refusal["rule"]) == ("RuleNotMet", "TAKEN_OFF_AGENDA")


async def test_what_is_held_stays_on_the_agenda_until_the_sitting_ends_without_it(chamber: Chamber) -> None:
    held, stays = await appraised(chamber.province), await appraised(chamber.province, "binh")
    session = await chamber.present(await chamber.opened(held, stays), *VOTERS)
    now = await dossier_of(chamber, held)
    await stepped(chamber.province, "chief", "holdDossier", now, reason="Có đơn khiếu nại")
    for who in VOTERS:
        await chamber.vote(who, session, "YES", 2)
    assert await agenda(chamber, session) == ["PENDING", "PENDING"]
    assert (await chamber.close(session))["status"] == "CLOSED"
    assert await agenda(chamber, session) == ["TAKEN_OFF", "PASSED"]
    now = await dossier_of(chamber, held)
    back = await stepped(chamber.province, "chief", "resumeDossier", now)
    assert (back["status"], back["lines"]["nodes"][0]["outcome"]) == ("COUNCIL", "ELIGIBLE")
    assert (await chamber.convene(back))["__typename"] == "CouncilSession"


async def test_what_is_held_and_resumed_in_time_is_voted_on(chamber: Chamber) -> None:
    dossier = await appraised(chamber.province)
    session = await chamber.present(await chamber.opened(dossier), *VOTERS)
    for act, more in (("holdDossier", {"reason": "Xác minh"}), ("resumeDossier", {})):
        await stepped(chamber.province, "chief", act, await dossier_of(chamber, dossier), **more)
    for who in VOTERS:
        await chamber.vote(who, session, "YES")
    assert (await chamber.close(session))["status"] == "CLOSED"
    assert (await dossier_of(chamber, dossier))["status"] == "SIGNING"


async def test_what_is_stopped_while_held_comes_off_too(chamber: Chamber) -> None:
    dossier = await appraised(chamber.province)
    session = await chamber.opened(dossier)
    for act in ("holdDossier", "stopDossier"):
        await stepped(chamber.province, "chief", act, await dossier_of(chamber, dossier), reason="Kết luận vi phạm")
    assert (await dossier_of(chamber, dossier))["status"] == "STOPPED"
    assert await agenda(chamber, session) == ["TAKEN_OFF"]


async def test_a_rehearsed_withdrawal_takes_nothing_off(chamber: Chamber) -> None:
    dossier = await appraised(chamber.province)
    session = await chamber.opened(dossier)
    now = await dossier_of(chamber, dossier)
    await stepped(chamber.province, "head", "withdrawDossier", now, reason="Thử", dryRun=True)
    assert await agenda(chamber, session) == ["PENDING"]
    assert (await chamber.read("secretary", session["id"]))["version"] == session["version"]


async def test_withdrawing_and_closing_at_once_wait_for_each_other(chamber: Chamber) -> None:
    """Neither act ends in a deadlock, and the case is answered or off the agenda, never both."""
    for _ in range(4):
        dossier = await appraised(chamber.province)
        session = await chamber.present(await chamber.opened(dossier), *VOTERS)
        for who in VOTERS:
            await chamber.vote(who, session, "YES")
        now = await dossier_of(chamber, dossier)
        said = step(now, reason="Rút để hoàn thiện")
        await asyncio.gather(chamber.close(session), chamber.province.act("head", "withdrawDossier", said))
        status, (outcome,) = (await dossier_of(chamber, dossier))["status"], await agenda(chamber, session)
        assert (status, outcome) in {("SIGNING", "PASSED"), ("WITHDRAWN", "TAKEN_OFF")}
        assert (await chamber.read("secretary", session["id"]))["status"] in ("CLOSED", "OPEN")
