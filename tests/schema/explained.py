"""What PostgreSQL did for a page of a list, by its own account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from models.access import Viewer
from resolvers.engine import Engine

BIG = {"dossier", "dossier_line", "nominee", "decision", "award"}
ONES = {
    "dossiers": "agency { name } handler { name } appraiser { fullName }",
    "decisions": "agency { name }",
    "awards": "recipient { name } awardType { name } decision { number }",
    "nominees": "agency { name }",
}


@dataclass(frozen=True)
class Work:
    """What PostgreSQL did for a page."""

    whole: list[str]
    """The big tables it read from end to end."""
    sorted: int
    looked: int


async def work(engine: Engine, viewer: Viewer, listed: str, arguments: str) -> Work:
    page = f"nodes {{ id {ONES[listed]} }} pageInfo {{ hasNextPage endCursor }}"
    text = f"{{ {listed}(first: 20, {arguments}) {{ {page} }} }}"
    document = engine.document(text)
    assert document.errors == [], text
    plan = engine.plan_of(document, {}, None, viewer)
    assert plan is not None
    said = await engine.pool.rows(f"explain (analyze, timing off, format json) {plan.sql}", plan.values({}, viewer))
    nodes = list(within(orjson.loads(said[0][0])[0]["Plan"]))
    scans = [node for node in nodes if "Scan" in node["Node Type"] and node["Actual Loops"]]
    return Work(
        [node["Relation Name"] for node in scans if node["Node Type"] == "Seq Scan" and node["Relation Name"] in BIG],
        max((int(node["Plans"][0]["Actual Rows"]) for node in nodes if "Sort" in node["Node Type"]), default=0),
        sum(
            int((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])
            for node in scans
            if "Relation Name" in node
        ),
    )


def within(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from within(below)
