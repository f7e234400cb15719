"""The straight path, from document to bytes."""

from __future__ import annotations

import orjson

from models.access import Viewer
from resolvers.engine import Engine


async def test_a_document_is_one_statement(engine: Engine, staff: Viewer) -> None:
    text = "{ dossiers(first: 3) { totalCount nodes { title agency { name } lines(first: 2) { nodes { id } } } } }"
    before = engine.pool.sent
    body = await engine.answer(engine.document(text), {}, None, staff)
    assert body is not None
    assert len(orjson.loads(body)["data"]["dossiers"]["nodes"]) == 3
    assert engine.pool.sent == before + 1
