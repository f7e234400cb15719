"""The demo's council: past sittings are over, and one is open at which the demo's member may vote."""

from __future__ import annotations

from tests.models.conftest import Connection


async def test_one_sitting_is_open_and_all_others_are_over(held: Connection) -> None:
    found = await held.fetch("select status, count(*) from council_session group by 1")
    counts = {row["status"]: row["count"] for row in found}
    assert counts["OPEN"] == 1
    assert counts.keys() == {"OPEN", "CLOSED"}
    assert counts["CLOSED"] >= 8


async def test_the_open_sitting_is_about_cases_that_really_await_the_council(held: Connection) -> None:
    agenda = await held.fetch(
        """
        select d.status, l.outcome, i.ballot, d.received_at < s.opened_at as in_time,
          r.rule_set_id = d.rule_set_id as bound,
          l.nominee_id = i.nominee_id and l.award_type_id = i.award_type_id and l.citation = i.citation as agrees
        from agenda_item i join dossier d on d.id = i.dossier_id join dossier_line l on l.id = i.line_id
          join council_session s on s.id = i.session_id join council_rule r on r.id = i.rule_id"""
    )
    assert len(agenda) >= 12
    assert {(row["status"], row["outcome"]) for row in agenda} == {("COUNCIL", "ELIGIBLE")}
    assert all(row["in_time"] and row["agrees"] and row["bound"] for row in agenda)
    assert {row["ballot"] for row in agenda} >= {"OPEN"}


async def test_the_demos_member_may_vote_on_every_case_and_who_comes_from_the_proposer_may_not(
    held: Connection,
) -> None:
    seats = await held.fetch(
        """
        select a.username, t.presence, m.unit_id,
          (select count(*) from council_recusal r where r.attendance_id = t.id) as aside,
          (select count(*) from agenda_item i where i.agency_id = m.unit_id) as own
        from council_attendance t join council_member m on m.id = t.member_id join account a on a.id = m.account_id"""
    )
    (own,) = [seat for seat in seats if seat["username"] == "uyvien"]
    assert (own["presence"], own["aside"]) == ("PRESENT", 0)
    assert all(seat["aside"] == seat["own"] for seat in seats)


async def test_each_secret_case_of_the_open_sitting_has_its_sums(held: Connection) -> None:
    lacking = await held.fetchval(
        """
        select count(*) from agenda_item i left join secret_count c on c.item_id = i.id
        where (i.ballot = 'SECRET') <> (c.item_id is not null)"""
    )
    assert lacking == 0


async def test_every_sitting_and_attendance_has_an_entry_for_each_version(held: Connection) -> None:
    for table, kind in (("council_session", "CouncilSession"), ("council_attendance", "CouncilAttendance")):
        wrong = await held.fetchval(
            f"select count(*) from {table} s where version <> (select count(*) from journal"
            " where subject_kind = $1 and subject_id = s.id)",
            kind,
        )
        assert wrong == 0
