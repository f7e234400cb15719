"""Plans: a statement's text, where each parameter is found in a request, and what is spliced into the answer."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql.execution.values import VariableValues
from sqlalchemy import ARRAY
from sqlalchemy.exc import SAWarning
from sqlalchemy.types import NullType, TypeEngine

from .document import Operation
from .refused import too_complex
from .splice import Spliced
from .statement import Statement
from .values import CLOSED, Getter, shape_of_viewer
from .written import DIALECT, HOLES, Kept

CLOSED_ONES = re.compile(CLOSED.format("([^\5\6]*)"))


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
    kept: Kept
    """The pieces of other statements."""

    def key(self) -> tuple[Any, ...]:
        """What plans may be shared by: the viewer's shape, the permissions that matter here, the variables' shape."""
        return plan_key(self.operation, self.operation.shape(self.variables.coerced), self.viewer, self.page_limit)

    def plan(self, what: Callable[[Statement], str]) -> Plan:
        """Make the statement and its text; a warning is an error, too deep a selection TOO_COMPLEX."""
        viewer = self.viewer
        statement = Statement(self.operation, self.variables, viewer, viewer.permissions, self.page_limit, self.kept)
        with warnings.catch_warnings():
            warnings.simplefilter("error", SAWarning)  # a cartesian product is a forgotten correlation
            try:
                return _numbered(what(statement), statement)
            except RecursionError as error:
                raise too_complex(error) from error


def plan_key(operation: Operation, shape: tuple[Any, ...], viewer: Any, page_limit: int) -> tuple[Any, ...]:
    """The key under which an operation keeps a plan: never an id, a scope or a value."""
    return page_limit, shape_of_viewer(viewer), viewer.permissions & operation.needs, shape


def _numbered(said: str, statement: Statement) -> Plan:
    """The plan whose parameters are the holes of this text, numbered in the order they come first."""
    places: dict[str, int] = {}
    sql = HOLES.sub(lambda hole: f"${places.setdefault(hole[1], len(places) + 1)}", said)
    sql = asked_once(sql)
    types = tuple([statement.trace.kinds[name] for name in places])
    getters = [_getter(statement.trace.getters[name], kind) for name, kind in zip(places, types, strict=True)]
    return Plan(sql, tuple(getters), tuple(statement.spliced), types)


def asked_once(sql: str) -> str:
    """The statement, in which each closed SELECT that stands in several places is made once and read there.

    PostgreSQL looks for the best way of each place anew: planning Q3 took it 1 ms more, and running it 0.2.
    """
    several = [said for said, count in Counter(CLOSED_ONES.findall(sql)).items() if count > 1]
    names = {said: f"once{place}" for place, said in enumerate(several)}
    read = {said: f"TABLE {name}" for said, name in names.items()}
    sql = CLOSED_ONES.sub(lambda one: read.get(one[1], one[1]), sql)
    made = ", ".join(f"{name} AS MATERIALIZED ({said})" for said, name in names.items())
    return f"WITH {made} {sql}" if made else sql


def _getter(get: Getter, kind: TypeEngine[Any]) -> Getter:
    process = _process(kind)
    return get if process is None else lambda variables, viewer: process(get(variables, viewer))


def _process(kind: TypeEngine[Any]) -> Any:
    """What makes a value of this type ready to be sent, None where it is: Enum → its name, and the like."""
    if isinstance(kind, ARRAY) and kind.item_type.dialect_impl(DIALECT).bind_processor(DIALECT) is None:
        return None  # the driver takes any sequence as it is
    return kind.dialect_impl(DIALECT).bind_processor(DIALECT)
