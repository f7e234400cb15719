"""The gate: a request's shape first, then the weight of its document, before anything validates or runs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson
from graphql import GraphQLSyntaxError, parse

from channels.contract import Limits
from channels.refusals import Refusal, Refused, over
from channels.weight import Operation, Weight, weigh
from resolvers.engine.recent import Recent

_OPTIONAL = (("operationName", str), ("variables", dict), ("extensions", dict))
_NONE: Mapping[str, Any] = {}


class Request(NamedTuple):
    """One GraphQL request, well shaped: a document's text or its id, and what goes with it."""

    query: str | None
    document_id: str | None = None
    operation_name: str | None = None
    variables: Mapping[str, Any] = _NONE
    extensions: Mapping[str, Any] = _NONE


def read_body(body: bytes, limits: Limits) -> Request:
    """The request in a JSON body. Raises BAD_JSON, BAD_REQUEST, BATCH_DISABLED, UNPROCESSABLE or BODY_TOO_LARGE."""
    if len(body) > limits.body_bytes:
        raise Refused(Refusal.BODY_TOO_LARGE)
    return shaped(read_json(body), limits, plain=_plain(body, limits.variables_depth))


def _plain(body: bytes, deepest: int) -> bool:
    """Whether JSON shows without a look at its values that none is a NUL (always escaped there) or nested deeply."""
    return b"\\u0000" not in body and body.count(b"{") + body.count(b"[") <= deepest


def read_json(text: bytes | str) -> Any:
    """A JSON value; NaN, numbers beyond a double, lone surrogates, a BOM and nesting beyond 1,024 are BAD_JSON."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as problem:
        raise Refused(Refusal.BAD_JSON) from problem


def shaped(said: Any, limits: Limits, *, plain: bool = False) -> Request:
    """The request a JSON value is; `plain` when its values need no look.

    Unknown keys are passed over, as the specification says; so is an empty query beside a document's id, which
    clients send that know of queries only.
    """
    if isinstance(said, list):
        raise Refused(Refusal.BATCH_DISABLED)
    if not isinstance(said, dict):
        raise Refused(Refusal.UNPROCESSABLE)
    extensions = said.get("extensions")
    query, document_id = said.get("query"), said.get("documentId")
    for key, kind in _OPTIONAL:
        if said.get(key) is not None and not isinstance(said[key], kind):
            raise Refused(Refusal.BAD_REQUEST)
    if document_id is None and extensions and not query:
        document_id = extensions.get("documentId")
    if document_id is not None and query == "":
        query = None
    if not isinstance(query if document_id is None else document_id, str) or not isinstance(query, str | None):
        raise Refused(Refusal.BAD_REQUEST)
    if not plain:
        _check_values(said, limits.variables_depth)
    return Request(query, document_id, said.get("operationName"), said.get("variables") or {}, extensions or {})


def _check_values(said: dict[str, Any], deepest: int) -> None:
    """Refuse NUL characters anywhere, and objects or lists nested deeper than this under a key of the request."""
    level: list[Any] = [said]
    for depth in range(deepest + 2):
        inner: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                inner.extend(value)
                inner.extend(value.values())
            elif isinstance(value, list):
                inner.extend(value)
            elif isinstance(value, str) and "\0" in value:
                raise Refused(Refusal.UNPROCESSABLE)
        level = inner
        if depth == deepest and any(isinstance(value, dict | list) for value in level):
            raise Refused(Refusal.UNPROCESSABLE)


def _check_objects(variables: Mapping[str, Any], limits: Limits) -> None:
    """Raise TOO_MANY_OBJECTS for variables that hold more objects than these limits let in."""
    waiting: list[Any] = list(variables.values())
    found = 0
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            found += 1
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
        if found > limits.objects:
            raise over(Refusal.TOO_MANY_OBJECTS, found, limits.objects, reveal=limits.reveal)


class Gate:
    """Weighs each text once and remembers it within bounds, for one set of limits."""

    def __init__(self, limits: Limits, remembered: int = 512, room: int = 200_000) -> None:
        self.limits = limits
        self._weights: Recent[str, Weight] = Recent(remembered, room, len)

    def weigh(self, text: str) -> Weight:
        """The weight of a document within the limits. Raises PARSE_ERROR or the limit it passes."""
        weight = self._weights.get(text)
        if weight is not None:
            return weight
        weight = weigh(parsed(text, self.limits))
        weight.check(self.limits)
        return self._weights.put(text, weight)

    def operation(self, text: str, request: Request) -> Operation:
        """The operation a request asks for, within the limits, its cost with these variables too."""
        operation = self.weigh(text).operation(request.operation_name)
        operation.weight.check_cost(operation.name, request.variables, self.limits)
        _check_objects(request.variables, self.limits)
        return operation


def parsed(text: str, limits: Limits) -> Any:
    """The document's AST. Raises TOO_LONG, TOO_MANY_TOKENS or PARSE_ERROR (graphql-core's message and places)."""
    if len(text) > limits.source_bytes or len(text.encode()) > limits.source_bytes:
        raise over(Refusal.TOO_LONG, len(text), limits.source_bytes, reveal=limits.reveal)
    try:
        return parse(
            text, allow_empty_selection_sets=False, max_lexical_tokens=limits.tokens, max_comments=limits.tokens
        )
    except GraphQLSyntaxError as problem:
        if problem.message.endswith("Parsing aborted."):  # graphql-core's only sign of a limit
            raise over(Refusal.TOO_MANY_TOKENS, limits.tokens + 1, limits.tokens, reveal=limits.reveal) from problem
        said = {
            "message": f"{Refusal.PARSE_ERROR.value[1]} / {problem.message}",
            "locations": [place.formatted for place in problem.locations or ()],
            "extensions": {"code": Refusal.PARSE_ERROR.name},
        }
        raise Refused(Refusal.PARSE_ERROR, [said]) from problem
