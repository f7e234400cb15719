"""By which way the rows that meet a condition are found, in a list in order of `begun` and `id`."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Index, and_, or_, select, true
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from resolvers.engine.ways import Way, named, one_of, ways_of


class Base(DeclarativeBase):
    """Tables that are nowhere: only their indexes matter."""


class Case(Base):
    __tablename__ = "case"
    __table_args__ = (
        Index("ix_case_office", "office", "begun", "id"),
        Index("ix_case_clerk", "clerk", "begun", "id"),
        Index("ix_case_title", "title"),
        Index("ix_case_ended", "ended"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    begun: Mapped[date]
    ended: Mapped[date]
    office: Mapped[UUID]
    clerk: Mapped[UUID]
    title: Mapped[str]
    note: Mapped[str]


class Clerk(Base):
    __tablename__ = "clerk"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]


DAY, KEY = date(2026, 1, 1), UUID(int=1)
KEYS = select(Clerk.id).where(Clerk.name == "An")
ALONG, SPREAD, BESIDE = Way.ALONG, Way.SPREAD, Way.BESIDE


def ways(*clauses: Any) -> list[Way]:
    return [way for _, way in ways_of(clauses, ["begun", "id"], Case, "id")]


@pytest.mark.parametrize("clause", [Case.begun > DAY, Case.office == KEY, Case.note == "x", true()])
def test_the_order_is_enough_where_its_index_answers_or_no_other_does(clause: Any) -> None:
    assert set(ways(clause)) <= {ALONG}


@pytest.mark.parametrize("clause", [Case.title == "x", Case.title.like("%x%"), Case.ended <= DAY, Case.clerk > KEY])
def test_what_another_index_answers_may_be_met_by_few_or_many(clause: Any) -> None:
    assert ways(clause) == [SPREAD]


def test_beside_what_an_index_answers_the_rest_is_looked_at_row_by_row() -> None:
    assert ways(Case.note == "x", Case.title == "x") == [BESIDE, SPREAD]
    assert ways(and_(Case.note == "x", and_(Case.title == "x", true())), Case.begun > DAY) == [BESIDE, SPREAD, ALONG]


def test_only_one_column_goes_before_the_orders_in_an_index() -> None:
    assert ways(Case.office == KEY, Case.clerk == KEY) == [ALONG, SPREAD]
    assert ways(Case.clerk == KEY, Case.office == KEY, Case.begun > DAY) == [ALONG, SPREAD, ALONG]


def test_one_of_several_is_found_by_indexes_where_each_has_one() -> None:
    assert ways(or_(Case.title == "x", Case.clerk == KEY)) == [SPREAD]
    assert ways(or_(Case.title == "x", Case.note == "x")) == [ALONG]


def test_one_of_several_is_found_by_indexes_beside_other_conditions_too() -> None:
    several = or_(Case.title == "x", Case.clerk == KEY)
    assert ways(and_(Case.note == "x", several)) == [BESIDE, SPREAD]
    assert ways(or_(Case.ended == DAY, and_(Case.note == "x", several))) == [SPREAD]


def test_several_at_once_are_found_by_the_index_that_one_of_them_has() -> None:
    assert ways(or_(Case.ended == DAY, and_(Case.title == "x", Case.note == "x"))) == [SPREAD]
    assert ways(or_(Case.ended == DAY, and_(Case.note == "y", Case.note == "x"))) == [ALONG]


def test_a_row_looked_up_by_its_own_key_needs_no_other_way() -> None:
    assert ways(Case.title == "x", Case.id == KEY) == [ALONG, ALONG]


def test_rows_are_found_by_keys_that_are_looked_for_first() -> None:
    assert ways(Case.id.in_(KEYS)) == [SPREAD]
    assert ways(Case.clerk.in_(KEYS)) == [ALONG], "of which nothing is known"
    assert ways(named(Case.clerk, KEYS, KEYS)) == [SPREAD]
    assert ways(named(Case.note, KEYS, KEYS)) == [ALONG], "that no index holds"


def test_where_no_key_is_found_no_row_is_looked_at() -> None:
    looked, sought = one_of(Case.note, KEYS).clauses  # type: ignore[attr-defined]  # an and_()
    assert "EXISTS" in str(looked)
    assert [way for _, way in ways_of([looked, sought], ["begun", "id"], Case, "id")] == [BESIDE, SPREAD]


def test_a_row_found_otherwise_is_asked_for_its_key_by_one_look() -> None:
    assert "LIMIT 1" in str(named(Case.clerk, KEYS, KEYS).met)  # type: ignore[attr-defined]  # a Named
    assert "IN (SELECT" in str(one_of(Case.clerk, KEYS).clauses[1].met)  # type: ignore[attr-defined]  # a Sought
