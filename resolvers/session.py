"""Sessions: begun here alone, whichever way somebody showed who they are; and one's own, to look at."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, null, select, update
from sqlalchemy.ext.asyncio import AsyncSession

import models as rows
from models.access import Viewer
from models.account import Account
from models.security_event import SecurityEventKind
from models.session import Session, SignInMethod, holds, visible_own_session
from resolvers import security
from resolvers.account import token_hash, viewer_for
from resolvers.client import Client, SignedIn, words


async def begin_session(
    work: AsyncSession, account: Account, kind: SignInMethod, client: Client, act: str | None = None
) -> SignedIn:
    """Begin a session for an account in this transaction, always by a new token; the one the request came with ends.

    The caller has made sure who it is, commits, and then gives what comes back to the transport to keep. `act`: what
    else they did by it.
    """
    if client.token:
        await end_sessions(work, Session.token_hash == token_hash(client.token))
    token, device = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    now = (await work.execute(select(func.now()))).scalar_one()
    begun = Session(
        token_hash=token_hash(token),
        account_id=account.id,
        kind=kind,
        device=words(client.agent),
        device_hash=token_hash(device),
        idle=client.idle,
        expires_at=now + client.lasts,
    )
    work.add(begun)
    await work.flush()
    security.note(work, SecurityEventKind.SIGNED_IN, client, account_id=account.id, session_id=begun.id, act=act)
    viewer = replace(await viewer_for(work, account), session_id=begun.id)
    return SignedIn(token, device, begun.expires_at, begun.id, viewer)


async def end_sessions(work: AsyncSession, *which: ColumnElement[bool]) -> Sequence[UUID]:
    """End those of these sessions that have not ended, and give their keys; the caller commits."""
    ended = update(Session).where(Session.ended_at.is_(None), *which).values(ended_at=func.now()).returning(Session.id)
    return list(await work.scalars(ended.execution_options(synchronize_session=False)))


async def disown_devices(work: AsyncSession, *which: ColumnElement[bool]) -> None:
    """Know the devices of these sessions as their owner's no more, of those that ended too; the caller commits.

    On a device that is known no lock of the name counts.
    """
    known = update(Session).where(Session.device_hash.is_not(None), *which).values(device_hash=null())
    await work.execute(known.execution_options(synchronize_session=False))


def sessions(viewer: Viewer, parent: rows.Account) -> Select[Session]:
    """The viewer's own sessions that have not ended, the newest first; nobody sees another's."""
    same = Session.account_id == parent.id, visible_own_session(Session, viewer), holds(Session)
    return select(Session).where(*same).order_by(Session.created_at.desc())
