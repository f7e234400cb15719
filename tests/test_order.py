"""The dearest files are begun first, whatever they are collected as."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.order import DEAREST, dearest_first, file_of


class Plain(pytest.Item):
    """A test that is only sorted."""

    def runtest(self) -> None:
        pytest.fail("nobody runs it")


ROOT = Path(__file__).resolve().parent.parent


def test_what_is_called_dear_is_there() -> None:
    assert [file for file in DEAREST if not (ROOT / file).is_file()] == []


def test_the_dearest_are_first_then_those_of_many_tests_and_each_stays_in_its_order(
    request: pytest.FixtureRequest,
) -> None:
    places = ["a::one", "b::two", "b::one", f"{DEAREST[1]}::x", "c::one", f"{DEAREST[0]}::y"]
    items: list[pytest.Item] = [Plain.from_parent(request.session, name=place, nodeid=place) for place in places]
    dearest_first(items)
    assert [each.nodeid for each in items] == [places[5], places[3], "b::two", "b::one", "a::one", "c::one"]
    assert file_of(items[0]) == DEAREST[0]
