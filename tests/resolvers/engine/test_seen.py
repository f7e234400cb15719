"""What hangs below a row that is seen is not asked again whether it is; below one shown to its writer alone it is."""

from datetime import datetime
from typing import Any

import pytest
import strawberry
from graphql.execution.values import VariableValues
from sqlalchemy import select

import models as rows
from models.access import Audience, Viewer
from resolvers.engine import Engine, Pool, reads, seen, shows, to_one
from resolvers.engine.plan import Asked
from resolvers.engine.values import Row
from resolvers.engine.written import Kept
from schema import schema

LISTS = "lines(first: 1) { nodes { citation } } events(first: 1) { nodes { act } } documents { title }"
AGAIN = ("dossier.id = dossier_line.dossier_id", "dossier.id = journal.subject_id", "dossier.id = dossier_document.")


def planned(viewer: Viewer, unguarded: bool, kept: Kept | None = None) -> str:
    """The statement that reads one dossier by its key, with what hangs below it; of pieces that others left."""
    engine = Engine(schema, Pool("postgresql+asyncpg://nobody@127.0.0.1:1/none"))
    operation = engine.document(f'{{ dossier(id: "x") {{ {LISTS} }} }}').operation()
    assert operation is not None
    variables = VariableValues({}, {})
    dossier: Any = engine.schema.type_map["Dossier"]
    details = operation.roots(variables)["dossier"]
    asked = Asked(operation, variables, viewer, 100, kept or engine.kept)
    return asked.plan(lambda statement: statement.one_row(dossier, details, unguarded)).sql


def test_staff_are_asked_once_whether_they_see_a_dossier() -> None:
    said = planned(Viewer(audience=Audience.STAFF), unguarded=False)
    assert not any(again in said for again in AGAIN)


def test_a_nominee_is_still_shown_their_own_line_alone() -> None:
    said = planned(Viewer(audience=Audience.NOMINEE), unguarded=False)
    below = said.partition('"lines":')[2].partition('"events":')[0]
    assert "dossier_line.nominee_id = $" in below


@pytest.mark.parametrize("audience", list(Audience))
def test_below_a_dossier_shown_because_it_was_just_written_everything_is_asked(audience: Audience) -> None:
    said = planned(Viewer(audience=audience), unguarded=True)
    documents = audience is Audience.STAFF  # nobody else is shown any
    expected = AGAIN if documents else AGAIN[:2]
    assert audience is Audience.PUBLIC or all(again in said for again in expected)
    assert audience is not Audience.PUBLIC or "false" in said


@pytest.mark.parametrize("audience", list(Audience))
def test_what_was_made_below_a_seen_dossier_is_not_taken_below_one_just_written(audience: Audience) -> None:
    viewer, kept = Viewer(audience=audience), Kept()
    for unguarded in (False, True):
        assert planned(viewer, unguarded, kept) == planned(viewer, unguarded)


def test_only_a_row_of_the_statement_counts_as_seen() -> None:
    row = Row(rows.Dossier, "t1")
    assert seen(row)
    assert not seen(rows.Dossier)
    row.unseen_ = True
    assert not seen(row)


@pytest.mark.parametrize(("way", "unguarded", "expected"), [
    ("covered", False, True), ("covered", True, False), ("looked", False, True), ("looked", True, True),
])  # fmt: skip
def test_what_is_led_to_from_a_row_just_written_is_seen_only_where_that_was_asked(
    way: str, unguarded: bool, expected: bool
) -> None:
    found: list[bool] = []

    def below(parent: Any, viewer: Viewer) -> Any:
        found.append(seen(parent))
        return select(rows.AwardChange).where(rows.AwardChange.decision_id == parent.id)

    @shows(rows.AwardChange, open="to everybody, here")
    class Change:
        at: datetime

    @shows(rows.Decision, visible=lambda row, viewer: row.title == "x")
    class Decision:
        changes: list[Change] = reads(below)

    @shows(rows.Award, visible=lambda row, viewer: row.citation == "x")
    class Award:
        covered: Decision = to_one("decision", covered="an award is seen with its decision, here")
        looked: Decision | None = to_one("decision")

    @strawberry.type
    class Query:
        award: Award | None = reads(lambda viewer: select(rows.Award))

    engine = Engine(strawberry.Schema(Query), Pool("postgresql+asyncpg://nobody@127.0.0.1:1/none"))
    operation = engine.document(f"{{ award {{ {way} {{ changes {{ at }} }} }} }}").operation()
    assert operation is not None
    variables, award = VariableValues({}, {}), engine.schema.type_map["Award"]
    asked = Asked(operation, variables, Viewer(audience=Audience.STAFF), 100, engine.kept)
    asked.plan(lambda statement: statement.one_row(award, operation.roots(variables)["award"], unguarded))  # type: ignore[arg-type]  # an object type
    assert found == [expected]
