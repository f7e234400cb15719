"""One function of a resolver's, wherever it answers."""

from __future__ import annotations

from typing import Any

import strawberry
from sqlalchemy import select
from strawberry.schema.config import StrawberryConfig

from models.access import Viewer
from resolvers.engine import Engine, Pool, reads

from . import rows
from .asking import straight
from .conftest import Register
from .schema import Agency, schema


def branches(viewer: Viewer) -> Any:
    """The agencies, in no order of their own."""
    return select(rows.Agency)


@strawberry.type
class Query:
    any: Agency | None = reads(branches)
    all: list[Agency] = reads(branches)


async def test_a_function_may_answer_one_row_here_and_a_list_in_a_total_order_there(
    pool: Pool, staff: Viewer, register: Register
) -> None:
    one, whole = "any { id }", "all { id }"
    ids = sorted(f"Agency_{agency.id}" for agency in register.seed.agencies)
    for text in (f"{{ {one} {whole} }}", f"{{ {whole} {one} }}"):
        engine = Engine(strawberry.Schema(Query, config=StrawberryConfig(scalar_map=schema.config.scalar_map)), pool)
        found = await straight(engine, staff, text)
        assert found["any"]["id"] in ids
        assert [agency["id"] for agency in found["all"]] == ids
