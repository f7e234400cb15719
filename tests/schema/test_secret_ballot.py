"""A secret ballot is nobody's: what the database holds afterwards does not depend on who chose what.

The same sitting is held twice, by the same people in the same order, who choose otherwise but to the same sums; then
every row of every table is read as PostgreSQL keeps it, its system columns with it, and the two must not differ.
"""

from __future__ import annotations

import asyncio
import datetime
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from sqlalchemy import text

import models as rows
from models.council_ballot import BallotChoice
from resolvers.council_inputs import CastBallotInput
from resolvers.locking import digest
from tests.schema.chamber import VOTERS, Chamber, appraised, dossier_of, outcomes, step
from tests.schema.refusing import refused

TABLES = """select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
  and c.relname not in ('alembic_version', 'journal_seq', 'journal_head') order by 1"""
"""Every table, but the numbers and hashes that whoever hears first gives to the journal's rows."""
SYSTEM = "t.tableoid::text as tableoid_, t.ctid::text as ctid_, t.xmin::text as xmin_, {locked} as xmax_"
LOCKED = {"journal": "'0'"}
"""What stands for who locked a row last: the journal's rows are locked by numbering, one or several at once."""
PEOPLE = """
  select id, username as name from account
  union all select m.id, 'member ' || a.username from council_member m join account a on a.id = m.account_id
  union all select s.id, 'seat ' || a.username from council_attendance s
    join council_member m on m.id = s.member_id join account a on a.id = m.account_id
  union all select id, 'case ' || position from agenda_item
  union all select id, 'sitting' from council_session"""
ALIKE = ("YES", "YES", "YES", "YES", "NO")
"""What the five choose, the chair first."""


async def opened(chamber: Chamber) -> dict[str, Any]:
    """A meeting about a title that is voted on in secret, everybody there."""
    dossier = await appraised(chamber.province, "an", award="CSTDT")
    session = await chamber.present(await chamber.opened(dossier), *VOTERS)
    assert session["agenda"]["nodes"][0]["ballot"] == "SECRET"
    return {**session, "dossier": dossier}


async def everything(chamber: Chamber, known: set[str]) -> list[str]:
    """Every row that is not known yet, as text with its system columns; then they are known."""
    found: list[tuple[str, dict[str, Any]]] = []
    async with chamber.province.sessions() as session:
        people = {str(row.id): row.name for row in await session.execute(text(PEOPLE))}
        for (table,) in list(await session.execute(text(TABLES))):
            system = SYSTEM.format(locked=LOCKED.get(table, "t.xmax::text"))
            for row in await session.execute(text(f'select {system}, t.* from public."{table}" t')):
                if (said := f"{table} {tuple(row)}") not in known:
                    known.add(said)
                    found.append((table, dict(row._mapping)))
    return sorted(alike(found, people))


def alike(found: list[tuple[str, dict[str, Any]]], people: dict[str, str]) -> Iterator[str]:
    """The same rows with people for keys, and for transactions and places their rank: nothing by chance is left."""
    done = {row[key] for _, row in found for key in ("xmin_", "xmax_")}
    rank = {each: f"transaction {n}" for n, each in enumerate(sorted(done, key=int))}
    for table, row in found:
        placed = sorted(place(other["ctid_"]) for name, other in found if name == table)
        said = {key: plain(value, people) for key, value in row.items()}
        said |= {"xmin_": rank[row["xmin_"]], "xmax_": rank[row["xmax_"]], "tx": None, "tableoid_": None}
        said["ctid_"] = str(placed.index(place(row["ctid_"]))) if table in ("ballot", "secret_count") else ""
        if table == "journal":
            said["id"] = ""
        yield f"{table} {sorted(said.items())}"


def place(ctid: str) -> tuple[int, ...]:
    return tuple(map(int, ctid.strip("()").split(",")))


def plain(value: Any, people: dict[str, str]) -> str:
    """A value by whom or what it names; keys of nothing known, moments and digests are alike."""
    if isinstance(value, datetime.datetime | bytes):
        return type(value).__name__
    said = str(value)
    for key, name in people.items():
        said = said.replace(key, name)
    return "key" if isinstance(value, uuid.UUID) and said == str(value) else said


async def held(chamber: Chamber, choices: Iterable[str], known: set[str]) -> list[str]:
    """What a sitting with these choices leaves behind, before it is closed."""
    session = await opened(chamber)
    await everything(chamber, known)
    for who, choice in zip(VOTERS, choices, strict=True):
        assert (await chamber.vote(who, session, choice))["__typename"] == "CouncilAttendance"
    return await everything(chamber, known)


async def test_who_chose_what_makes_no_difference_in_any_table_or_system_column(chamber: Chamber) -> None:
    known: set[str] = set()
    left = [await held(chamber, choices, known) for choices in (ALIKE, ALIKE[::-1], (*ALIKE[3:], *ALIKE[:3]))]
    written = {"ballot", "council_attendance", "journal", "secret_count", "stored_reply"}
    assert written <= {said.partition(" ")[0] for said in left[0]}
    assert left[0] == left[1] == left[2]


async def test_an_open_ballot_does_differ_so_the_comparison_can_fail(chamber: Chamber) -> None:
    known: set[str] = set()
    left = []
    for choices in (ALIKE, ALIKE[::-1]):
        session = await chamber.present(await chamber.opened(await appraised(chamber.province)), *VOTERS)
        await everything(chamber, known)
        for who, choice in zip(VOTERS, choices, strict=True):
            await chamber.vote(who, session, choice)
        left.append(await everything(chamber, known))
    assert left[0] != left[1]


async def test_no_row_of_any_table_holds_a_secret_choice(chamber: Chamber) -> None:
    known: set[str] = set()
    for said in await held(chamber, ALIKE, known):
        assert not any(f"'{choice}'" in said for choice in ("YES", "NO", "ABSTAIN"))


async def test_what_is_kept_for_a_ballots_key_is_the_same_for_every_choice(chamber: Chamber) -> None:
    session = await opened(chamber)
    own = (await chamber.read("first", session["id"]))["ownAttendance"]
    key = str(uuid.uuid4())
    said = step(own, item=session["agenda"]["nodes"][0]["id"], idempotencyKey=key)
    first = await chamber.province.act("first", "castBallot", {**said, "choice": "NO"})
    again = await chamber.province.act("first", "castBallot", {**said, "choice": "YES"})
    assert first == again
    async with chamber.province.sessions() as session_:
        (kept,) = await session_.execute(text("select asked from stored_reply where key = :key"), {"key": key})
        (sums,) = await session_.execute(text("select yes, no, abstain from secret_count"))
    assert tuple(sums) == (0, 1, 0)
    guesses = {digest("castBallot", guess) for guess in guessed(said)}
    assert guesses == {kept.asked}


def guessed(said: dict[str, Any]) -> list[Any]:
    """The inputs that somebody would try who knows all but the choice."""
    return [
        CastBallotInput(
            id=said["id"],
            expected_version=said["expectedVersion"],
            idempotency_key=uuid.UUID(said["idempotencyKey"]),
            item=said["item"],
            choice=choice,
        )
        for choice in BallotChoice
    ]


async def test_a_secret_ballot_is_cast_once_and_not_changed(chamber: Chamber) -> None:
    session = await opened(chamber)
    await chamber.vote("first", session, "YES")
    answer = await chamber.vote("first", session, "NO")
    assert (answer["__typename"], answer["rule"]) == ("RuleNotMet", "ALREADY_CAST")
    (item,) = (await chamber.read("first", session["id"]))["agenda"]["nodes"]
    assert item["ownBallot"] == {"kind": "SECRET", "choice": None, "onPaper": False}
    assert item["yes"] is None


async def test_secret_ballots_cast_at_once_are_all_counted_and_the_sums_go_with_the_closing(chamber: Chamber) -> None:
    session = await opened(chamber)
    cast = (chamber.vote(who, session, choice) for who, choice in zip(VOTERS, ALIKE, strict=True))
    assert {answer["__typename"] for answer in await asyncio.gather(*cast)} == {"CouncilAttendance"}
    assert (await chamber.close(session))["status"] == "CLOSED"
    (item,) = (await chamber.read("first", session["id"]))["agenda"]["nodes"]
    assert (item["yes"], item["no"], item["abstain"], item["base"]) == (4, 1, 0, 5)
    assert item["outcome"] == "NOT_PASSED", "four of five are not nine tenths"
    assert await chamber.province.count(rows.SecretCount) == 0
    assert outcomes(await dossier_of(chamber, session["dossier"])) == ["NOT_PASSED"]


async def test_paper_ballots_in_secret_are_told_as_sums(chamber: Chamber) -> None:
    dossier = await appraised(chamber.province, "an", award="CSTDT")
    session = await chamber.present(await chamber.opened(dossier), *VOTERS[:4])
    item = session["agenda"]["nodes"][0]["id"]
    for who in VOTERS[:4]:
        await chamber.vote(who, session, "YES")
    said = step(session, item=item, members=[chamber.seat(session, "fourth")["id"]], yes=1, no=0, abstain=0)
    assert (await chamber.province.act("secretary", "recordPaperBallots", said))["__typename"] == "CouncilSession"
    await chamber.close(session)
    (closed,) = (await chamber.read("secretary", session["id"]))["agenda"]["nodes"]
    assert (closed["outcome"], closed["yes"], closed["base"]) == ("PASSED", 5, 5)


async def test_a_title_that_needs_a_council_is_not_decided_without_one(chamber: Chamber) -> None:
    dossier = await appraised(chamber.province, "an", award="CSTDT")
    said = {"title": "Về việc tặng danh hiệu Chiến sĩ thi đua cấp tỉnh"}
    answer = await refused(chamber.province, "chairman", "issueDecision", step(dossier, **said))
    assert (answer["__typename"], answer["rule"]) == ("RuleNotMet", "COUNCIL_NOT_CONSULTED")
    assert answer["remedy"] == "conveneSession"
    session = await chamber.present(await chamber.opened(dossier), *VOTERS)
    for who in VOTERS:
        await chamber.vote(who, session, "YES")
    await chamber.close(session)
    now = await dossier_of(chamber, dossier)
    assert (await chamber.province.act("chairman", "issueDecision", step(now, **said)))["__typename"] == "Decision"


@pytest.mark.parametrize("choice", ["YES", "NO"])
async def test_the_table_itself_refuses_a_secret_choice(chamber: Chamber, choice: str) -> None:
    session = await opened(chamber)
    await chamber.vote("first", session, choice)
    async with chamber.province.sessions() as session_:
        for change in (f"choice = '{choice}'", f"kind = 'OPEN', choice = '{choice}'"):
            with pytest.raises(Exception, match=r"a_secret_choice_is_not_kept|fk_ballot_item_id_agenda_item"):
                await session_.execute(text(f"update ballot set {change}"))
            await session_.rollback()
