"""A process that has numbered the journal in a transaction, as those that load data do, and never ends it."""

from __future__ import annotations

import asyncio
import sys

from models import database
from models.journal import unnumbered


async def main(address: str) -> None:
    engine = database.write_engine(address.replace("postgresql:", "postgresql+asyncpg:"), 1)
    async with engine.connect() as connection:
        await connection.scalar(unnumbered())
        print("held", flush=True)
        await asyncio.sleep(3600)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
