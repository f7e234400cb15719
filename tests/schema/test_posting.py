"""Posting a list for comments: how long it stands, who says what of it, who reads that, and how it ends by itself."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update

import models as rows
from models import calendar
from models.calendar import ZONE
from resolvers.posting_end import end_due_postings
from tests.province import Province
from tests.schema.journey import awaiting_decision, stepped

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
