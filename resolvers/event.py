"""Following dossiers: each step as it is taken, those already taken first."""

from __future__ import annotations

import strawberry
from sqlalchemy import ColumnElement, select

import models as rows
from models import journal, topics
from models.access import Audience, Viewer
from models.dossier import visible_dossier
from models.refusals import NotFound
from resolvers.context import Context
from resolvers.feed import Following
from resolvers.inputs import Cursor
from resolvers.work import row_key


def event_head(viewer: Viewer) -> ColumnElement[str]:
    """The feed's place as of this very answer: follow from it, and nothing that the answer lacks is missed."""
    return journal.event_head()


async def dossier_moved(context: Context, id: strawberry.ID, after: Cursor | None = None) -> Following:
    """Each step one dossier takes past the cursor; without a cursor, from now on."""
    key = row_key("Dossier", id)
    if not await context.sees(rows.Dossier, key, visible_dossier):
        raise NotFound
    return context.feed.follow([topics.dossier(key)], after=after)


async def agency_dossiers_moved(context: Context, agency: str, after: Cursor | None = None) -> Following:
    """Each step past the cursor on the desks of an agency and those under it, of the dossiers the viewer may see."""
    path = await agency_path(context, agency)
    if context.viewer.audience is not Audience.STAFF:
        raise NotFound
    return context.feed.follow([topics.agency(path)], after=after)


async def agency_path(context: Context, code: str) -> str:
    """The path of the agency with this code; raises NotFound."""
    async with context.sessions() as session:
        path: str | None = await session.scalar(select(rows.Agency.path).where(rows.Agency.code == code))
    if path is None:
        raise NotFound
    return path
