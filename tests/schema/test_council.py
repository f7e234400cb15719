"""A council from its call to its minutes: what becomes of cases and dossiers, who may do what, and what is refused."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

import pytest
from sqlalchemy import select

import models as rows
from tests.province import ROLES
from tests.schema.chamber import (
    MEMBERS,
    VOTERS,
    Chamber,
    appraised,
    asking_the_party,
    denied,
    dossier_of,
    outcomes,
    step,
)
from tests.schema.journey import stepped


async def test_what_a_majority_passes_goes_to_be_signed_and_is_awarded(chamber: Chamber) -> None:
    dossier = await appraised(chamber.province, "an", "binh")
    session = await chamber.opened(dossier)
    assert (await dossier_of(chamber, dossier))["status"] == "COUNCIL"
    session = await chamber.present(session, *VOTERS)
    for who, first, second in zip(VOTERS, "YYYNA", "NNNYY", strict=True):
        for place, choice in ((1, first), (2, second)):
            name = {"Y": "YES", "N": "NO", "A": "ABSTAIN"}[choice]
            assert (await chamber.vote(who, session, name, place))["__typename"] == "CouncilAttendance"
    closed = await chamber.close(session)
    assert closed["status"] == "CLOSED"
    first, second = (await chamber.read("first", session["id"]))["agenda"]["nodes"]
    assert (first["outcome"], first["yes"], first["no"], first["abstain"], first["base"]) == ("PASSED", 3, 1, 1, 5)
    assert (second["outcome"], second["yes"], second["no"], second["abstain"]) == ("NOT_PASSED", 2, 3, 0)
    done = await dossier_of(chamber, dossier)
    assert (done["status"], outcomes(done)) == ("SIGNING", ["PASSED", "NOT_PASSED"])
    assert [event["act"] for event in done["events"]["nodes"]][-2:] == ["CONVENE", "ADVISE"]
    decision = await stepped(chamber.province, "chairman", "issueDecision", done, title="Về việc tặng Bằng khen")
    assert [award["recipient"]["name"] for award in decision["awards"]["nodes"]] == ["Hoàng Thị An"]


async def test_a_dossier_none_of_whose_cases_passes_goes_no_further(chamber: Chamber) -> None:
    dossier = await appraised(chamber.province)
    session = await chamber.present(await chamber.opened(dossier), *VOTERS)
    for who in VOTERS:
        await chamber.vote(who, session, "NO")
    await chamber.close(session)
    done = await dossier_of(chamber, dossier)
    assert (done["status"], outcomes(done)) == ("NOT_PASSED", ["NOT_PASSED"])


async def test_a_sitting_is_seen_by_its_members_and_the_desks_and_by_nobody_else(chamber: Chamber) -> None:
    session = await chamber.opened(await appraised(chamber.province))
    seers = {who for who in (*ROLES, *MEMBERS) if await chamber.read(who, session["id"])}
    assert seers == {"desk", "chief", "secretary", "chairman", "auditor", *MEMBERS}
    assert await chamber.province.ask(None, "{ councilSessions(first: 1) { totalCount } }") == {
        "data": {"councilSessions": {"totalCount": 0}}
    }
    item = session["agenda"]["nodes"][0]["id"]
    asked = "query($id: ID!) { node(id: $id) { id } }"
    for who in ("officer", "nominee", "stranger", None):
        assert (await chamber.province.ask(who, asked, {"id": item}))["data"]["node"] is None


async def test_a_member_sees_the_case_but_not_the_dossier(chamber: Chamber) -> None:
    session = await chamber.opened(await appraised(chamber.province))
    (item,) = (await chamber.read("first", session["id"]))["agenda"]["nodes"]
    assert (item["nominee"], item["dossier"]) == ({"name": "Hoàng Thị An"}, None)


async def test_without_a_quorum_the_sitting_stays_open_unless_it_is_closed_without_a_result(chamber: Chamber) -> None:
    dossier = await appraised(chamber.province)
    session = await chamber.present(await chamber.opened(dossier), "chairman", "first", "second")
    for who in ("chairman", "first", "second"):
        await chamber.vote(who, session, "YES")
    answer = await denied(chamber, "secretary", "closeSession", step(session))
    assert (answer["__typename"], answer["rule"], answer["remedy"]) == ("RuleNotMet", "QUORUM_NOT_MET", "1")
    assert (await chamber.close(session, withoutResult=True))["status"] == "WITHOUT_RESULT"
    waiting = await dossier_of(chamber, dossier)
    assert (waiting["status"], outcomes(waiting)) == ("COUNCIL", ["ELIGIBLE"])
    again = await chamber.present(await chamber.opened(waiting), *VOTERS)
    for who in VOTERS:
        await chamber.vote(who, again, "YES")
    await chamber.close(again)
    assert (await dossier_of(chamber, dossier))["status"] == "SIGNING"


async def test_a_sitting_that_was_never_opened_is_given_up_by_closing_it_without_a_result(chamber: Chamber) -> None:
    dossier = await appraised(chamber.province)
    session = await chamber.convene(dossier)
    answer = await denied(chamber, "secretary", "closeSession", step(session))
    assert (answer["__typename"], answer["rule"]) == ("RuleNotMet", "NOT_OPENED")
    assert (await chamber.close(session, withoutResult=True))["status"] == "WITHOUT_RESULT"
    assert (await dossier_of(chamber, dossier))["status"] == "COUNCIL"


async def test_of_two_yes_and_two_no_the_chairs_open_vote_decides(chamber: Chamber) -> None:
    for chair, outcome in (("YES", "PASSED"), ("NO", "NOT_PASSED")):
        session = await chamber.present(await chamber.opened(await appraised(chamber.province)), *VOTERS[:4])
        other = "NO" if chair == "YES" else "YES"
        for who, choice in zip(VOTERS[:4], (chair, other, "YES", "NO"), strict=True):
            await chamber.vote(who, session, choice)
        await chamber.close(session)
        (item,) = (await chamber.read("secretary", session["id"]))["agenda"]["nodes"]
        assert (item["outcome"], item["chairDecided"]) == (outcome, outcome == "PASSED")


async def test_the_minutes_are_drafted_from_the_record_with_their_digest(chamber: Chamber) -> None:
    session = await chamber.opened(await appraised(chamber.province))
    said = step(chamber.seat(session, "fourth"), items=[session["agenda"]["nodes"][0]["id"]], reason="Có liên quan")
    await chamber.province.act("fourth", "declareRecusal", said)
    session = await chamber.present(session, *VOTERS[:3])
    for who in VOTERS[:3]:
        await chamber.vote(who, session, "YES")
    await chamber.close(session)
    closed = await chamber.read("secretary", session["id"])
    minutes = closed["minutes"]
    for part in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "BIÊN BẢN",
        "Có mặt: 3/5.",
        "1. Hoàng Thị An (Sở Văn hóa, Thể thao và Du lịch trình): Bằng khen",
        "Không tham gia biểu quyết: Ủy viên fourth, ủy viên, lý do: Có liên quan.",
        "Tán thành: 3; không tán thành: 0; không có ý kiến: 0.",
        "Kết quả: THÔNG QUA.",
    ):
        assert part in minutes
    assert hashlib.sha256(minutes.encode()).hexdigest() == closed["minutesSha256"]


async def test_a_dossier_for_which_the_party_is_asked_waits_for_its_opinion(chamber: Chamber) -> None:
    await asking_the_party(chamber)
    for agrees, after, outcome in ((True, "SIGNING", "PASSED"), (False, "NOT_PASSED", "NOT_PASSED")):
        dossier = await appraised(chamber.province)
        session = await chamber.present(await chamber.opened(dossier), *VOTERS)
        for who in VOTERS:
            await chamber.vote(who, session, "YES")
        await chamber.close(session)
        waiting = await dossier_of(chamber, dossier)
        assert (waiting["status"], outcomes(waiting)) == ("PARTY_OPINION", ["PASSED"])
        said = step(waiting, agrees=agrees, number="12-CV/TU", dated="2026-01-05")
        if not agrees:
            missing = await denied(chamber, "secretary", "recordPartyOpinion", said)
            assert (missing["__typename"], missing["field"]) == ("InvalidInput", "reason")
            said["reason"] = "Cần xem xét thêm"
        late = await denied(chamber, "secretary", "recordPartyOpinion", {**said, "dated": "2199-01-01"})
        assert (late["__typename"], late["field"]) == ("InvalidInput", "dated")
        done = await chamber.province.act("secretary", "recordPartyOpinion", said)
        assert (done["status"], outcomes(done)) == (after, [outcome])


async def test_only_the_secretary_and_the_office_call_a_council_and_only_the_secretary_closes(chamber: Chamber) -> None:
    dossier = await appraised(chamber.province)
    for who in ("first", "chairman", "desk"):
        answer = await denied(chamber, who, "conveneSession", chamber.calling(dossier))
        assert (answer["__typename"], answer["whoCan"]) == ("NotPermitted", ["OFFICE_HEAD", "SECRETARY"])
    session = await chamber.opened(dossier)
    for who in ("first", "chief"):
        answer = await denied(chamber, who, "closeSession", step(session))
        assert (answer["__typename"], answer["whoCan"]) == ("NotPermitted", ["SECRETARY"])
    assert (await denied(chamber, "stranger", "closeSession", step(session)))["__typename"] == "NotFound"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"agenda": []}, "agenda"),
        ({"title": "\u200b"}, "title"),
        ({"kind": "WRITTEN"}, "closesAt"),
        ({"closesAt": "2020-01-01T00:00:00Z"}, "closesAt"),
        ({"opensAt": "2026-01-01T00:00:00"}, "opensAt"),
    ],
)
async def test_a_call_that_cannot_be_is_refused(chamber: Chamber, more: dict[str, Any], field: str) -> None:
    dossier = await appraised(chamber.province)
    answer = await denied(chamber, "secretary", "conveneSession", chamber.calling(dossier) | more)
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", field)


async def test_a_dossier_is_put_before_one_sitting_at_a_time_at_its_version_and_in_its_state(chamber: Chamber) -> None:
    dossier = await appraised(chamber.province)
    stale = {**dossier, "version": 1}
    assert (await denied(chamber, "secretary", "conveneSession", chamber.calling(stale)))[
        "__typename"
    ] == "StaleVersion"
    await chamber.convene(dossier)
    now = await dossier_of(chamber, dossier)
    answer = await denied(chamber, "secretary", "conveneSession", chamber.calling(now))
    assert (answer["__typename"], answer["rule"]) == ("RuleNotMet", "ON_ANOTHER_AGENDA")


async def test_a_dry_run_calls_nobody_and_says_what_would_be(chamber: Chamber) -> None:
    dossier = await appraised(chamber.province)
    made = await chamber.convene(dossier, dryRun=True)
    assert (made["__typename"], made["status"]) == ("CouncilSession", "CONVENED")
    assert await chamber.province.count(rows.CouncilSession) == 0
    assert (await dossier_of(chamber, dossier))["status"] == "SIGNING"


async def test_a_sitting_closed_twice_at_once_is_closed_once(chamber: Chamber) -> None:
    dossier = await appraised(chamber.province)
    session = await chamber.present(await chamber.opened(dossier), *VOTERS)
    for who in VOTERS:
        await chamber.vote(who, session, "YES")
    answers = await asyncio.gather(chamber.close(session), chamber.close(session))
    assert sorted(answer["__typename"] for answer in answers) == ["CouncilSession", "StaleVersion"]
    acts = [event["act"] for event in (await dossier_of(chamber, dossier))["events"]["nodes"]]
    assert acts.count("ADVISE") == 1


async def test_every_change_of_a_sitting_and_of_an_attendance_is_one_entry(chamber: Chamber) -> None:
    session = await chamber.present(await chamber.opened(await appraised(chamber.province)), *VOTERS)
    for who in VOTERS:
        await chamber.vote(who, session, "YES")
    await chamber.close(session)
    async with chamber.province.sessions() as session_:
        for row, first in ((rows.CouncilSession, 1), (rows.CouncilAttendance, 1)):
            for key, version in await session_.execute(select(row.id, row.version)):
                entries = await session_.scalars(
                    select(rows.Entry.subject_version)
                    .where(rows.Entry.subject_kind == row.__name__, rows.Entry.subject_id == key)
                    .order_by(rows.Entry.subject_version)
                )
                assert list(entries) == list(range(first, version + 1))
