"""Computed fields: called once for the whole answer, wherever their values stand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from graphql.execution.values import VariableValues
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import create_async_engine

from models.access import Viewer
from resolvers.engine import Engine
from resolvers.engine.splice import Failed, Shared, Spliced, projector, splice

from . import schema as register_schema
from .asking import executed, straight
from .conftest import Register

PARENT = register_schema.schema._schema.type_map["Dossier"]


async def test_a_function_is_called_once_for_all_rows_at_every_depth(
    engine: Engine, staff: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    field = register_schema.Dossier.__shows__.fields["shout"]

    async def counted(viewer: Viewer, given: list[Any]) -> list[str]:
        calls.append(len(given))
        return [title.upper() for (title,) in given]

    monkeypatch.setitem(register_schema.Dossier.__shows__.fields, "shout", type(field)(counted, ("title",)))
    own = Engine(register_schema.schema, engine.pool)
    text = "{ agencies(first: 100) { nodes { dossiers(first: 100) { nodes { title shout } } } } }"
    nodes = (await straight(own, staff, text))["agencies"]["nodes"]
    found = [dossier for node in nodes for dossier in node["dossiers"]["nodes"]]
    assert calls == [len(found)]
    assert all(d["shout"] == d["title"].upper() for d in found)


async def test_a_function_is_not_called_for_no_rows(engine: Engine, staff: Viewer) -> None:
    found = await straight(engine, staff, '{ search(text: "nowhere") { ... on Dossier { shout } } }')
    assert found == {"search": []}


async def test_a_mark_in_the_data_is_no_mark(engine: Engine, staff: Viewer) -> None:
    nodes = (await straight(engine, staff, "{ dossiers(first: 100) { nodes { title shout } } }"))["dossiers"]["nodes"]
    assert any("\x01" in node["title"] for node in nodes)


@pytest.fixture
async def failing(register: Register) -> AsyncIterator[None]:
    """One title that the computed field `odd` cannot bear."""
    database = create_async_engine(register.url)
    key = register.seed.dossiers[0].id
    change = sql("update register.dossier set title = :title where id = :key")
    async with database.begin() as connection:
        await connection.execute(change, {"title": "fail", "key": key})
    yield
    async with database.begin() as connection:
        await connection.execute(change, {"title": register.seed.dossiers[0].title, "key": key})
    await database.dispose()


async def test_a_function_that_fails_is_an_error_of_each_of_its_fields(
    engine: Engine, staff: Viewer, failing: None
) -> None:
    text = "{ dossiers(first: 100) { nodes { odd } } }"
    assert await engine.answer(engine.document(text), {}, None, staff) is None
    body = await executed(engine, staff, text)
    assert body["data"] is None
    assert [error["path"] for error in body["errors"]] == [["dossiers", "nodes", 0, "odd"]]
    assert body["errors"][0]["locations"] == [{"line": 1, "column": 34}]


async def test_a_function_that_gives_too_few_values_is_an_error() -> None:
    field = Spliced(lambda viewer, given: [], lambda value: value, PARENT, [])
    with pytest.raises(Failed, match="zip"):
        await splice(b'{"a":\x01[0,1]\x01}', [field], None)


async def test_values_stand_where_their_marks_stood() -> None:
    field = Spliced(lambda viewer, given: [n * 2 for (n,) in given], lambda value: value, PARENT, [])
    other = Spliced(lambda viewer, given: ["x" for _ in given], lambda value: value, PARENT, [])
    said = b'[\x01[0,1]\x01,\x01[1]\x01,{"a":\x01[0,21]\x01}]'
    assert await splice(said, [field, other], None) == b'[2,"x",{"a":42}]'
    assert await splice(b"[]", [field], None) == b"[]"


class Same(Shared):
    """A value that is given for many rows, and counts how often it is looked at."""

    looked = 0

    @property
    def step(self) -> str:
        """Its only field."""
        self.looked += 1
        return "SUBMIT"


async def test_a_shared_value_is_cut_once_and_each_of_them_by_itself(engine: Engine, staff: Viewer) -> None:
    operation = engine.document("{ dossiers(first: 1) { nodes { allowedSteps { step } } } }").operation()
    assert operation is not None
    variables = VariableValues({}, {})
    (below,) = operation.roots(variables).values()
    for name in ("DossierConnection", "Dossier"):
        (below,) = operation.fields(variables, register_schema.schema._schema.type_map[name], below).values()
    kind = register_schema.schema._schema.type_map["AllowedStep"]
    cut = projector(operation, variables, kind, below, frozenset())
    one, other = Same(), Same()
    other.looked = 10
    assert orjson.dumps([cut(one), cut(other), cut(one)]) == b'[{"step":"SUBMIT"},{"step":"SUBMIT"},{"step":"SUBMIT"}]'
    assert (one.looked, other.looked) == (1, 11)
