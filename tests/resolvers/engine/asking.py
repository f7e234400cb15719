"""Ways to ask the engine, as the tests need them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from models.access import Viewer
from resolvers.engine import Engine, render


@dataclass
class Context:
    """What the executor is given: the two things the engine looks for."""

    engine: Engine
    viewer: Viewer
    page_limit: int | None = None


async def straight(engine: Engine, viewer: Viewer, text: str, variables: Mapping[str, Any] | None = None) -> Any:
    """The straight answer's data; fails where the engine leaves it to the executor."""
    body = await engine.answer(engine.document(text), variables, None, viewer)
    assert body is not None
    return orjson.loads(body)["data"]


async def executed(
    engine: Engine, viewer: Viewer, text: str, variables: Mapping[str, Any] | None = None, limit: int | None = None
) -> Any:
    """The executor's whole body, parsed."""
    context = Context(engine, viewer, limit)
    result = await engine.execute(engine.document(text), variables, None, context)
    return orjson.loads(render(result))


async def refused(engine: Engine, viewer: Viewer, text: str, variables: Mapping[str, Any] | None = None) -> list[str]:
    """The codes of a request's errors, which the straight path left to the executor."""
    assert await engine.answer(engine.document(text), variables, None, viewer) is None
    body = await executed(engine, viewer, text, variables)
    return [error.get("extensions", {}).get("code", error["message"]) for error in body["errors"]]
