"""Work: one transaction that changes something, opened by a mutation's resolver and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.interfaces import ORMOption

import models as rows
from models.access import Role, Viewer
from models.base import Base, Identified
from models.journal import Entry
from models.refusals import Change, IdempotencyMismatch, NotFound, NotPermitted, StaleVersion
from models.timed import NOW
from resolvers.engine import Ref
from resolvers.locking import CLAIMED, Made, as_shown_to, beside_claim, claiming, digest, joined_to_claim, locked
from resolvers.writing import write

R = TypeVar("R", rows.Dossier, rows.Decision, rows.CouncilSession, rows.Delegation, rows.AccessToken)
"""What an act changes: a row with a version."""

Lockable = TypeVar("Lockable", bound=Identified)
"""What can be locked."""

Versioned = (
    rows.Dossier
    | rows.Decision
    | rows.CouncilSession
    | rows.CouncilAttendance
    | rows.OpinionRequest
    | rows.Delegation
    | rows.AccessToken
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
    behalf: UUID | None = field(default=None, init=False)
    """The account that lent the role by which it is done, where that is known before any step."""
    replied: Subject = field(init=False)
    """What is kept as the reply."""

    async def __aenter__(self) -> Self:
        if self.viewer.account_id is None:
            raise NotPermitted.unless([])
        self.account_id = self.viewer.account_id
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None and self.said.dry_run:
            self.kept.append(self.session)
            return
        try:
            if error is None:
                await self.session.commit()
        finally:
            await self.session.close()
        if error is None:
            self.committed()

    async def claim(self) -> None:
        """Take the idempotency key, waiting for whoever holds it: what an act begins with that locks no row first.

        Raises Replayed or IdempotencyMismatch where the key is used.
        """
        now: datetime | None = await self.session.scalar(claiming(), self._claimed())
        if now is None:
            raise await self._used()
        self._begin(now)

    def _claimed(self) -> dict[str, Any]:
        """What is kept with the key as it is taken."""
        self.replied = _subject(self.said)
        kept = self.account_id, self.said.idempotency_key, digest(self.act, self.said), *self.replied
        return {f"claim_{name}": value for name, value in zip(CLAIMED, kept, strict=True)}

    def _begin(self, now: datetime) -> None:
        self.now = self.session.info[NOW] = now

    async def _used(self) -> Exception:
        """Why an act does not begin that took no key: it was done before, or another was; NotFound if it took it."""
        reply = rows.StoredReply
        same = reply.account_id == self.account_id, reply.key == self.said.idempotency_key
        own: ColumnElement[bool] = literal_column("stored_reply.xmin = pg_current_xact_id()::xid")
        asked, kind, key, is_own = (
            await self.session.execute(select(reply.asked, reply.subject_kind, reply.subject_id, own).where(*same))
        ).one()
        if is_own:
            return NotFound()
        if asked != digest(self.act, self.said):
            return IdempotencyMismatch()
        row = getattr(rows, kind) if kind else None
        return Replayed(row and Ref(row, key))  # as anybody reads it: what may be seen may have changed since

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
        found = await self.read_as_shown(locked, row, visible, tuple(load), wanted=list(wanted))
        if len(found) < len(wanted):
            raise NotFound
        rows_: list[R] = [each[0] for each in found]
        for each in rows_:
            if each.version != wanted[each.id]:
                raise await self.stale(each, wanted[each.id])
        return rows_

    async def lock_where(
        self, row: type[Lockable], *conditions: ColumnElement[bool], load: Sequence[ORMOption] = ()
    ) -> list[Lockable]:
        """The rows that meet these conditions, locked in the order of their keys; none of them is NotFound.

        The idempotency key is taken by the same statement, where it is not yet: before a row is locked, for rows come
        to be locked only beside a key that was taken. Raises as `claim` does.
        """
        wanted = select(row).where(*conditions).order_by(row.id).options(*load).with_for_update(of=row)
        return [each[0] for each in await self.read(wanted)]

    async def read_as_shown(self, make: Callable[..., Made], *more: Any, **values: Any) -> Sequence[Any]:
        """As `read` what a function makes for the viewer and the rest, once for all that see alike; `values` are those
        of its parameters.
        """
        wanted, own = as_shown_to(self.viewer, make, *more)
        return await self.read(wanted, own | values)

    async def read(self, wanted: Made, values: dict[str, Any] | None = None) -> Sequence[Any]:
        """The rows of a Select, of which none is NotFound; the first that is read takes the key with it.

        A Select that is made once comes with the values of its parameters.
        """
        found: Sequence[Any]
        if hasattr(self, "now"):
            found = (await self.session.execute(wanted, values)).all()
            if not found:
                raise NotFound
            return found
        both = joined_to_claim(wanted) if values is None else beside_claim(wanted)
        found = (await self.session.execute(both, self._claimed() | (values or {}))).all()
        if not found:
            raise await self._used()
        self._begin(found[0].now)
        return found

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
        self.session.add_all(self._on_behalf(entries))
        key: UUID = row.id  # type: ignore[attr-defined]  # every subject is Identified
        given = type(row).__name__, key
        replied = () if given == self.replied else ((rows.StoredReply, self._kept_as(*given)),)
        await self.session.run_sync(write, *replied)
        return Ref(type(row), key, written=True)

    def must_hold(self, roles: frozenset[Role], path: str) -> None:
        """Raise NotPermitted unless the viewer holds one of these roles at the agency with this path, or above it.

        What is done by a lent role is done on its lender's behalf, and the journal says so.
        """
        held = self.viewer.holding(roles, path)
        if not held:
            raise NotPermitted.unless(roles)
        self.behalf = held[0].for_account_id

    def _on_behalf(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """The entries of one act, all of them on whose behalf it is done, where one of them or a role says so."""
        steps = (entry.data.get("onBehalfOf") for entry in entries)
        behalf = next((said for said in steps if said), self.behalf and str(self.behalf))
        for entry in entries if behalf else ():
            entry.data = {**entry.data, "onBehalfOf": behalf}
        return entries

    def _kept_as(self, kind: str, key: UUID) -> dict[str, Any]:
        """What is kept with the idempotency key, once it is known what the act replies with."""
        kept = {"account_id": self.account_id, "key": self.said.idempotency_key}
        return {**kept, "subject_kind": kind, "subject_id": key}
