"""Constants of our own are written into the statement; what a request brings never is."""

from __future__ import annotations

import enum
from datetime import date
from typing import Any

import pytest
from sqlalchemy import ARRAY, Enum, Integer, Text, any_, column, func, literal, select

from resolvers.engine.constants import Dialect
from resolvers.engine.values import Trace

DIALECT = Dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's dialect classes are not annotated


class Colour(enum.Enum):
    RED = "đỏ"
    BLUE = "xanh"


def written(condition: Any) -> str:
    return str(select(column("n", Integer)).where(condition).compile(dialect=DIALECT)).partition("WHERE ")[2]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (column("act", Text) == "SUBMIT_DOSSIER", "act = 'SUBMIT_DOSSIER'::VARCHAR"),
        (column("n", Integer) > 3, "n > 3::INTEGER"),
        (column("c", Enum(Colour, native_enum=False)) == Colour.RED, "c = 'RED'"),
        (column("c", Enum(Colour, native_enum=False)).in_([Colour.RED, Colour.BLUE]), "c IN ('RED', 'BLUE')"),
        (column("a", Text) == any_(literal(["A", "B"], ARRAY(Text))), "a = ANY (ARRAY['A', 'B']::TEXT[])"),
        (func.to_json("after") == "x", "to_json('after'::VARCHAR) = 'x'::VARCHAR"),
    ],
)
def test_a_small_constant_is_written_out_with_its_type(condition: Any, said: str) -> None:
    assert written(condition) == said


@pytest.mark.parametrize("said", ["it's", "a\\b", "100%", "Đường", "x" * 65, "line\nbreak", "a;b", '"'])
def test_a_text_that_quotes_could_change_stays_a_parameter(said: str) -> None:
    assert written(column("act", Text) == said) == "act = $1::VARCHAR"


def test_other_types_stay_parameters() -> None:
    assert "$1" in written(literal(date(2026, 11, 21)) == func.now())
    assert "$1" in written(column("n", Integer) == -1)


def test_a_value_of_a_request_is_always_a_parameter() -> None:
    value = Trace().value(lambda variables, _: variables["x"], Text())
    assert written(column("act", Text) == value) == "act = $1::VARCHAR"
