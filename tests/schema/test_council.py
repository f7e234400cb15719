"""A council from its call to its minutes: what becomes of cases and dossiers, who may do what, and what is refused."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update

import models as rows
from tests.province import ROLES, Province
from tests.schema.chamber import MEMBERS, VOTERS, Chamber, appraised, seated, step
from tests.schema.test_journey import stepped
from tests.schema.test_refusals import refused

TRACES = (
    rows.CouncilSession, rows.AgendaItem, rows.CouncilAttendance, rows.Recusal, rows.Ballot, rows.SecretCount,
    rows.Entry, rows.StoredReply,
)  # fmt: skip


@pytest.fixture
async def chamber(province: Province) -> Chamber:
    """The small province with its council."""
    return await seated(province)


async def denied(chamber: Chamber, who: str | None, act: str, said: dict[str, Any]) -> dict[str, Any]:
    """The refusal of an act, having looked that the council's tables and every dossier are as they were."""
    before = [await chamber.province.count(row) for row in TRACES]
    stood = await states(chamber)
    answer = await refused(chamber.province, who, act, said)
    assert [await chamber.province.count(row) for row in TRACES] == before
    assert await states(chamber) == stood
    return answer


async def states(chamber: Chamber) -> list[Any]:
    """Versions and states of sittings, attendances and dossiers, and every sum."""
    async with chamber.province.sessions() as session:
        return [
            sorted((tuple(row) for row in await session.execute(select(*columns))), key=str)
            for columns in (
                (rows.CouncilSession.id, rows.CouncilSession.version, rows.CouncilSession.status),
                (rows.CouncilAttendance.id, rows.CouncilAttendance.version, rows.CouncilAttendance.presence),
                (rows.Dossier.id, rows.Dossier.version, rows.Dossier.status),
                (rows.SecretCount.item_id, rows.SecretCount.yes, rows.SecretCount.no, rows.SecretCount.abstain),
                (rows.Ballot.id, rows.Ballot.choice),
            )
        ]


async def dossier_of(chamber: Chamber, dossier: dict[str, Any]) -> dict[str, Any]:
    """A dossier as it stands now."""
    asked = """query($id: ID!) { dossier(id: $id) { id status version lines(first: 9) { nodes { outcome } }
      events(first: 30) { nodes { act version } } } }"""
    answer = await chamber.province.ask("secretary", asked, {"id": dossier["id"]})
    found: dict[str, Any] = answer["data"]["dossier"]
    return found


def outcomes(dossier: dict[str, Any]) -> list[str]:
    return [line["outcome"] for line in dossier["lines"]["nodes"]]


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


async def test_tallies_are_nobodys_until_the_sitting_is_closed(chamber: Chamber) -> None:
    session = await chamber.present(await chamber.opened(await appraised(chamber.province)), *VOTERS)
    await chamber.vote("first", session, "YES")
    for who in ("secretary", "chairman", "first", "auditor"):
        (item,) = (await chamber.read(who, session["id"]))["agenda"]["nodes"]
        figures = ("members", "recused", "present", "base", "yes", "no", "abstain")
        assert [item[name] for name in figures] == [None] * 7
        assert (item["outcome"], item["ballotsCast"]) == ("PENDING", 1)


async def test_an_open_ballot_is_shown_to_its_member_alone_and_may_be_changed_until_the_end(chamber: Chamber) -> None:
    session = await chamber.present(await chamber.opened(await appraised(chamber.province)), *VOTERS)
    await chamber.vote("first", session, "YES")
    await chamber.vote("first", session, "NO")
    own = {
        who: (await chamber.read(who, session["id"]))["agenda"]["nodes"][0]["ownBallot"]
        for who in ("first", "second", "secretary", "chairman")
    }
    assert own == {
        "first": {"kind": "OPEN", "choice": "NO", "onPaper": False},
        "second": None,
        "secretary": None,
        "chairman": None,
    }
    assert chamber.seat(await chamber.read("first", session["id"]), "first")["ballotsCast"] == 1


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


async def test_the_secretary_and_a_former_member_have_no_vote(chamber: Chamber) -> None:
    session = await chamber.opened(await appraised(chamber.province))
    seated = {seat["member"]["account"]["username"] for seat in session["attendances"]["nodes"]}
    assert seated == set(VOTERS)
    assert (await chamber.read("secretary", session["id"]))["ownAttendance"] is None
    item = session["agenda"]["nodes"][0]["id"]
    seat = chamber.seat(session, "first")
    for who in ("secretary", "second", "auditor"):
        answer = await denied(chamber, who, "castBallot", step(seat, item=item, choice="YES"))
        assert answer["__typename"] == "NotFound"


async def test_who_is_the_nominee_or_of_their_unit_stands_aside_and_the_base_shrinks(chamber: Chamber) -> None:
    async with chamber.province.sessions.begin() as session_:
        await session_.execute(update(rows.Account).where(rows.Account.username == "nominee").values(nominee_id=None))
        an, culture = chamber.province.nominees["an"], chamber.province.agencies["culture"]
        await session_.execute(update(rows.Account).where(rows.Account.username == "first").values(nominee_id=an))
        third = select(rows.Account.id).where(rows.Account.username == "third").scalar_subquery()
        seat = update(rows.CouncilMember).where(rows.CouncilMember.account_id == third)
        await session_.execute(seat.values(unit_id=culture))
    session = await chamber.present(await chamber.opened(await appraised(chamber.province)), *VOTERS)
    (item,) = session["agenda"]["nodes"]
    aside = {
        (each["attendance"]["member"]["account"]["username"], each["interest"]) for each in item["recusals"]["nodes"]
    }
    assert aside == {("first", "OWN_NOMINATION"), ("third", "OWN_UNIT")}
    own = (await chamber.read("first", session["id"]))["ownAttendance"]
    answer = await denied(chamber, "first", "castBallot", step(own, item=item["id"], choice="YES"))
    assert (answer["__typename"], answer["rule"]) == ("RuleNotMet", "STANDS_ASIDE")
    for who, choice in (("chairman", "YES"), ("second", "YES"), ("fourth", "NO")):
        await chamber.vote(who, session, choice)
    await chamber.close(session)
    (item,) = (await chamber.read("secretary", session["id"]))["agenda"]["nodes"]
    assert (item["outcome"], item["members"], item["recused"], item["base"]) == ("PASSED", 3, 2, 3)


async def test_a_member_or_the_secretary_for_them_declares_that_they_stand_aside(chamber: Chamber) -> None:
    session = await chamber.opened(await appraised(chamber.province))
    item = session["agenda"]["nodes"][0]["id"]
    for who, whose in (("first", "first"), ("secretary", "second")):
        said = step(chamber.seat(session, whose), items=[item], reason="Là anh em ruột của người được đề nghị")
        assert (await chamber.province.act(who, "declareRecusal", said))["version"] == 1
    said = step(chamber.seat(session, "third"), items=[item], reason="…")
    assert (await denied(chamber, "fourth", "declareRecusal", said))["__typename"] == "NotPermitted"
    (item_,) = (await chamber.read("secretary", session["id"]))["agenda"]["nodes"]
    assert {each["interest"] for each in item_["recusals"]["nodes"]} == {"DECLARED"}
    assert len(item_["recusals"]["nodes"]) == 2


async def test_whoever_has_voted_on_a_case_stands_aside_from_it_no_more(chamber: Chamber) -> None:
    session = await chamber.present(await chamber.opened(await appraised(chamber.province)), "first")
    voted = await chamber.vote("first", session, "YES")
    said = step(voted, items=[session["agenda"]["nodes"][0]["id"]], reason="Có liên quan")
    answer = await denied(chamber, "first", "declareRecusal", said)
    assert (answer["__typename"], answer["rule"]) == ("RuleNotMet", "ALREADY_CAST")


async def test_at_a_meeting_only_who_is_there_votes(chamber: Chamber) -> None:
    session = await chamber.opened(await appraised(chamber.province))
    item, seat = session["agenda"]["nodes"][0]["id"], chamber.seat(session, "first")
    answer = await denied(chamber, "first", "castBallot", step(seat, item=item, choice="YES"))
    assert (answer["__typename"], answer["rule"]) == ("RuleNotMet", "NOT_PRESENT")


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


async def test_in_writing_whoever_votes_takes_part_and_the_end_comes_with_the_last_ballot(chamber: Chamber) -> None:
    session = await chamber.opened(await appraised(chamber.province), kind="WRITTEN")
    seats = [seat["id"] for seat in session["attendances"]["nodes"]]
    answer = await denied(chamber, "secretary", "recordPresence", step(session, present=seats[:1]))
    assert (answer["__typename"], answer["rule"]) == ("RuleNotMet", "WRITTEN_VOTES")
    for who in VOTERS[:4]:
        await chamber.vote(who, session, "YES")
    answer = await denied(chamber, "secretary", "closeSession", step(session))
    assert (answer["__typename"], answer["rule"]) == ("RuleNotMet", "VOTING_NOT_OVER")
    await chamber.vote(VOTERS[4], session, "NO")
    assert (await chamber.close(session))["status"] == "CLOSED"
    closed = await chamber.read("secretary", session["id"])
    assert {seat["presence"] for seat in closed["attendances"]["nodes"]} == {"PRESENT"}
    assert closed["agenda"]["nodes"][0]["present"] == 5


async def test_after_the_last_moment_no_written_ballot_is_taken_and_the_round_may_be_closed(chamber: Chamber) -> None:
    session = await chamber.opened(await appraised(chamber.province), kind="WRITTEN")
    for who in VOTERS[:4]:
        await chamber.vote(who, session, "YES")
    async with chamber.province.sessions.begin() as session_:
        past = datetime.now(UTC) - timedelta(seconds=1)
        await session_.execute(update(rows.CouncilSession).values(opens_at=past - timedelta(days=1), closes_at=past))
    own = (await chamber.read("fourth", session["id"]))["ownAttendance"]
    said = step(own, item=session["agenda"]["nodes"][0]["id"], choice="YES")
    answer = await denied(chamber, "fourth", "castBallot", said)
    assert (answer["__typename"], answer["rule"]) == ("RuleNotMet", "VOTING_ENDED")
    assert (await chamber.close(session))["status"] == "CLOSED"


async def test_paper_ballots_of_the_absent_count_in_the_base_but_not_for_the_quorum(chamber: Chamber) -> None:
    session = await chamber.present(await chamber.opened(await appraised(chamber.province)), *VOTERS[:4])
    absent = chamber.seat(session, "fourth")["id"]
    said = {"item": session["agenda"]["nodes"][0]["id"], "members": [absent]}
    wrong = await denied(chamber, "secretary", "recordPaperBallots", step(session, **said, yes=1, no=1, abstain=0))
    assert (wrong["__typename"], wrong["field"]) == ("InvalidInput", "members")
    done = await chamber.province.act("secretary", "recordPaperBallots", step(session, **said, yes=1, no=0, abstain=0))
    assert done["__typename"] == "CouncilSession"
    again = await denied(chamber, "secretary", "recordPaperBallots", step(session, **said, yes=0, no=1, abstain=0))
    assert again["rule"] == "ALREADY_CAST"
    there = {**said, "members": [chamber.seat(session, "first")["id"]]}
    answer = await denied(chamber, "secretary", "recordPaperBallots", step(session, **there, yes=1, no=0, abstain=0))
    assert answer["rule"] == "IS_PRESENT"
    for who in VOTERS[:4]:
        await chamber.vote(who, session, "YES" if who == "first" else "NO")
    await chamber.close(session)
    (item,) = (await chamber.read("secretary", session["id"]))["agenda"]["nodes"]
    assert (item["present"], item["base"], item["yes"], item["no"]) == (4, 5, 2, 3)


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


async def asking_the_party(chamber: Chamber) -> None:
    async with chamber.province.sessions.begin() as session:
        await session.execute(update(rows.CouncilRule).values(party_opinion=True))


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


async def test_a_ballot_sent_twice_is_cast_once_and_answered_the_same(chamber: Chamber) -> None:
    session = await chamber.present(await chamber.opened(await appraised(chamber.province)), "first")
    own = (await chamber.read("first", session["id"]))["ownAttendance"]
    said = step(own, item=session["agenda"]["nodes"][0]["id"], choice="YES", idempotencyKey=str(uuid4()))
    answers = await asyncio.gather(*(chamber.province.act("first", "castBallot", said) for _ in range(8)))
    assert all(answer == answers[0] for answer in answers)
    assert answers[0] == {"__typename": "CouncilAttendance", "id": own["id"], "version": own["version"] + 1}
    assert await chamber.province.count(rows.Ballot) == 1


async def test_a_stale_ballot_is_refused_with_the_present_version(chamber: Chamber) -> None:
    session = await chamber.present(await chamber.opened(await appraised(chamber.province)), "first")
    own = (await chamber.read("first", session["id"]))["ownAttendance"]
    said = step(own, item=session["agenda"]["nodes"][0]["id"], choice="YES")
    await chamber.province.act("first", "castBallot", said)
    answer = await denied(chamber, "first", "castBallot", said)
    assert (answer["__typename"], answer["expected"], answer["current"]) == ("StaleVersion", 1, 2)


async def test_everybody_may_vote_at_once(chamber: Chamber) -> None:
    session = await chamber.present(await chamber.opened(await appraised(chamber.province, "an", "binh")), *VOTERS)
    votes = [chamber.vote(who, session, "YES") for who in VOTERS]
    assert {answer["__typename"] for answer in await asyncio.gather(*votes)} == {"CouncilAttendance"}
    assert await chamber.province.count(rows.Ballot) == len(VOTERS)


async def test_a_ballot_cast_while_the_sitting_is_closed_counts_or_is_refused(chamber: Chamber) -> None:
    for _ in range(6):
        session = await chamber.present(await chamber.opened(await appraised(chamber.province)), *VOTERS)
        for who in VOTERS[:4]:
            await chamber.vote(who, session, "YES")
        own = (await chamber.read("fourth", session["id"]))["ownAttendance"]
        said = step(own, item=session["agenda"]["nodes"][0]["id"], choice="NO")
        vote, closed = await asyncio.gather(chamber.province.act("fourth", "castBallot", said), chamber.close(session))
        assert closed["status"] == "CLOSED"
        (item,) = (await chamber.read("secretary", session["id"]))["agenda"]["nodes"]
        counted = vote["__typename"] == "CouncilAttendance"
        assert counted or (vote["__typename"], vote["sessionStatus"]) == ("WrongSessionStatus", "CLOSED")
        assert (item["yes"], item["no"], item["ballotsCast"]) == (4, int(counted), 4 + counted)


async def test_a_sitting_closed_twice_at_once_is_closed_once(chamber: Chamber) -> None:
    dossier = await appraised(chamber.province)
    session = await chamber.present(await chamber.opened(dossier), *VOTERS)
    for who in VOTERS:
        await chamber.vote(who, session, "YES")
    answers = await asyncio.gather(chamber.close(session), chamber.close(session))
    assert sorted(answer["__typename"] for answer in answers) == ["CouncilSession", "StaleVersion"]
    acts = [event["act"] for event in (await dossier_of(chamber, dossier))["events"]["nodes"]]
    assert acts.count("ADVISE") == 1


async def test_what_was_withdrawn_from_the_council_is_left_alone_when_it_closes(chamber: Chamber) -> None:
    dossier = await appraised(chamber.province)
    session = await chamber.present(await chamber.opened(dossier), *VOTERS)
    for who in VOTERS:
        await chamber.vote(who, session, "YES")
    now = await dossier_of(chamber, dossier)
    await chamber.province.act("head", "withdrawDossier", step(now, reason="Rút để hoàn thiện"))
    await chamber.close(session)
    done = await dossier_of(chamber, dossier)
    assert (done["status"], outcomes(done)) == ("WITHDRAWN", ["ELIGIBLE"])


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
