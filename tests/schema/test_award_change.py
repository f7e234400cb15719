"""What becomes of awards: corrected, cancelled, stripped and restored by whoever may, and what leaned on them."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update

import models as rows
from models import calendar
from models.award import AwardStatus
from tests.province import Province
from tests.schema.journey import awaiting_decision, issued, step, stepped
from tests.schema.refusing import refused
from tests.schema.test_decision import decided, seen
from tests.schema.test_decision_above import answered_above

FALSE = {"ground": "FALSE_ACHIEVEMENT", "reason": "Kết luận thanh tra số 5: kê khai không đúng"}
CHANGED = "status awards(first: 9) { nodes { id status printedName citation } }"


async def public(province: Province, *nominees: str) -> dict[str, Any]:
    """A published decision on these nominees."""
    dossier = await awaiting_decision(province, lines=[province.line(name) for name in nominees or ("an",)])
    return await stepped(province, "chief", "publishDecision", await decided(province, dossier))


async def changed(province: Province, act: str, decision: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The decision after the chairman changed awards of it."""
    return await stepped(province, "chairman", act, decision, **more)


def awards(decision: dict[str, Any]) -> list[str]:
    """The ids of a decision's awards, in its order."""
    return [award["id"] for award in decision["awards"]["nodes"]]


async def test_a_misprint_is_corrected_by_a_numbered_decision_and_what_was_printed_is_kept(province: Province) -> None:
    decision = await public(province)
    (award,) = awards(decision)
    said = {"award": award, "reason": "In sai họ tên", "recipientName": "Hoàng Thị Án", "citation": "Thành tích đúng"}
    after = await changed(province, "correctAward", decision, **said)
    assert (after["status"], after["version"]) == ("PUBLISHED", decision["version"] + 1)
    history = "ground statusBefore citationBefore recipientBefore finding { reason } decision { number kind status }"
    asked = f"status printedName citation changes(first: 5) {{ nodes {{ {history} }} }}"
    read = await seen(province, "auditor", award, asked)
    assert (read["status"], read["printedName"], read["citation"]) == ("CORRECTED", "Hoàng Thị Án", "Thành tích đúng")
    (kept,) = read["changes"]["nodes"]
    assert kept["decision"] == {"number": "2/QĐ-UBND", "kind": "CORRECTION", "status": "PUBLISHED"}
    assert (kept["recipientBefore"], kept["citationBefore"][:8]) == ("Hoàng Thị An", "Có thành")
    assert kept["finding"] == {"reason": "In sai họ tên"}
    outside = await seen(province, None, award, asked)
    assert outside["changes"]["nodes"][0]["finding"] is None, "what was found is for staff"
    same = await refused(
        province, "chairman", "correctAward", step(after, award=award, reason="x", citation=read["citation"])
    )
    assert (same["__typename"], same["field"]) == ("InvalidInput", "citation")


async def test_a_cancelled_award_is_shown_as_such_and_its_money_is_to_be_recovered(province: Province) -> None:
    decision = await public(province, "an", "team")
    after = await changed(province, "revokeAward", decision, **FALSE, awards=awards(decision)[:1])
    assert after["status"] == "PUBLISHED"
    read = await seen(province, None, decision["id"], f"{CHANGED} prizeTotal prizeToRecover")
    assert [award["status"] for award in read["awards"]["nodes"]] == ["CANCELLED", "IN_FORCE"]
    assert (read["prizeTotal"], read["prizeToRecover"]) == (7_020_000, 3_510_000)
    dossiers = (await province.ask("officer", "{ dossiers(first: 1) { nodes { status } } }"))["data"]["dossiers"]
    assert dossiers["nodes"] == [{"status": "PUBLISHED"}]
    changes = await seen(
        province, None, await by_number(province, "2/QĐ-UBND"), "changes(first: 3) { nodes { ground } }"
    )
    assert changes["changes"]["nodes"] == [{"ground": "FALSE_ACHIEVEMENT"}]


async def by_number(province: Province, number: str) -> str:
    """The id of a public decision."""
    found = await province.ask(None, "query($number: String!) { decision(number: $number) { id } }", {"number": number})
    return str(found["data"]["decision"]["id"])


async def test_when_no_award_is_left_decision_and_dossier_are_cancelled_in_an_archive_too(province: Province) -> None:
    decision = await public(province, "an", "team")
    async with province.sessions.begin() as session:
        await session.execute(update(rows.Dossier.__table__).values(status="ARCHIVED"))
    after = await changed(province, "revokeAward", decision, **FALSE)
    assert after["status"] == "CANCELLED"
    asked = "{ dossiers(first: 1) { nodes { status lastEvent { act } } } }"
    (dossier,) = (await province.ask("officer", asked))["data"]["dossiers"]["nodes"]
    assert dossier == {"status": "CANCELLED", "lastEvent": {"act": "CANCEL"}}
    async with province.sessions() as session:
        told = list(await session.scalars(select(rows.Entry).where(rows.Entry.act == "REVOKE_AWARD")))
    assert {entry.data["number"] for entry in told} == {"1/QĐ-UBND", "2/QĐ-UBND"}
    assert all("decisions" in entry.topics and entry.public_text for entry in told)
    gone = await refused(province, "chairman", "revokeAward", step(after, **FALSE))
    assert (gone["__typename"], gone["rule"]) == ("RuleNotMet", "AWARD_STANDS_OTHERWISE")


async def test_only_whoever_gave_an_award_changes_it_and_only_once_it_is_public(province: Province) -> None:
    decision = await issued(province)
    early = await refused(province, "chairman", "revokeAward", step(decision, **FALSE))
    assert (early["__typename"], early["decisionStatus"]) == ("WrongStatus", "ISSUED")
    decision = await stepped(province, "chief", "publishDecision", decision)
    for who in ("chief", "secretary", "head", "officer"):
        assert (await refused(province, who, "revokeAward", step(decision, **FALSE)))["__typename"] == "NotPermitted"
    assert (await refused(province, "nominee", "revokeAward", step(decision, **FALSE)))["__typename"] == "NotPermitted"


async def test_a_ground_that_leads_elsewhere_an_award_of_another_decision_and_an_empty_reason_are_refused(
    province: Province,
) -> None:
    decision, other = await public(province), await public(province, "binh")
    wrong = await refused(province, "chairman", "revokeAward", step(decision, **{**FALSE, "ground": "IMPRISONED"}))
    assert (wrong["__typename"], wrong["field"]) == ("InvalidInput", "ground")
    strange = await refused(province, "chairman", "revokeAward", step(decision, **FALSE, awards=awards(other)))
    assert strange["__typename"] == "NotFound"
    none = await refused(province, "chairman", "revokeAward", step(decision, **FALSE, awards=[]))
    assert none["__typename"] == "RuleNotMet"
    silent = await refused(province, "chairman", "revokeAward", step(decision, **{**FALSE, "reason": " "}))
    assert (silent["__typename"], silent["field"]) == ("InvalidInput", "reason")
    before = await refused(province, "chairman", "revokeAward", step(decision, **FALSE, signedOn="2020-01-01"))
    assert (before["__typename"], before["field"]) == ("InvalidInput", "signedOn")
    stripped = await refused(province, "chairman", "stripTitle", step(decision, **{**FALSE, "ground": "IMPRISONED"}))
    assert (stripped["__typename"], stripped["rule"], stripped["article"]) == (
        "RuleNotMet", "NO_AUTHORITY", "Law 06/2022 art 93.7",
    )  # fmt: skip


async def test_a_change_sent_twice_is_made_once_a_rehearsed_one_not_at_all_and_of_two_one_wins(
    province: Province,
) -> None:
    decision = await public(province)
    entries = await province.count(rows.Entry)
    tried = await changed(province, "revokeAward", decision, **FALSE, dryRun=True)
    assert (tried["status"], await province.count(rows.Entry)) == ("CANCELLED", entries)
    said = step(decision, **FALSE, idempotencyKey=str(uuid4()))
    first, again = [await province.act("chairman", "revokeAward", said) for _ in range(2)]
    assert first == again
    assert await province.count(rows.Decision) == 2
    other = await public(province, "binh")
    both = await asyncio.gather(*(changed(province, "revokeAward", other, **FALSE) for _ in range(2)))
    assert sorted(answer["__typename"] for answer in both) == ["Decision", "StaleVersion"]
    assert await province.count(rows.AwardChange) == 2


async def leaning(province: Province, award: str, **more: Any) -> dict[str, Any]:
    """A dossier whose one case was found eligible because of an earlier award."""
    dossier = await province.act("officer", "draftDossier", province.draft(**more))
    dossier = await stepped(province, "head", "submitDossier", dossier)
    dossier = await stepped(province, "desk", "receiveDossier", dossier)
    dossier = await stepped(province, "chief", "assignAppraiser", dossier, appraiser="appraiser")
    line = dossier["lines"]["nodes"][0]["id"]
    return await stepped(province, "appraiser", "appraiseLine", dossier, lineId=line, eligible=True, reliesOn=[award])


async def titled(province: Province) -> dict[str, Any]:
    """A published decision of the President that gave a State honorary title."""
    dossier = await answered_above(province)
    async with province.sessions.begin() as session:
        title = await session.scalar(select(rows.AwardType.id).where(rows.AwardType.code == "DH_NGUT"))
        await session.execute(update(rows.DossierLine).values(award_type_id=title))
    paper = {"title": "Tặng danh hiệu", "signedOn": str(calendar.today()), "number": "9/QĐ-CTN"}
    said = step(dossier, signerName="Lê Văn A", signerTitle="Chủ tịch nước", **paper)
    decision = await province.act("secretary", "recordDecision", said)
    return await stepped(province, "secretary", "publishDecision", decision)


async def test_a_state_title_is_stripped_and_restored_by_the_president_and_recorded_at_the_desk(
    province: Province,
) -> None:
    decision = await titled(province)
    strip = {"ground": "IMPRISONED", "reason": "Bản án số 12", "number": "10/QĐ-CTN"}
    assert (await refused(province, "chairman", "stripTitle", step(decision, **strip)))["whoCan"] == [
        "OFFICE_HEAD", "SECRETARY",
    ]  # fmt: skip
    nameless = {name: value for name, value in strip.items() if name != "number"}
    missing = await refused(province, "secretary", "stripTitle", step(decision, **nameless))
    assert (missing["__typename"], missing["field"]) == ("InvalidInput", "number")
    early = {"ground": "ACQUITTED", "reason": "Bản án số 20", "number": "11/QĐ-CTN"}
    standing = await refused(province, "secretary", "restoreAward", step(decision, **early))
    assert standing["rule"] == "AWARD_STANDS_OTHERWISE"
    stripped = await stepped(province, "secretary", "stripTitle", decision, **strip)
    (award,) = awards(decision)
    assert await seen(province, None, award, "status") == {"status": "STRIPPED"}
    await stepped(province, "secretary", "restoreAward", stripped, **early)
    asked = "status changes(first: 5) { nodes { article decision { number signerName } } }"
    read = await seen(province, None, award, asked)
    assert read["status"] == "RESTORED"
    assert [(change["article"], change["decision"]["number"]) for change in read["changes"]["nodes"]] == [
        ("Law 06/2022 art 93.3", "10/QĐ-CTN"),
        ("Law 06/2022 art 93.6", "11/QĐ-CTN"),
    ]


async def test_what_leaned_on_a_restored_title_needs_no_review_any_more(province: Province) -> None:
    decision = await titled(province)
    (award,) = awards(decision)
    later = await decided(province, await leaning(province, award))
    later = await stepped(province, "chief", "publishDecision", later)
    strip = {"ground": "IMPRISONED", "reason": "Bản án số 12", "number": "10/QĐ-CTN"}
    stripped = await stepped(province, "secretary", "stripTitle", decision, **strip)
    marked = "{ awards(first: 5, filter: {toReview: true}) { nodes { id } } }"
    assert (await province.ask("chairman", marked))["data"]["awards"]["nodes"] == [{"id": awards(later)[0]}]
    restore = {"ground": "ACQUITTED", "reason": "Bản án số 20", "number": "11/QĐ-CTN"}
    await stepped(province, "secretary", "restoreAward", stripped, **restore)
    assert (await province.ask("chairman", marked))["data"]["awards"]["nodes"] == []
    assert (await seen(province, "chairman", later["id"], "version"))["version"] == later["version"] + 2


VERIFY = (
    "query($code: String!) { verifyAward(code: $code) { status printedName decision { number } awardType { code } } }"
)


async def test_a_certificates_code_tells_what_is_public_and_nothing_before_it_is(province: Province) -> None:
    decision = await issued(province)
    (award,) = awards(decision)
    code = (await seen(province, "chairman", award, "code"))["code"]
    for who in (None, "nominee", "chairman"):
        assert (await province.ask(who, VERIFY, {"code": code}))["data"] == {"verifyAward": None}
    decision = await stepped(province, "chief", "publishDecision", decision)
    known = {
        "status": "IN_FORCE",
        "printedName": "Hoàng Thị An",
        "decision": {"number": "1/QĐ-UBND"},
        "awardType": {"code": "BK_T"},
    }
    misread = code.replace("0", "o").replace("1", "l")
    for spelt in (code, code.lower(), f"{code[:4]}-{code[4:8]}.{code[8:]}", f" {code} ", misread):
        assert (await province.ask(None, VERIFY, {"code": spelt}))["data"] == {"verifyAward": known}
    await changed(province, "revokeAward", decision, **FALSE)
    said = await province.ask(None, VERIFY, {"code": code})
    assert said["data"]["verifyAward"]["status"] == AwardStatus.CANCELLED.name


async def test_a_code_with_one_sign_changed_is_not_recognised(province: Province) -> None:
    decision = await public(province, "an", "binh", "team")
    codes = [(await seen(province, "chairman", award, "code"))["code"] for award in awards(decision)]
    for code in codes:
        for at in range(len(code)):
            wrong = code[:at] + ("7" if code[at] != "7" else "8") + code[at + 1 :]
            assert (await province.ask(None, VERIFY, {"code": wrong}))["data"] == {"verifyAward": None}
    for nothing in ("", " ", "%", "_" * 12, "x" * 500):
        assert (await province.ask(None, VERIFY, {"code": nothing}))["data"] == {"verifyAward": None}


async def test_a_case_whose_decision_was_voided_still_leans_and_is_judged_again(province: Province) -> None:
    earlier = await public(province)
    given = await leaning(province, awards(earlier)[0])
    void = await decided(province, given)
    await stepped(province, "chairman", "voidDecision", void, reason="Sai tên")
    await changed(province, "revokeAward", earlier, **FALSE)
    assert (await seen(province, "chairman", given["id"], "status"))["status"] == "RETURNED_TO_APPRAISAL"
