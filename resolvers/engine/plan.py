"""Plans: a statement's text, where each parameter is found in a request, and what is spliced into the answer."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql.execution.values import VariableValues
from sqlalchemy import ARRAY, Select
from sqlalchemy.exc import SAWarning
from sqlalchemy.sql.compiler import COLLECT_CARTESIAN_PRODUCTS, WARN_LINTING, ExpandedState, SQLCompiler
from sqlalchemy.types import NullType, TypeEngine

from .constants import Dialect
from .document import Operation
from .refused import Unbound, too_complex
from .splice import Spliced
from .statement import Statement
from .text import core
from .values import Getter, shape_of_viewer

DIALECT = Dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's dialect classes are not annotated


@dataclass(frozen=True, eq=False)
class Plan:
    """One prepared statement: it is the same for all viewers and values of its shape."""

    sql: str
    """What PostgreSQL is sent; give it to EXPLAIN."""
    getters: tuple[Getter, ...]
    """Where $1 … $n are found."""
    spliced: tuple[Spliced, ...]
    types: tuple[TypeEngine[Any], ...] = ()
    """What $1 … $n are."""

    def kinds(self) -> list[str]:
        """The SQL types of $1 … $n."""
        return ["" if isinstance(kind, NullType) else kind.compile(DIALECT) for kind in self.types]

    def values(self, variables: Mapping[str, Any], viewer: Any) -> list[Any]:
        """The values of $1 … $n in this request; a GraphQLError where one cannot be had (a cursor of another list)."""
        return [get(variables, viewer) for get in self.getters]


@dataclass(frozen=True)
class Asked:
    """For whom, and within which bounds, an operation is planned."""

    operation: Operation
    variables: VariableValues
    viewer: Any
    page_limit: int

    def key(self) -> tuple[Any, ...]:
        """What plans may be shared by: the viewer's shape, the permissions that matter here, the variables' shape."""
        return plan_key(self.operation, self.operation.shape(self.variables.coerced), self.viewer, self.page_limit)

    def plan(self, what: Callable[[Statement], Select[Any]]) -> Plan:
        """Make the statement and its text; a warning is an error, too deep a selection TOO_COMPLEX."""
        statement = Statement(self.operation, self.variables, self.viewer, self.viewer.permissions, self.page_limit)
        with warnings.catch_warnings():
            warnings.simplefilter("error", SAWarning)  # a cartesian product is a forgotten correlation
            try:
                return _compiled(what(statement), statement)
            except RecursionError as error:
                raise too_complex(error) from error


def plan_key(operation: Operation, shape: tuple[Any, ...], viewer: Any, page_limit: int) -> tuple[Any, ...]:
    """The key under which an operation keeps a plan: never an id, a scope or a value."""
    return page_limit, shape_of_viewer(viewer), viewer.permissions & operation.needs, shape


def _compiled(select: Select[Any], statement: Statement) -> Plan:
    compiled = core(select).compile(dialect=DIALECT, linting=COLLECT_CARTESIAN_PRODUCTS | WARN_LINTING)
    if not isinstance(compiled, SQLCompiler):
        raise TypeError("a Select compiles to SQL")
    if any(param.key in statement.trace.getters for param in compiled.post_compile_params):
        raise Unbound("a list argument must be compared with any_(), not in_()")
    if not compiled.post_compile_params:
        names = list(compiled.positiontup or ())
        getters = tuple(_getter(compiled, name, statement) for name in names)
        types = tuple(compiled.binds[name].type for name in names)
        return Plan(compiled.string, getters, tuple(statement.spliced), types)
    # a resolver's own constants in in_(…): written out now, each a parameter
    state = compiled.construct_expanded_state({}, escape_names=False)
    names = list(state.positiontup or ())
    listed = _listed(state)
    constants = {name: _constant(state.parameters[name], state.processors.get(name)) for name in listed}
    found = tuple(constants.get(name) or _getter(compiled, name, statement) for name in names)
    types = tuple(compiled.binds[listed.get(name, name)].type for name in names)
    return Plan(state.statement, found, tuple(statement.spliced), types)


def _listed(state: ExpandedState) -> dict[str, str]:
    """The parameters written out, by the one of the list that each is of."""
    return {name: whole for whole, names in state.parameter_expansion.items() for name in names}


def _getter(compiled: SQLCompiler, name: str, statement: Statement) -> Getter:
    param = compiled.binds[name]
    get = statement.trace.getters.get(name)
    process = _process(param.type)
    if get is None:
        return _constant(param.effective_value, process)
    if process is None:
        return get
    return lambda variables, viewer: process(get(variables, viewer))


def _process(kind: TypeEngine[Any]) -> Any:
    """What makes a value of this type ready to be sent, None where it is: Enum → its name, and the like."""
    if isinstance(kind, ARRAY) and kind.item_type.dialect_impl(DIALECT).bind_processor(DIALECT) is None:
        return None  # the driver takes any sequence as it is
    return kind.dialect_impl(DIALECT).bind_processor(DIALECT)


def _constant(value: Any, process: Any) -> Getter:
    said = process(value) if process else value
    return lambda *_: said
