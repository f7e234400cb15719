"""Due dates after the days off of a year were announced: those of dossiers whose clock runs are worked out again.

And clocks of dossiers received before there were any: their journal, gone through again, tells them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, NullPool, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import joinedload

from models import calendar, clock
from models.catalogue import Progress
from models.clock import Taken
from models.dossier import Dossier
from models.journal import Entry
from models.workflow import Clock, DossierStatus

_UNRECEIVED = frozenset({DossierStatus.DRAFT, DossierStatus.SUBMITTED})
"""Steps from here lie before reception, or are it."""

AT_ONCE = 200
"""So many dossiers are changed in one transaction: whoever takes a step of one waits no longer than that."""


async def reschedule(url: str, progress: Progress | None = None) -> int:
    """Move the dates of dossiers whose clock runs to where the calendar of the files has them; gives how many moved.

    A dossier that was received and has no clock yet is given one first. Each that moves has its journal
    entry, told to those who follow it. Run again, it finds nothing left to do.
    """
    engine, moved, done = create_async_engine(url, poolclass=NullPool), 0, 0
    async with AsyncSession(engine) as session:
        async with session.begin():
            keys = list(await session.scalars(select(Dossier.id).where(_waiting()).order_by(Dossier.id)))
        for start in range(0, len(keys), AT_ONCE):
            part = keys[start : start + AT_ONCE]
            async with session.begin():
                moved += await _move(session, part)
            done += len(part)
            if progress is not None:
                progress("hạn xử lý · due dates", done, len(keys))
    return moved


def _waiting() -> ColumnElement[bool]:
    """The dossiers whose clock runs, and those that should have one."""
    running = [status for status in DossierStatus if clock.clock(status) is Clock.RUNNING]
    return or_(Dossier.status.in_(running), and_(Dossier.received_at.is_not(None), Dossier.clock_since.is_(None)))


async def _move(session: AsyncSession, keys: Sequence[UUID]) -> int:
    found = list(
        await session.scalars(
            select(Dossier)
            .where(Dossier.id.in_(keys))
            .options(
                *(joinedload(one) for one in (Dossier.agency, Dossier.handler, Dossier.authority, Dossier.rule_set))
            )
            .order_by(Dossier.id)
            .with_for_update(of=Dossier)
        )
    )
    due = {dossier.id: dossier.due_on for dossier in found}
    await _wind(session, [dossier for dossier in found if dossier.count is None])
    entries = [entry for dossier in found if (entry := _moved(dossier, due[dossier.id])) is not None]
    await session.flush()  # the subjects first, so that their locks precede their entries
    session.add_all(entries)
    return len(entries)


async def _wind(session: AsyncSession, found: Sequence[Dossier]) -> None:
    """Give dossiers that were received without a clock the one that their journal tells."""
    ids = [dossier.id for dossier in found]
    entry = select(Entry).where(Entry.subject_kind == "Dossier", Entry.subject_id.in_(ids))
    steps: dict[UUID, list[Taken]] = {key: [] for key in ids}
    for each in await session.scalars(entry.order_by(Entry.subject_version)) if ids else ():
        if (before := each.data.get("before")) and (after := each.data.get("after")):
            steps[each.subject_id].append((DossierStatus[before], DossierStatus[after], each.at))
    for dossier in found:
        if dossier.received_at is not None and dossier.rule_set is not None:
            limits = clock.limits(dossier.rule_set.code, dossier.commendation_type)
            later = [taken for taken in steps[dossier.id] if taken[0] not in _UNRECEIVED]
            dossier.keep(clock.replayed(limits, dossier.received_at, later, calendar.official()))


def _moved(dossier: Dossier, before: date | None) -> Entry | None:
    moved = dossier.reschedule() or dossier.due_on != before
    if clock.clock(dossier.status) is not Clock.RUNNING or not moved:
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
