"""Who the viewer is: made here alone, of an account, by a session or a program's token."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

import models as rows
from models import access_token, calendar
from models import session as sessions
from models.access import Audience, Permission, Viewer, viewer_of
from models.dossier import sees_few
from resolvers.holdings import holdings

PREFIX = "laurel_"
"""What a program's token begins with, so that one that leaked is recognised."""


def token_hash(token: str) -> bytes:
    """What is kept of a token: its SHA-256."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


async def viewer_for(session: AsyncSession, account: rows.Account) -> Viewer:
    """The viewer an account is today, by the roles it holds and those lent to it."""
    viewer = viewer_of(account.id, account.nominee_id, await holdings(session, account.id, calendar.today()))
    if viewer.audience is not Audience.STAFF:
        return viewer
    return replace(viewer, few=(await session.execute(sees_few(viewer))).scalar_one())


async def viewer_by_token(session: AsyncSession, token: str) -> tuple[Viewer, datetime] | None:
    """Whom a token stands for and until when, unless it is used meanwhile; None where it is unknown or has ended.

    A session stands for all its account may. A program's token stands for no more than it says: the rest of the
    account's permissions is not the viewer's, nor any act that it does not name.
    """
    return await (_by_program if token.startswith(PREFIX) else _by_session)(session, token_hash(token))


async def _by_session(session: AsyncSession, digest: bytes) -> tuple[Viewer, datetime] | None:
    kept = rows.Session
    found = await session.execute(
        select(rows.Account, kept.id, sessions.ends_at(kept))
        .join(rows.Account, rows.Account.id == kept.account_id)
        .where(kept.token_hash == digest, sessions.holds(kept), rows.Account.active)
    )
    if (row := found.one_or_none()) is None:
        return None
    account, session_id, ends_at = row
    return replace(await viewer_for(session, account), session_id=session_id), ends_at


async def _by_program(session: AsyncSession, digest: bytes) -> tuple[Viewer, datetime] | None:
    kept = rows.AccessToken
    found = await session.execute(
        select(rows.Account, kept)
        .join(rows.Account, rows.Account.id == kept.account_id)
        .where(kept.token_hash == digest, access_token.holds(kept), rows.Account.active)
    )
    if (row := found.one_or_none()) is None:
        return None
    account, token = row
    whole = await viewer_for(session, account)
    narrowed = frozenset(permission for permission in whole.permissions if permission.name in token.permissions)
    viewer = replace(whole, permissions=narrowed, acts=frozenset(token.acts))
    if Permission.READ_SECURITY_EVENTS not in narrowed:
        viewer = replace(viewer, watches_in=(), watches_all=False)
    return viewer, token.expires_at


async def note_used(session: AsyncSession, digests: Collection[bytes]) -> None:
    """Write that these tokens were used a moment ago. The caller commits."""
    for kept in (rows.Session, rows.AccessToken):
        same = kept.token_hash.in_(digests)
        await session.execute(update(kept).where(same).values(last_used_at=func.now()))
