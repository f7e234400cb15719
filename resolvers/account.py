"""Signing in and out, and who the viewer is."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

import strawberry
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import case, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

import models as rows
from models import calendar
from models.access import Audience, Viewer, viewer_of
from models.dossier import sees_few
from models.refusals import TooManyAttempts, WrongCredentials
from resolvers.context import Context
from resolvers.holdings import holdings

ATTEMPTS = 5
LOCKED_FOR = timedelta(minutes=15)

_HASHER = PasswordHasher()


@strawberry.input(description="Tên đăng nhập và mật khẩu. · User name and password.")
class SignInInput:
    """User name and password."""

    username: str
    password: str


@dataclass(frozen=True)
class SignedIn:
    """A new session: its token, shown once, and whom it is for."""

    token: str
    expires_at: datetime
    viewer: Viewer


def token_hash(token: str) -> bytes:
    """What is kept of a session's token: its SHA-256."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


@cache
def _nobody() -> str:
    """A hash to verify against where there is no account, so that a wrong name takes as long as a wrong password."""
    return _HASHER.hash(secrets.token_hex(16))


def _agrees(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


async def sign_in(context: Context, input: SignInInput) -> SignedIn:
    """Begin a session. Five wrong passwords lock the account for a quarter of an hour."""
    async with context.sessions() as session:
        account = await _account(session, input.username)
        now = (await session.execute(select(func.now()))).scalar_one()
        if account and account.locked_until and account.locked_until > now:
            raise TooManyAttempts(retry_after_seconds=int((account.locked_until - now).total_seconds()) + 1)
    hashed = account.password_hash if account and account.active else _nobody()
    right = await asyncio.to_thread(_agrees, hashed, input.password)
    async with context.sessions.begin() as session:
        if account is None or not account.active:
            raise WrongCredentials
        if right:
            return await _begin(context, session, account, now)
        await _count_failure(session, account.id)
    raise WrongCredentials


async def _account(session: AsyncSession, username: str) -> rows.Account | None:
    found: rows.Account | None = await session.scalar(
        select(rows.Account).where(rows.Account.username == username.strip().lower())
    )
    return found


async def _count_failure(session: AsyncSession, account_id: UUID) -> None:
    """Count a wrong password in one statement, so that many at once cannot outrun the lock."""
    account = rows.Account
    failed = account.failed_attempts + 1
    full = failed >= ATTEMPTS
    await session.execute(
        update(account)
        .where(account.id == account_id)
        .values(
            failed_attempts=case((full, 0), else_=failed),
            locked_until=case((full, func.now() + LOCKED_FOR), else_=account.locked_until),
        )
    )


async def _begin(context: Context, session: AsyncSession, account: rows.Account, now: datetime) -> SignedIn:
    token, expires_at = secrets.token_urlsafe(32), now + timedelta(hours=context.session_hours)
    session.add(rows.Session(token_hash=token_hash(token), account_id=account.id, expires_at=expires_at))
    await session.execute(
        update(rows.Account).where(rows.Account.id == account.id).values(failed_attempts=0, locked_until=None)
    )
    viewer = await viewer_for(session, account)
    context.set_session(token, expires_at)
    context.viewer = viewer  # the reply is already read as whoever signed in
    return SignedIn(token, expires_at, viewer)


async def viewer_for(session: AsyncSession, account: rows.Account) -> Viewer:
    """The viewer an account is today, by the roles it holds and those lent to it."""
    viewer = viewer_of(account.id, account.nominee_id, await holdings(session, account.id, calendar.today()))
    if viewer.audience is not Audience.STAFF:
        return viewer
    return replace(viewer, few=(await session.execute(sees_few(viewer))).scalar_one())


async def viewer_by_token(session: AsyncSession, token: str) -> tuple[Viewer, datetime] | None:
    """Whom a session's token stands for and until when; None where it is unknown, ended or expired."""
    kept = rows.Session
    found = await session.execute(
        select(rows.Account, kept.expires_at)
        .join(rows.Account, rows.Account.id == kept.account_id)
        .where(
            kept.token_hash == token_hash(token),
            kept.ended_at.is_(None),
            kept.expires_at > func.now(),
            rows.Account.active,
        )
    )
    if (row := found.one_or_none()) is None:
        return None
    account, expires_at = row
    return await viewer_for(session, account), expires_at
