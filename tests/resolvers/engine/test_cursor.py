"""Cursors: opaque to clients, bound to their list, filter and order, harmless when forged."""

from __future__ import annotations

import base64
from typing import Any

import orjson
import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from models.access import Viewer
from resolvers.engine import Engine
from resolvers.engine.cursor import decode, tag_of

from .asking import refused, straight

AFTER = (
    "query($c: String, $f: DossierFilter, $o: DossierOrder! = NEWEST) "
    "{ x: dossiers(first: 2, after: $c, filter: $f, orderBy: $o) { edges { cursor } } }"
)
INSIDE = (
    "query($c: String, $s: DossierStatus) "
    "{ x: dossiers(first: 2, after: $c, filter: {status: $s}) { edges { cursor } } }"
)
WRITTEN = (
    "query($c: String) { x: dossiers(first: 2, after: $c, filter: {status: DRAFT, minVersion: 0, hasCode: null}) "
    "{ edges { cursor } } }"
)


async def cursor(engine: Engine, viewer: Viewer, variables: dict[str, Any] | None = None) -> str:
    said: str = (await straight(engine, viewer, AFTER, variables))["x"]["edges"][0]["cursor"]
    return said


def packed(*parts: Any) -> str:
    return base64.b64encode(orjson.dumps(parts)).decode()


async def test_a_cursor_of_another_order_is_refused(engine: Engine, staff: Viewer) -> None:
    said = await cursor(engine, staff, {"o": "OLDEST"})
    assert await refused(engine, staff, AFTER, {"c": said, "o": "NEWEST"}) == ["BAD_CURSOR"]


async def test_a_cursor_of_another_filter_is_refused(engine: Engine, staff: Viewer) -> None:
    said = await cursor(engine, staff, {"f": {"status": "DRAFT"}})
    assert await refused(engine, staff, AFTER, {"c": said}) == ["BAD_CURSOR"]
    assert await refused(engine, staff, AFTER, {"c": said, "f": {"status": "DECIDED"}}) == ["BAD_CURSOR"]
    await straight(engine, staff, AFTER, {"c": said, "f": {"status": "DRAFT"}})


async def test_a_cursor_of_another_list_is_refused(engine: Engine, staff: Viewer) -> None:
    other = (await straight(engine, staff, "{ x: agencies(first: 1) { edges { cursor } } }"))["x"]["edges"][0]["cursor"]
    assert await refused(engine, staff, AFTER, {"c": other}) == ["BAD_CURSOR"]


async def test_a_filter_said_by_variable_literal_or_default_is_one_filter(engine: Engine, staff: Viewer) -> None:
    said = await cursor(engine, staff, {"f": {"status": "DRAFT"}})
    expected = await straight(engine, staff, AFTER, {"c": said, "f": {"status": "DRAFT"}})
    assert await straight(engine, staff, INSIDE, {"c": said, "s": "DRAFT"}) == expected
    assert await straight(engine, staff, WRITTEN, {"c": said}) == expected


@pytest.mark.parametrize(
    "said",
    [
        "",
        "x",
        "bm8=",
        "e30=",
        "W10=",
        "WzFd",
        "\x00",
        "é",
        "🏅",
        packed(),
        packed("NEWEST"),
        packed(1, 2, 3),
        "A" * 10_000,
    ],
)
async def test_what_is_no_cursor_is_refused(engine: Engine, staff: Viewer, said: str) -> None:
    assert await refused(engine, staff, AFTER, {"c": said}) == ["BAD_CURSOR"]


@pytest.mark.parametrize("value", ["no day", "", "9999999-01-01", "infinity\x00", "'; drop table dossier; --"])
async def test_a_forged_key_is_a_bad_value_and_no_more(engine: Engine, staff: Viewer, value: str) -> None:
    tag, _, key = orjson.loads(base64.b64decode(await cursor(engine, staff)))
    assert await refused(engine, staff, AFTER, {"c": packed(tag, value, key)}) == ["BAD_VALUE"]
    assert await refused(engine, staff, AFTER, {"c": packed(tag, "2025-01-01", value)}) == ["BAD_VALUE"]


@pytest.mark.parametrize("value", [5, None, ["2025-01-01"], {}, True])
async def test_a_forged_key_that_is_no_text_is_no_cursor(engine: Engine, staff: Viewer, value: Any) -> None:
    tag, _, key = orjson.loads(base64.b64decode(await cursor(engine, staff)))
    assert await refused(engine, staff, AFTER, {"c": packed(tag, value, key)}) == ["BAD_CURSOR"]


async def test_a_forged_place_shows_nothing_unseen(engine: Engine) -> None:
    tag, _, key = orjson.loads(base64.b64decode(await cursor(engine, Viewer())))
    text = AFTER.replace("edges { cursor }", "nodes { status }")
    found = await straight(engine, Viewer(), text, {"c": packed(tag, "2999-01-01", key)})
    assert {node["status"] for node in found["x"]["nodes"]} == {"DECIDED"}


@given(st.text() | st.binary().map(lambda raw: base64.b64encode(raw).decode()))
def test_no_text_breaks_the_decoder(said: str) -> None:
    with pytest.raises(GraphQLError) as found:
        decode(said, "NEWEST.0", 2)
    assert found.value.extensions == {"code": "BAD_CURSOR"}


@given(st.text(), st.lists(st.text(), min_size=1, max_size=4))
def test_a_cursor_is_read_back_as_it_was_made(tag: str, keys: list[str]) -> None:
    assert decode(packed(tag, *keys), tag, len(keys)) == keys


def test_nulls_and_absent_arguments_are_one_tag() -> None:
    assert tag_of("Query.x", {"filter": {"a": None}}) == tag_of("Query.x", {"filter": None}) == tag_of("Query.x", {})
    assert tag_of("Query.x", {"a": 0}) != tag_of("Query.x", {}) != tag_of("Query.y", {})
