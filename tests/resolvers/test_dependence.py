"""What an answer depends on: the tables its plan names, who tells of their changes, and the clock."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from graphql import OperationType

from channels.contract import PORTAL
from channels.documents import read_documents
from models.access import ANONYMOUS
from models.grants import READ_ONLY
from models.reference_change import REFERENCE
from resolvers.dependence import ANY, TOLD_BY, Dependence, dependence, tables_of
from resolvers.engine import Engine, Ready
from resolvers.engine.plan import Plan
from schema import schema
from tests.pristine import dsn
from tests.unhurried import patient_pool

NOBODY = "00000000-0000-0000-0000-000000000000"
ASKED: dict[str, dict[str, Any]] = {
    "AwardsByAgency": {"year": 2025},
    "AwardsByType": {"year": 2025},
    "Decision": {"number": "1"},
    "DecisionPage": {"id": f"Decision_{NOBODY}"},
    "PostingPage": {"id": f"PublicPosting_{NOBODY}"},
    "Search": {"text": "khen"},
    "VerifyAward": {"code": "x"},
}
"""The variables of the documents that need some."""


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[Engine]:
    pool = patient_pool(dsn(database_url), size=1)
    yield Engine(schema, pool)
    await pool.close()


def asked(engine: Engine, text: str, variables: dict[str, Any] | None = None) -> tuple[Plan, Ready]:
    """How the public's question is answered."""
    ready = engine.ready(engine.document(text), variables or {}, None)
    assert ready is not None
    plan = engine.plan_ready(ready, ANONYMOUS, 50)
    assert plan is not None
    return plan, ready


def registered(engine: Engine) -> dict[str, tuple[Plan, Ready]]:
    """How each registered query of the portal is answered."""
    texts = read_documents(PORTAL, engine.schema).texts
    queries = {
        name: text
        for name, text in texts.items()
        if not name.startswith("sha256:") and engine.document(text).operation().kind is OperationType.QUERY  # type: ignore[union-attr]  # each has one
    }
    return {name: asked(engine, text, ASKED.get(name)) for name, text in queries.items()}


async def test_every_query_of_the_portal_may_be_kept_until_what_it_reads_is_told_to_change(engine: Engine) -> None:
    found = {name: dependence(*both) for name, both in registered(engine).items()}
    assert found == {
        "AwardsByAgency": Dependence(frozenset({"Decision", "agency", "award_type", "nominee"})),
        "AwardsByQuarter": Dependence(frozenset({"Decision", "award_type", "nominee"})),
        "AwardsByType": Dependence(frozenset({"Decision", "award_type", "nominee"})),
        "Decision": Dependence(frozenset({"Decision", "agency", "award_type", "nominee"})),
        "DecisionPage": Dependence(frozenset({"Decision", "agency", "award_type", "nominee"})),
        "ExemplaryModels": Dependence(frozenset({"Decision", "agency", "exemplary_model", "nominee"})),
        "GuidanceDocuments": Dependence(frozenset({"guidance_document"})),
        "LatestDecisions": Dependence(frozenset({"Decision", "agency", "award_type", "nominee"})),
        "PostingPage": Dependence(frozenset({"Dossier", "PublicPosting", "agency", "award_type"}), by_day=True),
        "Postings": Dependence(frozenset({"Dossier", "PublicPosting", "agency"}), by_day=True),
        "Search": Dependence(
            frozenset({"Decision", "Dossier", "agency", "article", "exemplary_model", "guidance_document", "movement"})
        ),
        "StartPage": Dependence(frozenset({ANY, "Decision", "agency"})),
        "VerifyAward": Dependence(frozenset({"Decision", "agency", "award_type", "nominee"})),
    }


async def test_no_table_that_postgresql_says_it_reads_is_missed(engine: Engine, database_url: str) -> None:
    connection = await asyncpg.connect(dsn(database_url))
    for name, (plan, ready) in registered(engine).items():
        values = plan.values(ready.coerced, ANONYMOUS)
        said = await connection.fetchval(f"explain (verbose, format json) {plan.sql}", *values)
        read = set(re.findall(r'"Relation Name": "(\w+)"', said))
        assert read, name
        assert read <= tables_of(plan.sql), name
    await connection.close()


def test_an_id_is_read_as_its_own_type_and_an_unknown_table_is_never_kept(engine: Engine) -> None:
    text = "query($id: ID!) { node(id: $id) { id } }"
    assert dependence(*asked(engine, text, {"id": f"Agency_{NOBODY}"})) == Dependence(frozenset({"agency"}))
    assert dependence(*asked(engine, text, {"id": f"Movement_{NOBODY}"})) == Dependence(frozenset({"movement"}))
    assert dependence(*asked(engine, text, {"id": "?"})) == Dependence(frozenset())
    assert dependence(*asked(engine, text, {"id": f"Account_{NOBODY}"})) is None
    assert dependence(*asked(engine, f'{{ node(id: "Council_{NOBODY}") {{ id }} }}')) is None
    assert dependence(*asked(engine, f'{{ node(id: "\\u0043ouncil_{NOBODY}") {{ id }} }}')) is None
    many = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    both = dependence(*asked(engine, many, {"ids": [f"Decision_{NOBODY}", f"Agency_{NOBODY}"]}))
    assert both == Dependence(frozenset({"Decision", "agency"}))


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT 1 FROM decision", Dependence(frozenset({"Decision"}))),
        ("SELECT 1 FROM decision WHERE vietnam_day(now()) > signed_on", Dependence(frozenset({"Decision"}), True)),
        ("SELECT 'now and then' FROM decision AS now", Dependence(frozenset({"Decision"}))),
        ("SELECT 1 FROM decision WHERE published_at < now()", None),
        ("SELECT 1 FROM decision WHERE signed_on < CURRENT_DATE", None),
        ("SELECT 1 FROM decision WHERE signed_on < 'today'::DATE", None),
        ("SELECT 1 FROM decision ORDER BY random()", None),
        ("SELECT 1 FROM decision JOIN session ON true", None),
        ("SELECT 'it''s a session' FROM decision AS t1 WHERE t1.session", Dependence(frozenset({"Decision"}))),
    ],
)
def test_the_clock_ends_what_looks_at_it(engine: Engine, sql: str, expected: Dependence | None) -> None:
    _, ready = asked(engine, "{ __typename decisions(first: 1) { totalCount } }")
    assert dependence(Plan(sql, (), ()), ready) == expected


async def test_each_reference_table_notes_its_changes_once_a_transaction(database_url: str) -> None:
    connection = await asyncpg.connect(dsn(database_url))
    has_it = await connection.fetch(
        "select tgrelid::regclass::text as name from pg_trigger where tgname = 'reference_change'"
    )
    assert {row["name"] for row in has_it} == REFERENCE
    for table in sorted(REFERENCE - {"council_rule"}):
        await connection.execute("delete from reference_change")
        async with connection.transaction():
            await connection.execute(f"update {table} set {await a_column(connection, table)} where false")
            await connection.execute(f"delete from {table} where false")
        assert [row["name"] for row in await connection.fetch("select name from reference_change")] == [table]
    await connection.close()


async def a_column(connection: asyncpg.Connection[Any], table: str) -> str:
    """An assignment that changes nothing."""
    columns = (
        "select attname from pg_attribute where attrelid = $1::text::regclass and attnum > 0 and attgenerated = ''"
    )
    name = await connection.fetchval(columns, table)
    return f"{name} = {name}"


def test_what_no_act_may_write_is_noted_unless_nobody_in_public_reads_it() -> None:
    assert {"journal_head", "journal_seq", "nominee_personal"} == READ_ONLY - REFERENCE
    assert TOLD_BY.keys() >= REFERENCE
