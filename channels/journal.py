"""What `verify` says of the journal."""

from __future__ import annotations

from collections.abc import Collection

from rich.console import Console
from rich.table import Table
from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from channels.database import require
from models.verification import Broken, Verified, verify


async def verified(url: str, noted: Collection[str], out: Console) -> bool:
    """Number what is not numbered yet, check the whole chain, say what was found; whether it holds."""
    await require(url)
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("select number()"))
        found = await verify(connection, noted)
    say(found, out)
    return isinstance(found, Verified)


def say(found: Verified | Broken, out: Console) -> None:
    """One line where all is well, a table of the first faults where not."""
    if isinstance(found, Verified):
        out.print(f"✓ {found.entries} mục nhật ký nguyên vẹn · entries are as they were written\n  {found.head}")
        return
    table = Table(
        "số · number", "mục · entry", "lỗi · harm", title="✗ Nhật ký đã bị sửa · The journal was tampered with"
    )
    for fault in found.faults:
        table.add_row(str(fault.seq or "–"), str(fault.entry_id or "–"), fault.harm.value)
    out.print(table)
