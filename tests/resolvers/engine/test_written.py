"""Pieces: what is made once of a resolver's Select serves every document, each with its own values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import strawberry
from sqlalchemy import Text, and_, column, func, literal, select

from models.access import Viewer
from resolvers.engine import Connection, Engine, Pool, many, through
from resolvers.engine.text import literal as in_quotes
from resolvers.engine.values import Trace
from resolvers.engine.written import Kept, Piece, filled, written

from . import rows
from .asking import straight
from .schema import Dossier, schema

D = rows.Dossier


def counting(pool: Pool, fn: Callable[..., Any]) -> tuple[Engine, list[Any]]:
    """An engine whose only list is this function's, and a note of each time that it is traced."""
    traced: list[Any] = []

    def listed(viewer: Viewer, title: str | None = None, code: str | None = None) -> Any:
        traced.append((title, code))
        return fn(title, code)

    @strawberry.type
    class Query:
        xs: Connection[Dossier] = many(listed)

    return Engine(strawberry.Schema(Query, config=schema.config), pool), traced


def by_title(title: Any, code: Any) -> Any:
    found = select(D) if title is None else select(D).where(func.strpos(D.title, title) > 0)
    return found if code is None else found.where(D.code == code)


async def test_a_resolver_is_traced_once_for_all_documents_that_give_it_such_arguments(
    pool: Pool, staff: Viewer
) -> None:
    engine, traced = counting(pool, by_title)
    said = [
        (await straight(engine, staff, f'{{ k{n}: xs(first: 9, title: "{title}") {{ totalCount }} }}'))[f"k{n}"]
        for n, title in enumerate(("a", "'", "nowhere at all"))
    ]
    assert engine.planned == 3
    assert len(traced) == 1
    assert said[0]["totalCount"] > said[1]["totalCount"] > said[2]["totalCount"] == 0


async def test_each_place_in_a_document_keeps_its_own_values(pool: Pool, staff: Viewer) -> None:
    engine, traced = counting(pool, by_title)
    text = (
        'query($b: String!) { a: xs(first: 1, title: "\'") { totalCount } b: xs(first: 1, title: $b) { totalCount }'
        ' c: xs(first: 1) { totalCount } d: xs(first: 1, title: $b, code: "x") { totalCount } }'
    )
    found = await straight(engine, staff, text, {"b": "a"})
    alone = {
        key: (await straight(engine, staff, f'{{ xs(first: 1, title: "{title}") {{ totalCount }} }}'))["xs"]
        for key, title in (("a", "'"), ("b", "a"))
    }
    assert found["a"] == alone["a"]
    assert found["b"] == alone["b"]
    assert found["c"]["totalCount"] > found["b"]["totalCount"] > found["d"]["totalCount"] == 0
    assert len(traced) == 3  # by what is given: a title, nothing, both


async def test_a_kept_piece_still_puts_values_through_what_they_must_go_through(pool: Pool, staff: Viewer) -> None:
    def lowered(title: Any, _: Any) -> Any:
        return by_title(through(title, str.lower), None)

    engine, traced = counting(pool, lowered)
    for key in ("a", "b"):
        found = await straight(engine, staff, f'{{ {key}: xs(first: 1, title: "A") {{ totalCount }} }}')
        assert found[key]["totalCount"] > 0
    assert len(traced) == 1


def test_constants_of_two_pieces_do_not_meet() -> None:
    trace = Trace()
    one, other = (written(column("title", Text) == literal(said)) for said in ("it's", "it's not"))
    assert filled(one, trace, {}) != filled(other, trace, {})
    assert {trace.getters[name]({}, None) for name in trace.kinds} == {"it's", "it's not"}


@dataclass(frozen=True)
class One:
    """An input object."""

    x: Any = None
    y: Any = None


class Other(One):
    """An input object of another type with the same fields."""


VALUE = Trace().value(lambda *_: "a")
DIFFERENT = (
    *(
        {"x": [1]},
        {"y": [1]},
        {"x": [1, 2]},
        {"x": None},
        {"y": None},
        {"x": (True, False)},
        {"x": VALUE},
        {"y": VALUE},
    ),
    *(One(), Other(), One(x=VALUE), One(y=VALUE), One(x=One()), One(x=Other()), One(x=[One()]), One(x=[One(), One()])),
)
"""Arguments of which each has a shape of its own."""


def test_other_arguments_are_another_piece() -> None:
    kept, made = Kept(), list[Piece]()

    def make() -> Piece:
        made.append(written(and_(column("a", Text) == column("b", Text))))
        return made[-1]

    for _ in range(2):
        for given in DIFFERENT:
            kept.piece("key", given, make)
    assert len(made) == len(DIFFERENT)
    kept.piece("other key", DIFFERENT[0], make)
    assert len(made) == len(DIFFERENT) + 1


def test_a_quote_inside_a_literal_is_doubled() -> None:
    assert in_quotes("it's") == "'it''s'"
