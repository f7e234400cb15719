"""Decisions of the Prime Minister and the President: recorded by their own number, and a wrong record voided."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

from sqlalchemy import select, update

import models as rows
from models import calendar
from models.agency import AgencyKind, AgencyLevel
from tests.province import Province
from tests.schema.journey import issued, step, stepped
from tests.schema.refusing import refused, traces
from tests.schema.test_decision import awaiting, seen


async def test_a_decision_from_above_is_recorded_by_its_own_number_and_pays_from_the_provinces_fund(
    province: Province,
) -> None:
    dossier = await answered_above(province)
    said = as_on_paper(dossier)
    wrong = await refused(province, "desk", "recordDecision", said)
    assert (wrong["__typename"], wrong["whoCan"]) == ("NotPermitted", ["OFFICE_HEAD", "SECRETARY"])
    decision = await province.act("secretary", "recordDecision", said)
    assert (decision["__typename"], decision["number"]) == ("Decision", "77/QĐ-CTN")
    asked = "signerName awards(first: 1) { nodes { prizeMoney { amount payer { code } } } }"
    shown = await seen(province, "chairman", decision["id"], asked)
    assert shown["signerName"] == "Lê Văn A"
    assert shown["awards"]["nodes"] == [{"prizeMoney": {"amount": 10_530_000, "payer": {"code": "H37"}}}]
    assert (await stepped(province, "secretary", "publishDecision", decision))["status"] == "PUBLISHED"


def as_on_paper(dossier: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What the President's paper on a dossier says."""
    paper = {"title": "Tặng Huân chương", "signedOn": str(calendar.today()), "number": "77/QĐ-CTN"}
    return step(dossier, **paper, **{"signerName": "Lê Văn A", "signerTitle": "Chủ tịch nước", **more})


async def test_a_record_of_a_decision_from_above_is_voided_by_whoever_records_and_made_anew_by_the_same_number(
    province: Province,
) -> None:
    dossier = await answered_above(province)
    wrong = await province.act("secretary", "recordDecision", as_on_paper(dossier, signerName="Sai tên"))
    void = await stepped(province, "chief", "voidDecision", wrong, reason="Nhập sai tên người ký")
    assert (void["status"], void["number"], void["awards"]["nodes"]) == ("VOID", "77/QĐ-CTN", [])
    asked = "status version lines(first: 1) { nodes { outcome } } events(last: 1) { nodes { act reason } }"
    back = await seen(province, "chief", dossier["id"], asked)
    assert (back["status"], back["lines"]["nodes"]) == ("RESULT_FROM_ABOVE", [{"outcome": "ELIGIBLE"}])
    assert back["events"]["nodes"] == [{"act": "VOID_ABOVE", "reason": "Nhập sai tên người ký"}]
    again = await province.act("secretary", "recordDecision", as_on_paper({**dossier, "version": back["version"]}))
    assert (again["__typename"], again["number"]) == ("Decision", "77/QĐ-CTN")
    asked = '{ decision(number: "77/QĐ-CTN") { id signerName status } }'
    found = (await province.ask("chief", asked))["data"]["decision"]
    assert found == {"id": again["id"], "signerName": "Lê Văn A", "status": "ISSUED"}


async def test_the_journal_keeps_who_voided_a_record_and_why(province: Province) -> None:
    decision = await province.act("secretary", "recordDecision", as_on_paper(await answered_above(province)))
    await stepped(province, "secretary", "voidDecision", decision, reason="Nhập nhầm hồ sơ")
    async with province.sessions() as session:
        entries = await session.scalars(
            select(rows.Entry).where(rows.Entry.subject_kind == "Decision").order_by(rows.Entry.subject_version)
        )
        said = [(each.act, each.actor_id, each.data.get("reason")) for each in entries]
    secretary = province.viewers["secretary"].account_id
    assert said == [("RECORD_DECISION", secretary, None), ("VOID_DECISION", secretary, "Nhập nhầm hồ sơ")]


async def test_a_record_is_voided_by_nobody_else_nor_without_a_reason_nor_once_public(province: Province) -> None:
    decision = await province.act("secretary", "recordDecision", as_on_paper(await answered_above(province)))
    for who in ("chairman", "desk", "officer", "auditor"):
        refusal = await refused(province, who, "voidDecision", step(decision, reason="Sai"))
        assert (refusal["__typename"], refusal["whoCan"]) == ("NotPermitted", ["OFFICE_HEAD", "SECRETARY"]), who
    silent = await refused(province, "chief", "voidDecision", step(decision, reason=" "))
    assert (silent["__typename"], silent["field"]) == ("InvalidInput", "reason")
    before = await traces(province)
    rehearsed = await stepped(province, "chief", "voidDecision", decision, reason="Sai", dryRun=True)
    assert (rehearsed["status"], await traces(province)) == ("VOID", before)
    published = await stepped(province, "chief", "publishDecision", decision)
    late = await refused(province, "chief", "voidDecision", step(published, reason="Sai"))
    assert (late["__typename"], late["decisionStatus"]) == ("WrongStatus", "PUBLISHED")


async def test_whoever_records_from_above_voids_no_decision_of_our_own(province: Province) -> None:
    decision = await issued(province)
    refusal = await refused(province, "chief", "voidDecision", step(decision, reason="Sai"))
    assert (refusal["__typename"], refusal["whoCan"]) == ("NotPermitted", ["AGENCY_HEAD", "CHAIRMAN"])


async def test_two_who_void_a_record_at_once_void_it_once(province: Province) -> None:
    decision = await province.act("secretary", "recordDecision", as_on_paper(await answered_above(province)))
    answers = await asyncio.gather(
        *(stepped(province, who, "voidDecision", decision, reason="Sai") for who in ("chief", "secretary"))
    )
    assert sorted(answer["__typename"] for answer in answers) == ["Decision", "StaleVersion"]


async def test_a_number_from_above_that_stands_is_recorded_once(province: Province) -> None:
    await province.act("secretary", "recordDecision", as_on_paper(await answered_above(province)))
    second = await awaiting(province, "binh")
    async with province.sessions.begin() as session:
        order = await session.scalar(select(rows.AwardType.id).where(rows.AwardType.code == "HC_LD_III"))
        await session.execute(update(rows.DossierLine).values(award_type_id=order))
        values = {"authority_id": province.agencies["president"], "status": "RESULT_FROM_ABOVE"}
        await session.execute(update(rows.Dossier.__table__).where(rows.Dossier.status == "SIGNING").values(**values))
    refusal = await refused(province, "secretary", "recordDecision", as_on_paper(second))
    assert (refusal["__typename"], refusal["number"]) == ("NumberTaken", "77/QĐ-CTN")


async def test_what_the_province_decides_itself_is_not_forwarded(province: Province) -> None:
    """Else it could only be declined: nothing from above can be recorded on it."""
    dossier = await awaiting(province)
    wrong = await refused(province, "chairman", "forwardUp", step(dossier))
    assert (wrong["rule"], wrong["article"], wrong["remedy"]) == ("DECIDED_HERE", "Law 06/2022 arts 77–80", "H37")
    assert (await stepped(province, "chairman", "issueDecision", dossier, title="Tặng Bằng khen"))["number"]


async def answered_above(province: Province) -> dict[str, Any]:
    """A dossier for a third-class Labour Order, which the President has answered."""
    dossier = await for_the_president(province, await awaiting(province))
    async with province.sessions.begin() as session:
        order = await session.scalar(select(rows.AwardType.id).where(rows.AwardType.code == "HC_LD_III"))
        await session.execute(update(rows.DossierLine).values(award_type_id=order))
        await session.execute(update(rows.Dossier.__table__).values(status="RESULT_FROM_ABOVE"))
    return dossier


async def for_the_president(province: Province, dossier: dict[str, Any]) -> dict[str, Any]:
    """The same dossier, and every other one: now it is the President who is asked to decide."""
    await president(province)
    async with province.sessions.begin() as session:
        await session.execute(update(rows.Dossier.__table__).values(authority_id=province.agencies["president"]))
    return dossier


async def president(province: Province) -> None:
    """The office of the President, whose papers the province's desk records."""
    async with province.sessions.begin() as session:
        agency = rows.Agency(
            code="CTN",
            name="Chủ tịch nước",
            symbol="CTN",
            kind=AgencyKind.PRESIDENT,
            level=AgencyLevel.CENTRAL,
            path="ctn",
            valid_from=date(1945, 9, 2),
        )
        agency.desk_id = province.agencies["office"]
        session.add(agency)
        province.agencies["president"] = agency.id
