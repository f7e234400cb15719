"""Following dossiers: each step as it is taken, those already taken first."""

from __future__ import annotations

from typing import Any

import strawberry
from sqlalchemy import ColumnElement, Select, select

import models as rows
from models import journal, topics
from models.access import Audience, Viewer
from models.dossier import visible_dossier
from models.event import visible_account, visible_change
from models.refusals import NotFound
from resolvers.context import Context
from resolvers.engine import seen
from resolvers.feed import Following
from resolvers.inputs import Cursor
from resolvers.work import row_key


def event_head(viewer: Viewer) -> ColumnElement[str]:
    """The feed's place as of this very answer: follow from it, and nothing that the answer lacks is missed."""
    return journal.event_head()


def of_decision(viewer: Viewer, parent: type[rows.Decision]) -> Select[rows.Entry]:
    """What was done with a decision, the first act first; for staff."""
    return _changes("Decision", viewer, parent)


def of_session(viewer: Viewer, parent: type[rows.CouncilSession]) -> Select[rows.Entry]:
    """What was done at a sitting, the first act first."""
    return _changes("CouncilSession", viewer, parent)


def _changes(kind: str, viewer: Viewer, parent: Any) -> Select[rows.Entry]:
    entry = rows.Entry
    found = select(entry).where(entry.subject_kind == kind, entry.subject_id == parent.id)
    return found.where(visible_change(entry, viewer, seen(parent))).order_by(entry.subject_version)


def on_behalf_of(viewer: Viewer, parent: type[rows.Entry]) -> Select[rows.Account]:
    """Who lent the role by which something was done; for whoever may know who did it."""
    account = rows.Account
    found = select(account).where(account.id == parent.on_behalf_of_id, visible_account(account, viewer))
    return found.order_by(account.id)


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
