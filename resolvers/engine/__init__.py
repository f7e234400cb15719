"""The read engine: a selection and the Selects behind it become one SQL statement that gives the JSON."""

from .arguments import row_id
from .bind import column, computed, many, node_of, reads, self_, shows, subscribes, to_one, told
from .check import check
from .coerce import Order
from .connection import Connection, PageInfo
from .described import described
from .document import Document, Operation
from .driver import Pool
from .engine import Engine
from .executor import Execution, RawJson, Ref, render
from .needs import Needs, demands
from .plan import Plan
from .refused import Unanswered, Unbound
from .text import never_null

__all__ = [
    "Connection",
    "Document",
    "Engine",
    "Execution",
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
    "check",
    "column",
    "computed",
    "demands",
    "described",
    "many",
    "never_null",
    "node_of",
    "reads",
    "render",
    "row_id",
    "self_",
    "shows",
    "subscribes",
    "to_one",
    "told",
]
