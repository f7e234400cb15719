"""Documents meant to wear the server out, by the numbers of the attacks: each is refused by one code, in no time."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from sqlalchemy import text

from channels.contract import ANALYST, STRICT, Tier
from channels.gate import Gate, Request
from channels.refusals import Refused
from tests.channels.conftest import Site, codes
from tests.channels.test_weight import chained, least
from tests.patience import HANGING

ALIASES = "{ " + " ".join(f"alias{n}: __typename" for n in range(101)) + " }"
REPEATS = "{ " + "__typename " * 500 + "}"
BRACES = "{ a " * 3_000 + "}" * 3_000
LISTS = "{ a(x: " + "[" * 3_000 + "]" * 3_000 + ") }"
BOMB = " ".join(
    ["{ ...F0 }", *(f"fragment F{n} on Q {{ x: q {{ ...F{n + 1} }} y: q {{ ...F{n + 1} }} }}" for n in range(12)),
     "fragment F12 on Q { a }"]
)  # fmt: skip
INLINE = "{ " + "... on Query { a } " * 2_000 + "}"
CIRCLE = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }"
SILENT = " ".join(["{ ...F0 }", *(f"fragment F{n} on Q {{ ...F{n + 1} ...F{n + 1} }}" for n in range(16))])
"""Spread twice each, and nothing under the last of them: no field, no alias, no cost."""


@pytest.mark.parametrize(
    ("attack", "status", "allowed"),
    [
        pytest.param(ALIASES, 422, {"TOO_MANY_ALIASES"}, id="N-D01 101 aliases"),
        pytest.param(REPEATS, 422, {"TOO_MANY_ROOT_FIELDS"}, id="N-D02 500 repeats of a field"),
        pytest.param(BRACES, 400, {"PARSE_ERROR", "TOO_MANY_TOKENS", "TOO_LONG"}, id="N-D05 3,000 nested braces"),
        pytest.param(LISTS, 400, {"PARSE_ERROR", "TOO_MANY_TOKENS", "TOO_LONG"}, id="N-D05 3,000 nested lists"),
        pytest.param(BOMB, 422, {"TOO_MANY_FRAGMENTS", "TOO_DEEP", "TOO_MANY_ALIASES"}, id="N-D07 fragment bomb"),
        pytest.param(
            INLINE, 422, {"TOO_MANY_TOKENS", "TOO_MANY_FRAGMENTS", "TOO_LONG"}, id="N-D08 2,000 inline fragments"
        ),
        pytest.param(CIRCLE, 422, {"FRAGMENT_CYCLE"}, id="N-D10 circular fragments"),
    ],
)
@pytest.mark.parametrize("limits", [STRICT, ANALYST], ids=["stranger", "analyst"])
def test_an_attack_is_refused_by_one_code_in_no_time(limits: Any, attack: str, status: int, allowed: set[str]) -> None:
    def sent() -> None:
        with pytest.raises(Refused) as refused:
            Gate(limits).operation(attack, Request(attack))
        (error,) = refused.value.errors
        assert error["extensions"]["code"] in allowed
        assert refused.value.refusal.status in {status, 422}

    assert least(sent) < 0.05


async def test_n_d07_a_bomb_without_a_field_is_weighed_and_validated_in_no_time(site: Site) -> None:
    for attack in (SILENT, chained(12), SILENT.replace("{ ...F0 }", "{ __schema { ...F0 } }")):
        began = time.process_time()
        answer = await site.ask("web", attack, "chief")
        assert time.process_time() - began < 1
        assert answer.status_code in {400, 422, 200}
        assert "errors" in answer.json()
    schema, document = site.laurel.engine.schema, SILENT.replace("{ ...F0 }", "{ __schema { ...F0 } }")
    from resolvers.engine.document import Document

    assert least(lambda: Document(schema, document)) < 0.1


@pytest.mark.parametrize(
    "page", ["first: 99999999", "first: -1", "first: 0", "first: 1, last: 1", "", "last: 201", "first: 201"]
)
async def test_n_d11_pages_of_no_size_are_refused_for_analysts_too(site: Site, page: str) -> None:
    arguments = f"({page})" if page else ""
    answer = (await site.ask("web", f"{{ agencies{arguments} {{ nodes {{ code }} }} }}", "chief")).json()
    assert [error["extensions"]["code"] for error in answer["errors"]] in (["BAD_PAGE"], ["BAD_VALUE"])
    assert answer["data"] is None


@pytest.mark.parametrize(("who", "most"), [("officer", 100), ("chief", 200)])
async def test_n_d13_the_largest_page_is_answered_and_one_more_is_not(site: Site, who: str, most: int) -> None:
    for size, wrong in ((most, []), (most + 1, ["BAD_PAGE"])):
        answer = (await site.ask("web", f"{{ agencies(first: {size}) {{ nodes {{ code }} }} }}", who)).json()
        assert [error["extensions"]["code"] for error in answer.get("errors", [])] == wrong


async def test_n_d14_251_ids_are_too_many_for_anybody(site: Site) -> None:
    ids = [f"Agency_{site.province.agencies['province']}"] * 251
    answer = (
        await site.ask("web", "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", "chief", variables={"ids": ids})
    ).json()
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_PAGE"]


async def until_one_waits(site: Site) -> None:
    """Wait until one of the engine's statements, and no other, waits for a lock."""
    waiting = text("select count(*) from pg_stat_activity where application_name = 'laurel engine' and state = 'active'"
                   " and datname = current_database() and wait_event_type = 'Lock'")  # fmt: skip
    async with asyncio.timeout(HANGING):
        while True:
            async with site.province.sessions() as session:  # a transaction sees the same as long as it lasts
                if await session.scalar(waiting) == 1:
                    return
            await asyncio.sleep(0.02)


async def test_n_d17_a_statement_ends_with_the_time_its_caller_has_and_is_gone_from_the_server(site: Site) -> None:
    gates = site.laurel.admissions["web"].gates
    kept = {tier: gates[tier] for tier in (Tier.OFFICER, Tier.ANALYST)}
    query, headers = {"query": "{ agencies(first: 1) { nodes { code } } }"}, {}
    for who in ("officer", "chief"):
        headers[who] = await site.bearer(who)
        assert (await site.http.post("/web/graphql", json=query, headers=headers[who])).status_code == 200
    try:
        for tier, seconds in ((Tier.OFFICER, 0.3), (Tier.ANALYST, HANGING)):
            gates[tier] = Gate(type(STRICT)(**{**vars(kept[tier].limits), "seconds": seconds}))
        async with site.province.sessions.begin() as session:
            await session.execute(text("lock table agency in access exclusive mode"))
            longer = asyncio.create_task(site.http.post("/web/graphql", json=query, headers=headers["chief"]))
            await until_one_waits(site)
            short = await site.http.post("/web/graphql", json=query, headers=headers["officer"])
            await until_one_waits(site)
        assert (short.status_code, codes(short)) == (503, ["TIMEOUT"])
        assert (await longer).status_code == 200
    finally:
        for tier, gate in kept.items():
            gates[tier] = gate


async def test_n_d22_a_million_rows_are_refused_by_their_cost_before_they_are_read(site: Site) -> None:
    before = site.laurel.pool.sent
    million = (
        "{ agencies(first: 200) { nodes { children(first: 200) { nodes { children(first: 25) { nodes { id } } } } } } }"
    )
    refused = await site.ask("web", million, "chief")
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (422, "TOO_COSTLY")
    assert refused.json()["errors"][0]["extensions"]["asked"] > 10**6
    assert site.laurel.pool.sent == before
