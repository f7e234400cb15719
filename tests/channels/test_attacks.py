"""Every negative case is tried by a test, or has a reason why it does not apply."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.channels.attacks import APART, HOLES, TRIED, every

TESTS = Path(__file__).parents[1]
NAMED = re.compile(r"N-[A-Z]\d\d|CVE-\d{4}-\d+")
IN_NAMES = re.compile(r"test_n_([a-z])(\d\d)_")


@cache
def written() -> dict[str, str]:
    """Every test by its file and name, with what its docstring and its module's say."""
    found = {}
    for file in TESTS.rglob("test_*.py"):
        module = ast.parse(file.read_text("utf-8"))
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                said = f"{ast.get_docstring(module)} {ast.get_docstring(node)}"
                found[f"{file.relative_to(TESTS)}::{node.name}"] = said
    return found


@cache
def named() -> frozenset[str]:
    """The cases that tests name, in their names or docstrings."""
    in_names = {f"N-{group.upper()}{number}" for test in written() for group, number in IN_NAMES.findall(test)}
    return frozenset(in_names | {case for said in written().values() for case in NAMED.findall(said)})


@pytest.mark.parametrize("case", every())
def test_each_case_is_tried_or_has_its_reason(case: str) -> None:
    tried = case in named() or case in TRIED
    assert tried or case in APART, "no test names it: write one, or say in attacks.py why it does not apply"
    assert not (tried and case in APART), "it is tried: take it out of APART"


def test_those_that_are_said_to_try_a_case_are_there() -> None:
    assert set(TRIED.values()) <= written().keys()


def test_no_case_is_named_that_there_is_not() -> None:
    assert named() | set(TRIED) | set(APART) <= set(every())
    assert len(set(every())) == len(every()) > 120
    assert HOLES
