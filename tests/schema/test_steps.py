"""The plain acts on a dossier: the ways round that a file may take, each with what is refused on it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

import models as rows
from models.access import Role
from models.agency import AgencyKind, AgencyLevel
from resolvers.account import viewer_for
from tests.province import BEGUN, NO_PASSWORD, Province
from tests.schema.journey import awaiting_decision, drafted, stepped
from tests.schema.test_decision_above import for_the_president

REASON = "Thiếu xác nhận của cấp trình"


async def appraised(province: Province, **more: Any) -> dict[str, Any]:
    """A dossier with an appraiser, and nothing yet found of its cases."""
    dossier = await drafted(province, **more)
    dossier = await stepped(province, "head", "submitDossier", dossier)
    dossier = await stepped(province, "desk", "receiveDossier", dossier)
    return await stepped(province, "chief", "assignAppraiser", dossier, appraiser="appraiser")


async def account(province: Province, session: AsyncSession, name: str, role: Role, agency: UUID) -> None:
    """One more person to act as."""
    made = rows.Account(username=name, full_name=f"Người {name}", title="Chuyên viên", password_hash=NO_PASSWORD)
    session.add(made)
    await session.flush()
    session.add(rows.RoleHeld(account_id=made.id, role=role, agency_id=agency, valid_from=BEGUN))
    await session.flush()
    province.viewers[name] = await viewer_for(session, made)


@pytest.fixture
async def unit(province: Province) -> Province:
    """The province with a museum under the department of culture, and a one-stop desk in a commune."""
    async with province.sessions.begin() as session:
        museum = rows.Agency(
            code="H37.10.01",
            name="Bảo tàng tỉnh",
            kind=AgencyKind.UNIT,
            level=AgencyLevel.UNIT,
            path="h37.culture.museum",
            parent_id=province.agencies["culture"],
            valid_from=BEGUN,
        )
        session.add(museum)
        await session.flush()
        await account(province, session, "keeper", Role.UNIT_OFFICER, museum.id)
        await account(province, session, "commune_desk", Role.ONE_STOP, province.agencies["commune"])
    return province


async def acts(province: Province, dossier: dict[str, Any]) -> list[tuple[str, str | None]]:
    """The dossier's timeline: each act with its reason."""
    text = "query($id: ID!) { dossier(id: $id) { events(first: 50) { nodes { act reason } } } }"
    said = await province.ask("auditor", text, {"id": dossier["id"]})
    return [(event["act"], event["reason"]) for event in said["data"]["dossier"]["events"]["nodes"]]


def fighter(province: Province) -> dict[str, Any]:
    """A case for the provincial fighter's title, with the papers it wants."""
    kinds = ("PROPOSAL", "ACHIEVEMENT_REPORT", "MINUTES", "INITIATIVE_CERTIFICATE")
    return {
        "lines": [province.line("an", "CSTDT")],
        "documents": [{"kind": kind, "title": kind.title()} for kind in kinds],
    }


async def forms(province: Province, dossier: dict[str, Any]) -> tuple[str, str | None]:
    """The award that the only case asks for, and the other one that is proposed."""
    text = (
        "query($id: ID!) { dossier(id: $id) { lines(first: 1) { nodes { awardType { code } otherForm { code } } } } }"
    )
    said = await province.ask("officer", text, {"id": dossier["id"]})
    (line,) = said["data"]["dossier"]["lines"]["nodes"]
    return line["awardType"]["code"], line["otherForm"] and line["otherForm"]["code"]


async def test_a_supplement_goes_back_to_where_it_was_asked_for(province: Province) -> None:
    two = [province.line("an"), province.line("binh")]
    dossier = await appraised(province, lines=two)
    first = dossier["lines"]["nodes"][0]["id"]
    dossier = await stepped(province, "appraiser", "appraiseLine", dossier, lineId=first, eligible=True)
    assert dossier["status"] == "APPRAISING"
    dossier = await stepped(province, "appraiser", "requestSupplement", dossier, reason=REASON)
    assert dossier["status"] == "SUPPLEMENT_REQUESTED"
    dossier = await stepped(province, "officer", "amendDossier", dossier, title="Đề nghị tặng Bằng khen (đã bổ sung)")
    dossier = await stepped(province, "officer", "supplementDossier", dossier)
    assert dossier["status"] == "APPRAISING"
    assert ("REQUEST_SUPPLEMENT", REASON) in await acts(province, dossier)


async def test_a_held_dossier_is_resumed_where_it_was_left_or_stopped_for_good(province: Province) -> None:
    dossier = await awaiting_decision(province)
    held = await stepped(province, "chief", "holdDossier", dossier, reason="Đang có đơn khiếu nại")
    assert held["status"] == "HELD"
    resumed = await stepped(province, "chief", "resumeDossier", held)
    assert resumed["status"] == "SIGNING"
    held = await stepped(province, "chief", "holdDossier", resumed, reason="Đang có đơn khiếu nại")
    stopped = await stepped(province, "chief", "stopDossier", held, reason="Khiếu nại đúng")
    assert stopped["status"] == "STOPPED"
    refused = await stepped(province, "chief", "resumeDossier", stopped)
    assert (refused["__typename"], refused["allowedFrom"]) == ("IllegalStep", ["HELD"])


@pytest.mark.parametrize(
    ("who", "act", "status"),
    [("desk", "refuseDossier", "REFUSED_AT_RECEPTION"), ("head", "withdrawDossier", "WITHDRAWN")],
)
async def test_what_was_submitted_may_be_refused_or_withdrawn(
    province: Province, who: str, act: str, status: str
) -> None:
    dossier = await stepped(province, "head", "submitDossier", await drafted(province))
    dossier = await stepped(province, who, act, dossier, reason=REASON)
    assert (dossier["status"], dossier["code"]) == (status, None)
    assert (await acts(province, dossier))[-1][1] == REASON
    archived = await stepped(province, "chief", "archiveDossier", dossier)
    assert archived["status"] == "ARCHIVED"


async def test_a_reason_of_spaces_is_none_and_leaves_nothing(province: Province) -> None:
    dossier = await stepped(province, "head", "submitDossier", await drafted(province))
    before = await province.count(rows.Entry)
    refused = await stepped(province, "desk", "refuseDossier", dossier, reason=" \u200b ")
    assert (refused["__typename"], refused["field"]) == ("InvalidInput", "reason")
    assert await province.count(rows.Entry) == before


async def test_whoever_decides_may_have_a_dossier_appraised_again(province: Province) -> None:
    dossier = await awaiting_decision(province)
    dossier = await stepped(province, "chairman", "returnToAppraisal", dossier, reason="Chưa rõ thành tích")
    assert (dossier["status"], dossier["lines"]["nodes"][0]["outcome"]) == ("RETURNED_TO_APPRAISAL", "PENDING")
    line = dossier["lines"]["nodes"][0]["id"]
    dossier = await stepped(province, "appraiser", "appraiseLine", dossier, lineId=line, eligible=True)
    assert dossier["status"] == "SIGNING"


async def test_a_draft_given_up_is_taken_no_further(province: Province) -> None:
    dossier = await stepped(province, "officer", "deleteDraft", await drafted(province))
    assert dossier["status"] == "DELETED"
    refused = await stepped(province, "head", "submitDossier", dossier)
    assert refused["__typename"] == "IllegalStep"


async def test_an_amended_draft_has_its_new_cases_and_only_those(province: Province) -> None:
    dossier = await drafted(province)
    dossier = await stepped(province, "officer", "amendDossier", dossier, lines=[province.line("binh")])
    text = "query($id: ID!) { dossier(id: $id) { lines(first: 5) { totalCount nodes { nominee { name } } } } }"
    said = await province.ask("officer", text, {"id": dossier["id"]})
    assert said["data"]["dossier"]["lines"] == {"totalCount": 1, "nodes": [{"nominee": {"name": "Nông Văn Bình"}}]}


async def test_another_form_is_proposed_and_the_proposer_answers(province: Province) -> None:
    dossier = await appraised(province, **fighter(province))
    line = dossier["lines"]["nodes"][0]["id"]
    dossier = await stepped(
        province, "appraiser", "proposeOtherForm", dossier, lineId=line, awardType="BK_T", reason="Chưa đủ 3 năm"
    )
    shown = (
        "query($id: ID!) { dossier(id: $id) { lines(first: 1) { nodes { awardType { code } otherForm { code } } } } }"
    )
    said = await province.ask("officer", shown, {"id": dossier["id"]})
    assert said["data"]["dossier"]["lines"]["nodes"] == [
        {"awardType": {"code": "CSTDT"}, "otherForm": {"code": "BK_T"}}
    ]
    dossier = await stepped(province, "officer", "acceptOtherForm", dossier, lineId=line)
    assert await forms(province, dossier) == ("BK_T", None)
    refused = await stepped(province, "officer", "declineOtherForm", dossier, lineId=line, reason=REASON)
    assert (refused["__typename"], refused["rule"]) == ("RuleNotMet", "NO_OTHER_FORM")


async def test_a_case_whose_other_form_is_open_is_not_judged(province: Province) -> None:
    dossier = await appraised(province, **fighter(province))
    line = dossier["lines"]["nodes"][0]["id"]
    dossier = await stepped(
        province, "appraiser", "proposeOtherForm", dossier, lineId=line, awardType="BK_T", reason="Chưa đủ 3 năm"
    )
    refused = await stepped(province, "appraiser", "appraiseLine", dossier, lineId=line, eligible=True)
    assert (refused["__typename"], refused["rule"]) == ("RuleNotMet", "OTHER_FORM_OPEN")
    dossier = await stepped(province, "officer", "declineOtherForm", dossier, lineId=line, reason="Đã đủ 3 năm")
    dossier = await stepped(province, "appraiser", "appraiseLine", dossier, lineId=line, eligible=True)
    assert dossier["lines"]["nodes"][0]["outcome"] == "ELIGIBLE"


async def test_a_unit_goes_by_its_managing_agency_to_any_desk_of_the_province(unit: Province) -> None:
    draft = unit.draft(agency="H37.10.01", desk="H37.51")
    dossier = await unit.act("keeper", "draftDossier", draft)
    dossier = await stepped(unit, "keeper", "submitDossier", dossier)
    refused = await stepped(unit, "commune_desk", "receiveDossier", dossier)
    assert refused["__typename"] == "NotFound", "it has not come so far"
    dossier = await stepped(unit, "head", "endorseDossier", dossier)
    refused = await stepped(unit, "head", "endorseDossier", dossier)
    assert refused["__typename"] == "NotPermitted"
    dossier = await stepped(unit, "commune_desk", "receiveDossier", dossier)
    assert dossier["code"].startswith("H37.51-")
    text = "query($id: ID!) { dossier(id: $id) { receiver { code } handler { code } } }"
    said = await unit.ask("chief", text, {"id": dossier["id"]})
    assert said["data"]["dossier"] == {"receiver": {"code": "H37.51"}, "handler": {"code": "H37.02"}}
    dossier = await stepped(unit, "chief", "assignAppraiser", dossier, appraiser="appraiser")
    assert dossier["status"] == "ASSIGNED"


async def test_a_managing_agency_sends_back_what_is_not_complete(unit: Province) -> None:
    dossier = await unit.act("keeper", "draftDossier", unit.draft(agency="H37.10.01"))
    dossier = await stepped(unit, "keeper", "submitDossier", dossier)
    dossier = await stepped(unit, "head", "sendDossierBack", dossier, reason=REASON)
    assert dossier["status"] == "DRAFT"
    dossier = await stepped(unit, "keeper", "submitDossier", dossier)
    assert dossier["status"] == "SUBMITTED"


async def test_a_desk_where_nobody_receives_is_refused(province: Province) -> None:
    refused = await drafted(province, desk="H37.11")
    assert (refused["__typename"], refused["field"]) == ("InvalidInput", "desk")
    assert await province.count(rows.Dossier) == 0


async def test_whoever_declared_an_interest_takes_no_step_that_wants_distance(province: Province) -> None:
    dossier = await awaiting_decision(province)
    dossier = await stepped(province, "chairman", "declareInterest", dossier, reason="Em ruột được đề nghị")
    refused = await stepped(province, "chairman", "issueDecision", dossier, title="Về việc tặng Bằng khen")
    assert refused["__typename"] == "ConflictOfInterest"


async def test_a_dossier_for_the_prime_minister_is_forwarded_and_his_answer_recorded(province: Province) -> None:
    dossier = await for_the_president(province, await awaiting_decision(province))
    dossier = await stepped(province, "chairman", "forwardUp", dossier)
    assert dossier["status"] == "FORWARDED_UP"
    dossier = await stepped(province, "chief", "receiveFromAbove", dossier)
    assert dossier["status"] == "RESULT_FROM_ABOVE"
    dossier = await stepped(province, "chief", "declineAbove", dossier, reason="Chưa đủ tiêu chuẩn")
    assert (dossier["status"], dossier["lines"]["nodes"][0]["outcome"]) == ("DECLINED_ABOVE", "NOT_AWARDED")


async def test_each_state_is_told_outside_in_two_vocabularies(province: Province) -> None:
    dossier = await appraised(province)
    text = """query($id: ID!) { dossier(id: $id) { portalStatus exchangeStatus
        events(first: 9) { nodes { portalStatus exchangeStatus } } } }"""
    said = (await province.ask("chief", text, {"id": dossier["id"]}))["data"]["dossier"]
    assert (said["portalStatus"], said["exchangeStatus"]) == ("IN_PROCESS", "ASSIGNED")
    assert said["events"]["nodes"] == [
        {"portalStatus": "NEWLY_FILED", "exchangeStatus": "ARRIVED"},
        {"portalStatus": "NEWLY_FILED", "exchangeStatus": "ARRIVED"},
        {"portalStatus": "RECEIVED", "exchangeStatus": "RECEIVED"},
        {"portalStatus": "IN_PROCESS", "exchangeStatus": "ASSIGNED"},
    ]
