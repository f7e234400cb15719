"""Pages of every connection of the schema: any size gives one list, both ways, in each order, as rows come and go."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest
from graphql import GraphQLObjectType, get_named_type, is_required_argument
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.settings import Settings
from models.access import ANONYMOUS, Audience, Viewer
from resolvers.engine.needs import needed
from schema import schema
from tests.oracle.answer import PAGING
from tests.oracle.maker import literal

from .oracle import SDL
from .oracle_court import seated
from .oracle_example import Court
from .oracle_maker import Maker
from .oracle_rows import KEYED, KINDS

ASKED_FOR = {"text": '"duong"'}
"""What is said for an argument that a list cannot do without."""
CHAIRMAN = "chairman"
WHO = (CHAIRMAN, "nominee", "public")


@dataclass(frozen=True)
class Listing:
    """A connection in one of its orders."""

    parent: str
    field: str
    order: str | None

    def __str__(self) -> str:
        return f"{self.parent}.{self.field}{f'-{self.order}' if self.order else ''}"

    @property
    def arguments(self) -> dict[str, Any]:
        found: dict[str, Any] = SDL.type_map[self.parent].fields[self.field].args
        return found

    def said(self, filter: str) -> str:
        """The arguments beside the page's."""
        needed = [n for n, argument in self.arguments.items() if n not in PAGING and is_required_argument(argument)]
        parts = [f"{n}: {ASKED_FOR[n]}" for n in needed]
        parts += [f"orderBy: {self.order}"] if self.order else []
        return ", ".join([*parts, f"filter: {filter}"] if filter else parts)


def listings() -> Iterator[Listing]:
    """Every connection that can be asked for, in each of its orders."""
    for name in ("Query", *KINDS):
        kind = SDL.type_map[name]
        assert isinstance(kind, GraphQLObjectType)
        for field, declared in kind.fields.items():
            if "first" in declared.args:
                order = declared.args.get("orderBy")
                for said in get_named_type(order.type).values if order else [None]:
                    yield Listing(name, field, said)


LISTINGS = list(listings())
SHORT = {"Award.changes", "Dossier.opinionRequests", "Dossier.postings", "DossierLine.reliesOn", "OpinionRequest.cases"}
SHORT |= {"Decision.events"}
"""Lists of which the random province has two to four rows: pages of one still turn."""
PLACES = {"OpinionCaseConnection": "position", "RegisterEventConnection": "version"}
"""By which field rows are told apart that are no Node: a case that an agency is asked about, a change of a register."""
REGISTERS = {"OpinionRequest.cases", "Decision.events", "CouncilSession.events"}
"""Lists whose rows have no ids, by which they might be taken away."""
BOTH_WAYS = [listing for listing in LISTINGS if "last" in listing.arguments]


@pytest.fixture(scope="module")
async def court(servers: Settings) -> AsyncIterator[Court]:
    """A province full of rows, which are taken away and put back."""
    async with seated(servers.database_url, "pages") as court:
        yield court


class Tide:
    """Takes rows away, and puts them back as they were."""

    def __init__(self, connection: asyncpg.Connection[Any]) -> None:
        self.connection, self.kept, self.away = connection, dict[str, str](), set[str]()

    async def turn(self, ids: set[str]) -> None:
        """Whoever of these is there goes, whoever is away comes back."""
        for id in sorted(ids):
            kind, _, said = id.partition("_")
            table, key = KINDS[kind].__tablename__, "key" if kind in KEYED else "id"
            columns = self.kept.get(table) or await self._keep(table)
            back = f"insert into {table} ({columns}) overriding system value select {columns} from kept_{table}"
            await self.connection.execute(
                f"{back if id in self.away else f'delete from {table}'} where {key} = $1", UUID(said)
            )
        self.away ^= ids

    async def _keep(self, table: str) -> str:
        """Copy a table whose rows are all there; the columns that are written."""
        await self.connection.execute(f"create temporary table kept_{table} as select * from {table}")
        found = await self.connection.fetch(
            "select quote_ident(attname) from pg_attribute where attrelid = $1::text::regclass and attnum > 0"
            " and not attisdropped and attgenerated = ''",
            table,
        )
        self.kept[table] = ", ".join(row[0] for row in found)
        return self.kept[table]


@pytest.fixture(scope="module")
async def tide(court: Court) -> AsyncIterator[Tide]:
    """On a connection for which references and triggers rest."""
    connection = await asyncpg.connect(court.url)
    await connection.execute("set session_replication_role = replica")
    yield Tide(connection)
    await connection.close()


@dataclass(frozen=True)
class Reader:
    """Somebody who turns the pages of one list, of a parent's rows where it hangs below one."""

    court: Court
    viewer: Viewer
    listing: Listing
    filter: str = ""

    @property
    def key(self) -> str:
        """By which field rows are told apart."""
        of = get_named_type(SDL.type_map[self.listing.parent].fields[self.listing.field].type)
        return PLACES.get(of.name, "id")

    async def page(self, size: int, cursor: str | None, forward: bool) -> tuple[list[str], str | None]:
        """One page's ids, and where the next begins."""
        sized, at = ("first", "after") if forward else ("last", "before")
        ends = "hasNextPage endCursor hasPreviousPage startCursor"
        row = self.key if self.key != "id" else "... on Node { id }"
        said = f"{sized}: $n, {at}: $c, {self.listing.said(self.filter)}"
        text = f"x: {self.listing.field}({said}) {{ nodes {{ {row} }} pageInfo {{ {ends} }} }}"
        if self.listing.parent != "Query":
            text = f'x: node(id: "{await self.parent()}") {{ ... on {self.listing.parent} {{ {text} }} }}'
        found = await self.asked(f"query($n: Int!, $c: String) {{ {text} }}", {"n": size, "c": cursor})
        if found is None:  # the parent is not for this viewer
            return [], None
        found = found.get("x", found)
        ids = [str(node[self.key]) for node in found["nodes"]]
        assert len(ids) <= size
        more, end = ("hasNextPage", "endCursor") if forward else ("hasPreviousPage", "startCursor")
        return ids, found["pageInfo"][end] if found["pageInfo"][more] else None

    async def walk(self, size: int, forward: bool = True) -> list[str]:
        """The whole list, page by page."""
        ids, cursor = await self.page(size, None, forward)
        while cursor is not None:
            more, cursor = await self.page(size, cursor, forward)
            assert more
            ids = ids + more if forward else more + ids
        return ids

    async def parent(self) -> str:
        """The row of which this reader sees the most of the list."""
        return PARENTS.get((self.viewer, self.listing.parent, self.listing.field)) or await self._longest()

    async def _longest(self) -> str:
        kind, field = self.listing.parent, self.listing.field
        ids = [self.court.id(kind, n) for n in range(len(self.court.oracle.found.all(KINDS[kind])))]
        counts: dict[str, int] = {}
        for start in range(0, len(ids), 100):
            below = f"... on {kind} {{ id y: {field}(first: 1) {{ totalCount }} }}"
            found = await self.asked(
                f"query($i: [ID!]!) {{ x: nodes(ids: $i) {{ {below} }} }}", {"i": ids[start:][:100]}
            )
            counts |= {row["id"]: row["y"]["totalCount"] for row in found if row}
        longest = max(counts, key=counts.__getitem__, default=ids[0])
        return PARENTS.setdefault((self.viewer, kind, field), longest)

    async def asked(self, text: str, variables: dict[str, Any]) -> Any:
        document = self.court.engine.document(text)
        assert document.errors == []
        said = await self.court.engine.answer(document, variables, None, self.viewer)
        if said is None and not may_ask(self.viewer, self.listing):
            return None
        assert said is not None, text
        return orjson.loads(said)["data"]["x"]


def may_ask(viewer: Viewer, listing: Listing) -> bool:
    """Whether they hold the permission that the list needs, if it needs one."""
    kind = schema._schema.type_map[listing.parent]
    assert isinstance(kind, GraphQLObjectType)
    permission = needed(kind, listing.field)
    return permission is None or permission in viewer.permissions


def askers(court: Court, listing: Listing) -> Iterator[str]:
    """Who asks, the auditor in the chairman's place where he may not."""
    for who in WHO:
        forbidden = who == CHAIRMAN and not may_ask(court.province.viewers[who], listing)
        yield "auditor" if forbidden else who


PARENTS: dict[tuple[Viewer, str, str], str] = {}
"""The parents found so far."""


def reader(court: Court, who: str, listing: Listing, filter: str = "") -> Reader:
    return Reader(court, court.province.viewers.get(who, ANONYMOUS), listing, filter)


def filters(court: Court, listing: Listing, count: int) -> list[str]:
    """None, and some at random where the list has any."""
    kind = listing.arguments.get("filter")
    maker = Maker(random.Random(str(listing)), court.oracle.found, ANONYMOUS)
    made = [literal(maker.filter(get_named_type(kind.type), 0)) for _ in range(count)] if kind else []
    return ["", *map(court.named, made)]


def test_every_connection_of_the_schema_is_read() -> None:
    known = {kind.name for kind in SDL.type_map.values() if kind.name.endswith("Connection")}
    read = {get_named_type(SDL.type_map[each.parent].fields[each.field].type).name for each in LISTINGS}
    assert read == known


@pytest.mark.parametrize("listing", LISTINGS, ids=str)
async def test_any_size_gives_the_same_list_both_ways(court: Court, listing: Listing) -> None:
    longest = 0
    for place, who in enumerate(askers(court, listing)):
        for filter in filters(court, listing, 0 if place else 2):
            asked = reader(court, who, listing, filter)
            whole = await asked.walk(100)
            assert len(set(whole)) == len(whole)
            longest = max(longest, len(whole))
            for size in (4,) if place or filter else (1, 4):
                assert await asked.walk(size) == whole
                assert listing not in BOTH_WAYS or await asked.walk(size, False) == whole
    assert longest > (1 if str(listing) in SHORT else 4)


@pytest.mark.parametrize("listing", [each for each in LISTINGS if each.field == "dossiers"], ids=str)
async def test_few_dossiers_are_found_as_many_are(court: Court, listing: Listing) -> None:
    for who, viewer in court.province.viewers.items():
        if viewer.audience is Audience.STAFF:
            for filter in filters(court, listing, 2):
                many = Reader(court, replace(viewer, few=False), listing, filter)
                few = replace(many, viewer=replace(viewer, few=True))
                assert await few.walk(5) == await many.walk(5), who


@given(st.data())
@settings(max_examples=8)
@pytest.mark.parametrize("listing", [each for each in LISTINGS if str(each) not in REGISTERS], ids=str)
async def test_what_stays_is_neither_skipped_nor_doubled_while_rows_come_and_go(
    court: Court, tide: Tide, listing: Listing, data: st.DataObject
) -> None:
    size, who = data.draw(st.tuples(st.integers(1, 6), st.sampled_from(list(askers(court, listing)))))
    forward = data.draw(st.booleans()) or listing not in BOTH_WAYS
    asked = reader(court, who, listing)
    before = await asked.walk(100)
    changes = st.sets(st.sampled_from(before), max_size=4) if before else st.just(set[str]())
    touched: set[str] = set()

    async def change() -> None:
        turned = data.draw(changes)
        touched.update(turned)
        await tide.turn(turned)

    try:
        await change()
        seen, cursor = await asked.page(size, None, forward)
        while cursor is not None:
            await change()
            more, cursor = await asked.page(size, cursor, forward)
            seen = seen + more if forward else more + seen
    finally:
        await tide.turn(set(tide.away))
    assert [id for id in seen if id not in touched] == [id for id in before if id not in touched]
    assert [id for id in before if id in seen] == seen
