"""Comments from the portal by whoever has no account: what is kept, who reads it, and what is refused."""

from __future__ import annotations

import asyncio
from typing import Any
from unicodedata import normalize
from uuid import uuid4

import pytest
from sqlalchemy import select

import models as rows
from tests.province import Province
from tests.schema.test_posting import began, comment, posted, refused

READ = """{ postings(first: 9) { nodes { comments(first: 9) { nodes {
  kind text authorName authorContact source } } report { objections } } } }"""


def signed(posting: dict[str, Any], text: str = "Cần xem lại thành tích", **more: Any) -> dict[str, Any]:
    """A comment with a name under it."""
    return comment(posting, text, "OBJECTION", authorName="Nông Thị Sen", **more)


async def test_anybody_comments_by_name_and_only_the_desk_and_the_council_read_it(province: Province) -> None:
    posting, _ = await posted(province)
    said = signed(posting, normalize("NFD", "Cần xem lại"), authorContact=" 0205 381 2345 ")
    done = await province.act(None, "submitComment", said)
    assert done["__typename"] == "CommentReceipt"
    (list_,) = (await province.ask("chief", READ))["data"]["postings"]["nodes"]
    assert list_["comments"]["nodes"] == [
        {"kind": "OBJECTION", "text": "Cần xem lại", "authorName": "Nông Thị Sen", "authorContact": "0205 381 2345",
         "source": "ONLINE"}
    ]  # fmt: skip
    assert list_["report"]["objections"] == 1
    for who in ("officer", "nominee", None):
        (unseen,) = (await province.ask(who, READ))["data"]["postings"]["nodes"]
        assert unseen["comments"]["nodes"] == [], who


async def test_sent_twice_even_at_once_it_is_kept_once_and_answered_the_same(province: Province) -> None:
    posting, _ = await posted(province)
    said = signed(posting, idempotencyKey=str(uuid4()))
    first, again = await asyncio.gather(*(province.act(None, "submitComment", said) for _ in range(2)))
    await began(province, 60)
    assert first == again == await province.act(None, "submitComment", said), "also once the window is over"
    assert await province.count(rows.PostingComment) == 1
    other = await refused(province, None, "submitComment", {**said, "text": "Ý khác"})
    assert other["__typename"] == "IdempotencyMismatch"


async def test_a_rehearsal_keeps_nothing(province: Province) -> None:
    posting, _ = await posted(province)
    tried = await province.act(None, "submitComment", signed(posting, dryRun=True))
    assert tried["__typename"] == "CommentReceipt"
    assert await province.count(rows.PostingComment) == 0


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"authorName": " \u200b"}, "authorName"),
        ({"authorName": "x" * 201}, "authorName"),
        ({"authorContact": "x" * 201}, "authorContact"),
        ({"text": ""}, "text"),
        ({"text": "x" * 2001}, "text"),
    ],
)
async def test_what_nobody_signs_or_what_is_too_long_is_refused(
    province: Province, more: dict[str, Any], field: str
) -> None:
    posting, _ = await posted(province)
    wrong = await refused(province, None, "submitComment", {**signed(posting), **more})
    assert (wrong["__typename"], wrong["field"]) == ("InvalidInput", field)


async def test_a_list_that_is_no_longer_or_not_there_takes_no_comment(province: Province) -> None:
    posting, _ = await posted(province)
    missing = await refused(province, None, "submitComment", signed({"id": f"PublicPosting_{uuid4()}"}))
    assert missing["__typename"] == "NotFound"
    last = await began(province, 60)
    ended = await refused(province, None, "submitComment", signed(posting))
    assert (ended["rule"], ended["remedy"]) == ("POSTING_ENDED", last.isoformat())


async def test_the_journal_tells_that_somebody_commented_and_neither_who_nor_what(province: Province) -> None:
    posting, _ = await posted(province)
    await province.act(None, "submitComment", signed(posting))
    async with province.sessions() as session:
        entry = (await session.scalars(select(rows.Entry).where(rows.Entry.act == "COMMENT_ON_POSTING"))).one()
    assert entry.actor_id is None
    assert entry.data == {"posting": posting["id"].partition("_")[2], "kind": "OBJECTION", "source": "ONLINE"}
