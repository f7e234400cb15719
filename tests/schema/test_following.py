"""Following: each step as it is taken, nothing missed, and nothing told to whoever may not see it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest

import models as rows
from models.refusals import NotFound
from resolvers.feed import Happening
from tests.history import until
from tests.patience import HANGING
from tests.province import Province
from tests.schema.journey import drafted, issued, stepped

MOVED = """subscription($id: ID!, $after: Cursor) { dossierMoved(id: $id, after: $after) {
  cursor event { act status } dossier { status version } resync { reason }
} }"""
DESK = 'subscription { agencyDossiersMoved(agency: "H37.02") { cursor event { act } dossier { status } } }'
PUBLISHED = "subscription { decisionPublished { cursor decision { number } } }"


class Follower:
    """Somebody who follows, as a transport would follow for them."""

    def __init__(self, province: Province, who: str | None, text: str, variables: dict[str, Any]) -> None:
        self.province, self.who, self.variables = province, who, variables
        self.operation = province.engine.document(text).operation(None)
        assert self.operation is not None
        self.context = province.context(who)

    async def told(self) -> AsyncIterator[dict[str, Any]]:
        """The payload of each event they are told."""
        engine, viewer = self.province.engine, self.context.viewer
        follow, arguments = engine.subscription(self.operation, self.variables, viewer)
        async for told in await follow(self.context, **arguments):
            if isinstance(told, Happening):
                said = await engine.tell(self.operation, self.variables, viewer, told.entry_id)
            else:
                said = await engine.tell_value(self.operation, self.variables, viewer, told)
            if said is not None:
                (payload,) = orjson.loads(said)["data"].values()
                yield payload

    async def hear(self, last: str | None) -> list[dict[str, Any]]:
        """The payloads up to the one with this act, or the first alone."""
        heard: list[dict[str, Any]] = []
        async with asyncio.timeout(HANGING):
            async for payload in self.told():
                heard.append(payload)
                if last is None or payload["event"]["act"] == last:
                    break
        return heard


@asynccontextmanager
async def following(
    province: Province, who: str | None, text: str, last: str | None, **variables: Any
) -> AsyncIterator[Any]:
    """Follow while the block acts, from now on if not from a cursor; the task gives what was heard."""
    if "after" not in variables:
        written = await province.count(rows.Entry)
        await until(lambda: province.feed._hub.head.seq == written, "all that was done before to be told")
    task = asyncio.create_task(Follower(province, who, text, variables).hear(last))
    await until(lambda: province.feed.followers, "it to be followed")
    yield task


async def test_a_nominee_hears_each_step_as_it_is_taken(province: Province) -> None:
    dossier = await stepped(province, "officer", "submitDossier", await drafted(province))
    async with following(province, "nominee", MOVED, "ASSIGN", id=dossier["id"]) as heard:
        dossier = await stepped(province, "desk", "receiveDossier", dossier)
        await stepped(province, "chief", "assignAppraiser", dossier, appraiser="appraiser")
    assert [payload["event"] for payload in await heard] == [
        {"act": "RECEIVE", "status": "RECEIVED"},
        {"act": "ASSIGN", "status": "ASSIGNED"},
    ]


async def test_whoever_comes_back_with_a_cursor_is_told_what_they_missed_then_what_is_new(province: Province) -> None:
    dossier = await stepped(province, "officer", "submitDossier", await drafted(province))
    asked = "query($id: ID!) { dossier(id: $id) { eventHead version } }"
    read = (await province.ask("nominee", asked, {"id": dossier["id"]}))["data"]["dossier"]
    dossier = await stepped(province, "desk", "receiveDossier", dossier)
    async with following(province, "nominee", MOVED, "ASSIGN", id=dossier["id"], after=read["eventHead"]) as heard:
        await stepped(province, "chief", "assignAppraiser", dossier, appraiser="appraiser")
        acts = [payload["event"]["act"] for payload in (await heard)[-2:]]
    assert acts == ["RECEIVE", "ASSIGN"]


async def test_a_list_and_the_place_to_follow_from_are_of_one_statement(province: Province) -> None:
    asked = "{ decisions(first: 5) { nodes { id } } eventHead }"
    before = province.engine.pool.sent
    read = (await province.ask(None, asked))["data"]
    assert province.engine.pool.sent == before + 1
    assert read["decisions"] == {"nodes": []}
    decision = await stepped(province, "chief", "publishDecision", await issued(province))
    said = PUBLISHED.replace("subscription", "subscription($after: Cursor)").replace(
        "decisionPublished", "decisionPublished(after: $after)"
    )
    async with following(province, None, said, None, after=read["eventHead"]) as heard:
        assert [payload["decision"] for payload in await heard] == [{"number": decision["number"]}]


async def test_the_public_hears_of_a_decision_when_it_is_published(province: Province) -> None:
    async with following(province, None, PUBLISHED, None) as heard:
        decision = await issued(province)
        await stepped(province, "chief", "publishDecision", decision)
    assert [payload["decision"] for payload in await heard] == [{"number": "1/QĐ-UBND"}]


async def test_a_desk_hears_of_what_is_submitted_to_it(province: Province) -> None:
    async with following(province, "desk", DESK, None) as heard:
        await stepped(province, "officer", "submitDossier", await drafted(province))
    assert [payload["event"] for payload in await heard] == [{"act": "SUBMIT"}]


async def test_whoever_may_not_see_a_dossier_cannot_tell_it_from_one_that_is_not_there(province: Province) -> None:
    dossier = await drafted(province)
    for id in (dossier["id"], "Dossier_x"):
        with pytest.raises(NotFound):
            await Follower(province, "stranger", MOVED, {"id": id}).hear(None)


@pytest.mark.parametrize("cursor", ["x", "1-0000000000000000", "999999-0000000000000000"])
async def test_a_cursor_that_cannot_be_followed_gives_a_resync(province: Province, cursor: str) -> None:
    dossier = await drafted(province)
    (told,) = await Follower(province, "officer", MOVED, {"id": dossier["id"], "after": cursor}).hear(None)
    assert told["resync"] is not None
    assert told["event"] is None
