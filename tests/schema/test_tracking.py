"""Codes for nominees without an account: who gives them, to whom, and what is kept of what proves that it is they."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text, update

import models as rows
from models.tracking import factor_of, hash_of
from tests.province import SECRET, Province
from tests.schema.journey import drafted, stepped
from tests.schema.refusing import refused

FACTOR = "204 917"
LINE = "query($id: ID!) { dossier(id: $id) { lines(first: 5) { nodes { trackingCode { code } } } } }"


async def submitted(province: Province, **more: Any) -> dict[str, Any]:
    """A dossier that came to the desk."""
    return await stepped(province, "head", "submitDossier", await drafted(province, **more))


async def issued(province: Province, dossier: dict[str, Any], who: str = "desk", **more: Any) -> dict[str, Any]:
    """What is answered to whoever gives the first nominee a code."""
    line = dossier["lines"]["nodes"][0]["id"]
    return await province.act(who, "issueTrackingCode", {"lineId": line, "secondFactor": FACTOR, **more})


@pytest.mark.parametrize("who", ["desk", "chief", "officer", "head"])
async def test_the_desk_and_whoever_proposes_give_a_code_that_cannot_be_guessed(province: Province, who: str) -> None:
    dossier = await submitted(province)
    code = await issued(province, dossier, who)
    assert code["__typename"] == "TrackingCode"
    assert len(code["code"]) == 16
    assert code["nominee"] == {"name": "Hoàng Thị An"}


async def test_staff_who_see_the_case_may_print_the_receipt_again_and_nobody_else(province: Province) -> None:
    dossier = await submitted(province)
    code = await issued(province, dossier)
    for who, seen in (("desk", code["code"]), ("officer", code["code"]), ("nominee", None)):
        answer = await province.ask(who, LINE, {"id": dossier["id"]})
        (line,) = answer["data"]["dossier"]["lines"]["nodes"]
        assert (line["trackingCode"] or {}).get("code") == seen
    for who in ("stranger", "nominee", None):
        assert (await province.ask(who, "query($id: ID!) { node(id: $id) { id } }", code)) == {"data": {"node": None}}


async def test_a_new_code_ends_the_old_one_and_the_same_request_gives_the_same(province: Province) -> None:
    dossier, key = await submitted(province), str(uuid4())
    first = await issued(province, dossier, idempotencyKey=key)
    assert await issued(province, dossier, idempotencyKey=key, secondFactor="000000") == first
    second = await issued(province, dossier)
    assert second["code"] != first["code"]
    async with province.sessions() as session:
        kept = list(await session.scalars(select(rows.Tracking).order_by(rows.Tracking.id)))
    assert [(each.code, each.ended_at is None) for each in kept] == [(first["code"], False), (second["code"], True)]


async def test_a_rehearsal_gives_no_code(province: Province) -> None:
    dossier = await submitted(province)
    assert (await issued(province, dossier, dryRun=True))["__typename"] == "TrackingCode"
    assert await province.count(rows.Tracking) == 0


async def test_without_digits_it_is_the_register_that_knows_them(province: Province) -> None:
    dossier = await submitted(province)
    refusal = await refused(province, "desk", "issueTrackingCode", {"lineId": dossier["lines"]["nodes"][0]["id"]})
    assert (refusal["__typename"], refusal["rule"], refusal["remedy"]) == (
        "RuleNotMet",
        "NO_SECOND_FACTOR",
        "secondFactor",
    )
    async with province.sessions.begin() as session:
        await session.execute(update(rows.NomineePersonal).values(personal_number="020185123456"))
    assert (await issued(province, dossier, secondFactor=None))["__typename"] == "TrackingCode"
    async with province.sessions() as session:
        kept = (await session.scalars(select(rows.Tracking))).one()
    assert kept.factor_hash == hash_of(SECRET, kept.id, "123456")


@pytest.mark.parametrize("said", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "1" * 1000])
async def test_what_is_not_six_digits_is_refused(province: Province, said: str) -> None:
    dossier = await submitted(province)
    asked = {"lineId": dossier["lines"]["nodes"][0]["id"], "secondFactor": said}
    refusal = await refused(province, "desk", "issueTrackingCode", asked)
    assert (refusal["__typename"], refusal["field"]) == ("InvalidInput", "secondFactor")
    assert factor_of(said) is None


async def test_a_draft_has_nothing_to_follow(province: Province) -> None:
    line = (await drafted(province))["lines"]["nodes"][0]["id"]
    refusal = await refused(province, "officer", "issueTrackingCode", {"lineId": line, "secondFactor": FACTOR})
    assert (refusal["rule"], refusal["remedy"]) == ("NOT_SUBMITTED", "submitDossier")


async def test_others_do_not_give_codes_and_do_not_learn_of_the_case(province: Province) -> None:
    dossier = await submitted(province)
    asked = {"lineId": dossier["lines"]["nodes"][0]["id"], "secondFactor": FACTOR}
    refusal = await refused(province, "auditor", "issueTrackingCode", asked)
    assert (refusal["__typename"], refusal["whoCan"]) == (
        "NotPermitted",
        ["UNIT_OFFICER", "AGENCY_HEAD", "ONE_STOP", "OFFICE_HEAD"],
    )
    unseen = await refused(province, "stranger", "issueTrackingCode", asked)
    nobodys = await refused(province, "desk", "issueTrackingCode", asked | {"lineId": f"DossierLine_{uuid4()}"})
    assert unseen == nobodys
    assert unseen["__typename"] == "NotFound"
    assert (await refused(province, None, "issueTrackingCode", asked))["__typename"] == "NotPermitted"


async def test_neither_the_six_digits_nor_the_code_in_the_journal_are_kept_anywhere(province: Province) -> None:
    code = await issued(province, await submitted(province))
    digits = factor_of(FACTOR)
    assert digits
    async with province.sessions() as session:
        tables = sorted(rows.Base.metadata.tables)
        told = {table: str((await session.execute(text(f'select t::text from "{table}" t'))).all()) for table in tables}
        entry = (await session.scalars(select(rows.Entry).where(rows.Entry.subject_kind == "Tracking"))).one()
    assert [table for table, said in told.items() if digits in said] == []
    assert [table for table, said in told.items() if code["code"] in said] == ["tracking"]
    assert (entry.act, entry.actor_id) == ("ISSUE_TRACKING_CODE", province.viewers["desk"].account_id)
