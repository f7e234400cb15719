"""Comments on a posted list: who gives them, who records them, who reads them and the report, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from unicodedata import normalize
from uuid import uuid4

import pytest
from sqlalchemy import select

import models as rows
from models import calendar
from tests.province import Province
from tests.schema.chamber import seated
from tests.schema.test_posting import began, comment, end, morning, posted, read, refused, standing


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


async def test_the_journal_tells_that_somebody_commented_and_not_what(province: Province) -> None:
    posting, _ = await posted(province)
    await province.act("stranger", "commentOnPosting", comment(posting, "Đơn tố cáo", "OBJECTION"))
    async with province.sessions() as session:
        entry = (await session.scalars(select(rows.Entry).where(rows.Entry.act == "COMMENT_ON_POSTING"))).one()
    assert entry.data == {"posting": posting["id"].partition("_")[2], "kind": "OBJECTION", "source": "ONLINE"}


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
