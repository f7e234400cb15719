"""An engine that answers one request and notes how: the statements, plans kept or made, and where the time went."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import DocumentNode

from .answer import Ready
from .document import Document, Operation
from .engine import Engine
from .plan import Plan
from .splice import splice


@dataclass
class Sent:
    """One statement as it was sent. What it was sent with is not kept: it may be personal data."""

    plan: Plan
    kept: bool
    """Whether the plan was there already."""
    seconds: float = 0.0
    """Until its text had come, a wait for a connection included."""


@dataclass
class Noted:
    """What answering one request took."""

    sent: list[Sent] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """By stage: gate, document, variables, plan, database, splice; of statements sent at once, the sum."""
    straight: bool = False
    """Whether the executor was left out."""

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        """Add what the block takes to a stage."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] += time.perf_counter() - began


class Explaining(Engine):
    """The same engine, its documents, plans and connections too, for one request.

    Whoever does not ask how pays nothing: nothing of this is on the other requests' path.
    """

    def __init__(self, engine: Engine) -> None:
        vars(self).update(vars(engine))
        self.engine, self.noted = engine, Noted()
        self.made: list[Plan] = []
        self.began = time.perf_counter()

    def document(self, text: str, ast: DocumentNode | None = None) -> Document:
        """This text parsed and validated, or as it was last time; what came before it was the gate."""
        self.noted.seconds["gate"] = time.perf_counter() - self.began
        with self.noted.time("document"):
            return self.engine.document(text, ast)

    def ready(
        self, document: Document, variables: Mapping[str, Any] | None, operation_name: str | None
    ) -> Ready | None:
        """The operation asked for with its variables coerced."""
        with self.noted.time("variables"):
            return self.engine.ready(document, variables, operation_name)

    async def answer_ready(self, ready: Ready, viewer: Any, page_limit: int | None = None) -> bytes | None:
        """The whole response body, or None where the executor must answer."""
        body = await super().answer_ready(ready, viewer, page_limit)
        self.noted.straight = body is not None
        return body

    def planned_as(self, operation: Operation, key: Any, make: Callable[[], Plan]) -> Plan:
        """The plan kept under this key, or a new one."""
        with self.noted.time("plan"):
            return self.engine.planned_as(operation, key, self._noting(make))

    def _plan_document(self, operation: Operation, *rest: Any) -> Plan | None:
        planned = self.engine.planned
        with self.noted.time("plan"):
            plan = self.engine._plan_document(operation, *rest)
        if plan is not None and self.engine.planned > planned:
            self.made.append(plan)
        return plan

    def _noting(self, make: Callable[[], Plan]) -> Callable[[], Plan]:
        def making() -> Plan:
            plan = make()
            self.made.append(plan)
            return plan

        return making

    async def run(self, plan: Plan, coerced: Mapping[str, Any], viewer: Any, connection: Any = None) -> bytes | None:
        """The text a plan gives for these values, computed fields spliced in."""
        sent = Sent(plan, kept=all(made is not plan for made in self.made))
        self.noted.sent.append(sent)
        began = time.perf_counter()
        try:
            said = await self.engine.run(replace(plan, spliced=()), coerced, viewer, connection)
        finally:
            sent.seconds = time.perf_counter() - began
            self.noted.seconds["database"] += sent.seconds
        if not said or not plan.spliced:
            return said
        with self.noted.time("splice"):
            return await splice(said, plan.spliced, viewer)

    async def postgresql(self, plan: Plan) -> list[str]:
        """PostgreSQL's own plan of a statement, line by line: $1 … $n stand in it, never a value."""
        return await self.pool.plan(plan.sql, len(plan.getters))
