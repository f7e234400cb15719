"""The engine: everything that reads objects, whoever asks — a request, a mutation's payload, an event."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from graphql import DocumentNode, ExecutionResult, execute, is_non_null_type
from graphql.execution.collect_fields import FieldDetails, FieldDetailsList
from graphql.execution.values import VariableValues

from .document import Document, Operation
from .executor import Execution, RawJson, Ref
from .located import Located, Shape
from .plan import Asked
from .record import type_showing
from .refused import Unanswered, unseen
from .splice import PIECE, Failed
from .statement import REF, Statement
from .tell import Telling


class Engine(Telling):
    """Answers documents of one schema from one pool: `answer` straight, `execute` beside Python, `tell` for events."""

    async def execute(
        self, document: Document, variables: Mapping[str, Any] | None, operation_name: str | None, context: Any
    ) -> ExecutionResult:
        """The result by graphql-core: bound fields and Refs as RawJson leaves, all else as Python says."""
        if document.errors or document.ast is None:
            return ExecutionResult(None, document.errors)
        operation = document.operation(operation_name)
        refused = operation.refused_act(variables or {}, context.viewer.permissions) if operation is not None else None
        if refused is not None:
            return ExecutionResult(None, [refused])
        made = execute(
            self.schema,
            document.ast,
            context_value=context,
            variable_values=dict(variables or {}),
            operation_name=operation_name,
            executor_class=Execution,
        )
        return await made if inspect.isawaitable(made) else made

    async def read_field(self, execution: Execution, info: Any, details: FieldDetailsList) -> RawJson:
        """A bound root field inside the executor: read with the others, by itself where that cannot be done."""
        asked = self._asked(info)
        roots = asked.operation.bound(asked.variables) if info.path.prev is None else {}
        if len(roots) > 1 and info.path.key in roots:
            if execution.together is None:
                execution.together = asyncio.ensure_future(self._together(asked, roots))
            pieces = await execution.together
            if pieces is not None:
                return _raw(pieces[info.path.key])
        return await self._alone(asked, info, details)

    async def _together(self, asked: Asked, roots: dict[str, FieldDetailsList]) -> dict[str, bytes | Failed] | None:
        """These root fields by response key, from one statement; None where it fails: each by itself may tell why."""
        key = ("together", *asked.key())
        try:
            plan = self.planned_as(asked.operation, key, lambda: asked.plan(lambda made: made.pieces(roots)))
            said = await self.run(plan, asked.variables.coerced, asked.viewer)
        except Failed as failed:
            return dict(zip(roots, failed.pieces(), strict=True))
        except Unanswered:
            raise
        except Exception:  # of any one of them: asked alone, the others have their answers, as graphql-core has it
            return None
        return dict(zip(roots, (said or b"").split(PIECE.encode()), strict=True))

    async def _alone(self, asked: Asked, info: Any, details: FieldDetailsList) -> RawJson:
        plan = self.planned_as(
            asked.operation,
            ("field", info.path.key, *asked.key()),
            lambda: asked.plan(lambda statement: statement.alone(info.parent_type, details)),
        )
        said = await self.run(plan, asked.variables.coerced, asked.viewer)
        return RawJson(said or b"null")

    async def read(
        self, info: Any, return_type: Any, details: FieldDetailsList, ref: Ref, connection: Any = None
    ) -> RawJson | None:
        """What is selected of this row, as the field's type; None (an error if non-null) where it is not to be seen."""
        asked = self._asked(info)
        place = tuple([id(detail.node) for detail in details])  # every item of a list is read alike
        key = ("ref", place, info.parent_type.name, ref.row, ref.written, *asked.key())
        plan = self.planned_as(asked.operation, key, lambda: asked.plan(self._one_row(return_type, details, ref)))
        said = await self.run(plan, {**asked.variables.coerced, REF: ref.id}, asked.viewer, connection)
        if said is None and is_non_null_type(return_type):
            raise unseen([detail.node for detail in details])
        return RawJson(said) if said is not None else None

    async def read_ref(self, info: Any, ref: Ref, connection: Any = None) -> RawJson | Failed | None:
        """`read` for the field that `info` is of; on `connection`, to see an uncommitted transaction's own rows.

        A resolver returns what this gives: where something computed failed, the executor then says where.
        """
        raw = getattr(info, "_raw_info", info)
        details = [FieldDetails(node, None) for node in raw.field_nodes]
        try:
            return await self.read(raw, raw.return_type, details, ref, connection)
        except Failed as failed:
            return failed

    async def locate(
        self, execution: Execution, info: Any, return_type: Any, details: FieldDetailsList, path: Any, failed: Failed
    ) -> RawJson:
        """An answer without what failed in it, the errors noted in the execution; raises one that makes it null."""
        asked = self._asked(info)
        shape = Shape(asked.operation, asked.variables, [(info.parent_type, details)])
        made = await Located(execution, failed).value(return_type, shape, orjson.loads(failed.said), path)
        return RawJson(orjson.dumps(made))

    async def tell_failed(
        self, operation: Operation, variables: Mapping[str, Any], context: Any, failed: Failed
    ) -> ExecutionResult:
        """An event in which something computed failed: what did not fail, and the errors as graphql-core words them."""
        ((said,),) = (data.values() for data in orjson.loads(failed.said).values())
        payload = Failed(orjson.dumps(said), failed.values, failed.original_error or failed)
        made = execute(
            self.schema,
            operation.ast,
            root_value=payload,
            context_value=context,
            variable_values=dict(variables),
            operation_name=operation.node.name.value if operation.node.name else None,
            executor_class=Execution,
        )
        return await made if inspect.isawaitable(made) else made

    def _one_row(self, return_type: Any, details: FieldDetailsList, ref: Ref) -> Callable[[Statement], str]:
        gtype = type_showing(self.schema, return_type, ref.row)
        return lambda statement: statement.one_row(gtype, details, ref.written)

    def _asked(self, info: Any) -> Asked:
        context = info.context
        found = info.variable_values
        variables = found if isinstance(found, VariableValues) else VariableValues({}, dict(found))
        limit = getattr(context, "page_limit", None) or self.page_limit
        return Asked(self._operation(info), variables, context.viewer, limit, self.kept)

    def _operation(self, info: Any) -> Operation:
        kept = self.operations.get(id(info.operation))
        if kept is not None:
            return kept
        parts = (getattr(fragment, "definition", fragment) for fragment in info.fragments.values())
        return Operation(self.schema, DocumentNode(definitions=(info.operation, *parts)), info.operation)


def _raw(piece: bytes | Failed) -> RawJson:
    if isinstance(piece, Failed):
        raise piece
    return RawJson(piece)
