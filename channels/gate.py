"""The gate: a request's shape first, then the weight of its document, before anything validates or runs it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import orjson
from graphql import DocumentNode, GraphQLSyntaxError, Token, TokenKind, parse

from channels.contract import Limits
from channels.refusals import Refusal, Refused, over, shortened
from channels.weight import Operation, Weight, weigh
from resolvers.engine.recent import Recent

_OPTIONAL = (("operationName", str), ("variables", dict), ("extensions", dict))
_NONE: Mapping[str, Any] = {}
_NUL = re.compile(r"\\u(?:0000|\{0+\})")
"""How a NUL may be written in a document, if it is not an escaped backslash that stands there."""
_LONGEST_NUMBER = 400
"""No number of any type has so many digits; Python has words of its own about those of some thousands."""
_NUMBERS = (TokenKind.INT, TokenKind.FLOAT)


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
    small = len(body) <= limits.variables_bytes
    return shaped(read_json(body), limits, plain=_plain(body, limits.variables_depth), small=small)


def _plain(body: bytes, deepest: int) -> bool:
    """Whether JSON shows without a look at its values that none is a NUL (always escaped there) or nested deeply."""
    return b"\\u0000" not in body and body.count(b"{") + body.count(b"[") <= deepest


def read_json(text: bytes | str) -> Any:
    """A JSON value; NaN, numbers beyond a double, lone surrogates, a BOM and nesting beyond 1,024 are BAD_JSON."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as problem:
        raise Refused(Refusal.BAD_JSON) from problem


def shaped(said: Any, limits: Limits, *, plain: bool = False, small: bool = False) -> Request:
    """The request a JSON value is; `plain` when its values need no look, `small` when nothing in it can be too large.

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
    if not small:
        _check_size(said.get("variables"), limits)
    return Request(query, document_id, said.get("operationName"), said.get("variables") or {}, extensions or {})


def _check_size(variables: Any, limits: Limits) -> None:
    """Raise VARIABLES_TOO_LARGE for variables that are, written without spaces."""
    size = len(orjson.dumps(variables))
    if size > limits.variables_bytes:
        raise over(Refusal.VARIABLES_TOO_LARGE, size, limits.variables_bytes, reveal=limits.reveal)


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

    def weigh(self, text: str, *, ours: bool = False) -> Weight:
        """The weight of a document within the limits. Raises PARSE_ERROR or the limit it passes."""
        weight = self._weights.get(text)
        if weight is not None:
            return weight
        weight = weigh(parsed(text, self.limits, ours=ours))
        weight.check(self.limits)
        return self._weights.put(text, weight)

    def operation(self, text: str, request: Request, *, ours: bool = False) -> tuple[Operation, int]:
        """The operation a request asks for, within the limits, and what it costs with these variables.

        What is `ours` may hold as many comments as it likes.
        """
        operation = self.weigh(text, ours=ours).operation(request.operation_name)
        cost = operation.weight.check_cost(operation.name, request.variables, self.limits)
        _check_objects(request.variables, self.limits)
        return operation, cost


def parsed(text: str, limits: Limits, *, ours: bool = True) -> DocumentNode:
    """The document's AST. Raises TOO_LONG, TOO_MANY_TOKENS, TOO_MANY_COMMENTS (but for what is ours), PARSE_ERROR,
    UNPROCESSABLE for a NUL in a text, VALIDATION_FAILED for a number that is none of any type.

    What is wrong with the syntax is told in graphql-core's words, with its places.
    """
    if len(text) > limits.source_bytes or len(text.encode()) > limits.source_bytes:
        raise over(Refusal.TOO_LONG, len(text), limits.source_bytes, reveal=limits.reveal)
    comments = limits.tokens if ours else limits.comments
    try:
        read = parse(text, allow_empty_selection_sets=False, max_lexical_tokens=limits.tokens, max_comments=comments)
    except GraphQLSyntaxError as problem:
        raise _unreadable(problem, limits, comments) from problem
    if _NUL.search(text) and any("\0" in (token.value or "") for token in _tokens(read)):
        raise Refused(Refusal.UNPROCESSABLE)  # as in variables: PostgreSQL has no such text
    if len(text) > _LONGEST_NUMBER and any(map(_is_endless, _tokens(read))):
        raise Refused(Refusal.VALIDATION_FAILED)
    return read


def _tokens(read: DocumentNode) -> Iterator[Token]:
    """Each token of a document; what it says is there with its escapes undone."""
    token = read.loc.start_token if read.loc else None
    while token is not None:
        yield token
        token = token.next


def _is_endless(token: Token) -> bool:
    """Whether it is a number longer than any."""
    return token.end - token.start > _LONGEST_NUMBER and token.kind in _NUMBERS


def _unreadable(problem: GraphQLSyntaxError, limits: Limits, comments: int) -> Refused:
    """Why a text was not parsed; of a limit graphql-core's words are the only sign."""
    if problem.message.endswith("comments. Parsing aborted."):
        return over(Refusal.TOO_MANY_COMMENTS, comments + 1, comments, reveal=limits.reveal)
    if problem.message.endswith("Parsing aborted."):
        return over(Refusal.TOO_MANY_TOKENS, limits.tokens + 1, limits.tokens, reveal=limits.reveal)
    said = {
        "message": f"{Refusal.PARSE_ERROR.value[1]} · {shortened(problem.message)}",
        "locations": [place.formatted for place in problem.locations or ()],
        "extensions": {"code": Refusal.PARSE_ERROR.name},
    }
    return Refused(Refusal.PARSE_ERROR, [said])
