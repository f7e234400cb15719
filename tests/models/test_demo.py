"""The demo: the figures that were told, every status by legal steps, nobody real, and the same from the same seed."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import joinedload, selectinload

import models as rows
from models import demo
from models.access import Role
from models.calendar import day_of, today
from models.demo.figures import AWARDS, STATUSES
from models.demo.people import FILE as NAMES
from models.dossier import Dossier
from models.submission import must_be_complete
from models.workflow import DossierStatus
from tests.models.conftest import Connection


async def culture(held: Connection, first: date, last: date) -> dict[str, int]:
    """How many certificates of merit of the chairman the Department of Culture had in a period, by kind of nominee."""
    found = await held.fetch(
        """
        select n.kind, count(*) from award a
          join nominee n on n.id = a.nominee_id join award_type t on t.id = a.award_type_id
          join agency g on g.id = a.agency_id join decision d on d.id = a.decision_id
        where t.code = 'BK_T' and g.name = 'Sở Văn hóa, Thể thao và Du lịch' and a.status = 'IN_FORCE'
          and d.status = 'PUBLISHED' and a.awarded_on between $1 and $2
        group by n.kind""",
        first,
        last,
    )
    return {row["kind"]: row["count"] for row in found}


def this_far(year: int) -> date:
    """About as far in another year as today, but after the January in which what was told of is given."""
    now = today()
    return max(date(year, now.month, min(now.day, 28)), date(year, 1, 31))


async def test_the_department_of_culture_has_the_figures_that_were_told(held: Connection) -> None:
    for last in (this_far(2025), date(2025, 12, 31)):
        assert await culture(held, date(2025, 1, 1), last) == {"COLLECTIVE": 14, "INDIVIDUAL": 54}
        assert await culture(held, date(2024, 1, 1), last.replace(year=2024)) == {"COLLECTIVE": 1, "INDIVIDUAL": 10}


async def test_the_province_has_given_nearly_3300_awards_since_2024(held: Connection) -> None:
    given = await held.fetchval(
        """
        select count(*) from award a join decision d on d.id = a.decision_id join agency g on g.id = d.agency_id
        where g.kind = 'PROVINCE' and a.status = 'IN_FORCE' and a.awarded_on >= '2024-01-01'"""
    )
    assert given == AWARDS == 3287


async def test_every_status_has_its_dossiers_two_thousand_in_all(held: Connection) -> None:
    found = {row["status"]: row["count"] for row in await held.fetch("select status, count(*) from dossier group by 1")}
    assert found == {status.name: count for status, count in STATUSES.items()}
    assert set(found) == set(DossierStatus.__members__)
    assert sum(found.values()) == 2000


async def test_there_are_61_communes_4_wards_and_20_departments(held: Connection) -> None:
    kinds = {row["kind"]: row["count"] for row in await held.fetch("select kind, count(*) from agency group by 1")}
    assert (kinds["COMMUNE"], kinds["WARD"], kinds["DEPARTMENT"], kinds["PROVINCE"]) == (61, 4, 20, 1)


async def test_every_former_district_ended_with_its_communes_as_successors(held: Connection) -> None:
    districts = await held.fetch(
        """
        select d.name, d.valid_to, count(s.successor_id), bool_and(c.kind in ('COMMUNE', 'WARD')) as communes
        from agency d join agency_succession s on s.agency_id = d.id join agency c on c.id = s.successor_id
        where d.kind = 'DISTRICT' group by d.id"""
    )
    assert len(districts) == 11
    assert {row["valid_to"] for row in districts} == {date(2025, 7, 1)}
    assert sum(row["count"] for row in districts) == 65
    assert all(row["communes"] for row in districts)


async def test_a_dossier_has_one_to_twelve_lines(held: Connection) -> None:
    sizes = await held.fetchrow(
        """
        select min(size), max(size) from (select count(l.id) as size
          from dossier d left join dossier_line l on l.dossier_id = d.id group by d.id) as sizes"""
    )
    assert sizes is not None
    assert tuple(sizes) == (1, 12)


async def test_awards_go_to_kinds_that_may_receive_them_from_those_who_may_decide(held: Connection) -> None:
    wrong = await held.fetch(
        """
        select t.code, n.kind from dossier_line l
          join award_type t on t.id = l.award_type_id join nominee n on n.id = l.nominee_id
        where n.kind <> all(t.recipients)
        union all
        select t.code, g.kind from award a join decision d on d.id = a.decision_id
          join agency g on g.id = d.agency_id join award_type t on t.id = a.award_type_id
        where not exists (select from authority u where u.award_type_id = t.id and u.agency_kind = g.kind
          and u."right" = 'DECIDES' and daterange(u.valid_from, u.valid_to) @> d.signed_on)"""
    )
    assert wrong == []


async def test_what_was_submitted_was_complete_by_the_rules_of_its_day(demo_url: str) -> None:
    engine = create_async_engine(demo_url)
    load = (
        joinedload(Dossier.authority),
        joinedload(Dossier.rule_set),
        selectinload(Dossier.lines).options(
            joinedload(rows.DossierLine.nominee), joinedload(rows.DossierLine.award_type)
        ),
    )
    async with AsyncSession(engine) as session:
        received = (
            select(Dossier).where(Dossier.received_at.is_not(None)).order_by(Dossier.id).limit(150).options(*load)
        )
        dossiers = list(await session.scalars(received))
        for dossier in dossiers:
            assert dossier.rule_set is not None
            assert dossier.submitted_at is not None
            await must_be_complete(session, dossier, dossier.rule_set, day_of(dossier.submitted_at))
    await engine.dispose()
    assert len(dossiers) == 150


async def test_the_two_real_documents_and_the_law_are_in_the_library(held: Connection) -> None:
    found = {
        row["number"]: row["issued_on"] for row in await held.fetch("select number, issued_on from guidance_document")
    }
    assert found["247/KH-UBND"] == date(2022, 12, 14)
    assert found["2012/QĐ-UBND"] == date(2023, 12, 4)
    assert {"06/2022/QH15", "152/2025/NĐ-CP", "15/2025/TT-BNV"} <= found.keys()


async def test_movements_models_articles_and_council_sittings_are_there(held: Connection) -> None:
    titles = [row["title"] for row in await held.fetch("select title from movement")]
    assert "Cả nước chung tay vì người nghèo – Không để ai bị bỏ lại phía sau" in titles
    assert "Thứ Sáu không viết" in titles
    for table, least in (("exemplary_model", 8), ("article", 4), ("council_member", 9), ("council_session", 8)):
        assert await held.fetchval(f"select count(*) from {table}") >= least


async def test_the_chair_of_the_red_cross_has_the_prime_ministers_certificate_of_early_2025(held: Connection) -> None:
    given = await held.fetchrow(
        """
        select t.code, a.awarded_on, d.number, n.position from account c join nominee n on n.id = c.nominee_id
          join award a on a.nominee_id = n.id join decision d on d.id = a.decision_id
          join award_type t on t.id = a.award_type_id
        where c.username = 'chuthapdo' and t.code = 'BK_TTG'"""
    )
    assert given is not None
    assert given["awarded_on"] == date(2025, 2, 25)
    assert re.fullmatch(r"\d+/QĐ-TTg", given["number"])
    assert given["position"] == "Chủ tịch Hội Chữ thập đỏ tỉnh"


async def test_nominees_with_an_account_wait_for_something(held: Connection) -> None:
    waiting = await held.fetch(
        """
        select c.username, d.status, a.username as appraiser from account c
          join dossier_line l on l.nominee_id = c.nominee_id join dossier d on d.id = l.dossier_id
          left join account a on a.id = d.appraiser_id
          join award_type t on t.id = l.award_type_id
        where d.status in ('COUNCIL', 'ASSIGNED') and t.code = 'BK_T'"""
    )
    found = {(row["username"], row["status"], row["appraiser"]) for row in waiting}
    assert {("chuthapdo", "COUNCIL", "thamdinh"), ("nghenhan", "ASSIGNED", "thamdinh")} <= found


async def test_names_are_kept_in_nfc_also_those_that_came_in_nfd(held: Connection) -> None:
    names = [
        row["name"] for row in await held.fetch("select name from nominee union all select full_name from account")
    ]
    assert all(unicodedata.is_normalized("NFC", name) for name in names)
    assert any(name.endswith(" Thiềm") for name in names)
    assert not unicodedata.is_normalized("NFC", NAMES.read_text(encoding="utf-8"))


async def test_nobody_in_the_demo_is_real(held: Connection) -> None:
    public = set(re.findall(r'"([^"]+)"', NAMES.read_text(encoding="utf-8").partition("never = ")[2]))
    assert len(public) > 20
    people = await held.fetch(
        """
        select name from nominee where kind = 'INDIVIDUAL' union all select full_name from account
        union all select signer_name from decision"""
    )
    assert not public & {row["name"] for row in people}
    numbers = [row["personal_number"] for row in await held.fetch("select personal_number from nominee_personal")]
    assert all(number.startswith("099") for number in numbers)  # no province's numbers begin so
    phones = [row["phone"] for row in await held.fetch("select phone from nominee_personal")]
    assert all(phone.startswith("0205 0") for phone in phones)  # nor any subscriber's


async def test_there_is_an_account_to_sign_in_with_for_each_role(held: Connection) -> None:
    assert {account.role for account in demo.ACCOUNTS} == set(Role)
    stored = {
        row["username"]: row
        for row in await held.fetch(
            """
            select c.username, c.password_hash, c.active, r.role, g.code from account c
              join role_held r on r.account_id = c.id join agency g on g.id = r.agency_id"""
        )
    }
    for account in demo.ACCOUNTS:
        row = stored[account.username]
        assert row["active"]
        assert (row["role"], row["code"]) == (account.role.name, account.agency)
    hashes = {stored[account.username]["password_hash"] for account in demo.ACCOUNTS}
    assert len(hashes) == 1
    assert PasswordHasher().verify(hashes.pop(), demo.PASSWORD)


async def test_the_demos_password_opens_no_other_account(held: Connection) -> None:
    others = await held.fetch(
        "select distinct password_hash from account where username <> all($1)",
        [account.username for account in demo.ACCOUNTS],
    )
    assert len(others) == 1
    with pytest.raises(VerifyMismatchError):
        PasswordHasher().verify(others[0]["password_hash"], demo.PASSWORD)


async def test_each_cancelled_award_was_cancelled_by_a_later_public_decision(held: Connection) -> None:
    unexplained = """
        select count(*) from award a where a.status = 'CANCELLED' and not exists (
          select from award_change c join decision d on d.id = c.decision_id
          where c.award_id = a.id and d.kind = 'REVOCATION' and d.published_at is not null
            and d.signed_on > a.awarded_on)"""
    assert await held.fetchval("select count(*) from award where status = 'CANCELLED'") > 0
    assert await held.fetchval(unexplained) == 0


async def test_every_award_has_a_code_of_its_own_and_prize_money_from_the_decrees_first_day(held: Connection) -> None:
    assert await held.fetchval("select count(distinct code) = count(*) from award")
    paid = """
        select a.awarded_on >= '2025-07-01' as since, bool_and(p.amount > 0) as all, bool_or(p.amount > 0) as any
        from award a join award_type t on t.id = a.award_type_id left join award_prize p on p.award_id = a.id
        where t.code = 'BK_T' group by 1 order by 1"""
    assert [tuple(row) for row in await held.fetch(paid)] == [(False, None, None), (True, True, True)]
