"""Ways to search, as the tests need them."""

from __future__ import annotations

from typing import Any

import models as rows
from tests.province import Province
from tests.schema.library import WHEN

SEARCH = """query($text: String!, $kinds: [SearchKind!], $first: Int! = 50, $after: String) {
  search(text: $text, kinds: $kinds, first: $first, after: $after) {
    totalCount facets { kind count } pageInfo { hasNextPage endCursor hasPreviousPage }
    edges { score cursor highlights { field text { text matched } } node { __typename ... on Node { id } } } } }"""


async def search(province: Province, who: str | None, text: str, **more: Any) -> Any:
    """What somebody's search finds."""
    answer = await province.ask(who, SEARCH, {"text": text, **more})
    assert "errors" not in answer, answer["errors"]
    return answer["data"]["search"]


async def refused(province: Province, text: str, **more: Any) -> list[str]:
    """The codes of a refused search."""
    answer = await province.ask(None, SEARCH, {"text": text, **more})
    assert answer["data"] is None
    return [error["extensions"]["code"] for error in answer["errors"]]


def hits(found: Any) -> list[tuple[int, str]]:
    """The score and id of each hit."""
    return [(edge["score"], edge["node"]["id"]) for edge in found["edges"]]


def counts(found: Any) -> dict[str, int]:
    """The number of hits of each kind."""
    return {facet["kind"]: facet["count"] for facet in found["facets"]}


async def titles(province: Province, text: str) -> list[str]:
    """The titles of the articles found."""
    asked = (
        "query($t: String!) { search(text: $t, kinds: [ARTICLE], first: 50) { nodes { ... on Article { title } } } }"
    )
    answer = await province.ask("auditor", asked, {"t": text})
    return [node["title"] for node in answer["data"]["search"]["nodes"]]


async def write(province: Province, *said: str | tuple[str, str], published: bool = True) -> None:
    """Articles with these titles, or titles and bodies, the newest last."""
    async with province.sessions.begin() as session:
        for n, one in enumerate(said):
            title, body = one if isinstance(one, tuple) else (one, "")
            row = rows.Article(slug=f"s-{n}", title=title, summary="", body=body)
            row.published_at = WHEN if published else None
            session.add(row)
            await session.flush()
