"""The straight path: document → variables → plan → driver → JSON bytes, never entering the executor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

import asyncpg
import strawberry
from graphql import DocumentNode, GraphQLError

from .check import check
from .document import Document, Documents, Operation
from .driver import Pool
from .plan import Asked, Plan, plan_key
from .recent import Ledger
from .refused import Unanswered, bad_value, too_complex
from .splice import MARK, splice
from .statement import Statement
from .written import Kept

ROOM = 16_000_000
"""Characters of all statements kept together: a plan weighs twice its text."""
_MARK = MARK.encode()


class Ready(NamedTuple):
    """An operation and its variables, coerced: the same for whoever asks, so it may be kept and asked again."""

    operation: Operation
    given: Mapping[str, Any]
    coerced: dict[str, Any]
    shape: tuple[Any, ...]
    """The part of the variables that chooses the plan."""


class Answers:
    """Answers documents of one schema from one pool of read connections."""

    def __init__(self, schema: strawberry.Schema, pool: Pool, *, page_limit: int = 100, documents: int = 1000) -> None:
        self.declared, self.schema = schema, schema._schema
        check(self.schema)
        self.pool, self.page_limit = pool, page_limit
        self.documents = Documents(self.schema, documents)
        self.operations: WeakValueDictionary[int, Operation] = WeakValueDictionary()
        self.ledger = Ledger(ROOM)
        self.kept = Kept()
        self.planned = 0
        """How many plans were made: a number that stands still when the caches do their work."""

    def document(self, text: str, ast: DocumentNode | None = None) -> Document:
        """This text parsed (unless its AST is given) and validated, or as it was; what is wrong is in `errors`."""
        known = self.documents.kept.get(text)
        if known is not None:
            return known
        return self.adopted(self.documents.of(text, ast))

    def adopted(self, document: Document) -> Document:
        """A document that was read already: its operations are known when the executor asks for them."""
        for operation in document.operations.values():
            self.operations.setdefault(id(operation.node), operation)
        return document

    # straight through

    async def answer(
        self,
        document: Document,
        variables: Mapping[str, Any] | None,
        operation_name: str | None,
        viewer: Any,
        page_limit: int | None = None,
    ) -> bytes | None:
        """The whole response body, or None where the executor must answer: Python fields, or something wrong.

        Raises Unanswered (TIMEOUT, BUSY, UNAVAILABLE) where asking again would not help.
        """
        ready = self.ready(document, variables, operation_name)
        return await self.answer_ready(ready, viewer, page_limit) if ready else None

    def ready(
        self, document: Document, variables: Mapping[str, Any] | None, operation_name: str | None
    ) -> Ready | None:
        """The operation asked for with its variables coerced; None where something is wrong: the executor says what."""
        operation = document.operation(operation_name)
        coerced = coerce(operation, variables or {}) if operation else None
        if operation is None or coerced is None:
            return None
        return Ready(operation, variables or {}, coerced, operation.shape(coerced))

    async def answer_ready(self, ready: Ready, viewer: Any, page_limit: int | None = None) -> bytes | None:
        """What `answer` gives."""
        limit = page_limit or self.page_limit
        try:
            plan = self.plan_ready(ready, viewer, limit)
            return await self.run(plan, ready.coerced, viewer) if plan else None
        except Unanswered:
            raise
        except GraphQLError:
            return None

    def plan_ready(self, ready: Ready, viewer: Any, limit: int) -> Plan | None:
        """The plan kept for such a viewer and such variables, or a new one; None where the executor must answer."""
        key = plan_key(ready.operation, ready.shape, viewer, limit)
        kept: Plan | None = ready.operation.plans.get(key)
        return kept or self._plan_document(ready.operation, ready.given, viewer, limit, key)

    def plan_of(
        self, document: Document, variables: Mapping[str, Any] | None, operation_name: str | None, viewer: Any
    ) -> Plan | None:
        """The plan by which this request is answered straight: to show its SQL."""
        ready = self.ready(document, variables, operation_name)
        return self.plan_ready(ready, viewer, self.page_limit) if ready else None

    async def explain(self, plan: Plan, variables: Mapping[str, Any], viewer: Any, analyze: bool = False) -> str:
        """PostgreSQL's plan for a statement with these coerced variables, as text."""
        options = "analyze, buffers, timing off" if analyze else "costs off"
        rows = await self.pool.rows(f"explain ({options}) {plan.sql}", plan.values(variables, viewer))
        return "\n".join(bytes(row[0]).decode() for row in rows)

    async def run(self, plan: Plan, coerced: Mapping[str, Any], viewer: Any, connection: Any = None) -> bytes | None:
        """The text a plan gives for these values, computed fields spliced in; None where it finds no row."""
        values = plan.values(coerced, viewer)
        try:
            said = await (
                self.pool.fetch(plan.sql, values) if connection is None else borrowed(connection, plan, values)
            )
        except asyncpg.DataError as error:
            raise bad_value(error) from error
        except asyncpg.ProgramLimitExceededError as error:
            raise too_complex(error) from error
        if said and plan.spliced and _MARK in said:  # a list of groups has one only where it is refused
            return await splice(said, plan.spliced, viewer)
        return said

    def _plan_document(
        self, operation: Operation, given: Mapping[str, Any], viewer: Any, limit: int, key: Any
    ) -> Plan | None:
        variables = operation.coerce(given)
        if isinstance(variables, list) or not operation.straight(variables):
            return None
        asked = Asked(operation, variables, viewer, limit, self.kept)
        return self.planned_as(operation, key, lambda: asked.plan(Statement.document))

    def planned_as(self, operation: Operation, key: Any, make: Callable[[], Plan]) -> Plan:
        """The plan kept under this key, or a new one."""
        kept: Plan | None = operation.plans.get(key)
        if kept is not None:
            return kept
        self.planned += 1
        made: Plan = operation.plans.put(key, make())
        self.ledger.add(operation, key, len(made.sql))
        return made


def coerce(operation: Operation, given: Mapping[str, Any]) -> dict[str, Any] | None:
    """The coerced variables, or None where something is wrong with them: the executor says what."""
    quickly = operation.coerce_quickly(given)
    if quickly is not None:
        return quickly
    slowly = operation.coerce(given)
    return None if isinstance(slowly, list) else slowly.coerced


async def borrowed(connection: Any, plan: Plan, values: list[Any]) -> bytes | None:
    """The text a plan gives on somebody else's connection: an AsyncSession's, an AsyncConnection's or asyncpg's."""
    if hasattr(connection, "flush"):
        await connection.flush()
        connection = await connection.connection()
    if hasattr(connection, "get_raw_connection"):
        connection = (await connection.get_raw_connection()).driver_connection
    await connection.execute("set local timezone = 'UTC'")
    said = await connection.fetchval(plan.sql, *values)
    return said.encode() if isinstance(said, str) else said
