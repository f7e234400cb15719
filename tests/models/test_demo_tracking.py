"""The demo's receipt: of a dossier under way, the same at each start, and good for what it says."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import create_async_engine

import models as rows
from models.demo.tracking import FACTOR, receipt
from models.tracking import hash_of

SECRET, ANOTHER = b"one key of thirty-two bytes, or more", b"another key of thirty-two bytes, or more"


async def test_the_receipt_is_the_same_at_each_start_and_new_with_a_new_key(
    database_url: str, fresh_demo_url: str
) -> None:
    assert await receipt(database_url, SECRET) is None, "without a demo there is none"
    first = await receipt(fresh_demo_url, SECRET)
    assert first is not None
    assert await receipt(fresh_demo_url, SECRET) == first
    second = await receipt(fresh_demo_url, ANOTHER)
    assert second is not None
    assert second.dossier == first.dossier
    assert second.code != first.code
    engine = create_async_engine(fresh_demo_url)
    async with engine.connect() as connection:
        tracking, entry = rows.Tracking.__table__, rows.Entry.__table__
        kept = (await connection.execute(select(tracking).where(tracking.c.ended_at.is_(None)))).one()
        told = select(func.count()).select_from(entry).where(entry.c.act == "ISSUE_TRACKING_CODE")
        assert await connection.scalar(told) == 2
    await engine.dispose()
    assert (kept.code, kept.factor_hash) == (second.code, hash_of(ANOTHER, kept.id, FACTOR))
