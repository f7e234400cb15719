"""What a role gives ends with its agency, and what one role permits does not reach as far as another one sees."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update

import models as rows
from models.access import Role
from resolvers.account import viewer_for
from tests.province import BEGUN, Province
from tests.schema.journey import awaiting_decision, drafted, stepped
from tests.schema.lending import again, day, employ, lent, received, staffed

PERSONAL = "{ nominees(first: 50) { nodes { name personal { phone } } } }"


async def end(province: Province, agency: str, **when: Any) -> None:
    """Have an agency end, or begin later."""
    async with province.sessions.begin() as session:
        changed = update(rows.Agency).where(rows.Agency.id == province.agencies[agency])
        await session.execute(changed.values(**when or {"valid_to": day()}))


@pytest.mark.parametrize("when", [{"valid_to": 0}, {"valid_from": 1, "valid_to": None}])
async def test_a_role_in_an_agency_that_is_no_more_or_not_yet_is_none(
    province: Province, when: dict[str, int | None]
) -> None:
    """N-A29: neither their own dossiers are seen by it, nor anything done."""
    draft = await drafted(province)
    await end(province, "culture", **{name: later if later is None else day(later) for name, later in when.items()})
    await again(province, "officer")
    assert province.viewers["officer"].holdings == ()
    assert (await province.ask("officer", "{ dossiers(first: 1) { totalCount } }"))["data"]["dossiers"] == {
        "totalCount": 0
    }
    said = {"id": draft["id"], "expectedVersion": draft["version"]}
    assert (await province.act("officer", "submitDossier", said))["__typename"] == "NotFound"
    assert (await province.act("officer", "draftDossier", province.draft()))["__typename"] == "NotFound"


async def test_on_its_last_day_an_agency_still_has_its_staff(province: Province) -> None:
    await end(province, "culture", valid_to=day(1))
    await again(province, "officer")
    assert [held.role for held in province.viewers["officer"].holdings] == [Role.UNIT_OFFICER]


async def test_what_was_lent_in_an_agency_that_is_no_more_is_held_by_nobody(province: Province) -> None:
    """N-A29, N-A17."""
    await staffed(province)
    await lent(province)
    office = frozenset({Role.OFFICE_HEAD})
    assert province.viewers["deputy"].holds(office, "h37.office")
    await end(province, "office")
    await again(province, "deputy")
    assert not province.viewers["deputy"].holds(office, "h37.office")


async def test_nobody_is_to_appraise_by_a_role_in_an_agency_that_is_no_more(province: Province) -> None:
    """N-A29: the office passed its desk on to the province, and its own appraisers with it end."""
    dossier = await received(province)
    await end(province, "office")
    said = {"id": dossier["id"], "expectedVersion": dossier["version"], "appraiser": "appraiser"}
    async with province.sessions.begin() as session:
        await session.execute(
            update(rows.RoleHeld)
            .where(rows.RoleHeld.role == Role.OFFICE_HEAD)
            .values(agency_id=province.agencies["province"])
        )
    await again(province, "chief")
    assert (await province.act("chief", "assignAppraiser", said))["__typename"] == "InvalidInput"


async def phones(province: Province, who: str) -> dict[str, Any]:
    """Whose telephone numbers somebody is shown."""
    answer = await province.ask(who, PERSONAL)
    assert "errors" not in answer, answer
    return {row["name"]: row["personal"] for row in answer["data"]["nominees"]["nodes"] if row["personal"]}


async def test_personal_data_are_for_the_role_that_reads_them_not_for_one_that_sees_more(province: Province) -> None:
    """Who proposes for one department and audits the province sees every dossier, and the personal data of none."""
    await awaiting_decision(province)
    await employ(province, "both", Role.UNIT_OFFICER, "health")
    async with province.sessions.begin() as session:
        account = await session.get_one(rows.Account, province.viewers["both"].account_id)
        top = province.agencies["province"]
        session.add(rows.RoleHeld(account_id=account.id, role=Role.AUDITOR, agency_id=top, valid_from=BEGUN))
        await session.flush()
        province.viewers["both"] = await viewer_for(session, account)
    assert (await province.ask("both", "{ dossiers(first: 1) { totalCount } }"))["data"]["dossiers"] == {
        "totalCount": 1
    }
    assert await phones(province, "both") == {}
    for who in ("officer", "chief", "appraiser"):
        assert await phones(province, who) == {"Hoàng Thị An": {"phone": "0900000000"}}, who


async def test_n_a20_a_reply_shows_no_more_than_a_query_and_what_it_may_not_show_is_refused_before_anything_is_done(
    province: Province,
) -> None:
    """The desk receives dossiers and reads no personal data: with them in the reply nothing is received."""
    dossier = await stepped(province, "officer", "submitDossier", await drafted(province))
    entries = await province.count(rows.Entry)
    text = """mutation($input: DossierStepInput!) { receiveDossier(input: $input) { __typename
      ... on Dossier { code lines(first: 1) { nodes { nominee { name personal { phone } } } } } } }"""
    said = {"id": dossier["id"], "expectedVersion": dossier["version"], "idempotencyKey": str(uuid4())}
    answer = await province.ask("desk", text, {"input": said})
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
    assert "0900000000" not in str(answer)
    assert await province.count(rows.Entry) == entries
