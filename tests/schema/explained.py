"""What PostgreSQL did for a page of a list, by its own account."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from models.access import Viewer
from resolvers.engine import Engine, Pool

BIG = {"dossier", "dossier_line", "nominee", "decision", "award", "security_event"}
STOPPED = 1_000
"""So many rows a scan of a whole table may have read that stopped at the first that it found."""
ONES = {
    "dossiers": "agency { name } handler { name } appraiser { fullName }",
    "decisions": "agency { name }",
    "awards": "recipient { name } awardType { name } decision { number }",
    "nominees": "agency { name }",
    "securityEvents": "account { username }",
}


@dataclass(frozen=True)
class Work:
    """What PostgreSQL did for a page."""

    whole: list[str]
    """The big tables it read from end to end; who looks whether there is a row at all stops at the first."""
    sorted: int
    looked: int


async def work(engine: Engine, viewer: Viewer, listed: str, arguments: str) -> Work:
    """What the first page of twenty is to PostgreSQL: planned as it is when served, without a look at the values."""
    page = f"nodes {{ id {ONES[listed]} }} pageInfo {{ hasNextPage endCursor }}"
    text = f"{{ {listed}(first: 20, {arguments}) {{ {page} }} }}"
    document = engine.document(text)
    assert document.errors == [], text
    plan = engine.plan_of(document, {}, None, viewer)
    assert plan is not None
    nodes = list(within(await executed(engine.pool, plan.sql, plan.values({}, viewer))))
    scans = [node for node in nodes if "Scan" in node["Node Type"] and node["Actual Loops"]]
    return Work(
        [node["Relation Name"] for node in scans if node["Node Type"] == "Seq Scan" and is_whole(node)],
        max((int(node["Plans"][0]["Actual Rows"]) for node in nodes if "Sort" in node["Node Type"]), default=0),
        sum(
            int((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])
            for node in scans
            if "Relation Name" in node
        ),
    )


def is_whole(scan: dict[str, Any]) -> bool:
    """Whether a big table was read from end to end."""
    return scan["Relation Name"] in BIG and scan["Actual Rows"] + scan.get("Rows Removed by Filter", 0) > STOPPED


async def executed(pool: Pool, sql: str, values: list[Any]) -> dict[str, Any]:
    """PostgreSQL's plan of a prepared statement, and what it did: by EXPLAIN of the statement itself it would be one
    made for these very values. The pool has one connection."""
    given = f"({', '.join(literal(value) for value in values)})" if values else ""
    await pool.rows(f"prepare asked as {sql}", ())
    try:
        said = await pool.rows(f"explain (analyze, timing off, format json) execute asked{given}", ())
    finally:
        await pool.rows("deallocate asked", ())
    plan: dict[str, Any] = orjson.loads(said[0][0])[0]["Plan"]
    return plan


def literal(value: Any) -> str:
    """A value as SQL, whose type its parameter knows."""
    if value is None:
        return "null"
    if isinstance(value, list | tuple):
        return literal("{" + ",".join(json.dumps(str(item), ensure_ascii=False) for item in value) + "}")
    return "'" + str(value).replace("'", "''") + "'"


def within(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A node of a plan, and all below it."""
    yield node
    for below in node.get("Plans", ()):
        yield from within(below)


async def pages(pool: Pool, sql: str, values: list[Any]) -> int:
    """How many pages of memory a prepared statement read, planned without a look at the values."""
    given = f"({', '.join(literal(value) for value in values)})" if values else ""
    await pool.rows("set plan_cache_mode = force_generic_plan", ())
    await pool.rows(f"prepare asked as {sql}", ())
    try:
        said = await pool.rows(f"explain (analyze, buffers, timing off, format json) execute asked{given}", ())
    finally:
        await pool.rows("deallocate asked", ())
        await pool.rows("reset plan_cache_mode", ())
    plan = orjson.loads(said[0][0])[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
