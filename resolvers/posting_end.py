"""The end of posting windows that are over: nobody asks for it, so whoever looks first does it (art 84.5)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager, joinedload

from models import calendar
from models.access import ANONYMOUS
from models.consulting import stands, stands_at
from models.dossier import Dossier
from models.journal import Entry
from models.posting import PublicPosting, latest_over
from models.timed import NOW
from models.workflow import DossierStatus, Step

AT_ONCE = 100
"""How many are ended in one transaction."""
BY_ITSELF = "Hệ thống tự động kết thúc khi hết thời gian công khai. · Ended by the system when the window was over."


async def end_due_postings(session: AsyncSession, now: datetime) -> int:
    """End the postings whose window was over before the working day that this moment is of, and call off those whose
    dossiers went another way; gives how many changed. The caller commits, and asks again until there are none.

    Each dossier goes back where it came from, by nobody's hand. A window that has grown since, for days off were
    announced, is prolonged instead; a dossier that is held waits until it is resumed.
    """
    session.info[NOW] = now
    changed: list[tuple[PublicPosting, list[Entry]]] = []
    for posting in await _due(session, now):
        if entries := _ended(posting, now):
            changed.append((posting, entries))
    await session.flush()  # the subjects first, so that their locks precede their entries
    session.add_all(entry for _, entries in changed for entry in entries)
    return len(changed)


async def _due(session: AsyncSession, now: datetime) -> list[PublicPosting]:
    row = PublicPosting
    over = and_(row.closes_on < latest_over(calendar.day_of(now)), Dossier.status == DossierStatus.POSTED)
    found = await session.scalars(
        select(row)
        .select_from(Dossier)
        .join(row, row.dossier_id == Dossier.id)
        .where(row.closed_at.is_(None), or_(over, ~stands_at(Dossier, DossierStatus.POSTED)))
        .options(
            contains_eager(row.dossier).options(
                *(joinedload(part) for part in (Dossier.agency, Dossier.handler, Dossier.authority))
            )
        )
        .order_by(Dossier.id)
        .limit(AT_ONCE)
        .with_for_update(of=[Dossier, row])
    )
    return list(found)


def _ended(posting: PublicPosting, now: datetime) -> list[Entry]:
    """What becomes of one: its entries, that of its dossier last."""
    dossier = posting.dossier
    if not stands(dossier, DossierStatus.POSTED):
        return [posting.close(now, ANONYMOUS, "CALL_OFF_POSTING", called_off=True)]
    if posting.last_day > posting.closes_on:
        posting.closes_on, posting.version = posting.last_day, posting.version + 1
        return [posting.entry("PROLONG_POSTING", ANONYMOUS)]
    step = dossier.follow(Step.END_POSTING, by=ANONYMOUS, note=BY_ITSELF)
    return [posting.close(now, ANONYMOUS, "END_POSTING"), step]
