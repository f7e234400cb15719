"""Following up what agencies were asked: reminding them, and withdrawing a request; who may, and what is refused."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update

import models as rows
from models import calendar
from tests.province import Province
from tests.schema.journey import step, stepped
from tests.schema.test_opinion import answered, consulting, refused, requests, standing

READ = "query($id: ID!) { node(id: $id) { ... on OpinionRequest { status reminders remindedAt withdrawalReason } } }"


async def asked_of(province: Province, code: str) -> dict[str, Any]:
    """The request to an agency, as the chief reads it."""
    return next(each for each in await requests(province, "chief") if each["toAgency"]["code"] == code)


async def followed_up(province: Province, request: dict[str, Any]) -> dict[str, Any]:
    return dict((await province.ask("stranger", READ, {"id": request["id"]}))["data"]["node"])


async def test_an_agency_is_reminded_and_sees_that_it_was(province: Province) -> None:
    await consulting(province)
    request = await asked_of(province, "H37.11")
    done = await stepped(province, "appraiser", "remindOpinion", request)
    assert (done["__typename"], done["version"], done["reminders"]) == ("OpinionRequest", request["version"] + 1, 1)
    seen = await followed_up(province, request)
    assert (seen["status"], seen["reminders"], seen["remindedAt"] is not None) == ("SENT", 1, True)
    async with province.sessions() as session:
        entry = (await session.scalars(select(rows.Entry).where(rows.Entry.act == "REMIND_OPINION"))).one()
    assert (entry.actor_id, entry.subject_version) == (province.viewers["appraiser"].account_id, done["version"])


async def test_an_agency_is_reminded_once_a_day(province: Province) -> None:
    await consulting(province)
    request = await stepped(province, "chief", "remindOpinion", await asked_of(province, "H37.11"))
    again = await refused(province, "chief", "remindOpinion", step(request))
    tomorrow = calendar.add_working_days(calendar.today(), 1).isoformat()
    assert (again["rule"], again["remedy"]) == ("REMINDED_TODAY", tomorrow)
    async with province.sessions.begin() as session:
        row = rows.OpinionRequest
        await session.execute(update(row).values(reminded_at=row.reminded_at - timedelta(days=1)))
    assert (await stepped(province, "chief", "remindOpinion", request))["reminders"] == 2


async def test_a_request_is_withdrawn_with_a_reason_that_the_agency_reads(province: Province) -> None:
    dossier = await consulting(province)
    request = await asked_of(province, "H37.11")
    done = await stepped(province, "chief", "withdrawOpinion", request, reason="Đã có kết luận thanh tra")
    assert (done["status"], done["withdrawalReason"]) == ("WITHDRAWN", "Đã có kết luận thanh tra")
    assert (await followed_up(province, request))["withdrawalReason"] == "Đã có kết luận thanh tra"
    assert (await standing(province, dossier))["status"] == "CONSULTING", "another agency is awaited"
    late = await answered(province, "stranger", done)
    assert (late["__typename"], late["rule"]) == ("RuleNotMet", "OPINIONS_CONCLUDED")


async def test_withdrawing_the_last_request_takes_the_dossier_back(province: Province) -> None:
    dossier = await consulting(province)
    for code in ("H37.11", "H37.51"):
        await stepped(province, "chief", "withdrawOpinion", await asked_of(province, code), reason="Hỏi nhầm")
    now = await standing(province, dossier)
    assert (now["status"], now["events"]["nodes"][-1]["act"]) == ("SIGNING", "CONCLUDE_OPINIONS")


async def test_an_agency_whose_request_was_withdrawn_may_be_asked_anew(province: Province) -> None:
    dossier = await consulting(province)
    await stepped(province, "chief", "withdrawOpinion", await asked_of(province, "H37.11"), reason="Hỏi chưa đủ")
    said = {"agencies": ["H37.11"], "question": "Việc chấp hành pháp luật về thuế"}
    done = await stepped(province, "chief", "requestOpinions", await standing(province, dossier), **said)
    assert done["__typename"] == "Dossier"
    assert await province.count(rows.OpinionRequest) == 3


@pytest.mark.parametrize("act", ["remindOpinion", "withdrawOpinion"])
async def test_only_whoever_may_ask_follows_up_and_only_while_an_answer_is_awaited(
    province: Province, act: str
) -> None:
    await consulting(province)
    request = await asked_of(province, "H37.11")
    more = {"reason": "Hỏi nhầm"} if act == "withdrawOpinion" else {}
    for who in ("stranger", "secretary", "chairman"):
        refusal = await refused(province, who, act, step(request, **more))
        assert (refusal["__typename"], refusal["whoCan"]) == ("NotPermitted", ["APPRAISER", "OFFICE_HEAD"]), who
    for who in ("officer", "nominee"):
        assert (await refused(province, who, act, step(request, **more)))["__typename"] == "NotFound"
    stale = await refused(province, "chief", act, {**step(request, **more), "expectedVersion": 9})
    assert stale["__typename"] == "StaleVersion"
    done = await answered(province, "stranger", request)
    refusal = await refused(province, "chief", act, step(done, **more))
    assert (refusal["__typename"], refusal["rule"]) == ("RuleNotMet", "ALREADY_ANSWERED")


async def test_a_withdrawal_wants_a_reason(province: Province) -> None:
    await consulting(province)
    refusal = await refused(
        province, "chief", "withdrawOpinion", step(await asked_of(province, "H37.11"), reason="\u200b ")
    )
    assert (refusal["__typename"], refusal["field"]) == ("InvalidInput", "reason")


@pytest.mark.parametrize("act", ["remindOpinion", "withdrawOpinion"])
async def test_following_up_is_rehearsed_and_replayed_as_it_should(province: Province, act: str) -> None:
    await consulting(province)
    request = await asked_of(province, "H37.11")
    more = {"reason": "Hỏi nhầm"} if act == "withdrawOpinion" else {}
    tried = await stepped(province, "chief", act, request, dryRun=True, **more)
    assert tried["version"] == request["version"] + 1
    said = step(request, idempotencyKey=str(uuid4()), **more)
    first, again = [await province.act("chief", act, said) for _ in range(2)]
    assert first == again == tried
    async with province.sessions() as session:
        acts = await session.scalars(select(rows.Entry.act).where(rows.Entry.subject_kind == "OpinionRequest"))
        assert sorted(acts) == sorted(
            ["REQUEST_OPINION", "REQUEST_OPINION", act.upper().replace("OPINION", "_OPINION")]
        )


async def test_an_answer_and_a_withdrawal_at_once_are_told_apart(province: Province) -> None:
    dossier = await consulting(province, "H37.11")
    request = await asked_of(province, "H37.11")
    both = await asyncio.gather(
        answered(province, "stranger", request),
        stepped(province, "chief", "withdrawOpinion", request, reason="Hỏi nhầm"),
    )
    assert sorted(each["__typename"] for each in both) == ["OpinionRequest", "StaleVersion"]
    assert (await standing(province, dossier))["status"] == "SIGNING"
