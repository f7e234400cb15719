"""Posting a list for comments: how long it stands, who says what of it, who reads that, and how it ends by itself."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from typing import Any
from unicodedata import normalize
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select, update

import models as rows
from models import calendar
from models.calendar import ZONE
from models.rule_set import DocumentKind
from resolvers.posting_end import end_due_postings
from tests.province import Province
from tests.schema.chamber import seated
from tests.schema.test_journey import awaiting_decision, stepped

POSTINGS = """{ postings(first: 9) { totalCount nodes { id version status code title closesOn workingDays closedAt
  agency { code } dossier { id }
  cases(first: 9) { totalCount nodes { id position name agency { code } awardType { code } } }
  comments(first: 9) { totalCount nodes { id kind text authorName source receivedOn } }
  report { supports remarks objections text } } } }"""


async def posted(province: Province, **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A posted list, and its dossier before that."""
    dossier = await awaiting_decision(province, lines=[province.line("an"), province.line("binh")])
    return await stepped(province, "chief", "postDossier", dossier, **more), dossier


async def read(province: Province, who: str | None) -> list[dict[str, Any]]:
    """The lists as somebody reads them."""
    answer = await province.ask(who, POSTINGS)
    assert "errors" not in answer, answer["errors"]
    return list(answer["data"]["postings"]["nodes"])


async def standing(province: Province, dossier: dict[str, Any]) -> dict[str, Any]:
    """The dossier as the chief reads it."""
    said = """query($id: ID!) { dossier(id: $id) { id version status clock
      lastEvent { act note actor { username } } postings(first: 3) { nodes { id status } } } }"""
    return dict((await province.ask("chief", said, {"id": dossier["id"]}))["data"]["dossier"])


def comment(posting: dict[str, Any], text: str = "Rất xứng đáng", kind: str = "SUPPORT", **more: Any) -> dict[str, Any]:
    return {"posting": posting["id"], "kind": kind, "text": text, **more}


async def refused(province: Province, who: str | None, act: str, said: dict[str, Any]) -> dict[str, Any]:
    """A refusal that left nothing behind."""
    kept = (rows.PublicPosting, rows.PostingCase, rows.PostingComment, rows.Entry, rows.StoredReply)
    before = [await province.count(row) for row in kept]
    answer = await province.act(who, act, said)
    assert [await province.count(row) for row in kept] == before
    assert answer["message"]
    assert answer["messageEn"]
    return answer


def morning(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), ZONE) + timedelta(hours=8)


async def began(province: Province, days_ago: int) -> date:
    """Have the list been posted so many days ago; gives the last day of its window."""
    async with province.sessions.begin() as session:
        posting = (await session.scalars(select(rows.PublicPosting))).one()
        posting.opened_at -= timedelta(days=days_ago)
        posting.closes_on = calendar.add_working_days(calendar.day_of(posting.opened_at), posting.working_days)
        return posting.closes_on


async def end(province: Province, at: datetime) -> int:
    """Look for what is due, as if this were the moment."""
    async with province.sessions.begin() as session:
        return await end_due_postings(session, at)


async def test_a_list_stands_in_public_for_ten_working_days_with_names_agencies_and_awards(province: Province) -> None:
    posting, dossier = await posted(province)
    assert (posting["status"], posting["version"]) == ("OPEN", 1)
    assert posting["closesOn"] == calendar.add_working_days(calendar.today(), 10).isoformat()
    assert (await standing(province, dossier))["status"] == "POSTED"
    (shown,) = await read(province, None)
    assert shown["cases"]["nodes"] == [
        {"id": shown["cases"]["nodes"][0]["id"], "position": 1, "name": "Hoàng Thị An", "agency": {"code": "H37.10"},
         "awardType": {"code": "BK_T"}},
        {"id": shown["cases"]["nodes"][1]["id"], "position": 2, "name": "Nông Văn Bình", "agency": {"code": "H37.10"},
         "awardType": {"code": "BK_T"}},
    ]  # fmt: skip
    assert (shown["dossier"], shown["report"], shown["comments"]["totalCount"]) == (None, None, 0)
    assert shown["agency"] == {"code": "H37.10"}


async def test_a_sensitive_case_is_shown_by_initials(province: Province) -> None:
    dossier = await awaiting_decision(province)
    line = dossier["lines"]["nodes"][0]["id"]
    await stepped(province, "chief", "postDossier", dossier, initials=[line])
    (shown,) = await read(province, None)
    assert [case["name"] for case in shown["cases"]["nodes"]] == ["H. T. A."]


async def test_only_the_head_of_the_office_posts_and_only_what_was_found_eligible(province: Province) -> None:
    dossier = await awaiting_decision(province)
    step = {"id": dossier["id"], "expectedVersion": dossier["version"]}
    wrong = await refused(province, "appraiser", "postDossier", step)
    assert (wrong["__typename"], wrong["whoCan"]) == ("NotPermitted", ["OFFICE_HEAD"])
    strange = await refused(province, "chief", "postDossier", {**step, "initials": [f"DossierLine_{uuid4()}"]})
    assert strange["__typename"] == "NotFound"
    async with province.sessions.begin() as session:
        await session.execute(update(rows.DossierLine.__table__).values(outcome="INELIGIBLE", reason="Thiếu"))
    empty = await refused(province, "chief", "postDossier", step)
    assert (empty["rule"], empty["remedy"]) == ("NOTHING_TO_POST", "appraiseLine")


async def test_a_rehearsal_posts_nothing(province: Province) -> None:
    dossier = await awaiting_decision(province)
    tried = await stepped(province, "chief", "postDossier", dossier, dryRun=True)
    assert tried["status"] == "OPEN"
    assert await read(province, None) == []
    assert (await standing(province, dossier))["status"] == "SIGNING"


async def test_staff_and_nominees_comment_and_the_public_reads_none_of_it(province: Province) -> None:
    posting, _ = await posted(province)
    text = "Cần xem lại thành tích năm 2025"
    said = await province.act("stranger", "commentOnPosting", comment(posting, normalize("NFD", text), "OBJECTION"))
    assert (said["kind"], said["text"], said["source"]) == ("OBJECTION", text, "ONLINE")
    await province.act("nominee", "commentOnPosting", comment(posting))
    assert (await refused(province, None, "commentOnPosting", comment(posting)))["__typename"] == "NotPermitted"
    seen = {who: (await read(province, who))[0]["comments"]["totalCount"] for who in (*province.viewers, None)}
    assert seen == {
        "officer": 0, "head": 0, "desk": 2, "chief": 2, "appraiser": 2, "secretary": 2, "chairman": 2, "auditor": 2,
        "stranger": 1, "nominee": 1, None: 0,
    }  # fmt: skip
    (told,) = await read(province, "chief")
    assert [each["authorName"] for each in told["comments"]["nodes"]] == ["Người stranger", "Người nominee"]
    node = "query($id: ID!) { node(id: $id) { id } }"
    for who in ("officer", "nominee", None):
        assert (await province.ask(who, node, {"id": said["id"]}))["data"]["node"] is None


async def test_the_report_counts_what_was_said_and_is_for_those_who_judge(province: Province) -> None:
    posting, dossier = await posted(province)
    (empty,) = await read(province, "secretary")
    assert "Không nhận được ý kiến nào." in empty["report"]["text"]
    for kind, text in (("OBJECTION", "Không đúng"), ("REMARK", "Nên bổ sung"), ("SUPPORT", "Đúng")):
        await province.act("stranger", "commentOnPosting", comment(posting, text, kind))
    (told,) = await read(province, "secretary")
    report = told["report"]
    assert [report[kind] for kind in ("supports", "remarks", "objections")] == [1, 1, 1]
    assert "Tổng số ý kiến: 3; tán thành: 1, có ý kiến: 1, phản đối: 1." in report["text"]
    assert dossier["code"] in report["text"]
    assert "Không đúng" not in report["text"]
    assert {who for who in province.viewers if (await read(province, who))[0]["report"]} == {
        "desk", "chief", "appraiser", "secretary", "chairman", "auditor",
    }  # fmt: skip


async def test_officers_record_what_came_another_way(province: Province) -> None:
    posting, _ = await posted(province)
    said = comment(posting, "Qua điện thoại", "REMARK", authorName="Bà Lý Thị Mẩy", source="PHONE")
    done = await province.act("desk", "recordComment", said)
    assert (done["kind"], done["source"]) == ("REMARK", "PHONE")
    (told,) = await read(province, "chief")
    assert told["comments"]["nodes"][0]["authorName"] == "Bà Lý Thị Mẩy"
    assert told["comments"]["nodes"][0]["receivedOn"] == calendar.today().isoformat()
    wrong = await refused(province, "stranger", "recordComment", said)
    assert (wrong["__typename"], wrong["whoCan"]) == (
        "NotPermitted", ["ONE_STOP", "APPRAISER", "OFFICE_HEAD", "SECRETARY"],
    )  # fmt: skip
    yesterday = (calendar.today() - timedelta(days=1)).isoformat()
    tomorrow = (calendar.today() + timedelta(days=1)).isoformat()
    for more, field in (
        ({"source": "ONLINE"}, "source"),
        ({"receivedOn": yesterday}, "receivedOn"),
        ({"receivedOn": tomorrow}, "receivedOn"),
        ({"authorName": " "}, "authorName"),
    ):
        assert (await refused(province, "desk", "recordComment", {**said, **more}))["field"] == field


@pytest.mark.parametrize("text", ["", " \n", "x" * 2001])
async def test_a_comment_says_something_and_not_too_much(province: Province, text: str) -> None:
    posting, _ = await posted(province)
    wrong = await refused(province, "stranger", "commentOnPosting", comment(posting, text))
    assert (wrong["__typename"], wrong["field"]) == ("InvalidInput", "text")


async def test_a_comment_sent_twice_is_kept_once_and_answered_the_same(province: Province) -> None:
    posting, _ = await posted(province)
    said = comment(posting, idempotencyKey=str(uuid4()))
    first, again = [await province.act("nominee", "commentOnPosting", said) for _ in range(2)]
    assert first == again
    assert await province.count(rows.PostingComment) == 1
    tried = await province.act("stranger", "commentOnPosting", comment(posting, dryRun=True))
    assert tried["__typename"] == "PostingComment"
    assert await province.count(rows.PostingComment) == 1


async def test_what_is_not_there_cannot_be_commented_on(province: Province) -> None:
    missing = {"id": f"PublicPosting_{uuid4()}"}
    assert (await refused(province, "stranger", "commentOnPosting", comment(missing)))["__typename"] == "NotFound"


async def test_after_the_last_day_comments_are_refused_and_letters_of_that_day_still_recorded(
    province: Province,
) -> None:
    posting, _ = await posted(province)
    last = await began(province, 60)
    wrong = await refused(province, "stranger", "commentOnPosting", comment(posting))
    assert (wrong["rule"], wrong["remedy"]) == ("POSTING_ENDED", last.isoformat())
    letter = comment(posting, authorName="Ông Nông Văn Páo", source="LETTER")
    late = await refused(province, "desk", "recordComment", letter)
    assert late["rule"] == "POSTING_ENDED"
    done = await province.act("desk", "recordComment", {**letter, "receivedOn": last.isoformat()})
    assert done["__typename"] == "PostingComment"


async def test_a_running_window_lets_the_dossier_go_nowhere_and_says_until_when(province: Province) -> None:
    posting, dossier = await posted(province)
    now = await standing(province, dossier)
    step = {"id": now["id"], "expectedVersion": now["version"]}
    for who, act in (("chief", "endPosting"), ("chairman", "forwardUp")):
        wrong = await refused(province, who, act, step)
        assert (wrong["rule"], wrong["remedy"]) == ("POSTING_RUNNING", posting["closesOn"])
    wrong = await refused(province, "officer", "forwardUp", step)
    assert wrong["__typename"] == "NotPermitted"
    wrong = await refused(province, "chairman", "issueDecision", {**step, "title": "Về việc tặng Bằng khen"})
    assert (wrong["__typename"], wrong["dossierStatus"]) == ("IllegalStep", "POSTED")


async def test_the_clock_waits_while_a_list_is_posted(province: Province) -> None:
    _, dossier = await posted(province)
    assert (await standing(province, dossier))["clock"] == "PAUSED"


async def test_a_window_that_is_over_is_ended_by_hand(province: Province) -> None:
    _, dossier = await posted(province)
    await began(province, 60)
    now = await standing(province, dossier)
    done = await stepped(province, "chief", "endPosting", now)
    assert (done["status"], done["version"]) == ("SIGNING", now["version"] + 1)
    (shown,) = await read(province, None)
    assert (shown["status"], shown["version"]) == ("ENDED", 2)


async def test_a_window_ends_by_itself_on_the_first_working_day_after_it(province: Province) -> None:
    _, dossier = await posted(province)
    last = await began(province, 60)
    next_day = calendar.add_working_days(last, 1)
    day = calendar.day_of(morning(last))
    while day < next_day:
        assert await end(province, morning(day) + timedelta(hours=15, minutes=59)) == 0, day
        day += timedelta(days=1)
    assert await end(province, datetime.combine(next_day, datetime.min.time(), ZONE)) == 1
    now = await standing(province, dossier)
    assert now["status"] == "SIGNING"
    assert (now["lastEvent"]["act"], now["lastEvent"]["actor"]) == ("END_POSTING", None)
    assert "Ended by the system" in now["lastEvent"]["note"]
    assert now["postings"]["nodes"][0]["status"] == "ENDED"
    assert await end(province, morning(next_day)) == 0


async def test_many_looks_at_once_end_a_window_once(province: Province) -> None:
    _, dossier = await posted(province)
    last = await began(province, 60)
    before = await standing(province, dossier)
    moment = morning(calendar.add_working_days(last, 1))
    assert sorted(await asyncio.gather(*(end(province, moment) for _ in range(5)))) == [0, 0, 0, 0, 1]
    after = await standing(province, dossier)
    assert (after["status"], after["version"]) == ("SIGNING", before["version"] + 1)
    async with province.sessions() as session:
        ended = select(rows.Entry.subject_kind).where(rows.Entry.act == "END_POSTING").order_by(rows.Entry.subject_kind)
        assert list(await session.scalars(ended)) == ["Dossier", "PublicPosting"]


async def test_a_held_dossiers_window_waits_for_it(province: Province) -> None:
    _, dossier = await posted(province)
    now = await standing(province, dossier)
    held = await stepped(province, "chief", "holdDossier", now, reason="Có đơn tố cáo")
    last = await began(province, 60)
    moment = morning(calendar.add_working_days(last, 1))
    assert await end(province, moment) == 0
    assert (await read(province, None))[0]["status"] == "ENDED"
    await stepped(province, "chief", "resumeDossier", held)
    assert await end(province, moment) == 1
    assert (await standing(province, dossier))["status"] == "SIGNING"


async def test_a_withdrawn_dossiers_list_is_public_no_more(province: Province) -> None:
    posting, dossier = await posted(province)
    await stepped(province, "head", "withdrawDossier", await standing(province, dossier), reason="Xin rút")
    assert await read(province, None) == []
    assert (await read(province, "chief"))[0]["status"] == "CALLED_OFF"
    assert (await refused(province, "stranger", "commentOnPosting", comment(posting)))["rule"] == "POSTING_ENDED"
    assert await end(province, morning(calendar.today())) == 1
    (shown,) = await read(province, "chief")
    assert (shown["status"], shown["version"]) == ("CALLED_OFF", 2)
    assert (await standing(province, dossier))["status"] == "WITHDRAWN"


async def test_a_dossier_posted_again_shows_its_last_list_alone(province: Province) -> None:
    first, dossier = await posted(province)
    async with province.sessions.begin() as session:
        await session.execute(update(rows.Dossier.__table__).values(status="SIGNING", came_from=[]))
    second = await stepped(province, "chief", "postDossier", await standing(province, dossier))
    assert [each["id"] for each in await read(province, None)] == [second["id"]]
    statuses = {each["id"]: each["status"] for each in await read(province, "chief")}
    assert statuses == {first["id"]: "CALLED_OFF", second["id"]: "OPEN"}


async def test_days_off_announced_since_prolong_the_window(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    posting, dossier = await posted(province)
    last = await began(province, 60)
    counted = calendar.add_working_days
    monkeypatch.setattr("models.posting.calendar.add_working_days", lambda day, count: counted(day, count + 1))
    moment = morning(counted(last, 1))
    assert await end(province, moment) == 1
    assert (await standing(province, dossier))["status"] == "POSTED"
    (shown,) = await read(province, None)
    assert (shown["closesOn"], shown["version"]) == (counted(last, 1).isoformat(), 2)
    assert shown["id"] == posting["id"]


async def test_lists_are_found_by_what_is_open_where_and_until_when(province: Province) -> None:
    await posted(province)
    last = await began(province, 0)
    for given, count in (
        ("{open: true}", 1),
        ("{open: false}", 0),
        ('{agencyWithin: "H37"}', 1),
        ('{agencyWithin: "H37.11"}', 0),
        (f'{{closesFrom: "{last}", closesTo: "{last}"}}', 1),
        ("{not: {open: true}}", 0),
        ("{or: []}", 0),
    ):
        asked = f"{{ postings(first: 1, filter: {given}, orderBy: CLOSING) {{ totalCount }} }}"
        assert (await province.ask(None, asked))["data"]["postings"]["totalCount"] == count, given


async def test_the_journal_tells_that_somebody_commented_and_not_what(province: Province) -> None:
    posting, _ = await posted(province)
    await province.act("stranger", "commentOnPosting", comment(posting, "Đơn tố cáo", "OBJECTION"))
    async with province.sessions() as session:
        entry = (await session.scalars(select(rows.Entry).where(rows.Entry.act == "COMMENT_ON_POSTING"))).one()
    assert entry.data == {"posting": posting["id"].partition("_")[2], "kind": "OBJECTION", "source": "ONLINE"}


async def ordered(province: Province, *documents: str) -> dict[str, Any]:
    """A dossier for a third-class Labour Order that awaits whoever decides, with these papers beside the usual."""
    dossier = await awaiting_decision(province, lines=[province.line("an"), province.line("binh")])
    async with province.sessions.begin() as session:
        order = await session.scalar(select(rows.AwardType.id).where(rows.AwardType.code == "HC_LD_III"))
        await session.execute(update(rows.DossierLine).values(award_type_id=order))
        key = UUID(dossier["id"].partition("_")[2])
        for place, kind in enumerate(documents, start=50):
            paper = rows.DossierDocument(dossier_id=key, position=place, kind=DocumentKind[kind], title=kind)
            session.add(paper)
    return dossier


async def forwarded(province: Province, dossier: dict[str, Any]) -> dict[str, Any]:
    """What forwarding a dossier answers."""
    return await stepped(province, "chairman", "forwardUp", await standing(province, dossier))


async def test_what_the_law_wants_posted_is_forwarded_once_it_was(province: Province) -> None:
    dossier = await ordered(province, "OPINION")
    wrong = await forwarded(province, dossier)
    assert (wrong["rule"], wrong["remedy"]) == ("MISSING_DOCUMENTS", "PUBLIC_POSTING")
    await stepped(province, "chief", "postDossier", dossier)
    assert (await forwarded(province, dossier))["rule"] == "POSTING_RUNNING"
    last = await began(province, 60)
    await end(province, morning(calendar.add_working_days(last, 1)))
    assert (await forwarded(province, dossier))["status"] == "FORWARDED_UP"


async def test_a_case_that_was_not_on_the_posted_list_is_posted_before_it_is_forwarded(province: Province) -> None:
    dossier = await ordered(province, "OPINION")
    await stepped(province, "chief", "postDossier", dossier)
    last = await began(province, 60)
    await end(province, morning(calendar.add_working_days(last, 1)))
    async with province.sessions.begin() as session:
        await session.execute(delete(rows.PostingCase).where(rows.PostingCase.position == 2))
    wrong = await forwarded(province, dossier)
    assert (wrong["rule"], wrong["article"], wrong["remedy"]) == ("NOT_POSTED", "Law 06/2022 art 84.5", "postDossier")


async def test_a_list_that_the_proposer_posted_is_shown_by_its_paper(province: Province) -> None:
    dossier = await ordered(province, "OPINION", "PUBLIC_POSTING")
    assert (await forwarded(province, dossier))["status"] == "FORWARDED_UP"


async def test_an_opinion_that_was_given_here_needs_no_paper(province: Province) -> None:
    dossier = await ordered(province, "PUBLIC_POSTING")
    assert (await forwarded(province, dossier))["remedy"] == "OPINION"
    said = {"agencies": ["H37.11"], "question": "Chấp hành pháp luật"}
    await stepped(province, "chief", "requestOpinions", dossier, **said)
    text = "{ opinionRequests(first: 1) { nodes { id version } } }"
    (request,) = (await province.ask("stranger", text))["data"]["opinionRequests"]["nodes"]
    await stepped(province, "stranger", "answerOpinion", request, answer="AGREE")
    assert (await forwarded(province, dossier))["status"] == "FORWARDED_UP"


async def test_whoever_is_at_the_sitting_reads_the_report_and_the_comments(province: Province) -> None:
    chamber = await seated(province)
    posting, dossier = await posted(province)
    await province.act("stranger", "commentOnPosting", comment(posting, "Không đúng", "OBJECTION"))
    last = await began(province, 60)
    await end(province, morning(calendar.add_working_days(last, 1)))
    assert (await read(province, "first"))[0]["report"] is None
    session = await chamber.convene(await standing(province, dossier))
    asked = """query($id: ID!) { node(id: $id) { ... on CouncilSession { agenda(first: 9) { nodes {
      postingReport { supports objections text } } } } } }"""
    agenda = (await province.ask("first", asked, {"id": session["id"]}))["data"]["node"]["agenda"]["nodes"]
    assert [(item["postingReport"]["supports"], item["postingReport"]["objections"]) for item in agenda] == [(0, 1)] * 2
    assert (await read(province, "first"))[0]["comments"]["nodes"][0]["text"] == "Không đúng"
