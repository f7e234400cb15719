"""The executor's side: answers that are JSON already pass through graphql-core untouched."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import ExecutionResult, GraphQLError
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from .bind import READ
from .needs import demand, needed
from .splice import Failed


class RawJson:
    """An answer that is already JSON."""

    __slots__ = ("json",)

    def __init__(self, json: bytes) -> None:
        self.json = json


@dataclass(frozen=True)
class Ref:
    """A row by its primary key, to be read by the engine when the transaction that wrote it has committed.

    `written` says that this very request wrote the row: it is shown even where the change took it out of the viewer's
    sight. Without it an unseen row is as good as absent.
    """

    row: type
    id: Any
    written: bool = False


class Execution(StrawberryGraphQLCoreExecutionContext):
    """Lets RawJson through, has the engine read bound fields and Refs, and refuses fields whose `needs=` is not met."""

    together: asyncio.Future[Any] | None = None
    """The bound root fields on their way, read in one statement as soon as the first of them is met."""

    def execute_field(self, parent_type: Any, source: Any, details: Any, path: Any, *rest: Any) -> Any:
        """Resolve a field, unless the viewer lacks the permission it needs."""
        name = details[0].node.name.value
        if needed(parent_type, name) is not None:
            try:
                demand(parent_type, name, self.context_value.viewer.permissions, [d.node for d in details])
            except GraphQLError as error:
                return self.handle_field_error(error, parent_type.fields[name].type, details, path)
        return super().execute_field(parent_type, source, details, path, *rest)

    def complete_value(self, return_type: Any, details: Any, info: Any, path: Any, result: Any, *rest: Any) -> Any:
        """A RawJson as it is; a bound field or a Ref read by the engine; anything else as graphql-core does."""
        kind = type(result)
        if kind is RawJson:
            return result
        if kind is Failed:
            return self.context_value.engine.locate(self, info, return_type, details, path, result)
        if result is READ or kind is Ref:
            return self._read(return_type, details, info, path, result)
        return super().complete_value(return_type, details, info, path, result, *rest)

    async def _read(self, return_type: Any, details: Any, info: Any, path: Any, result: Any) -> Any:
        engine = self.context_value.engine
        try:
            if result is READ:
                return await engine.read_field(self, info, details)
            return await engine.read(info, return_type, details, result)
        except Failed as failed:
            return await engine.locate(self, info, return_type, details, path, failed)


def render(result: ExecutionResult) -> bytes:
    """The response body of an executed request, the engine's answers as they came."""
    parts = []
    if result.errors:
        parts.append(b'"errors":' + _dumps([error.formatted for error in result.errors]))
    if result.data is not None:
        members = (_dumps(key) + b":" + _json(value) for key, value in result.data.items())
        parts.append(b'"data":{' + b",".join(members) + b"}")
    elif not result.errors or any(error.path for error in result.errors):
        parts.append(b'"data":null')
    if result.extensions:
        parts.append(b'"extensions":' + _dumps(result.extensions))
    return b"{" + b",".join(parts) + b"}"


def _json(value: Any) -> bytes:
    return value.json if type(value) is RawJson else _dumps(value)


def _dumps(value: Any) -> bytes:
    return orjson.dumps(value, default=_default)


def _default(value: Any) -> Any:
    if type(value) is RawJson:
        return orjson.Fragment(value.json)
    raise TypeError(f"no JSON for {type(value).__name__}")
