"""Dossiers that leave a council before it has answered: their cases come off its agenda, and may be put on another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from models.council import CouncilSession
from models.council_agenda import AgendaItem, AgendaOutcome
from models.dossier import Dossier
from models.journal import Entry
from resolvers.work import Work


async def off_the_agenda(work: Work, dossiers: Iterable[Dossier]) -> list[Entry]:
    """Take what these dossiers, locked, were to be asked off every agenda: an entry about each sitting concerned.

    For dossiers that leave the council for good. One that is held or supplemented comes back, and stays on it.
    """
    item = AgendaItem
    found = await work.session.scalars(
        select(item)
        .join(item.session)
        .where(item.dossier_id.in_([each.id for each in dossiers]), item.outcome == AgendaOutcome.PENDING)
        .options(contains_eager(item.session))
        .order_by(item.session_id, item.position)
        .with_for_update(of=(item, CouncilSession))
    )
    return taken_off(work, found)


def taken_off(work: Work, items: Iterable[AgendaItem]) -> list[Entry]:
    """Take these cases off their agendas: they come with their sittings, locked, in the order of these."""
    taken = [list(items) for _, items in groupby(items, lambda each: each.session_id)]
    return [_told(work, items) for items in taken]


def _told(work: Work, items: Sequence[AgendaItem]) -> Entry:
    """Take these cases of one sitting off its agenda."""
    session = items[0].session
    session.version += 1
    for item in items:
        item.outcome = AgendaOutcome.TAKEN_OFF
    return session.entry("TAKE_OFF_AGENDA", work.viewer, items=[f"AgendaItem_{item.id}" for item in items])
