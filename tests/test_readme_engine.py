"""What the README says of the engine is so: its statement, its examples, and the errors it quotes."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import strawberry
from sqlalchemy import Select, select

import models as rows
from models.access import ANONYMOUS, Viewer
from models.decision import visible_decision
from resolvers.engine import Connection, Engine, Pool, Unbound, check, many, reads, shows, to_one
from resolvers.engine.selects import keys_of
from schema import schema
from schema.agency import Agency
from schema.decision import Decision
from schema.node import Node

README = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")
PAGE = README.partition("## One document, one statement")[2].partition("\n## ")[0]
ADDING = README.partition("## How to add")[2].partition("\n## ")[0]


def block(text: str, language: str) -> str:
    """The first block in this language."""
    found = re.search(rf"```{language}\n(.*?)```", text, re.DOTALL)
    assert found
    return found[1]


def bare(sql: str) -> str:
    """A statement without comments, blanks and the numbers of its aliases."""
    said = re.sub(r"\b(t|anon_)\d+", r"\1", re.sub(r"--[^\n]*", "", sql))
    return re.sub(r"\s+", "", said)


def test_the_document_becomes_the_statement_that_is_printed() -> None:
    engine = Engine(schema, Pool())
    plan = engine.plan_of(engine.document(block(PAGE, "graphql")), {"since": "2026-01-01"}, None, ANONYMOUS)
    assert plan is not None
    rest, printed = bare(plan.sql), bare(block(PAGE, "sql")).split("…")
    assert rest.startswith(printed[0])
    assert rest.endswith(printed[-1])
    for piece in printed:
        assert piece in rest, f"the README prints {piece!r}; the statement is\n{plan.sql}"
        rest = rest.partition(piece)[2]
    assert len("".join(printed)) > 0.6 * len(bare(plan.sql))


def quoted(error: BaseException) -> None:
    """Assert that the README quotes this error."""
    assert f"{type(error).__name__}: {error}" in ADDING


def council(code: str) -> Any:
    """The type that this code declares."""
    names = {"rows": rows, "shows": shows, "Node": Node, "Agency": Agency, "to_one": to_one}
    exec(code, names)
    return names["Council"]


def checked(kind: Any) -> None:
    """Check a schema with this type in it."""

    def one(viewer: Viewer) -> Select[rows.Council]:
        return select(rows.Council).order_by(rows.Council.valid_from)

    @strawberry.type
    class Query:
        council: kind | None = reads(one)

    check(strawberry.Schema(Query, config=schema.config)._schema)


def test_a_type_is_added_as_printed() -> None:
    checked(council(block(ADDING, "python")))


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("name: str", "motto: str"),
        ("name: str", "name_en: str"),
        ('(rows.Council, open="a council is named in public")', "(rows.Council)"),
    ],
)
def test_a_type_that_promises_too_much_stops_the_build_as_printed(said: str, instead: str) -> None:
    code = block(ADDING, "python")
    assert said in code
    with pytest.raises(Unbound) as found:
        checked(council(code.replace(said, instead)))
    quoted(found.value)


def test_an_order_that_may_be_null_is_refused_as_printed() -> None:
    with pytest.raises(Unbound) as found:
        keys_of(select(rows.Decision).order_by(rows.Decision.published_at))
    quoted(found.value)


def planned(listed: Callable[..., Any]) -> None:
    """Make the statement of a list that takes a text."""

    @strawberry.type
    class Query:
        decisions: Connection[Decision] = many(listed)

    engine = Engine(strawberry.Schema(Query, config=schema.config), Pool())
    document = engine.document("query($signer: String) { decisions(first: 1, signer: $signer) { totalCount } }")
    engine.plan_of(document, {"signer": "x"}, None, ANONYMOUS)


def test_a_filter_is_added_as_printed_and_may_not_look_into_its_value() -> None:
    row = rows.Decision

    def said(viewer: Viewer, signer: str | None = None) -> Select[rows.Decision]:
        return select(row).where(visible_decision(row, viewer), row.signer_name == signer)

    def looked_into(viewer: Viewer, signer: str | None = None) -> Select[rows.Decision]:
        return said(viewer, signer) if signer == "x" else select(row)

    planned(said)
    with pytest.raises(TypeError) as found:
        planned(looked_into)
    quoted(found.value)
