"""Asking other agencies about a dossier: who is asked what, who answers, what silence means, and who sees any of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from unicodedata import normalize
from uuid import uuid4

import pytest
from sqlalchemy import update

import models as rows
from models import calendar
from tests.province import Province
from tests.schema.journey import awaiting_decision, stepped

ASKED = "Đề nghị cho biết việc chấp hành pháp luật của đối tượng"
REQUESTS = """{ opinionRequests(first: 9) { totalCount nodes { id version status question dossierCode dossierTitle dueOn
  answer note toAgency { code } askedBy { username } answeredBy { username } dossier { id }
  cases(first: 9) { nodes { position nominee { name } awardType { code } } } } } }"""


async def consulting(province: Province, *agencies: str, **more: Any) -> dict[str, Any]:
    """A dossier about which these agencies are asked."""
    dossier = await awaiting_decision(province)
    said = {"agencies": list(agencies or ("H37.11", "H37.51")), "question": ASKED, **more}
    return await stepped(province, "chief", "requestOpinions", dossier, **said)


async def requests(province: Province, who: str) -> list[dict[str, Any]]:
    """The requests somebody sees."""
    answer = await province.ask(who, REQUESTS)
    assert "errors" not in answer, answer["errors"]
    return list(answer["data"]["opinionRequests"]["nodes"])


async def answered(province: Province, who: str, request: dict[str, Any], answer: str = "AGREE", **more: Any) -> Any:
    return await province.act(
        who, "answerOpinion", {"id": request["id"], "expectedVersion": request["version"], "answer": answer, **more}
    )


async def standing(province: Province, dossier: dict[str, Any]) -> dict[str, Any]:
    """The dossier as the chief reads it."""
    read = "query($id: ID!) { dossier(id: $id) { id version status events(last: 2) { nodes { act } } } }"
    return dict((await province.ask("chief", read, {"id": dossier["id"]}))["data"]["dossier"])


async def late(province: Province, **values: Any) -> None:
    """Have the last days of all requests lie in the past."""
    async with province.sessions.begin() as session:
        past = {"due_on": calendar.today() - timedelta(days=1), **values}
        await session.execute(update(rows.OpinionRequest.__table__).values(**past))


async def refused(province: Province, who: str | None, act: str, said: dict[str, Any]) -> dict[str, Any]:
    """A refusal that left nothing behind."""
    before = [await province.count(row) for row in (rows.OpinionRequest, rows.Entry, rows.StoredReply)]
    answer = await province.act(who, act, said)
    assert [await province.count(row) for row in (rows.OpinionRequest, rows.Entry, rows.StoredReply)] == before
    assert answer["message"]
    assert answer["messageEn"]
    return answer


async def test_the_last_answer_takes_the_dossier_back_where_it_came_from(asked: Province) -> None:
    dossier = await consulting(asked)
    assert dossier["status"] == "CONSULTING"
    (health,) = await requests(asked, "stranger")
    assert (health["status"], health["question"], health["toAgency"]["code"]) == ("SENT", ASKED, "H37.11")
    assert health["dueOn"] == calendar.add_working_days(calendar.today(), 10).isoformat()
    seen = await asked.act("stranger", "acknowledgeOpinion", {"id": health["id"], "expectedVersion": 1})
    assert (seen["status"], seen["version"]) == ("SEEN", 2)
    said = await answered(asked, "stranger", seen, "DISAGREE", note="Đang bị thanh tra")
    assert (said["status"], said["answer"], said["note"]) == ("ANSWERED", "DISAGREE", "Đang bị thanh tra")
    assert (await standing(asked, dossier))["status"] == "CONSULTING"
    (commune,) = await requests(asked, "rural")
    await answered(asked, "rural", commune)
    after = await standing(asked, dossier)
    assert (after["status"], after["version"]) == ("SIGNING", dossier["version"] + 1)
    assert [event["act"] for event in after["events"]["nodes"]] == ["CONSULT", "CONCLUDE_OPINIONS"]


async def test_two_last_answers_at_once_take_the_dossier_on_once(asked: Province) -> None:
    dossier = await consulting(asked)
    (health,), (commune,) = await requests(asked, "stranger"), await requests(asked, "rural")
    done = await asyncio.gather(answered(asked, "stranger", health), answered(asked, "rural", commune))
    assert [each["status"] for each in done] == ["ANSWERED", "ANSWERED"]
    after = await standing(asked, dossier)
    assert (after["status"], after["version"]) == ("SIGNING", dossier["version"] + 1)


async def test_who_is_asked_sees_the_request_and_its_cases_and_no_more(asked: Province) -> None:
    dossier = await consulting(asked)
    (health,) = await requests(asked, "stranger")
    assert health["dossier"] is None
    assert health["dossierCode"] == dossier["code"]
    assert health["dossierTitle"].startswith("Đề nghị tặng Bằng khen")
    assert health["cases"]["nodes"] == [
        {"position": 1, "nominee": {"name": "Hoàng Thị An"}, "awardType": {"code": "BK_T"}}
    ]
    whole = "query($id: ID!) { dossier(id: $id) { id } }"
    assert (await asked.ask("stranger", whole, {"id": dossier["id"]}))["data"]["dossier"] is None
    await answered(asked, "stranger", health)
    (done,) = await requests(asked, "stranger")
    assert done["cases"]["nodes"] == [], "once it has answered the names are no longer its concern"
    assert done["answeredBy"] == {"username": "stranger"}


async def test_desks_see_every_request_and_neither_the_proposer_nor_the_nominee_any(asked: Province) -> None:
    await consulting(asked)
    counts = {who: len(await requests(asked, who)) for who in asked.viewers}
    assert counts == {
        "officer": 0, "head": 0, "desk": 2, "chief": 2, "appraiser": 2, "secretary": 2, "chairman": 2, "auditor": 2,
        "stranger": 1, "rural": 1, "nominee": 0,
    }  # fmt: skip
    node = "query($id: ID!) { node(id: $id) { id } }"
    (health,) = await requests(asked, "stranger")
    for who in ("rural", "officer", "nominee", None):
        assert (await asked.ask(who, node, {"id": health["id"]}))["data"]["node"] is None


async def test_more_agencies_are_asked_while_opinions_are_sought_and_none_twice(asked: Province) -> None:
    dossier = await consulting(asked, "H37.11")
    more = {"agencies": ["H37.51"], "question": ASKED, "days": 3}
    again = await stepped(asked, "appraiser", "requestOpinions", dossier, **more)
    assert (again["status"], again["version"]) == ("CONSULTING", dossier["version"])
    (commune,) = await requests(asked, "rural")
    assert commune["dueOn"] == calendar.add_working_days(calendar.today(), 3).isoformat()
    assert commune["askedBy"] == {"username": "appraiser"}
    step = {"id": dossier["id"], "expectedVersion": dossier["version"], "question": ASKED}
    twice = await refused(asked, "chief", "requestOpinions", {**step, "agencies": ["H37.11"]})
    assert (twice["rule"], twice["remedy"]) == ("ALREADY_ASKED", "H37.11")
    wrong = await refused(asked, "secretary", "requestOpinions", {**step, "agencies": ["H37.51"]})
    assert (wrong["__typename"], wrong["whoCan"]) == ("NotPermitted", ["APPRAISER", "OFFICE_HEAD"])


@pytest.mark.parametrize(
    ("said", "kind", "what"),
    [
        ({"agencies": []}, "InvalidInput", "agencies"),
        ({"agencies": ["H37.99"]}, "InvalidInput", "agencies"),
        ({"agencies": [f"H37.{n}" for n in range(31)]}, "InvalidInput", "agencies"),
        ({"agencies": ["H37.10"]}, "RuleNotMet", "PROPOSER_ASKED"),
        ({"days": 0}, "InvalidInput", "days"),
        ({"days": 31}, "InvalidInput", "days"),
        ({"question": " \n"}, "InvalidInput", "question"),
        ({"question": "x" * 2001}, "InvalidInput", "question"),
    ],
)
async def test_what_cannot_be_asked_is_refused(asked: Province, said: dict[str, Any], kind: str, what: str) -> None:
    dossier = await awaiting_decision(asked)
    step = {"id": dossier["id"], "expectedVersion": dossier["version"], "agencies": ["H37.11"], "question": ASKED}
    refusal = await refused(asked, "chief", "requestOpinions", {**step, **said})
    assert (refusal["__typename"], refusal.get("field", refusal.get("rule"))) == (kind, what)
    assert (await standing(asked, dossier))["status"] == "SIGNING"


async def test_only_officers_of_the_agency_that_is_asked_answer(asked: Province) -> None:
    await consulting(asked)
    (health,) = await requests(asked, "stranger")
    said = {"id": health["id"], "expectedVersion": 1, "answer": "AGREE"}
    for who in ("rural", "officer", "nominee"):
        assert (await refused(asked, who, "answerOpinion", said))["__typename"] == "NotFound"
    for who in ("chief", "chairman"):
        wrong = await refused(asked, who, "answerOpinion", said)
        assert (wrong["__typename"], wrong["whoCan"]) == ("NotPermitted", ["UNIT_OFFICER", "AGENCY_HEAD"])


async def test_a_reservation_wants_a_note_kept_composed(asked: Province) -> None:
    await consulting(asked)
    (health,) = await requests(asked, "stranger")
    said = {"id": health["id"], "expectedVersion": 1}
    for answer in ("DISAGREE", "AGREE_WITH_NOTE"):
        wrong = await refused(asked, "stranger", "answerOpinion", {**said, "answer": answer})
        assert (wrong["__typename"], wrong["field"]) == ("InvalidInput", "note")
    note = "Còn nợ thuế, đề nghị xem lại"
    done = await answered(asked, "stranger", health, "AGREE_WITH_NOTE", note=normalize("NFD", note))
    assert done["note"] == note


async def test_an_answer_is_given_once_and_replayed_by_its_key(asked: Province) -> None:
    await consulting(asked)
    (health,) = await requests(asked, "stranger")
    said = {"id": health["id"], "expectedVersion": 1, "answer": "NO_DATA", "idempotencyKey": str(uuid4())}
    first, again = [await asked.act("stranger", "answerOpinion", said) for _ in range(2)]
    assert first == again
    stale = await refused(asked, "stranger", "answerOpinion", {**said, "idempotencyKey": str(uuid4())})
    assert (stale["__typename"], stale["current"]) == ("StaleVersion", 2)
    twice = await refused(
        asked, "stranger", "answerOpinion", {**said, "expectedVersion": 2, "idempotencyKey": str(uuid4())}
    )
    assert twice["rule"] == "ALREADY_ANSWERED"


async def test_a_rehearsal_asks_nobody(asked: Province) -> None:
    dossier = await awaiting_decision(asked)
    said = {"agencies": ["H37.11"], "question": ASKED, "dryRun": True}
    tried = await stepped(asked, "chief", "requestOpinions", dossier, **said)
    assert tried["status"] == "CONSULTING"
    assert await asked.count(rows.OpinionRequest) == 0
    assert (await standing(asked, dossier))["version"] == dossier["version"]
