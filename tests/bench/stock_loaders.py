"""How stock Strawberry loads relations: DataLoaders of each request, by the ORM."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

import models as rows
from models.access import Viewer
from models.award import visible_award
from models.dossier import visible_line
from models.event import visible_entry

Sessions = async_sessionmaker[AsyncSession]


async def by_id(sessions: Sessions, row: type, keys: list[UUID]) -> list[Any]:
    """The rows with these keys, in their order."""
    async with sessions() as session:
        found = {one.id: one for one in await session.scalars(select(row).where(row.id.in_(keys)))}
    return [found.get(key) for key in keys]


async def below(
    sessions: Sessions, chosen: Select[Any], parent: Any, order: ColumnElement[Any], keys: Sequence[tuple[UUID, int]]
) -> list[list[Any]]:
    """The first rows below each parent, in their order."""
    number = func.row_number().over(partition_by=parent, order_by=order).label("number")
    ranked = chosen.where(parent.in_([key for key, _ in keys])).add_columns(number).subquery()
    row = chosen.column_descriptions[0]["entity"]
    few = select(row).join(ranked, ranked.c.id == row.id).where(ranked.c.number <= keys[0][1]).order_by(ranked.c.number)
    found = defaultdict(list)
    async with sessions() as session:
        for one in await session.scalars(few):
            found[getattr(one, parent.key)].append(one)
    return [found[key] for key, _ in keys]


def loaders(sessions: Sessions, viewer: Viewer) -> dict[str, Callable[..., Any]]:
    """How each relation is loaded."""
    line, award, entry = rows.DossierLine, rows.Award, rows.Entry
    lines = select(line).where(visible_line(line, viewer))
    awards = select(award).where(visible_award(award, viewer))
    events = select(entry).where(entry.subject_kind == "Dossier", visible_entry(entry, viewer))
    version = entry.subject_version
    return {
        "agency": partial(by_id, sessions, rows.Agency),
        "award_type": partial(by_id, sessions, rows.AwardType),
        "nominee": partial(by_id, sessions, rows.Nominee),
        "movement": partial(by_id, sessions, rows.Movement),
        "lines": partial(below, sessions, lines, line.dossier_id, line.position),
        "awards": partial(below, sessions, awards, award.decision_id, award.position),
        "events": partial(below, sessions, events, entry.subject_id, version),
        "last_events": partial(below, sessions, events, entry.subject_id, version.desc()),
    }
