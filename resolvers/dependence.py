"""What an answer depends on, read off the statement that gives it: which changes end it, and whether the clock does.

Nothing is listed by document: the tables a plan names say which kinds of journal entries, or which reference tables,
its answers hang on. What nobody tells of when it changes is not to be kept at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from models.base import Base
from models.reference_change import REFERENCE
from resolvers import content, highlights
from resolvers.engine import Ready
from resolvers.engine.groups import refuse_groups
from resolvers.engine.plan import Plan

ANY = "*"
"""The kind of which every change is one."""
TOLD_BY: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("decision", "award", "award_change", "award_prize"), frozenset({"Decision"})),
    **dict.fromkeys(("public_posting", "posting_case"), frozenset({"Dossier", "PublicPosting"})),
    **dict.fromkeys(("dossier", "dossier_line", "dossier_tally"), frozenset({"Dossier"})),
    **dict.fromkeys(("journal", "journal_seq", "journal_head"), frozenset({ANY})),
    **{table: frozenset({table}) for table in REFERENCE},
}
"""By table, the kinds of changes that may alter what the public reads of it: an entry of one is written with each."""
OF_THE_ROW = frozenset({content.body_html, highlights.highlights, refuse_groups})
"""What Python puts in that hangs on nothing but what it is given."""

_TABLES = frozenset(Base.metadata.tables)
_TEXT = re.compile(r"'(?:[^']|'')*'")
_WORD = re.compile(r"(?<![\w.])[a-z_][a-z0-9_]*")
_OF_TYPE = re.compile(r"WHEN \w+\.said ~ '\^(\w+?)_\[0-9a-f\][^']*' THEN ")
_TODAY = "vietnam_day(now())"
_CLOCK = re.compile(
    r"\b(?:now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|random|gen_random_uuid)\s*\("
    r"|\b(?:current_date|current_time|current_timestamp|localtime|localtimestamp|pg_current_\w+)\b"
    r"|'(?:now|today|tomorrow|yesterday)'",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Dependence:
    """What ends an answer."""

    kinds: frozenset[str]
    """Changes of these kinds; ANY is every one."""
    by_day: bool = False
    """Whether it ends with Vietnam's day, too."""


@dataclass(frozen=True)
class Parts:
    """What a plan's answers depend on, whatever is asked and by the type of an id that is asked for; None: not kept."""

    always: Dependence | None
    of_type: dict[str, Dependence | None] = field(default_factory=dict)


_known: WeakKeyDictionary[Plan, Parts] = WeakKeyDictionary()


def dependence(plan: Plan, ready: Ready) -> Dependence | None:
    """What the answer depends on that a plan gives for these variables; None where it is not to be kept."""
    parts = _known.get(plan)
    if parts is None:
        parts = _known[plan] = _parts(plan)
    found = [parts.always, *(read for name, read in parts.of_type.items() if _may_ask_for(name, ready))]
    sure = [each for each in found if each is not None]
    if len(sure) < len(found):
        return None
    return Dependence(frozenset[str]().union(*(each.kinds for each in sure)), any(each.by_day for each in sure))


def tables_of(sql: str) -> frozenset[str]:
    """The tables that a statement may read: each that it names, wherever; a few too many do no harm."""
    return _TABLES.intersection(_WORD.findall(_TEXT.sub("''", sql)))


def _parts(plan: Plan) -> Parts:
    if any(spliced.fn not in OF_THE_ROW for spliced in plan.spliced):
        return Parts(None)
    rest, of_type = plan.sql, dict[str, list[str]]()
    for name, branch in _branches(plan.sql):
        rest = rest.replace(branch, "", 1)
        of_type.setdefault(name, []).append(branch)
    return Parts(_read(rest), {name: _read(" ".join(branches)) for name, branches in of_type.items()})


def _branches(sql: str) -> Iterator[tuple[str, str]]:
    """Of a CASE over the types of an id each branch, by its type: PostgreSQL runs but the one that is met."""
    bare = _TEXT.sub(lambda said: "'" * len(said[0]), sql)
    for met in _OF_TYPE.finditer(sql):
        depth = 0
        for place in range(met.end(), len(bare)):
            depth += {"(": 1, ")": -1}.get(bare[place], 0)
            if depth == 0:
                yield met[1], sql[met.end() : place + 1]
                break


def _read(sql: str) -> Dependence | None:
    tables = tables_of(sql)
    if _CLOCK.search(sql.replace(_TODAY, "")) or not tables <= TOLD_BY.keys():
        return None
    return Dependence(frozenset[str]().union(*(TOLD_BY[table] for table in tables)), _TODAY in sql)


def _may_ask_for(name: str, ready: Ready) -> bool:
    """Whether an id of this type may be among the variables or in the document itself."""
    body = ready.operation.ast.loc.source.body if ready.operation.ast.loc else "\\"
    return f"{name}_" in body or "\\" in body or any(said.startswith(f"{name}_") for said in _texts(ready.coerced))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
