"""What is read by its id and is not there, or not for whoever asks to see: told from the answer alone (N-A01).

The one statement that reads does not know which of the two it is, and asks for neither; so nobody learns it from what
is noted. An officer's stray click is one event; somebody who tries ids is hundreds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import orjson
from graphql import FieldNode, ListValueNode, StringValueNode, ValueNode, VariableNode

_BY = frozenset({"id", "ids"})
_CODED = "dossierByCode"
"""Codes of dossiers are numbered by the day: who has one has thousands to try."""


class Sought(NamedTuple):
    """A root field that looks something up."""

    field: str
    key: str
    """What the answer calls it."""
    said: ValueNode
    """The id, or the ids."""
    alone: bool
    """Whether nothing else is asked for: then it is where the answer begins."""

    def may_lack(self, body: bytes) -> bool:
        """Whether an answer may lack it, without reading it: 16 kB are searched in 20 µs, and read in 50."""
        if self.field == "nodes":
            return b"[null" in body or b",null" in body
        lacking = b'"%b":null' % self.key.encode()
        return body.startswith(b'{"data":{' + lacking) if self.alone else lacking in body


def sought_by(roots: tuple[FieldNode, ...]) -> tuple[Sought, ...]:
    """Those of an operation's root fields that look something up by its id, or a dossier by its code."""
    return tuple(
        Sought(node.name.value, (node.alias or node.name).value, argument.value, len(roots) == 1)
        for node in roots
        for argument in node.arguments or ()
        if argument.name.value in _BY or node.name.value == _CODED
    )


def absent(sought: tuple[Sought, ...], variables: Mapping[str, Any], body: bytes) -> Iterator[tuple[str, Any]]:
    """The fields of what an answer lacks, each with the id it was asked by; a body is read only where it may lack."""
    if not any(each.may_lack(body) for each in sought):
        return
    data = orjson.loads(body).get("data") or {}
    for field, key, said, _ in sought:
        found, ids = data.get(key, ...), _value(said, variables)
        if found is None and not isinstance(ids, list):
            yield field, ids
        elif isinstance(found, list) and isinstance(ids, list):
            yield from ((field, id) for id, row in zip(ids, found, strict=False) if row is None)


def _value(said: ValueNode, variables: Mapping[str, Any]) -> Any:
    """What an argument says, as far as it is an id or several."""
    if isinstance(said, VariableNode):
        return variables.get(said.name.value)
    if isinstance(said, ListValueNode):
        return [_value(each, variables) for each in said.values]
    return said.value if isinstance(said, StringValueNode) else None
