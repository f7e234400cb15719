"""Due dates after the days off of a year were announced: those of dossiers whose clock runs are worked out again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import NullPool, select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import joinedload

from models.catalogue import Progress
from models.clock import clock
from models.dossier import Dossier
from models.journal import Entry
from models.workflow import Clock, DossierStatus

AT_ONCE = 200
"""So many dossiers are changed in one transaction: whoever takes a step of one waits no longer than that."""


async def reschedule(url: str, progress: Progress | None = None) -> int:
    """Move the dates of dossiers whose clock runs to where the calendar of the files has them; gives how many moved.

    Each that moves has its journal entry, told to those who follow it. Run again, it finds nothing left to do.
    """
    engine, moved, done = create_async_engine(url, poolclass=NullPool), 0, 0
    async with AsyncSession(engine) as session:
        async with session.begin():
            running = [status for status in DossierStatus if clock(status) is Clock.RUNNING]
            keys = list(
                await session.scalars(select(Dossier.id).where(Dossier.status.in_(running)).order_by(Dossier.id))
            )
        for start in range(0, len(keys), AT_ONCE):
            part = keys[start : start + AT_ONCE]
            async with session.begin():
                moved += await _move(session, part)
            done += len(part)
            if progress is not None:
                progress("hạn xử lý · due dates", done, len(keys))
    return moved


async def _move(session: AsyncSession, keys: Sequence[UUID]) -> int:
    found = await session.scalars(
        select(Dossier)
        .where(Dossier.id.in_(keys))
        .options(joinedload(Dossier.agency), joinedload(Dossier.handler), joinedload(Dossier.authority))
        .order_by(Dossier.id)
        .with_for_update(of=Dossier)
    )
    entries = [entry for dossier in found if (entry := _moved(dossier)) is not None]
    await session.flush()  # the subjects first, so that their locks precede their entries
    session.add_all(entries)
    return len(entries)


def _moved(dossier: Dossier) -> Entry | None:
    before = dossier.due_on
    if clock(dossier.status) is not Clock.RUNNING or not dossier.reschedule():
        return None
    dossier.version += 1
    return Entry(
        act="RESCHEDULE",
        subject_kind="Dossier",
        subject_id=dossier.id,
        subject_version=dossier.version,
        topics=dossier.heard_by(),
        public_text=f"Thời hạn được tính lại theo lịch nghỉ đã công bố: trả kết quả ngày {_day(dossier.due_on)},"
        f" trước đó là ngày {_day(before)}",
        data={"before": dossier.status.name, "after": dossier.status.name},
    )


def _day(day: date | None) -> str:
    return f"{day.day}-{day.month}-{day.year}" if day else ""
