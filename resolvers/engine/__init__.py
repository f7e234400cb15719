"""The read engine: a selection and the Selects behind it become one SQL statement that gives the JSON.

Its modules in reading order. Two classes grow from module to module: `statement.Statement`, which makes the text, is
`groups.Groups`, `page.Pages` and `record.Records`; `engine.Engine`, which answers, is `tell.Telling`, which is
`answer.Answers`.

bind       bind, mixed, aggregate, expressed: how a field is answered, declared beside it · connection, needs,
           described: what declarations are made of · check: what they promise, tried when the schema is built
plan       document: a text parsed, validated and kept · validation: by all rules at once · recent: within which
           bounds · coerce: variables made ready, and what of them chooses the plan · values: what a resolver sees
           instead of values, viewer and parent · arguments, nested: how arguments become that · plan: a statement's
           text and where $1 … $n are found
statement  text: JSON as SQL · written, constants: what SQLAlchemy makes of a resolver's expressions, as text made once
           for all statements · ways: how rows that meet a condition are found · tallied: how many, where that is kept ·
           selects: what a resolver may return · record: one object and its to-one rows · window, cursor, apart, page:
           a list's page · union_page, groups: a page of several kinds, and figures · statement: root fields and whole
           answers
run        driver: connections that only read · splice: what Python computes, put into the text · answer: straight from
           document to bytes · executor, engine: beside Python's fields, and after an act · located: where something
           computed failed · tell: events · explain: how an answer came about · refused: every error, with its code

The straight path: Answers.answer → coerce → plan_key → (the first time: Asked.plan → Statement.document → _numbered)
→ Answers.run → Pool.fetch → splice. Whatever is wrong on it is answered again by the executor, in graphql-core's words.
"""

from .aggregate import Withheld, aggregates, figures, grouped, keyed, placed
from .answer import Ready
from .arguments import identifies, row_id
from .bind import column, computed, many, node_of, reads, self_, shows, subscribes, to_one, told
from .check import check
from .coerce import Choice, Order
from .connection import Connection, PageInfo
from .described import described
from .document import Document, Operation
from .driver import Pool
from .engine import Engine
from .executor import Execution, RawJson, Ref, render
from .expressed import expressed
from .mixed import Kind, Mixed, mixed
from .needs import Needs, demands
from .plan import Plan
from .refused import Unanswered, Unbound, bad_search, figures_too_fine
from .splice import Failed, Shared
from .tallied import tally_of
from .tell import Teller
from .text import core, never_null
from .values import seen, through
from .ways import named, one_of

__all__ = [
    "Choice",
    "Connection",
    "Document",
    "Engine",
    "Execution",
    "Failed",
    "Kind",
    "Mixed",
    "Needs",
    "Operation",
    "Order",
    "PageInfo",
    "Plan",
    "Pool",
    "RawJson",
    "Ready",
    "Ref",
    "Shared",
    "Teller",
    "Unanswered",
    "Unbound",
    "Withheld",
    "aggregates",
    "bad_search",
    "check",
    "column",
    "computed",
    "core",
    "demands",
    "described",
    "expressed",
    "figures",
    "figures_too_fine",
    "grouped",
    "identifies",
    "keyed",
    "many",
    "mixed",
    "named",
    "never_null",
    "node_of",
    "one_of",
    "placed",
    "reads",
    "render",
    "row_id",
    "seen",
    "self_",
    "shows",
    "subscribes",
    "tally_of",
    "through",
    "to_one",
    "told",
]
