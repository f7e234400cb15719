"""The engine: everything that reads objects, whoever asks — a request, a mutation's payload, an event."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLObjectType,
    execute,
    is_abstract_type,
    is_non_null_type,
)
from graphql.execution.collect_fields import FieldDetails, FieldDetailsList
from graphql.execution.values import VariableValues
from sqlalchemy import Select, select

from .bind import shown
from .coerce import inner
from .document import Document, Operation
from .executor import Execution, RawJson, Ref
from .plan import Asked
from .refused import Unbound, unseen
from .statement import REF, Statement
from .tell import Telling
from .text import text


class Engine(Telling):
    """Answers documents of one schema from one pool: `answer` straight, `execute` beside Python, `tell` for events."""

    async def execute(
        self, document: Document, variables: Mapping[str, Any] | None, operation_name: str | None, context: Any
    ) -> ExecutionResult:
        """The result by graphql-core: bound fields and Refs as RawJson leaves, all else as Python says."""
        if document.errors or document.ast is None:
            return ExecutionResult(None, document.errors)
        made = execute(
            self.schema,
            document.ast,
            context_value=context,
            variable_values=dict(variables or {}),
            operation_name=operation_name,
            executor_class=Execution,
        )
        return await made if inspect.isawaitable(made) else made

    async def read_field(self, info: Any, details: FieldDetailsList) -> RawJson:
        """A bound root field inside the executor."""
        asked = self._asked(info)
        plan = self.planned_as(
            asked.operation,
            ("field", info.path.key, *asked.key()),
            lambda: asked.plan(lambda statement: select(text(statement.root(info.parent_type, details)))),
        )
        said = await self.run(plan, asked.variables.coerced, asked.viewer)
        return RawJson(said or b"null")

    async def read(
        self, info: Any, return_type: Any, details: FieldDetailsList, ref: Ref, connection: Any = None
    ) -> RawJson | None:
        """What is selected of this row, as the field's type; None (an error if non-null) where it is not to be seen."""
        asked = self._asked(info)
        place = tuple(
            part for part in info.path.as_list() if isinstance(part, str)
        )  # every item of a list is read alike
        key = ("ref", place, info.parent_type.name, ref.row, ref.written, *asked.key())
        plan = self.planned_as(asked.operation, key, lambda: asked.plan(self._one_row(return_type, details, ref)))
        said = await self.run(plan, {**asked.variables.coerced, REF: ref.id}, asked.viewer, connection)
        if said is None and is_non_null_type(return_type):
            raise unseen([detail.node for detail in details])
        return RawJson(said) if said is not None else None

    async def read_ref(self, info: Any, ref: Ref, connection: Any = None) -> RawJson | None:
        """`read` for the field that `info` is of; on `connection`, to see an uncommitted transaction's own rows."""
        raw = getattr(info, "_raw_info", info)
        details = [FieldDetails(node, None) for node in raw.field_nodes]
        return await self.read(raw, raw.return_type, details, ref, connection)

    def _one_row(self, return_type: Any, details: FieldDetailsList, ref: Ref) -> Callable[[Statement], Select[Any]]:
        gtype = self.type_of(return_type, ref.row)
        return lambda statement: statement.one_row(gtype, details, ref.written)

    def type_of(self, return_type: Any, row: type) -> GraphQLObjectType:
        """The object type that shows this row where `return_type` is asked for."""
        named = inner(return_type)
        kinds = self.schema.get_possible_types(named) if is_abstract_type(named) else [named]
        for kind in kinds:
            held = shown(kind)
            if held is not None and held.row is row:
                return kind
        raise Unbound(f"{named.name} has no type that shows {row.__name__}")

    def _asked(self, info: Any) -> Asked:
        context = info.context
        found = info.variable_values
        variables = found if isinstance(found, VariableValues) else VariableValues({}, dict(found))
        limit = getattr(context, "page_limit", None) or self.page_limit
        return Asked(self._operation(info), variables, context.viewer, limit)

    def _operation(self, info: Any) -> Operation:
        kept = self.operations.get(id(info.operation))
        if kept is not None:
            return kept
        parts = (getattr(fragment, "definition", fragment) for fragment in info.fragments.values())
        return Operation(self.schema, DocumentNode(definitions=(info.operation, *parts)), info.operation)
