"""What `verify` does with the journal and says of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import nullcontext
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import NullPool, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from channels.checkpoints import is_place, keep, kept
from channels.database import place, require
from channels.obstacles import (
    BadCursor,
    CannotStart,
    DatabaseAway,
    DatabaseDamaged,
    NotMigrated,
    NumberingHeld,
    OwnersWork,
)
from channels.progress import progress
from models.verification import Broken, Checkpoint, Harm, Verified, verify

WORDS = {
    Harm.CHANGED: "đã bị sửa, hoặc mục ngay trước cùng mã băm của nó · changed, or the one before with its hash",
    Harm.REMOVED: "đã bị xóa · removed",
    Harm.INSERTED: "bị đánh số chèn vào · inserted",
    Harm.UNNUMBERED: "nằm sau chỗ đánh số đã qua, chưa có số · unnumbered, where numbering has passed",
    Harm.HOLE: "thiếu phiên bản trước nó · a hole in its subject's versions before it",
    Harm.UNTOLD: "sau mục này dữ liệu đổi mà không ghi nhật ký · since then its row changed, or its next entry is gone",
    Harm.REWRITTEN: "không khớp mốc ghi ở nơi khác · rewritten: not what was noted elsewhere",
    Harm.MOVED: "nhật ký từ cụm PostgreSQL khác · moved from another cluster: ./run verify --repair",
}
LOCKED, FORBIDDEN = "55P03", "42501"
HARMED = ("21", "22", "23", "P0")
"""Classes of what numbering fails with where somebody changed its tables by hand: what, verification finds."""
DAMAGED, UNKNOWN = ("XX001", "XX002"), ("42P01", "42883", "42703")
HELD = """
select string_agg(pid::text, ', ') from pg_locks
where locktype = 'advisory' and objid = 7001 and granted and database = (
  select oid from pg_database where datname = current_database())
"""
"""Who holds the lock of number()."""


async def verified(
    url: str,
    noted: Collection[str],
    out: Console,
    *,
    against: Path | None = None,
    checkpoint: Path | None = None,
    repair: bool = False,
    err: Console | None = None,
) -> bool:
    """Number what is not numbered yet, check everything, say what was found, and keep a checkpoint; whether it holds.

    `repair` makes a journal that came from another cluster, and is otherwise whole, one of this cluster.
    """
    earlier = kept(against) if against else ()
    places = [_place(said) for said in noted] + [each.place for each in earlier]
    await require(url)
    try:
        found = await _found(url, places, repair=repair, err=err)
    except DBAPIError as fault:
        obstacle = _obstacle(url, fault)
        if obstacle is None:
            raise
        raise obstacle from None
    say(found, earlier, out)
    if isinstance(found, Verified) and checkpoint:
        keep(checkpoint, found.head)
        out.print(f"  → {checkpoint}", soft_wrap=True)
    return isinstance(found, Verified)


async def _found(url: str, places: Sequence[str], *, repair: bool, err: Console | None) -> Verified | Broken:
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        with progress(err) if err else nullcontext() as told:
            stuck = await number(connection)
            found = await verify(connection, places, told)
            if repair and isinstance(found, Broken) and found.moved:
                stuck = await adopt(connection)
                found = await verify(connection, places, told)
    if stuck and isinstance(found, Verified):
        raise stuck
    return found


def _obstacle(url: str, fault: DBAPIError) -> CannotStart | None:
    """What kept the journal from being read, in words; None where it is a fault of ours."""
    state = str(getattr(fault.orig, "sqlstate", None) or "")
    if state in DAMAGED:
        return DatabaseDamaged(place(url), str(fault.orig))
    if state in UNKNOWN:
        return NotMigrated(place(url))
    if fault.connection_invalidated or state[:2] in ("08", "57"):
        return DatabaseAway(place(url), str(fault.orig))
    return None


async def number(connection: AsyncConnection) -> DBAPIError | None:
    """Number what has none; a journal of another cluster waits to be adopted. Raises NumberingHeld.

    Gives why that cannot be, where it is because of what somebody did to the journal.
    """
    try:
        if await connection.scalar(text("select journal_moved(head) from journal_head head")) is False:
            await connection.execute(text("select number()"))
    except DBAPIError as fault:
        state = str(getattr(fault.orig, "sqlstate", None) or "")
        if state[:2] in HARMED:
            return fault
        if state != LOCKED:
            raise
        raise NumberingHeld(str(await connection.scalar(text(HELD)))) from None
    return None


async def adopt(connection: AsyncConnection) -> DBAPIError | None:
    """Make the journal one of this cluster and number what waited. Raises OwnersWork for who does not own it."""
    try:
        await connection.execute(text("select adopt_journal()"))
    except DBAPIError as fault:
        if getattr(fault.orig, "sqlstate", None) != FORBIDDEN:
            raise
        raise OwnersWork("verify --repair") from None
    return await number(connection)


def _place(said: str) -> str:
    if not is_place(said):
        raise BadCursor(said)
    return said


def say(found: Verified | Broken, earlier: Sequence[Checkpoint], out: Console) -> None:
    """One line where all is well, a table of the first faults where not, and between which checkpoints they are."""
    if isinstance(found, Verified):
        out.print(f"✓ {found.head.entries} mục nhật ký nguyên vẹn · entries are as they were written")
        out.print(f"  {found.head.cursor}")
        return
    title = "✗ Nhật ký không còn như đã ghi · The journal is not as it was written"
    table = Table("số · number", "mục · entry", "lỗi · harm", title=title)
    for fault in found.faults:
        table.add_row(str(fault.seq or "–"), str(fault.entry_id or "–"), WORDS[fault.harm])
    out.print(table)
    rewritten = [fault.seq for fault in found.faults if fault.harm is Harm.REWRITTEN and fault.seq is not None]
    if rewritten:
        good = max((each.seq for each in earlier if each.seq < min(rewritten)), default=0)
        out.print(f"  viết lại trong khoảng số · rewritten within numbers {good + 1} … {min(rewritten)}")
    there, here = {(each.database, each.system) for each in earlier}, (found.database, found.system)
    if rewritten and there and here not in there:
        said = ", ".join(f"{database} ({system})" for database, system in sorted(there))
        out.print("  các mốc ghi từ cơ sở dữ liệu khác · the checkpoints are another database's:")
        out.print(f"  {said} ≠ {here[0]} ({here[1]})", soft_wrap=True)
