"""Voting in a council: who may, who stands aside, in writing and on paper, many at once, and what is refused."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import select, update

import models as rows
from tests.schema.chamber import VOTERS, Chamber, appraised, denied, step


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
