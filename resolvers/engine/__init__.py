"""The read engine: a selection and the Selects behind it become one SQL statement that gives the JSON."""

from .aggregate import aggregates, figures, grouped, keyed
from .arguments import row_id
from .bind import column, computed, many, node_of, reads, self_, shows, subscribes, to_one, told
from .check import check
from .coerce import Choice, Order
from .connection import Connection, PageInfo
from .described import described
from .document import Document, Operation
from .driver import Pool
from .engine import Engine
from .executor import Execution, RawJson, Ref, render
from .mixed import Kind, Mixed, mixed
from .needs import Needs, demands
from .plan import Plan
from .refused import Unanswered, Unbound, bad_search
from .text import core, never_null
from .values import seen, through

__all__ = [
    "Choice",
    "Connection",
    "Document",
    "Engine",
    "Execution",
    "Kind",
    "Mixed",
    "Needs",
    "Operation",
    "Order",
    "PageInfo",
    "Plan",
    "Pool",
    "RawJson",
    "Ref",
    "Unanswered",
    "Unbound",
    "aggregates",
    "bad_search",
    "check",
    "column",
    "computed",
    "core",
    "demands",
    "described",
    "figures",
    "grouped",
    "keyed",
    "many",
    "mixed",
    "never_null",
    "node_of",
    "reads",
    "render",
    "row_id",
    "seen",
    "self_",
    "shows",
    "subscribes",
    "through",
    "to_one",
    "told",
]
