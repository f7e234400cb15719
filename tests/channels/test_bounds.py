"""A flood of documents and shapes fills what there is room for, and no more."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from channels.contract import Tier
from resolvers.engine.document import PLANS, ROOM
from tests.channels.conftest import Site, served
from tests.web import http_client

SHAPED = "query($n: Int!) { decisions(first: $n) { nodes { id } } }"
LONG = "{ viewer { channel audience } }" + " " * 6_000


@pytest.fixture
async def flooded(site: Site) -> AsyncIterator[Site]:
    """An application of its own over the same province, asked by one of the staff."""
    settings, headers = replace(site.laurel.settings, readers=1), await site.bearer("chief")
    async with served(settings) as (address, laurel, server), http_client(headers=headers) as http:
        http.base_url = httpx.URL(address)
        yield Site(address, laurel, site.province, http, server)


async def flood(site: Site, name: str, count: int) -> None:
    """So many long documents, each another."""
    for n in range(count):
        answer = await site.ask("web", f"query {name}{n} {LONG}")
        assert answer.json()["data"]["viewer"]["audience"] == "STAFF"


def objects() -> int:
    """How many objects the collector knows of."""
    gc.collect()
    return len(gc.get_objects())


async def test_documents_are_kept_by_their_length_and_the_process_stays_as_large_as_it_is(flooded: Site) -> None:
    many = ROOM // len(LONG) + 10
    await flood(flooded, "a", many)
    kept, first = flooded.laurel.engine.documents.kept, objects()
    gate = flooded.laurel.admissions["web"].gates[Tier.ANALYST]
    assert 0 < len(kept.kept) < many
    assert kept.held <= ROOM
    await flood(flooded, "b", many)
    assert kept.held <= ROOM
    assert gate._weights.held <= ROOM
    assert objects() <= first * 1.02


async def test_shapes_of_one_document_are_kept_in_number(flooded: Site) -> None:
    for size in range(1, 101):
        assert (await flooded.ask("web", SHAPED, variables={"n": size})).status_code == 200
    operation = flooded.laurel.engine.document(SHAPED).operation()
    assert operation is not None
    assert len(operation.plans.kept) == PLANS


async def test_plans_of_all_documents_are_kept_by_their_length(flooded: Site) -> None:
    ledger = flooded.laurel.engine.ledger
    ledger.room = 20_000
    for n in range(1, 31):
        await flooded.ask("web", f"{{ decisions(first: {n}) {{ nodes {{ id title number }} }} }}")
    assert 10_000 < ledger.held <= 20_000
    kept = [document.operation() for document in flooded.laurel.engine.documents.kept.kept.values()]
    sizes = [len(plan.sql) for operation in kept if operation for plan in operation.plans.kept.values()]
    assert sum(sizes) == ledger.held
