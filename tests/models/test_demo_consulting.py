"""What the demo asks of others: opinions in every state and lists in and past their windows, as the law has them."""

from __future__ import annotations

import pytest

from tests.models.conftest import Connection


async def test_there_are_requests_in_every_state(held: Connection) -> None:
    found = await held.fetch(
        """
        select d.status = 'CONSULTING' as open, o.seen_at is not null as seen, o.answer,
          o.closed_at is not null as ended, o.due_on < vietnam_day(now()) as past
        from opinion_request o join dossier d on d.id = o.dossier_id"""
    )
    states = {(row["open"], row["seen"], row["answer"] is not None, row["ended"]) for row in found}
    assert states >= {
        (True, True, True, False),  # answered
        (True, True, False, False),  # seen
        (True, False, False, False),  # sent, or overdue
        (False, False, False, True),  # silent to the end
    }
    assert any(row["open"] and row["past"] and row["answer"] is None for row in found), "one is overdue"
    assert {row["answer"] for row in found} >= {"AGREE", "AGREE_WITH_NOTE", "DISAGREE", "NO_DATA"}


async def test_nobody_is_awaited_where_the_opinions_are_in_and_nobody_is_asked_about_their_own(
    held: Connection,
) -> None:
    awaited = await held.fetchval(
        """
        select count(*) from opinion_request o join dossier d on d.id = o.dossier_id
        where d.status <> 'CONSULTING' and o.answered_at is null and o.closed_at is null"""
    )
    own = (
        "select count(*) from opinion_request o join dossier d on (d.id, d.agency_id) = (o.dossier_id, o.to_agency_id)"
    )
    early = "select count(*) from opinion_request where vietnam_day(closed_at) <= due_on"
    assert (awaited, await held.fetchval(own), await held.fetchval(early)) == (0, 0, 0)


async def test_lists_stand_in_public_now_and_others_stood_for_their_ten_working_days(held: Connection) -> None:
    found = await held.fetch(
        """
        select d.status, p.closed_at is null as open, vietnam_day(p.closed_at) > p.closes_on as whole, p.working_days,
          (select count(*) from posting_case c where c.posting_id = p.id) as cases,
          (select count(*) from dossier_line l where l.dossier_id = d.id and l.outcome <> 'INELIGIBLE') as lines
        from public_posting p join dossier d on d.id = p.dossier_id"""
    )
    assert {row["open"] for row in found} == {True, False}
    assert all(row["open"] is (row["status"] == "POSTED") for row in found)
    assert all(row["whole"] and row["working_days"] == 10 for row in found if not row["open"])
    assert all(row["cases"] == row["lines"] > 0 for row in found)


async def test_comments_come_in_their_windows_of_each_kind_and_way(held: Connection) -> None:
    found = await held.fetch(
        """
        select c.kind, c.source, c.received_on between vietnam_day(p.opened_at) and p.closes_on as within
        from posting_comment c join public_posting p on p.id = c.posting_id"""
    )
    assert {row["kind"] for row in found} == {"SUPPORT", "REMARK", "OBJECTION"}
    assert len({row["source"] for row in found}) == 4
    assert all(row["within"] for row in found)


@pytest.mark.parametrize("kind", ["OpinionRequest", "PublicPosting", "PostingComment"])
async def test_each_version_has_its_entry(held: Connection, kind: str) -> None:
    table = {"OpinionRequest": "opinion_request", "PublicPosting": "public_posting"}.get(kind, "posting_comment")
    wrong = await held.fetchval(
        f"select count(*) from {table} r where version <> (select count(*) from journal"
        " where subject_kind = $1 and subject_id = r.id)",
        kind,
    )
    assert wrong == 0
