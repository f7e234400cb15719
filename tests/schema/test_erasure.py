"""Whoever must be forgotten can be: nothing personal is in the journal, so erasing it leaves the chain whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Table, select, text, update

import models as rows
from models.base import PersonalData
from models.verification import Verified, verify
from tests.province import Province
from tests.schema.journey import issued, stepped

FOUND = "query($number: String!) { decision(number: $number) { number title awards(first: 9) { totalCount } } }"
KNOWN = {"personal_number": "079912345678", "phone": "0912 345 678", "address": "thôn Canary, xã Canary"}


def personal() -> Iterator[tuple[Table, Column[Any]]]:
    """Every column that holds what is personal."""
    for table in rows.Base.metadata.sorted_tables:
        for column in table.columns:
            if column.info.get("class") in (PersonalData.PERSONAL, PersonalData.SENSITIVE):
                yield table, column


async def erased(province: Province) -> int:
    """Have all of it be gone, as somebody's who asked for it: nothing, or where there must be something, nobody's."""
    done = 0
    async with province.sessions.begin() as work:
        for table, column in personal():
            gone = update(table).values({column: None if column.nullable else "đã xóa"})
            done += (await work.execute(gone)).rowcount  # type: ignore[attr-defined]  # it is a CursorResult
    return done


async def test_n_l07_what_is_personal_is_erased_and_the_chain_verifies_and_the_decision_stands(
    province: Province,
) -> None:
    async with province.sessions.begin() as work:
        person = await work.get_one(rows.NomineePersonal, province.nominees["an"])
        for name, said in KNOWN.items():
            setattr(person, name, said)
    decision = await stepped(province, "chief", "publishDecision", await issued(province))
    before = await province.ask(None, FOUND, {"number": decision["number"]})
    assert await erased(province) > 5
    async with province.sessions.begin() as work:
        await work.execute(text("select number()"))
        kept = "\n".join(await work.scalars(text("select to_jsonb(journal)::text from journal")))
        people = list(await work.scalars(select(rows.NomineePersonal.phone)))
        verified = await verify(await work.connection())
    assert isinstance(verified, Verified), verified
    assert verified.head.seq == verified.head.entries == len(kept.splitlines()) > 5
    assert people == [None] * len(people)
    assert not any(said in kept for said in KNOWN.values())
    assert await province.ask(None, FOUND, {"number": decision["number"]}) == before
    assert before["data"]["decision"]["number"] == decision["number"]
