"""Subscriptions: events are read by one statement, once for all who ask the same with the same rights."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import (
    FieldNode,
    Node,
    NonNullTypeNode,
    OperationType,
    VariableDefinitionNode,
    VariableNode,
)
from graphql.execution.collect_fields import FieldDetailsList
from graphql.execution.values import VariableValues, get_argument_values
from strawberry import Schema
from strawberry.types.arguments import convert_arguments

from .answer import Answers, coerce
from .bind import Follows, Told, binding_of
from .coerce import inner
from .document import Operation
from .needs import demand
from .plan import Asked, Plan, plan_key
from .refused import one_root
from .splice import PIECE, Failed, Projector, part_of, projector
from .statement import REF, Statement

Follow = Callable[..., Awaitable[AsyncIterator[Any]]]
Bodies = dict[Any, "bytes | Failed"]
"""The bodies of events by the journal's keys; a Failed where something computed failed."""
_PIECE = PIECE.encode()
_SPARE = "spare"


class Telling(Answers):
    """Answers subscriptions, event by event."""

    def __init__(self, schema: Schema, *rest: Any, **more: Any) -> None:
        super().__init__(schema, *rest, **more)
        self.telling: dict[Hashable, asyncio.Task[Bodies]] = {}
        """The statements on their way, by plan, values, rights and entries."""

    def subscription(
        self,
        operation: Operation,
        variables: Mapping[str, Any] | None,
        viewer: Any = None,
        page_limit: int | None = None,
    ) -> tuple[Follow, dict[str, Any]]:
        """The function that follows what the one root field asks for, and its arguments as Python values.

        Raises GraphQLError for wrong variables; with a viewer also for what would be wrong with every event
        (FORBIDDEN, BAD_PAGE).
        """
        coerced = checked(operation, variables or {})
        details = _root(operation, coerced)
        name = details[0].node.name.value
        field, binding = operation.root.fields[name], binding_of(operation.root, name)
        if not isinstance(binding, Follows):
            raise one_root()
        given = get_argument_values(field, details[0].node, coerced)
        converter, declared = self.declared.schema_converter, field.extensions["strawberry-definition"]
        arguments = convert_arguments(given, declared.arguments, converter.scalar_registry, self.declared.config)
        if viewer is not None:
            self._event_plan(operation, variables or {}, coerced.coerced, viewer, page_limit or self.page_limit)
        return binding.fn, arguments

    def teller(
        self, operation: Operation, variables: Mapping[str, Any] | None, viewer: Any, page_limit: int | None = None
    ) -> Teller:
        """What tells the events of a subscription to whoever asks with these values and rights; a GraphQLError else."""
        spare = operation.plans.get(_SPARE)
        if spare is None:
            spare = operation.plans.put(_SPARE, _spare(operation))
        given = {name: value for name, value in (variables or {}).items() if name not in spare}
        coerced = coerce(operation, given)
        if coerced is None:
            coerced = checked(operation, given).coerced  # raises what is wrong
        plan = self._event_plan(operation, given, coerced, viewer, page_limit or self.page_limit)
        values = _frozen(plan.values({**coerced, REF: ()}, viewer))
        key = (plan, values, viewer if plan.spliced else None)
        return Teller(self, operation, given, coerced, viewer, plan, key)

    async def tell(
        self,
        operation: Operation,
        variables: Mapping[str, Any] | None,
        viewer: Any,
        entry_id: Any,
        page_limit: int | None = None,
    ) -> bytes | Failed | None:
        """The body of one event, the journal's row with this key; None where the viewer does not see it."""
        told = await self.teller(operation, variables, viewer, page_limit).tell([entry_id])
        return told.get(entry_id)

    def forget(self, key: Hashable, done: asyncio.Task[Bodies]) -> None:
        """Forget a statement that has been answered."""
        self.telling.pop(key, None)
        if not done.cancelled():
            done.exception()  # looked at, though every listener may have left: nobody is to be warned of it later

    def _event_plan(
        self, operation: Operation, given: Mapping[str, Any], coerced: Mapping[str, Any], viewer: Any, limit: int
    ) -> Plan:
        key = plan_key(operation, operation.shape(coerced), viewer, limit)
        kept: Plan | None = operation.plans.get(key)
        if kept is not None:
            return kept
        asked = Asked(operation, checked(operation, given), viewer, limit, self.kept)
        return self.planned_as(operation, key, lambda: asked.plan(Statement.events))

    async def tell_value(
        self, operation: Operation, variables: Mapping[str, Any] | None, viewer: Any, value: Any
    ) -> bytes:
        """The body of one event that is a Python value: `told()` fields hold it, the others its attributes or null."""
        coerced = checked(operation, variables or {})
        key = ("value", *plan_key(operation, operation.shape(coerced.coerced), viewer, self.page_limit))
        project = operation.plans.get(key) or operation.plans.put(key, _payload(operation, coerced, viewer))
        ((root, _),) = operation.roots(coerced).items()
        return orjson.dumps({"data": {root: project(value)}})


@dataclass(frozen=True)
class Teller:
    """Tells events to all who ask the same with the same rights: they are those whose tellers' keys are equal."""

    engine: Telling
    operation: Operation
    given: Mapping[str, Any]
    coerced: Mapping[str, Any]
    viewer: Any
    plan: Plan
    key: Hashable

    async def tell(self, entry_ids: Sequence[Any]) -> Bodies:
        """The bodies of these rows of the journal, by key, from one statement; none for what the viewer does not see.

        Where something computed failed there is a Failed, for `Engine.tell_failed`. Calls under way at once that ask
        the same share one statement and the same bytes.
        """
        engine, key = self.engine, (self.key, tuple(entry_ids))
        task = engine.telling.get(key)
        if task is None:
            task = engine.telling[key] = asyncio.create_task(self._read(entry_ids))
            task.add_done_callback(lambda done: engine.forget(key, done))
        return await asyncio.shield(task)  # one listener that leaves takes nothing from the others

    async def value(self, value: Any) -> bytes:
        """The body of one event that is a Python value."""
        return await self.engine.tell_value(self.operation, self.given, self.viewer, value)

    async def _read(self, entry_ids: Sequence[Any]) -> Bodies:
        try:
            said = await self.engine.run(self.plan, {**self.coerced, REF: list(entry_ids)}, self.viewer)
        except Failed as failed:
            pieces = failed.pieces()
            return {int(key.said): body for key, body in zip(pieces[::2], pieces[1::2], strict=True)}
        pairs = said.split(_PIECE) if said else []
        return dict(zip(map(int, pairs[::2]), pairs[1::2], strict=True))


def checked(operation: Operation, given: Mapping[str, Any]) -> VariableValues:
    """The coerced variables, or graphql-core's first word against them."""
    made = operation.coerce(given)
    if isinstance(made, list):
        raise made[0]
    return made


def _spare(operation: Operation) -> frozenset[str]:
    """The variables that may be absent and say only what to follow, as a cursor does: no event's answer has them."""
    used = Counter[str]()
    nodes: list[Any] = list(operation.ast.definitions)
    while nodes:
        node = nodes.pop()
        if isinstance(node, VariableNode):
            used[node.name.value] += 1
        elif isinstance(node, Node) and not isinstance(node, VariableDefinitionNode):
            for part in node.keys:
                found = getattr(node, part)
                nodes += found if isinstance(found, list | tuple) else [found]
    roots = [node for node in operation.node.selection_set.selections if isinstance(node, FieldNode)]
    values = [argument.value for root in roots for argument in root.arguments or ()]
    alone = {value.name.value for value in values if isinstance(value, VariableNode) and used[value.name.value] == 1}
    defined = operation.node.variable_definitions or ()
    absent = {d.variable.name.value for d in defined if not (isinstance(d.type, NonNullTypeNode) or d.default_value)}
    return frozenset(alone & absent)


def _root(operation: Operation, variables: VariableValues) -> FieldDetailsList:
    roots = list(operation.roots(variables).values()) if operation.kind is OperationType.SUBSCRIPTION else []
    if len(roots) != 1 or roots[0][0].node.name.value.startswith("__"):
        raise one_root()
    return roots[0]


def _payload(operation: Operation, variables: VariableValues, viewer: Any) -> Projector:
    """How a Python value is said as the payload of this subscription."""
    details = _root(operation, variables)
    name = details[0].node.name.value
    demand(operation.root, name, viewer.permissions, [detail.node for detail in details])
    gtype = inner(operation.root.fields[name].type)
    parts: dict[str, Projector] = {}
    for key, group in operation.fields(variables, gtype, details).items():
        below = group[0].node.name.value
        demand(gtype, below, viewer.permissions, [detail.node for detail in group])
        if below != "__typename" and isinstance(binding_of(gtype, below), Told):
            parts[key] = projector(operation, variables, gtype.fields[below].type, group, viewer.permissions)
        else:
            parts[key] = part_of(operation, variables, gtype, group, viewer.permissions)
    return lambda value: {key: part(value) for key, part in parts.items()}


def _frozen(values: list[Any]) -> tuple[Any, ...]:
    return tuple([tuple(value) if isinstance(value, list) else value for value in values])
