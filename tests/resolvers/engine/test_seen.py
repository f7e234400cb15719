"""What hangs below a row that is seen is not asked again whether it is; below one shown to its writer alone it is."""

from __future__ import annotations

from typing import Any

import pytest
from graphql.execution.values import VariableValues

import models as rows
from models.access import Audience, Viewer
from resolvers.engine import Engine, Pool, seen
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
