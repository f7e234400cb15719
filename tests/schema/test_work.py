"""Every act: rehearsed it leaves nothing, sent twice it is done once, and of two at once on one thing one is done."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from graphql import GraphQLNonNull, get_named_type
from sqlalchemy import select, update

import models as rows
from models.dossier_line import LineOutcome
from resolvers.engine import Engine
from schema import schema
from tests.pristine import dsn
from tests.province import Province
from tests.schema.journey import awaiting_decision, drafted, issued, stepped
from tests.schema.refusing import refused, traces
from tests.schema.waiting import until_somebody_waits

NO_ACTS = {"signIn", "signOut", "changePassword", "revokeSession", "revokeOtherSessions", "trackDossier"}
"""Mutations that change nothing of the register."""
BEGINNINGS = {
    *("draftDossier", "conveneSession", "delegateRole", "commentOnPosting", "recordComment", "submitComment"),
    *("createAccessToken", "issueTrackingCode"),
}
"""Acts on nothing that is there yet: they have no version to expect."""

Taken = tuple[str, str, Mapping[str, Any]]
"""A step: by whom, which act, and what else is said."""

WHY: Mapping[str, Any] = {"reason": "Vì thiếu minh chứng"}
SUBMIT: Taken = ("head", "submitDossier", {})
RECEIVE: Taken = ("desk", "receiveDossier", {})
ASSIGN: Taken = ("chief", "assignAppraiser", {"appraiser": "appraiser"})
APPRAISE: Taken = ("appraiser", "appraiseLine", {"lineId": "$line", "eligible": True})
HOLD: Taken = ("chief", "holdDossier", WHY)
ASK_MORE: Taken = ("appraiser", "requestSupplement", WHY)
IN, NAMED, READY = (SUBMIT, RECEIVE), (SUBMIT, RECEIVE, ASSIGN), (SUBMIT, RECEIVE, ASSIGN, APPRAISE)

ACTS: dict[str, tuple[Sequence[Taken], str, Mapping[str, Any]]] = {
    "amendDossier": ((), "officer", {"title": "Đề nghị đã sửa"}),
    "deleteDraft": ((), "officer", {}),
    "submitDossier": ((), "officer", {}),
    "receiveDossier": ((SUBMIT,), "desk", {}),
    "refuseDossier": ((SUBMIT,), "desk", WHY),
    "withdrawDossier": (IN, "officer", WHY),
    "assignAppraiser": (IN, "chief", {"appraiser": "appraiser"}),
    "requestSupplement": (NAMED, "appraiser", WHY),
    "supplementDossier": ((*NAMED, ASK_MORE), "officer", {}),
    "declareInterest": (NAMED, "chief", WHY),
    "appraiseLine": (NAMED, "appraiser", {"lineId": "$line", "eligible": True}),
    "holdDossier": (NAMED, "chief", WHY),
    "resumeDossier": ((*NAMED, HOLD), "chief", {}),
    "stopDossier": ((*NAMED, HOLD), "chief", WHY),
    "returnToAppraisal": (READY, "chairman", WHY),
    "issueDecision": (READY, "chairman", {"title": "Về việc tặng Bằng khen"}),
}
"""A sample of acts: what comes before, who does it, and what is said. `$line` is the dossier's first line."""


def said(dossier: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """The input of an act on a dossier as it was read, under a key of its own."""
    line = dossier["lines"]["nodes"][0]["id"]
    told = {name: line if value == "$line" else value for name, value in more.items()}
    return {"id": dossier["id"], "expectedVersion": dossier["version"], "idempotencyKey": str(uuid4()), **told}


async def brought(province: Province, steps: Sequence[Taken]) -> dict[str, Any]:
    """A dossier after these steps."""
    dossier = await drafted(province)
    for who, act, more in steps:
        dossier = await province.act(who, act, said(dossier, more))
        assert dossier["__typename"] == "Dossier", (act, dossier)
    return dossier


async def printed(database_url: str) -> str:
    """All rows there are but the numbering's own, as one text: the same before and after only if nothing changed."""
    connection = await asyncpg.connect(dsn(database_url))
    try:
        found = await connection.fetch(
            "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
            " and relname not in ('journal_head', 'journal_seq') order by relname"
        )
        each = "(select count(*) || ':' || coalesce(sum(hashtextextended(t::text, 0)), 0) from public.\"{}\" t)"
        return str(await connection.fetchval(f"select concat_ws(',', {', '.join(each.format(*row) for row in found)})"))
    finally:
        await connection.close()


@pytest.mark.parametrize("act", sorted(schema._schema.mutation_type.fields))  # type: ignore[union-attr]  # there are some
def test_every_act_takes_a_key_a_version_and_may_be_rehearsed(engine: Engine, act: str) -> None:
    if act in NO_ACTS:
        return
    asked = get_named_type(engine.schema.mutation_type.fields[act].args["input"].type).fields  # type: ignore[union-attr]  # there are mutations
    assert str(asked["idempotencyKey"].type) == "UUID!"
    assert (str(asked["dryRun"].type), asked["dryRun"].default_value) == ("Boolean!", False)
    of_each = getattr(get_named_type(asked["items"].type), "fields", {}) if "items" in asked else {}
    if act not in BEGINNINGS:
        assert isinstance({**of_each, **asked}["expectedVersion"].type, GraphQLNonNull)


@pytest.mark.parametrize("act", ACTS)
async def test_a_rehearsal_says_what_the_act_then_does_and_leaves_nothing(
    province: Province, database_url: str, act: str
) -> None:
    before, who, more = ACTS[act]
    dossier = await brought(province, before)
    asked, was = said(dossier, more), await printed(database_url)
    rehearsed = await province.act(who, act, {**asked, "dryRun": True})
    assert await printed(database_url) == was
    made = await province.act(who, act, asked)
    assert rehearsed["__typename"] == made["__typename"] in ("Dossier", "Decision")
    new = {"id": None, "awards": None} if act == "issueDecision" else {}
    assert rehearsed | new == made | new
    assert await printed(database_url) != was


@pytest.mark.parametrize("act", ACTS)
async def test_a_rehearsal_is_refused_as_the_act_would_be(province: Province, database_url: str, act: str) -> None:
    before, who, more = ACTS[act]
    dossier = await brought(province, before)
    was = await printed(database_url)
    for wrong in ({"expectedVersion": dossier["version"] + 1}, {"id": f"Dossier_{uuid4()}"}):
        asked = said(dossier, more) | wrong
        rehearsed = await province.act(who, act, {**asked, "dryRun": True})
        assert rehearsed == await province.act(who, act, asked)
        assert rehearsed["__typename"] in ("StaleVersion", "NotFound")
    assert (await province.act("auditor", act, {**said(dossier, more), "dryRun": True}))["__typename"] in (
        "NotPermitted",
        "NotFound",
    )
    assert await printed(database_url) == was


@pytest.mark.parametrize("act", ACTS)
async def test_an_act_sent_again_is_answered_the_same_and_with_another_body_refused(
    province: Province, database_url: str, act: str
) -> None:
    before, who, more = ACTS[act]
    asked = said(await brought(province, before), more)
    made = await province.act(who, act, asked)
    was = await printed(database_url)
    assert await province.act(who, act, asked) == made
    for other in ({"note": "khác"}, {"expectedVersion": 99}, {"dryRun": True}):
        assert (await province.act(who, act, asked | other))["__typename"] == "IdempotencyMismatch"
    assert await printed(database_url) == was


async def test_a_key_used_for_one_act_is_refused_for_another(province: Province) -> None:
    asked = said(await brought(province, ()), {})
    await province.act("officer", "submitDossier", asked)
    assert (await refused(province, "officer", "deleteDraft", asked))["__typename"] == "IdempotencyMismatch"


async def test_a_refused_act_does_not_use_up_its_key(province: Province) -> None:
    dossier = await brought(province, ())
    asked = said(dossier, {})
    assert (await refused(province, "desk", "receiveDossier", asked))["__typename"] == "NotFound"
    await province.act("head", "submitDossier", said(dossier, {}))
    asked["expectedVersion"] = 2
    assert (await province.act("desk", "receiveDossier", asked))["status"] == "RECEIVED"


async def test_the_same_key_of_another_account_is_another_key(province: Province) -> None:
    key = str(uuid4())
    first = await province.act("officer", "draftDossier", {**province.draft(), "idempotencyKey": key})
    await stepped(province, "officer", "submitDossier", first)
    received = await province.act(
        "desk", "receiveDossier", said(first, {}) | {"expectedVersion": 2, "idempotencyKey": key}
    )
    assert (received["__typename"], received["status"]) == ("Dossier", "RECEIVED")


@pytest.mark.parametrize("act", ["draftDossier", "receiveDossier", "issueDecision"])
async def test_one_act_sent_fifty_times_at_once_is_done_once_and_answered_the_same(
    province: Province, act: str
) -> None:
    if act == "draftDossier":
        who, asked = "officer", {**province.draft(), "idempotencyKey": str(uuid4())}
    else:
        before, who, more = ACTS[act]
        asked = said(await brought(province, before), more)
    entries, decided = await province.count(rows.Entry), await province.count(rows.Decision)
    answers = await asyncio.gather(*(province.act(who, act, asked) for _ in range(50)))
    assert answers == [answers[0]] * 50
    assert answers[0]["__typename"] in ("Dossier", "Decision")
    issuing = act == "issueDecision"
    assert await province.count(rows.Entry) == entries + 1 + issuing
    assert await province.count(rows.Decision) == decided + issuing
    assert await province.count(rows.Dossier) == 1


RIVALS: list[tuple[Sequence[Taken], Taken, Taken]] = [
    ((SUBMIT,), RECEIVE, ("head", "withdrawDossier", WHY)),
    (NAMED, APPRAISE, HOLD),
    (NAMED, ASK_MORE, ("officer", "withdrawDossier", WHY)),
    (READY, ("chairman", "issueDecision", {"title": "Về việc tặng Bằng khen"}), ("chairman", "returnToAppraisal", WHY)),
    ((), ("officer", "amendDossier", {"title": "Đề nghị đã sửa"}), SUBMIT),
]
DONE = {
    "receiveDossier": "RECEIVE", "withdrawDossier": "WITHDRAW", "appraiseLine": "PASS_APPRAISAL",
    "holdDossier": "HOLD", "requestSupplement": "REQUEST_SUPPLEMENT", "issueDecision": "DECIDE",
    "returnToAppraisal": "RETURN", "amendDossier": "AMEND", "submitDossier": "SUBMIT",
}  # fmt: skip
"""What the journal calls the acts of the rivals."""


@pytest.mark.parametrize("rivals", RIVALS, ids=lambda rivals: f"{rivals[1][1]}-{rivals[2][1]}")
async def test_of_two_acts_at_once_one_is_done_and_the_other_is_told_what_changed(
    province: Province, rivals: tuple[Sequence[Taken], Taken, Taken]
) -> None:
    before, *two = rivals
    for turn in range(10):
        dossier = await brought(province, before)
        first, second = two if turn % 2 else reversed(two)
        answers = await asyncio.gather(
            *(province.act(who, act, said(dossier, more)) for who, act, more in (first, second))
        )
        kinds = [answer["__typename"] for answer in answers]
        assert kinds.count("StaleVersion") == 1, answers
        loser = kinds.index("StaleVersion")
        (change,) = answers[loser]["whatChanged"]
        assert change["act"] == DONE[(first, second)[1 - loser][1]]
        assert change["version"] == answers[loser]["current"] == dossier["version"] + 1


async def test_an_act_sent_before_the_one_it_follows_was_answered_sees_what_that_one_did(province: Province) -> None:
    dossier = await drafted(province, lines=[province.line("an"), province.line("binh")])
    for who, act, more in NAMED:
        dossier = await province.act(who, act, said(dossier, more))
    line = rows.DossierLine
    async with province.sessions.begin() as session:
        await session.execute(select(rows.Dossier).with_for_update())
        await session.execute(update(rows.Dossier).values(version=rows.Dossier.version + 1))
        first = update(line).where(line.position == 1)
        appraiser = province.viewers["appraiser"].account_id
        await session.execute(first.values(outcome=LineOutcome.ELIGIBLE, appraised_by_id=appraiser))
        second = dossier["lines"]["nodes"][1]["id"]
        asked = said(dossier, {"lineId": second, "eligible": True}) | {"expectedVersion": dossier["version"] + 1}
        waiting = asyncio.create_task(province.act("appraiser", "appraiseLine", asked))
        await until_somebody_waits(province)
    assert (await waiting)["status"] == "SIGNING", "the last case was appraised, as of the lock and not of before it"


async def test_two_decisions_on_the_same_dossiers_in_either_order_do_not_lock_each_other_out(
    province: Province,
) -> None:
    one, other = [await awaiting_decision(province, lines=[province.line(who)]) for who in ("an", "binh")]

    async def decided(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
        also = [{"id": second["id"], "expectedVersion": second["version"]}]
        return await province.act("chairman", "issueDecision", said(first, {"title": "Quyết định", "also": also}))

    answers = await asyncio.gather(*(decided(*pair) for pair in [(one, other), (other, one)] * 4))
    assert sorted(answer["__typename"] for answer in answers) == ["Decision"] + ["StaleVersion"] * 7
    assert await province.count(rows.Award) == 2


async def test_who_waits_too_long_for_another_is_told_to_send_it_again(province: Province, hasty: Province) -> None:
    dossier = await brought(province, (SUBMIT,))
    asked = said(dossier, {})
    before = await traces(province)
    text = "mutation($input: DossierStepInput!) { receiveDossier(input: $input) { __typename } }"
    async with province.sessions.begin() as session:
        await session.execute(select(rows.Dossier).with_for_update())
        answer = await hasty.ask("desk", text, {"input": asked})
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "BUSY"
    assert "hãy thử lại" in error["message"]
    assert "try again" in error["message"]
    assert await traces(province) == before
    assert (await province.ask("desk", text, {"input": asked}))["data"]["receiveDossier"]["__typename"] == "Dossier"


async def test_a_published_decision_is_replayed_too(province: Province) -> None:
    decision = await issued(province)
    asked = {"id": decision["id"], "expectedVersion": 1, "idempotencyKey": str(uuid4())}
    made = await province.act("chief", "publishDecision", asked)
    before = await traces(province)
    assert await province.act("chief", "publishDecision", asked) == made
    assert await traces(province) == before
