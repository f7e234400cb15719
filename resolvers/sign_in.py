"""Signing in with a password. Guessing is slow, tells nothing, and keeps nobody from a device known to be theirs.

Each attempt is counted before it is looked at, so that many at once cannot outrun the lock. What is counted is the name
that is tried, alike whether or not it is somebody's; but on a device where its owner signed in before, that device's
own attempts: whoever locks the name elsewhere does not lock it there.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import strawberry
from sqlalchemy import Interval, Select, and_, case, delete, func, null, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningInsert

import models as rows
from models.account import Account
from models.refusals import TooManyAttempts, WrongCredentials
from models.security_event import SecurityEventKind
from models.session import KNOWN_FOR, Session, SignInAttempt, SignInMethod
from resolvers import password, security
from resolvers.account import token_hash
from resolvers.client import Client, SignedIn
from resolvers.context import Context
from resolvers.incidents import Incident
from resolvers.session import begin_session

ATTEMPTS = 5
"""Wrong passwords in a row until there is a lock; each one more locks again, for twice as long."""
LOCKED_FOR, LONGEST = timedelta(minutes=15), timedelta(days=1)
FORGOTTEN = timedelta(days=1)
"""Without an attempt for so long, those before count no more."""
_DOUBLINGS = 10
"""More of them would pass the longest lock by far."""


@strawberry.input(description="Tên đăng nhập và mật khẩu. · User name and password.")
class SignInInput:
    """User name and password."""

    username: str
    password: str


@dataclass(frozen=True)
class Attempt:
    """An attempt that was counted: under what, and whether one more is refused for a while."""

    who: bytes
    locks: bool


async def sign_in(context: Context, input: SignInInput) -> SignedIn:
    """Begin a session; five wrong passwords lock the name for a while, and each further one for twice as long."""
    name, client = input.username.strip().lower(), context.client
    async with context.sessions.begin() as work:
        found = (await work.execute(_account(name, client.device))).one_or_none()
        account, known = found if found else (None, False)
        try:
            attempt = await count(work, _device(client) if known else name_hash(name))
        except TooManyAttempts:
            _note_locked(context, account)
            raise
    hashed = account.password_hash if account and account.active and not account.service else None
    right = await password.agrees(hashed, input.password)
    renewed = await password.hashed(input.password) if right and hashed and password.outdated(hashed) else None
    async with context.sessions.begin() as work:
        again = await work.scalar(_unchanged(account)) if right and account else None
        if again is None:
            await _fail(work, client, account, attempt)
        else:
            begun = await _succeed(work, client, again, attempt, renewed)
    if again is None:
        raise WrongCredentials
    context.signed_in(begun)
    return begun


def _note_locked(context: Context, account: Account | None) -> None:
    """Note that somebody goes on trying: whose name it is, not who asks."""
    whose = account.id if account else None
    kind, client = SecurityEventKind.TRIED_WHILE_LOCKED, context.client
    context.incidents.note(Incident(kind, client.channel, whose, act="signIn", place=client.place))


async def _fail(work: AsyncSession, client: Client, account: Account | None, attempt: Attempt) -> None:
    whose = account.id if account else None
    security.note(work, SecurityEventKind.SIGN_IN_FAILED, client, account_id=whose)
    if attempt.locks:
        security.note(work, SecurityEventKind.LOCKED, client, account_id=whose)


async def _succeed(
    work: AsyncSession, client: Client, account: Account, attempt: Attempt, renewed: str | None
) -> SignedIn:
    await forgive(work, attempt.who)
    if renewed is not None:
        account.password_hash = renewed
    return await begin_session(work, account, SignInMethod.PASSWORD, client)


def _account(name: str, device: str | None) -> Select[Account, bool]:
    """The account of this name, and whether its owner signed in on this device before."""
    here = select(Session.id).where(
        Session.account_id == Account.id,
        Session.device_hash == token_hash(device or ""),
        Session.created_at > func.now() - KNOWN_FOR,
    )
    return select(Account, here.exists()).where(Account.username == name)


def _unchanged(account: Account) -> Select[Account]:
    """The account, held as it is: its password may have been changed, or it was locked out, while we compared."""
    same = Account.id == account.id, Account.password_hash == account.password_hash, Account.active
    return select(Account).where(*same).with_for_update(key_share=True).execution_options(populate_existing=True)


def name_hash(name: str) -> bytes:
    """Under what attempts to sign in by a name are counted."""
    return hashlib.sha256(b"name " + name.encode("utf-8", "surrogatepass")).digest()


def _device(client: Client) -> bytes:
    return hashlib.sha256(b"device " + token_hash(client.device or "")).digest()


async def count(work: AsyncSession, who: bytes) -> Attempt:
    """Count an attempt, before it is looked at; the caller commits. Raises TooManyAttempts where there is a lock."""
    counted = (await work.execute(_counting(who))).one_or_none()
    if counted is not None:
        return Attempt(who, locks=counted[0] is not None)
    row = SignInAttempt
    until = await work.scalar(select(func.extract("epoch", row.locked_until - func.now())).where(row.who == who))
    raise TooManyAttempts(retry_after_seconds=max(1, int(until or 0) + 1))


def _counting(who: bytes) -> ReturningInsert[datetime | None]:
    """One more attempt, unless there is a lock: then no row comes back."""
    row, now = SignInAttempt, func.now()
    old = and_(row.at < now - FORGOTTEN, or_(row.locked_until.is_(None), row.locked_until < now - FORGOTTEN))
    failed = case((old, 1), else_=row.failed + 1)
    doubled = func.power(2, func.least(failed - ATTEMPTS, _DOUBLINGS))
    seconds = func.least(LOCKED_FOR.total_seconds() * doubled, LONGEST.total_seconds())
    locked = now + func.make_interval(0, 0, 0, 0, 0, 0, seconds, type_=Interval)
    changed = {"failed": failed, "locked_until": case((failed >= ATTEMPTS, locked), else_=null()), "at": now}
    free = or_(row.locked_until.is_(None), row.locked_until <= now)
    made = insert(row).values(who=who, failed=1)
    return made.on_conflict_do_update(index_elements=[row.who], set_=changed, where=free).returning(row.locked_until)


async def forgive(work: AsyncSession, who: bytes) -> None:
    """Count what was tried no more: the right password came."""
    await work.execute(delete(SignInAttempt).where(SignInAttempt.who == who))


async def forget(work: AsyncSession) -> None:
    """Remove what counts no more. The caller commits."""
    row, long_ago = rows.SignInAttempt, func.now() - FORGOTTEN
    await work.execute(
        delete(row).where(row.at < long_ago, or_(row.locked_until.is_(None), row.locked_until < long_ago))
    )
