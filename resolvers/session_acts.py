"""Leaving: one's own sessions, ended here or elsewhere, and the password that begins them."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

import strawberry
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.account import Account
from models.refusals import NotFound, NotPermitted, TooManyAttempts, WrongCredentials
from models.security_event import SecurityEventKind
from models.session import Session, SignInMethod, holds, visible_own_session
from resolvers import password, security
from resolvers.client import SignedIn
from resolvers.context import Context
from resolvers.engine import Ref
from resolvers.session import begin_session, disown_devices, end_sessions
from resolvers.sign_in import count, forgive
from resolvers.work import row_key


@strawberry.input(description="Phiên cần thu hồi. · The session to revoke.")
class RevokeSessionInput:
    """The session to revoke."""

    id: strawberry.ID = strawberry.field(description="Mã định danh của phiên. · The session.")


@strawberry.input(description="Mật khẩu hiện tại và mật khẩu mới. · The present password and the new one.")
class ChangePasswordInput:
    """The present password and the new one."""

    current_password: str
    new_password: str


async def sign_out(context: Context) -> datetime:
    """End the session by which it is asked; its streams end within a second or two. Gives the moment."""
    own = _own(context)
    async with context.sessions.begin() as work:
        await end_sessions(work, Session.id == own)
        now: datetime = (await work.execute(select(func.now()))).scalar_one()
        _note(context, work, SecurityEventKind.SIGNED_OUT, own)
    context.signed_out()
    return now


async def revoke_session(context: Context, input: RevokeSessionInput) -> Ref:
    """End one of your sessions, whose device is then known as yours no more; one that has ended stays as it is."""
    _own(context)
    key = row_key("AccountSession", input.id)
    async with context.sessions.begin() as work:
        await _hold(context, work)
        same = Session.id == key, visible_own_session(Session, context.viewer)
        ended = await end_sessions(work, *same)
        await disown_devices(work, *same)
        if not ended and await work.scalar(select(Session.id).where(*same)) is None:
            raise NotFound
        for each in ended:
            _note(context, work, SecurityEventKind.SESSIONS_REVOKED, each)
    if key == context.viewer.session_id:
        context.set_session(None)
    return Ref(Session, key)


async def revoke_other_sessions(context: Context) -> int:
    """End all your sessions but the one by which you ask; gives how many there were.

    Who signs in as you at that very moment is either among them, or comes after.
    """
    own = _own(context)
    async with context.sessions.begin() as work:
        await _hold(context, work)
        return await _end_others(context, work, own)


async def change_password(context: Context, input: ChangePasswordInput) -> SignedIn:
    """Give yourself another password: all your other sessions end, and this one goes on by a new token.

    A wrong present password counts as in signing in, but for this session alone.
    """
    own = _own(context)
    tried = hashlib.sha256(b"session " + own.bytes).digest()
    async with context.sessions.begin() as work:
        account = await work.get_one(Account, context.viewer.account_id)
        await _count(context, work, tried)
    if not await password.agrees(account.password_hash, input.current_password):
        context.note(SecurityEventKind.SIGN_IN_FAILED, "changePassword")
        raise WrongCredentials
    password.must_be_good("newPassword", input.new_password, account.username)
    hashed = await password.hashed(input.new_password)
    async with context.sessions.begin() as work:
        begun = await _changed(context, work, account, hashed)
        await forgive(work, tried)
    context.signed_in(begun)
    return begun


async def _count(context: Context, work: AsyncSession, tried: bytes) -> None:
    try:
        await count(work, tried)
    except TooManyAttempts:
        context.note(SecurityEventKind.TRIED_WHILE_LOCKED, "changePassword")
        raise


async def _changed(context: Context, work: AsyncSession, before: Account, hashed: str) -> SignedIn:
    """Keep the new hash; where somebody else changed it meanwhile, what was typed is wrong by now."""
    own = _own(context)
    same = Account.id == before.id, Account.password_hash == before.password_hash, Account.active
    account = await work.scalar(select(Account).where(*same).with_for_update(key_share=True))
    if account is None:
        raise WrongCredentials
    await _hold(context, work)
    account.password_hash = hashed
    await _end_others(context, work, own)
    await end_sessions(work, Session.id == own)
    _note(context, work, SecurityEventKind.PASSWORD_CHANGED, own)
    return await begin_session(work, account, SignInMethod.PASSWORD, context.client)


async def _end_others(context: Context, work: AsyncSession, own: UUID) -> int:
    others = visible_own_session(Session, context.viewer), Session.id != own
    ended = await end_sessions(work, *others)
    await disown_devices(work, *others)
    for each in ended:
        _note(context, work, SecurityEventKind.SESSIONS_REVOKED, each)
    return len(ended)


def _own(context: Context) -> UUID:
    """The session by which it is asked. Raises NotPermitted for a program: a person's sessions are a person's."""
    if context.viewer.session_id is None:
        raise NotPermitted.unless([])
    return context.viewer.session_id


async def _hold(context: Context, work: AsyncSession) -> None:
    """Have whoever else begins or ends the account's sessions wait, and raise NotPermitted where one's own has ended.

    For some moments it is still remembered as one that holds: who was thrown out throws out nobody.
    """
    same = Account.id == context.viewer.account_id
    await work.execute(select(Account.id).where(same).with_for_update(key_share=True))
    if await work.scalar(select(Session.id).where(Session.id == _own(context), holds(Session))) is None:
        raise NotPermitted(
            who_can=[],
            message="Phiên này đã kết thúc. Hãy đăng nhập lại.",
            message_en="This session has ended. Sign in again.",
        )


def _note(context: Context, work: AsyncSession, kind: SecurityEventKind, session_id: UUID) -> None:
    account_id = context.viewer.account_id
    security.note(work, kind, context.client, account_id=account_id, session_id=session_id)
