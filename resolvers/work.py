"""Work: one transaction that changes something, opened by a mutation's resolver and nowhere else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.interfaces import ORMOption

import models as rows
from models.access import Viewer
from models.base import Base
from models.journal import Entry
from models.refusals import Change, IdempotencyMismatch, NotFound, NotPermitted, StaleVersion
from models.timed import NOW
from resolvers.engine import Ref
from resolvers.engine.refused import busy, unavailable
from resolvers.inputs import UNKEPT

R = TypeVar("R", rows.Dossier, rows.Decision, rows.CouncilSession, rows.Delegation)
"""What an act changes: a row with a version."""


Versioned = (
    rows.Dossier | rows.Decision | rows.CouncilSession | rows.CouncilAttendance | rows.OpinionRequest | rows.Delegation
)
"""Rows that count their changes."""

Subject = tuple[str | None, UUID | None]
"""The class of a row and its key."""

MOST_CHANGES = 20
"""Of what changed since a version, so many of the latest are told."""


class Act(Protocol):
    """What every act's input carries."""

    idempotency_key: UUID
    dry_run: bool


class Replayed(Exception):
    """The request came before: its reply is the row it gave then, if it gave one."""

    def __init__(self, reply: Ref | None) -> None:
        self.reply = reply


def row_key(kind: str, said: str) -> UUID:
    """The UUID of a client's id `<kind>_<uuid>`; raises NotFound for anything else."""
    prefix, _, key = said.partition("_")
    try:
        found = UUID(key)
    except ValueError:
        raise NotFound from None
    if prefix != kind or str(found) != key:
        raise NotFound
    return found


def _subject(said: Act) -> Subject:
    """What an act on a row most likely replies with: that row, which is then kept with the key at once."""
    kind, _, _ = str(getattr(said, "id", "")).partition("_")
    try:
        return kind, row_key(kind, str(getattr(said, "id", "")))
    except NotFound:
        return None, None


def digest(act: str, said: Any) -> bytes:
    """SHA-256 of an act and its input but what is `unkept` of it, the same for the same request."""
    unkept = {part.name for part in fields(said) if part.metadata.get(UNKEPT)}
    told = {name: value for name, value in asdict(said).items() if name not in unkept}
    return hashlib.sha256(act.encode() + orjson.dumps(told, default=str, option=orjson.OPT_SORT_KEYS)).digest()


BUSY = {"55P03", "57014", "40P01", "40001"}
"""A lock not had in time, a statement that took too long, a deadlock, a clash of transactions."""


def unfinished(fault: SQLAlchemyError) -> Exception:
    """What an act that could not be finished is answered: BUSY or UNAVAILABLE, to be sent again with the same key."""
    if isinstance(fault, PoolTimeout):
        return busy()
    if isinstance(fault, DBAPIError):
        if fault.connection_invalidated:
            return unavailable()
        if getattr(fault.orig, "sqlstate", None) in BUSY:
            return busy()
    return fault


@dataclass
class Work:
    """One transaction. It commits when its block ends, and leaves nothing when the block raises or is a rehearsal."""

    act: str
    viewer: Viewer
    session: AsyncSession
    said: Act
    committed: Callable[[], None]
    kept: list[AsyncSession] = field(default_factory=list)
    """Where the session of a rehearsal goes, so that its reply can be read before it is rolled back."""
    now: datetime = field(init=False)
    account_id: UUID = field(init=False)
    """Whose work it is."""
    replied: Subject = field(init=False)
    """What is kept as the reply."""

    async def __aenter__(self) -> Self:
        if self.viewer.account_id is None:
            raise NotPermitted.unless([])
        self.account_id = self.viewer.account_id
        try:
            self.now = self.session.info[NOW] = await self._claim()
        except BaseException:
            await self.session.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None and self.said.dry_run:
            await self.session.flush()
            self.kept.append(self.session)
            return
        try:
            if error is None:
                await self.session.commit()
        finally:
            await self.session.close()
        if error is None:
            self.committed()

    async def _claim(self) -> datetime:
        """Take the idempotency key, waiting for whoever holds it, and give the transaction's moment in one statement.

        Raises Replayed or IdempotencyMismatch where the key is used.
        """
        asked = digest(self.act, self.said)
        self.replied = _subject(self.said)
        kept = insert(rows.StoredReply).values(
            account_id=self.account_id,
            key=self.said.idempotency_key,
            asked=asked,
            subject_kind=self.replied[0],
            subject_id=self.replied[1],
        )
        now: datetime | None = await self.session.scalar(kept.on_conflict_do_nothing().returning(func.now()))
        if now is not None:
            return now
        reply = await self.session.get_one(rows.StoredReply, (self.account_id, self.said.idempotency_key))
        if reply.asked != asked:
            raise IdempotencyMismatch
        row = getattr(rows, reply.subject_kind) if reply.subject_kind else None
        raise Replayed(
            row and Ref(row, reply.subject_id)
        )  # as anybody reads it: what may be seen may have changed since

    async def lock(
        self,
        row: type[R],
        said: str,
        visible: Callable[[type[R], Viewer], ColumnElement[bool]],
        *,
        version: int,
        load: Sequence[ORMOption] = (),
    ) -> R:
        """The row with this client's id, locked for change; raises NotFound (also where unseen) or StaleVersion."""
        (found,) = await self.lock_all(row, {said: version}, visible, load=load)
        return found

    async def lock_all(
        self,
        row: type[R],
        versions: Mapping[str, int],
        visible: Callable[[type[R], Viewer], ColumnElement[bool]],
        *,
        load: Sequence[ORMOption] = (),
    ) -> list[R]:
        """The rows with these clients' ids, each at its version, locked in the order of their keys; as `lock`."""
        wanted = {row_key(row.__name__, said): version for said, version in versions.items()}
        found = await self.session.scalars(
            select(row)
            .where(row.id.in_(wanted), visible(row, self.viewer))
            .order_by(row.id)
            .options(*load)
            .with_for_update(of=row)
        )
        locked = list(found)
        if len(locked) < len(wanted):
            raise NotFound
        for each in locked:
            if each.version != wanted[each.id]:
                raise await self.stale(each, wanted[each.id])
        return locked

    async def stale(self, row: Versioned, expected: int) -> StaleVersion:
        """The refusal of a change to a row that the viewer sees and read at another version: what changed since."""
        entry = Entry
        found = await self.session.execute(
            select(entry.subject_version, entry.act, entry.at, entry.after)
            .where(
                entry.subject_kind == type(row).__name__, entry.subject_id == row.id, entry.subject_version > expected
            )
            .order_by(entry.subject_version.desc())
            .limit(MOST_CHANGES)
        )
        changes = [Change(*each) for each in found]
        current = changes[0].version if changes else row.version
        return StaleVersion(expected=expected, current=current, what_changed=changes)

    async def reply(self, row: Base, *entries: Entry) -> Ref:
        """Write the changes and their journal entries, keep the row as the reply to this request, and give it."""
        kept = rows.StoredReply
        await self.session.flush()  # the subjects first, so that their locks precede their entries
        self.session.add_all(entries)
        key: UUID = row.id  # type: ignore[attr-defined]  # every subject is Identified
        given = type(row).__name__, key
        if given != self.replied:
            await self.session.execute(
                update(kept)
                .where(kept.account_id == self.account_id, kept.key == self.said.idempotency_key)
                .values(subject_kind=given[0], subject_id=given[1])
            )
        return Ref(type(row), key, written=True)
