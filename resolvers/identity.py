"""Identities of elsewhere: which account one stands for, the sessions begun by it, and their end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from models.account import Account
from models.identity import Identity, ProviderSession, ProviderSignIn, sid_hash, subject_hash
from models.session import Session, SignInMethod, holds
from resolvers.account import token_hash
from resolvers.client import Client, SignedIn
from resolvers.session import begin_session, end_sessions

ANSWERED_WITHIN = timedelta(minutes=10)
"""How long a provider has to answer: somebody may have to look for their phone."""


@dataclass(frozen=True)
class Proof:
    """What a provider has said, and we have verified."""

    issuer: str
    subject: str
    sid: str | None
    """What it calls its own session."""


@dataclass(frozen=True)
class Begun:
    """A sign-in that was sent to a provider."""

    next: str
    """Where to go then."""
    account_id: UUID | None
    """Whom to link; None: nobody."""
    at: datetime


class AlreadyLinked(Exception):
    """The identity stands for another account, or the account has another identity of this issuer."""


async def send(work: AsyncSession, state: str, provider: str, next: str, account_id: UUID | None) -> None:
    """Remember a sign-in that is sent to a provider; the caller commits."""
    begun = ProviderSignIn(
        state_hash=token_hash(state),
        provider=provider,
        next=next,
        account_id=account_id,
        expires_at=(await work.execute(select(func.now()))).scalar_one() + ANSWERED_WITHIN,
    )
    work.add(begun)
    await work.flush()


async def receive(work: AsyncSession, state: str, provider: str) -> Begun | None:
    """The sign-in that was sent to this provider by this state; None where it was answered before, or is too old.

    It is forgotten whatever becomes of the answer, so the caller commits at once.
    """
    row = ProviderSignIn
    sent = (row.state_hash == token_hash(state), row.provider == provider)
    taken = await work.execute(
        delete(row).where(*sent).returning(row.next, row.account_id, row.expires_at, row.expires_at > func.now())
    )
    found = taken.one_or_none()
    return Begun(found[0], found[1], found[2] - ANSWERED_WITHIN) if found and found[3] else None


async def known(work: AsyncSession, secret: bytes, proof: Proof) -> tuple[Identity, Account] | None:
    """The identity that is proved and the account it stands for; None where that is nobody's, or locked out."""
    same = Identity.subject_hash == subject_hash(secret, proof.issuer, proof.subject), Identity.ended_at.is_(None)
    active = Account.active, ~Account.service
    wanted = select(Identity, Account).join(Account, Account.id == Identity.account_id).where(*same, *active)
    found = (await work.execute(wanted.with_for_update(read=True, of=(Identity, Account)))).one_or_none()
    return (found[0], found[1]) if found else None


async def may_link(work: AsyncSession, token: str) -> UUID | None:
    """Whose session this is, where they signed in with a password, which shows that the account is theirs to link."""
    by_password = Session.token_hash == token_hash(token), Session.kind == SignInMethod.PASSWORD, holds(Session)
    found: UUID | None = await work.scalar(select(Session.account_id).where(*by_password))
    return found


async def may_link_still(work: AsyncSession, begun: Begun) -> bool:
    """Whether none of the account's sessions was ended since linking began: it may have been whoever began it.

    The account is held, so that a password that is being changed is changed first.
    """
    await work.execute(select(Account.id).where(Account.id == begun.account_id).with_for_update(read=True))
    ended = select(Session.id).where(Session.account_id == begun.account_id, Session.ended_at > begun.at)
    return await work.scalar(ended.limit(1)) is None


async def link(work: AsyncSession, secret: bytes, account_id: UUID, issuer: str, subject: str) -> None:
    """Have an identity stand for an account; the caller has made sure that it is theirs, and commits.

    Nothing changes where it does already. Raises AlreadyLinked.
    """
    made = subject_hash(secret, issuer, subject)
    own = Identity.account_id == account_id, Identity.issuer == issuer
    wanted = select(Identity).where(Identity.ended_at.is_(None), or_(Identity.subject_hash == made, own[0] & own[1]))
    found = list(await work.scalars(wanted))
    if any(each.account_id != account_id or each.subject_hash != made for each in found):
        raise AlreadyLinked
    if found:
        return
    work.add(Identity(account_id=account_id, issuer=issuer, subject_hash=made))
    try:
        await work.flush()
    except IntegrityError:  # somebody else did just now
        raise AlreadyLinked from None


async def unlink(work: AsyncSession, account_id: UUID, issuer: str) -> int:
    """Have an account's identity of an issuer stand for it no more, and end the sessions it began; gives how many.

    The caller commits.
    """
    wanted = select(Identity).where(
        Identity.account_id == account_id, Identity.issuer == issuer, Identity.ended_at.is_(None)
    )
    found = list(await work.scalars(wanted.with_for_update()))
    now = (await work.execute(select(func.now()))).scalar_one()
    for each in found:
        each.ended_at = now
    await end_sessions(work, Session.id.in_(_begun_by(ProviderSession.identity_id.in_([each.id for each in found]))))
    return len(found)


async def begin(
    work: AsyncSession, secret: bytes, known: tuple[Identity, Account], proof: Proof, client: Client, act: str | None
) -> SignedIn:
    """Begin a session by an identity, `act` being what else was done by it; the caller commits."""
    identity, account = known
    begun = await begin_session(work, account, SignInMethod.OIDC, client, act)
    sid = sid_hash(secret, proof.issuer, proof.sid) if proof.sid else None
    work.add(ProviderSession(session_id=begun.session_id, identity_id=identity.id, sid_hash=sid))
    await work.flush()
    return begun


async def end(
    work: AsyncSession, secret: bytes, issuer: str, subject: str | None, sid: str | None, said_at: datetime
) -> Sequence[UUID]:
    """End the sessions begun by a provider's session, or by all of somebody's, before it said so; the caller commits.

    A token that comes again so ends nothing that began since.
    """
    which: list[ColumnElement[bool]] = []
    if subject is not None:
        whose = select(Identity.id).where(Identity.subject_hash == subject_hash(secret, issuer, subject))
        which.append(ProviderSession.identity_id.in_(whose))
    if sid is not None:
        which.append(ProviderSession.sid_hash == sid_hash(secret, issuer, sid))
    return await end_sessions(work, Session.id.in_(_begun_by(*which)), Session.created_at <= said_at)


def _begun_by(*which: ColumnElement[bool]) -> Select[UUID]:
    return select(ProviderSession.session_id).where(*which)


async def forget(work: AsyncSession) -> None:
    """Remove the sign-ins that no provider has answered in time. The caller commits."""
    await work.execute(delete(ProviderSignIn).where(ProviderSignIn.expires_at < func.now()))
