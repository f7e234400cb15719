"""Descriptions for the SDL: the string that stands under a field in the class that declares it."""

from __future__ import annotations

import ast
import inspect
import textwrap
from functools import cache
from itertools import pairwise


def described(cls: type) -> dict[str, str]:
    """The docstring of each field of this class and its bases, by name; a string under an annotation or assignment."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        found |= _of(base)
    return found


@cache
def _of(cls: type) -> dict[str, str]:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    except (OSError, TypeError, SyntaxError):  # a class without source: built in, or typed into a shell
        return {}
    body = tree.body if isinstance(tree, ast.ClassDef) else []
    pairs = pairwise(body)
    return {name: text for field, below in pairs if (name := _name(field)) and (text := _text(below))}


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
