"""By whichever way the rows of a page are found it is the same page: each way is forced, and held to the oracle.

In a province of some hundred rows nearly every page is filled by going along its order; only where there are many
times more do the other ways begin. So the bounds between the ways are moved.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, get_named_type

from channels.settings import Settings
from models.access import ANONYMOUS
from resolvers.engine import Engine
from resolvers.engine.apart import RARE
from schema import schema
from tests.oracle.maker import literal

from .oracle import SDL
from .oracle_court import seated
from .oracle_example import Court, Example
from .oracle_maker import SIZES, Maker

PLACES = 60
"""How many pages are asked for of each list, by each way."""
WHO = ("chairman", "officer", "nominee", "public")
WAYS = {
    "by the keys of what is rare": (0, RARE),
    "as PostgreSQL thinks best": (0, -1),
    "along the order, then by keys": (1, RARE),
    "along the order, then by keys where they are two at most": (1, 2),
}
"""How far the order is gone along for each row of a page, and how many keys are few."""
LISTS = [name for name, field in SDL.query_type.fields.items() if {"first", "filter", "orderBy"} <= field.args.keys()]  # type: ignore[union-attr]  # it has queries


@pytest.fixture(scope="module")
async def court(servers: Settings) -> AsyncIterator[Court]:
    """The engine and the oracle over the same rows, which nobody writes to."""
    async with seated(servers.database_url, "ways") as court:
        yield court


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("listed", LISTS)
async def test_a_page_is_the_same_by_whichever_way_its_rows_are_found(
    court: Court, monkeypatch: pytest.MonkeyPatch, listed: str, way: str
) -> None:
    far, rare = WAYS[way]
    monkeypatch.setattr("resolvers.engine.apart.FAR", far)
    monkeypatch.setattr("resolvers.engine.apart.RARE", rare)
    engine = Engine(schema, court.engine.pool)
    forced = Court(replace(court.province, engine=engine), court.oracle, court.url)
    for place in range(PLACES):
        who = WHO[place % len(WHO)]
        maker = Maker(
            random.Random(f"{listed}:{place}"), court.oracle.found, court.province.viewers.get(who, ANONYMOUS)
        )
        wrong = await forced.judge(paged(maker, listed, who))
        assert wrong is None, wrong


def paged(maker: Maker, listed: str, who: str) -> Example:
    """A page of a list, mostly one beyond a cursor, of rows that meet several conditions or one of several."""
    arguments: Any = SDL.query_type.fields[listed].args  # type: ignore[union-attr]  # it has queries
    kind, orders = get_named_type(arguments["filter"].type), get_named_type(arguments["orderBy"].type)
    assert isinstance(kind, GraphQLInputObjectType)
    assert isinstance(orders, GraphQLEnumType)
    asked = maker.filter(kind, 2)
    if "or" in kind.fields and maker.luck(0.6):
        asked["or"] = [maker.filter(kind, 2) for _ in range(maker.chance.randint(1, 3))]
    own = f"filter: {literal(asked)}, orderBy: {maker.chance.choice(list(orders.values))}"
    size, cursor = maker.chance.choice((("first", "after"), ("last", "before")))
    given, wanted = f"{own}, {size}: {maker.chance.choice(SIZES)}", []
    if maker.luck(0.7):
        given += f', {cursor}: "@cursor:0"'
        harvest = f"{{ {listed}({own}, first: 100) {{ edges {{ cursor }} }} }}"
        wanted = [{"text": harvest, "place": maker.chance.randrange(12)}]
    page = "nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
    return Example(who, f"{{ {listed}({given}) {{ {page} }} }}", {}, wanted)


@pytest.mark.parametrize("way", WAYS)
async def test_a_row_meets_one_of_several_conditions_and_all_the_others_by_whichever_way(
    court: Court, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    far, rare = WAYS[way]
    monkeypatch.setattr("resolvers.engine.apart.FAR", far)
    monkeypatch.setattr("resolvers.engine.apart.RARE", rare)
    forced = Court(replace(court.province, engine=Engine(schema, court.engine.pool)), court.oracle, court.url)
    for word in "12345xy":
        asked = f'text: "{word}", or: [{{text: "6"}}, {{text: "7"}}, {{text: "8"}}]'
        text = f"{{ dossiers(first: 50, filter: {{{asked}}}) {{ totalCount nodes {{ id }} }} }}"
        assert (wrong := await forced.judge(Example("chairman", text, {}))) is None, wrong
