"""Descriptions for the SDL: the string that stands under a field in the class that declares it."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path


def described(cls: type) -> dict[str, str]:
    """The docstring of each field of this class and its bases, by name; a string under an annotation or assignment."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if "__annotations__" in vars(base):  # others, among them all of the libraries', declare no field
            found |= _in(base.__module__).get(base.__qualname__, {})
    return found


@cache
def _in(module: str) -> dict[str, dict[str, str]]:
    """What the fields of each class of a module say: read once, and nothing of its source is kept.

    `inspect.getsource` reads and parses the whole module for each of its classes, and keeps its lines.
    """
    file = getattr(sys.modules.get(module), "__file__", None)
    if file is None or not file.endswith(".py"):  # a class without source: built in, or typed into a shell
        return {}
    return dict(_classes(ast.parse(Path(file).read_bytes()), ""))


def _classes(within: ast.AST, path: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Each class below a node by its qualified name; of several of one name, the last."""
    for node in ast.iter_child_nodes(within):
        if isinstance(node, ast.ClassDef):
            pairs = pairwise(node.body)
            yield (
                path + node.name,
                {name: text for field, below in pairs if (name := _name(field)) and (text := _text(below))},
            )
            yield from _classes(node, f"{path}{node.name}.")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _classes(node, f"{path}{node.name}.<locals>.")
        elif isinstance(node, ast.stmt):
            yield from _classes(node, path)


def _name(node: ast.stmt) -> str | None:
    target = node.target if isinstance(node, ast.AnnAssign) else None
    if isinstance(node, ast.FunctionDef):
        return None
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]  # type: ignore[assignment]  # any expression may be assigned to; only names matter
    return target.id if isinstance(target, ast.Name) else None


def _text(node: ast.stmt) -> str | None:
    value = node.value if isinstance(node, ast.Expr) else None
    return inspect.cleandoc(value.value) if isinstance(value, ast.Constant) and isinstance(value.value, str) else None
