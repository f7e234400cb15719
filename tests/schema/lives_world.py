"""Where random lives are led: a province of its own with a council, and a look at its rows beside the program."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import asyncpg

import models as rows
from models import database
from models.access import Role
from models.agency import AgencyKind, AgencyLevel
from resolvers.account import viewer_for
from resolvers.engine import Engine
from resolvers.feed import Feed
from schema import schema
from tests.pristine import dsn
from tests.province import BEGUN, NO_PASSWORD, Province, settle
from tests.schema.chamber import Chamber, seated
from tests.schema.lives import PEOPLE
from tests.unhurried import patient_engine, patient_pool


@dataclass
class World:
    """A province of its own, its loop, and a way to look at its rows that shares nothing with the program."""

    runner: asyncio.Runner
    province: Province
    look: asyncpg.Connection[Any]
    chamber: Chamber

    def run(self, work: Any) -> Any:
        """What a coroutine gives."""
        return self.runner.run(work)


async def opened(url: str, redis_url: str) -> tuple[tuple[Province, Any, Chamber], list[Any]]:
    """The small province with a unit below a department, and people who hold several roles."""
    pool, feed, engine = patient_pool(dsn(url)), Feed(dsn(url), redis_url), patient_engine(url)
    await feed.start()
    province = await settle(Engine(schema, pool), feed, database.sessions(engine))
    async with province.sessions.begin() as session:
        troupe = rows.Agency(
            code="H37.10.01", name="Đoàn Nghệ thuật tỉnh", kind=AgencyKind.UNIT, level=AgencyLevel.UNIT,
            path="h37.culture.troupe", valid_from=BEGUN, parent_id=province.agencies["culture"],
        )  # fmt: skip
        session.add(troupe)
        await session.flush()
        at = {"h37": "province", "h37.office": "office", "h37.culture": "culture"}
        for name in ("player", "other", "everybody"):
            account = rows.Account(username=name, full_name=f"Người {name}", title="", password_hash=NO_PASSWORD)
            session.add(account)
            await session.flush()
            for role, path in PEOPLE[name]:
                agency = troupe.id if path == troupe.path else province.agencies[at[path]]
                session.add(rows.RoleHeld(account_id=account.id, role=Role[role], agency_id=agency, valid_from=BEGUN))
            await session.flush()
            province.viewers[name] = await viewer_for(session, account)
    look = await asyncpg.connect(dsn(url))
    chamber = await seated(province)
    await look.execute("update council_rule set party_opinion = true where ballot = 'SECRET'")
    return (province, look, chamber), [look.close, feed.stop, pool.close, engine.dispose]
