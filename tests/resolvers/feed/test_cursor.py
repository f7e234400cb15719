"""Cursors: ours are read back, anything else is refused without an error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.feed.cursor import Cursor, decode, read

MARKS = st.text("0123456789abcdef", min_size=16, max_size=16)


@given(st.integers(0, 2**63 - 1), MARKS)
def test_a_cursor_is_read_as_it_was_written(seq: int, mark: str) -> None:
    assert read(str(Cursor(seq, mark))) == Cursor(seq, mark) == decode(f"{seq}-{mark}")


@given(st.text())
def test_any_text_is_a_cursor_or_none(said: str) -> None:
    cursor = read(said)
    assert cursor is None or str(cursor) == said


@pytest.mark.parametrize(
    "said",
    [
        "",
        "7",
        "-7-0123456789abcdef",
        "07-0123456789abcdef",
        "7-0123456789ABCDEF",
        "7-0123456789abcde",
        "7-0123456789abcdef\n",
        " 7-0123456789abcdef",
        "٧-0123456789abcdef",
        f"{2**63}-0123456789abcdef",
        "9" * 5000 + "-0123456789abcdef",
        "7-0123456789abcdef\x00",
    ],
)
def test_what_is_not_exactly_a_cursor_is_none(said: str) -> None:
    assert read(said) is None
