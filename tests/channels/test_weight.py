"""What a document weighs: counted once, exactly, in steps as many as it is long."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from graphql import parse

from channels.contract import ANALYST
from channels.gate import Gate, Request
from channels.refusals import Refused
from channels.weight import weigh


def chained(length: int) -> str:
    """Fragments that each spread the next one twice."""
    parts = [f"fragment F{n} on Q {{ x: q {{ ...F{n + 1} }} y: q {{ ...F{n + 1} }} }}" for n in range(length)]
    return " ".join(["{ ...F0 }", *parts, f"fragment F{length} on Q {{ a }}"])


def steps(work: Callable[[], object]) -> int:
    """How many Python calls a piece of work makes: what it costs on any machine, however busy."""
    count = 0

    def called(_: object, event: str, __: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def least(work: Callable[[], object]) -> float:
    """The least CPU seconds of three tries: what it costs where nothing else happens meanwhile."""
    spent = []
    for _ in range(3):
        gc.collect()
        began = time.thread_time()
        work()
        spent.append(time.thread_time() - began)
    return min(spent)


@pytest.mark.parametrize("length", [20, 60, 500])
def test_a_fragment_bomb_is_weighed_in_no_time(length: int) -> None:
    document = parse(chained(length))
    assert least(lambda: weigh(document)) < 0.05


@pytest.mark.parametrize("length", [20, 60, 500])
def test_a_fragment_bomb_is_weighed_exactly_without_being_unfolded(length: int) -> None:
    weight = weigh(parse(chained(length)))
    assert weight.size.fields == 2 ** (length + 1) - 2 + 2**length
    assert weight.size.depth == length + 1


def test_weighing_a_fragment_bomb_twice_as_long_takes_twice_as_many_steps() -> None:
    short, long = (parse(chained(length)) for length in (250, 500))
    assert steps(lambda: weigh(long)) < 2.1 * steps(lambda: weigh(short))


def test_a_bomb_on_one_level_is_refused_in_steps_as_many_as_its_fragments() -> None:
    parts = [f"fragment F{n} on Q {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60)]
    text = " ".join(["{ ...F0 }", *parts, "fragment F60 on Q { a: b }"])
    for limits, code in ((ANALYST, "TOO_MANY_FRAGMENTS"), (replace(ANALYST, fragments=1000), "TOO_MANY_ALIASES")):
        with pytest.raises(Refused) as refused:
            Gate(limits).operation(text, Request(text))
        assert [error["extensions"]["code"] for error in refused.value.errors] == [code]
    assert least(lambda: weigh(parse(text))) < 0.1
    document = parse(text)
    assert steps(lambda: weigh(document)) < 100 * len(parts)
