"""Who sees what, for everybody and by every way the schema has: what `visible_…` and `needs=` say, and nothing else.

The documents are made of the SDL. A field, type or argument that is added is asked for by itself; one that nobody has
said the right of makes the oracle, the ways or the build say what is missing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from graphql import GraphQLObjectType, get_named_type, is_abstract_type, is_required_argument

import models as rows
from channels.settings import Settings
from models.access import ANONYMOUS, Permission, Viewer

from .oracle import SDL
from .oracle_court import seated
from .oracle_example import Court, Example
from .oracle_reach import SKIPPED
from .rights_asked import listing_none, ways
from .rights_people import WHO, move_in
from .rights_ways import PAGE

PYTHON = {"Viewer", "RoleHeld", "AllowedStep", "Because"}
"""Types that show no row: what they tell is the viewer's own, or of a row that was seen before."""
FIGURES = {"SearchFacet", "SearchEdge", "SearchConnection", "Highlight", "HighlightPart"} | {
    name for name in SDL.type_map if name.endswith(("Statistic", "Figures"))
}
"""Types that count or quote what is seen: test_rights_unseen.py asks for them."""

EVENTS = {
    "Dossier": """subscription { dossierMoved(id: "x") { cursor event { act note reason actor { id } }
        dossier { id code title } } }""",
    "Decision": "subscription { decisionPublished { cursor decision { id number title } } }",
}
"""By what an entry is of: how it is followed."""


@pytest.fixture(scope="module")
async def court(servers: Settings) -> AsyncIterator[Court]:
    """Random rows of every kind, and everybody whose rights differ."""
    async with seated(servers.database_url, "rights", move_in) as court:
        yield court


def viewer_of(court: Court, who: str) -> Viewer:
    return court.province.viewers.get(who, ANONYMOUS)


@pytest.mark.parametrize("who", WHO)
async def test_each_field_of_each_row_is_seen_by_each_way_as_its_right_says(court: Court, who: str) -> None:
    """N-A01, N-A02, N-A04, N-A05, N-A19: what is not for them is as what is not there, in lists, edges and totals."""
    for text, variables in ways(court.oracle.found, viewer_of(court, who)).documents():
        wrong = await court.judge(Example(who, text, variables))
        assert wrong is None, wrong


def test_every_field_is_reached_by_some_way(court: Court) -> None:
    everything = ways(court.oracle.found, Viewer(permissions=frozenset(Permission)))
    for _ in everything.documents():
        pass
    missing = shown() - everything.reached - SKIPPED.keys() - {"Query.node", "Query.nodes"} - listing_none()
    assert missing == set(), (
        "nothing asks for these. A type that shows rows must be reached from Query or a Node (@shows with visible=…, a "
        "field that leads there); else say above in PYTHON or FIGURES what it is, and try its right there"
    )


def shown() -> set[str]:
    """Every field of the types that Query leads to and that show rows, and of what lists them."""
    others = PYTHON | FIGURES | {"PageInfo"}
    return {
        f"{kind.name}.{name}"
        for kind in reachable(SDL.query_type)
        if kind.name not in others and not kind.name.endswith("Edge")
        for name in kind.fields
    }


def reachable(root: Any) -> list[GraphQLObjectType]:
    """The object types that fields lead to, from this one on."""
    found: dict[str, GraphQLObjectType] = {}
    ahead = [root]
    while ahead:
        kind = ahead.pop()
        if is_abstract_type(kind):
            ahead += SDL.get_possible_types(kind)
        elif isinstance(kind, GraphQLObjectType) and kind.name not in found:
            found[kind.name] = kind
            ahead += [get_named_type(declared.type) for declared in kind.fields.values()]
    return list(found.values())


@pytest.mark.parametrize("who", [None, "nominee", "stranger"])
async def test_a_cursor_that_somebody_else_was_given_opens_nothing_but_ones_own_list(
    court: Court, who: str | None
) -> None:
    """Of a row they do not see too: what follows is the end of the very list they may read, or BAD_CURSOR."""
    ends = 0
    for name in lists_of_nodes():
        text = (
            f"query($after: String) {{ {name}(first: {PAGE}, after: $after) {{ edges {{ cursor node {{ id }} }} }} }}"
        )
        own = [node for _, node in await turned(court, who, text, name)]
        theirs = await turned(court, "chairman", text, name)
        for cursor, node in theirs:
            answer = await court.province.ask(who, text, {"after": cursor})
            assert {error["extensions"]["code"] for error in answer.get("errors", ())} <= {"BAD_CURSOR", "FORBIDDEN"}
            rest = [found for _, found in edges(answer, name)]
            place = own.index(rest[0]) if rest else len(own)
            assert rest == own[place : place + PAGE], (name, node)
            ends += node not in own
    assert ends > 20, "cursors of rows that they do not see"


def lists_of_nodes() -> list[str]:
    """The root fields that list what has an id, and can be asked for without more."""
    found = []
    for name, field in SDL.type_map["Query"].fields.items():  # type: ignore[attr-defined]  # it is an object
        if "after" in field.args and not any(is_required_argument(argument) for argument in field.args.values()):
            edge = get_named_type(get_named_type(field.type).fields["edges"].type)
            found += [name] if "id" in get_named_type(edge.fields["node"].type).fields else []
    return found


async def turned(court: Court, who: str | None, text: str, name: str) -> list[tuple[str, str]]:
    """A whole list, page by page."""
    found: list[tuple[str, str]] = []
    while page := edges(await court.province.ask(who, text, {"after": found[-1][0] if found else None}), name):
        found += page
    return found


def edges(answer: dict[str, Any], name: str) -> list[tuple[str, str]]:
    """The cursors and ids of a page; none where it was refused."""
    page = (answer.get("data") or {}).get(name) or {"edges": []}
    return [(edge["cursor"], edge["node"]["id"]) for edge in page["edges"]]


@pytest.mark.parametrize("who", WHO)
async def test_an_event_is_told_to_whoever_sees_its_entry_and_to_nobody_else(court: Court, who: str) -> None:
    """N-A10, N-A11: looked at anew for each entry, by whoever they are when it is told."""
    viewer, told = viewer_of(court, who), 0
    entries = court.oracle.found.all(rows.Entry)
    for kind, said in EVENTS.items():
        operation = court.engine.document(said).operation(None)
        assert operation is not None, court.engine.document(said).errors
        for entry in (entry for entry in entries if entry.subject_kind == kind):
            payload = await court.engine.tell(operation, {}, viewer, entry.id)
            assert (payload is not None) == court.oracle.found.sees(entry, viewer), (who, kind, entry.id)
            told += payload is not None
            if payload is not None and kind == "Dossier":
                (moved,) = orjson.loads(payload)["data"].values()
                seen = entry.actor_id and court.oracle.found.sees(
                    court.oracle.found.one(rows.Account, entry.actor_id), viewer
                )
                assert bool(moved["event"]["actor"]) == bool(seen)
    assert told or who in (
        "guest",
        "stranger",
        "ended",
        "admin",
        "subunit",
        "lent_later",
        "lent_before",
        "lent_revoked",
    )
