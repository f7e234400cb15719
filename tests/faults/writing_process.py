"""A process that commits a change and is killed before it numbers it; or numbers for ever and is frozen."""

from __future__ import annotations

import asyncio
import sys

import asyncpg

INSERT = """
insert into journal (key, act, subject_kind, subject_id, subject_version, topics, data)
values (gen_random_uuid(), 'SUBMIT_DOSSIER', 'Dossier', gen_random_uuid(), 1, '{agency:2}', '{}')
"""


async def main(address: str, numbers: bool) -> None:
    connection = await asyncpg.connect(address)
    await connection.execute(INSERT)
    print("committed", flush=True)
    while numbers:
        await connection.execute("select number()")
    await asyncio.sleep(60)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], len(sys.argv) > 2))
