"""Loading the demo: once, whole or not at all, the same from the same seed."""

from __future__ import annotations

from datetime import date, datetime

import asyncpg
import pytest

from models import demo
from models.calendar import ZONE
from models.demo.figures import AWARDS
from tests.models.test_demo import culture
from tests.pristine import dsn

FINGERPRINT = """
    select md5(string_agg(said, '|' order by said)) from (
      select concat_ws(',', d.id, d.code, d.title, d.status, d.version, d.created_at, d.due_on) as said from dossier d
      union all select concat_ws(',', a.id, n.name, t.code, a.citation, a.awarded_on)
        from award a join nominee n on n.id = a.nominee_id join award_type t on t.id = a.award_type_id
      union all select concat_ws(',', j.key, j.at, j.act, j.subject_id, j.subject_version, j.topics, j.data)
        from journal j
      union all select concat_ws(',', p.personal_number, p.birth_date, p.ethnicity, p.address) from nominee_personal p
      union all select concat_ws(',', c.id, c.username, c.full_name) from account c) as everything"""


async def fingerprint(url: str) -> str:
    """A digest of what the demo holds: dossiers, awards, journal, people, accounts."""
    connection = await asyncpg.connect(dsn(url))
    try:
        return str(await connection.fetchval(FINGERPRINT))
    finally:
        await connection.close()


async def test_a_second_load_is_refused_and_changes_nothing(demo_url: str) -> None:
    before = await fingerprint(demo_url)
    assert await demo.is_loaded(demo_url)
    with pytest.raises(demo.NotEmpty):
        await demo.load(demo_url)
    assert await fingerprint(demo_url) == before


async def test_an_interrupted_load_leaves_nothing_and_the_same_seed_then_gives_the_same(
    demo_url: str, fresh_database_url: str
) -> None:
    def interrupt(table: str, done: int, total: int) -> None:
        assert 0 < done <= total
        if table == "ghi · dossier_line":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await demo.load(fresh_database_url, progress=interrupt)
    assert not await demo.is_loaded(fresh_database_url)
    await demo.load(fresh_database_url)
    assert await fingerprint(fresh_database_url) == await fingerprint(demo_url)


async def test_scale_seed_and_day_may_be_chosen(demo_url: str, fresh_database_url: str) -> None:
    day = date(2026, 3, 2)
    await demo.load(fresh_database_url, scale=2, seed=5, today=day)
    held = await asyncpg.connect(dsn(fresh_database_url))
    assert await held.fetchval("select count(*) from dossier") == 4000
    assert await held.fetchval("select max(at) from journal") < datetime(2026, 3, 2, tzinfo=ZONE)
    given = "select count(*) from award a join decision d on d.id = a.decision_id join agency g on g.id = d.agency_id"
    assert await held.fetchval(f"{given} where g.kind = 'PROVINCE' and a.status = 'IN_FORCE'") == 2 * AWARDS
    assert await culture(held, date(2025, 1, 1), date(2025, 3, 2)) == {"COLLECTIVE": 14, "INDIVIDUAL": 54}
    assert await culture(held, date(2024, 1, 1), date(2024, 3, 2)) == {"COLLECTIVE": 1, "INDIVIDUAL": 10}
    await held.close()
    assert await fingerprint(fresh_database_url) != await fingerprint(demo_url)


@pytest.mark.parametrize(("scale", "day"), [(0, date(2026, 11, 21)), (1, date(2026, 1, 31))])
async def test_a_scale_or_day_without_a_demo_is_refused(fresh_database_url: str, scale: int, day: date) -> None:
    with pytest.raises(ValueError, match="the demo needs a scale of at least 1 and a day from 2026-02-01 on"):
        await demo.load(fresh_database_url, scale=scale, today=day)
    assert not await demo.is_loaded(fresh_database_url)
