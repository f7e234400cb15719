"""No change without its entry in the journal: where the one cannot be written, the other is not made."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import func, select

import models as rows
from tests.pristine import dsn
from tests.province import Province

FULL = """
create function journal_is_full() returns trigger language plpgsql as $$
begin raise exception 'no room' using errcode = 'disk_full'; end $$;
create trigger journal_is_full before insert on journal for each row execute function journal_is_full()
"""
ROOM = "drop trigger if exists journal_is_full on journal; drop function if exists journal_is_full()"
SUBMIT = "mutation($input: DossierStepInput!) { submitDossier(input: $input) { __typename } }"


@pytest.fixture
async def owner(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn(database_url))
    yield connection
    await connection.execute(ROOM)
    await connection.close()


async def test_an_act_whose_entry_cannot_be_written_is_not_done_and_its_key_is_free(
    province: Province, owner: asyncpg.Connection
) -> None:
    draft = await province.act("officer", "draftDossier", province.draft())
    said = {"input": {"id": draft["id"], "expectedVersion": 1, "idempotencyKey": str(uuid4())}}
    before = await counted(province)
    await owner.execute(FULL)
    answer = await province.ask("head", SUBMIT, said)
    assert answer["data"] is None
    assert len(answer["errors"]) == 1
    assert await counted(province) == before
    async with province.sessions() as session:
        assert (await session.scalars(select(rows.Dossier.version))).one() == 1
    await owner.execute(ROOM)
    assert await province.ask("head", SUBMIT, said) == {"data": {"submitDossier": {"__typename": "Dossier"}}}


async def counted(province: Province) -> list[int]:
    """Rows of the dossier's statuses, of entries, and of kept replies."""
    async with province.sessions() as session:
        kinds = rows.Dossier, rows.Entry, rows.StoredReply
        return [await session.scalar(select(func.count()).select_from(kind)) or 0 for kind in kinds]
