"""Figures in Python's words: awards and dossiers that a viewer sees, grouped one by one."""

# ruff: noqa: N802, N803  the methods are found by the names of the fields they answer

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from graphql import FieldNode, GraphQLError, GraphQLIncludeDirective, GraphQLSkipDirective
from graphql.execution.values import get_directive_values

import models as rows
from models import calendar
from models.access import Audience, Viewer

from .counts import Counted, Period
from .counts_public import groups_in_public
from .oracle_rows import Rows

TOLD = {"AGENCY", "AWARD_TYPE", "QUARTER", "YEAR"}
"""By what the public may have awards counted."""
PERSONS = {"recipients", "collectives", "individuals"}
"""Figures that the public may not have."""
DECIDED = {"DECIDE", "DECIDE_ABOVE"}


def refused(code: str) -> GraphQLError:
    """What is refused by this code; the words are the program's own."""
    return GraphQLError(code, extensions={"code": code})


@dataclass
class CountedRows(Counted):
    """All rows there are to count, seen as the oracle sees them."""

    found: Rows

    def sees(self, viewer: Viewer, dossier: rows.Dossier) -> bool:
        """Whether a viewer may read a dossier."""
        return self.found.sees(dossier, viewer)


def counted(found: Rows) -> CountedRows:
    """What the oracle has loaded, to be counted."""
    decided: dict[Any, Any] = {}
    for entry in found.all(rows.Entry):
        if entry.act in DECIDED and entry.subject_kind == "Dossier":
            decided[entry.subject_id] = max(entry.at, decided.get(entry.subject_id, entry.at))
    tables = (rows.Agency, rows.AwardType, rows.Nominee, rows.Decision, rows.Dossier, rows.DossierLine)
    days = {key: calendar.day_of(at) for key, at in decided.items()}
    return CountedRows(*(found.found[table] for table in tables), found.all(rows.Award), days, found)


class Figured(ABC):
    """The part of the oracle that counts."""

    found: Rows
    counted: CountedRows

    def Query_dossierStatistics(self, _: Any, viewer: Viewer, groupBy: list[str], filter: Any = None) -> Any:
        self._must_group(groupBy)
        return self.counted.dossier_groups(viewer, groupBy, self.filtered(rows.Dossier, viewer, filter))

    def Query_awardStatistics(
        self,
        _: Any,
        viewer: Viewer,
        groupBy: list[str],
        filter: Any = None,
        comparedWith: str | None = None,
        year: int | None = None,
        asked: frozenset[tuple[str, ...]] = frozenset(),
    ) -> Any:
        self._must_group(groupBy)
        if viewer.audience is not Audience.STAFF:
            return self._in_public(groupBy, filter, comparedWith is not None, year, asked)
        first, last = ((filter or {}).get(name) for name in ("awardedFrom", "awardedTo"))
        rest = {name: value for name, value in (filter or {}).items() if name not in ("awardedFrom", "awardedTo")}
        days = [date.fromisoformat(said) if said else None for said in (first, last)]
        period = Period.of(*days, comparedWith is not None, year)
        return self.counted.award_groups(viewer, groupBy, self.filtered(rows.Award, viewer, rest), period)

    def _must_group(self, by: list[str]) -> None:
        if len(by) not in range(1, 5) or len(set(by)) != len(by):
            raise refused("BAD_GROUPING")

    def _in_public(
        self, by: list[str], filter: Any, compared: bool, year: int | None, asked: frozenset[tuple[str, ...]]
    ) -> Any:
        whole = year is not None or (not compared and "YEAR" in by)
        few = len({*by} - {"YEAR"}) <= 1 and {*by} <= TOLD
        periods = {("current",), *([("previous",), ("difference",)] if compared else [])}
        persons = any(path[-1] in PERSONS and (path[:-1] in periods or len(path) == 1) for path in asked)
        if filter is not None or persons or not (whole and few):
            raise refused("FIGURES_TOO_FINE")
        return groups_in_public(self.counted, by, year, compared)

    @abstractmethod
    def filtered(self, kind: type, viewer: Viewer, filter: Any) -> list[Any]:
        """What a viewer sees of a table and a filter lets through."""


def paths_asked(info: Any) -> Iterator[tuple[str, ...]]:
    """The fields asked for below the one that `info` is of, each by its path."""
    for node in info.field_nodes:
        yield from _below(info, node, ())


def _below(info: Any, node: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for part in node.selection_set.selections if node.selection_set else ():
        skip = get_directive_values(GraphQLSkipDirective, part, info.variable_values)
        include = get_directive_values(GraphQLIncludeDirective, part, info.variable_values)
        if (skip and skip["if"]) or (include and not include["if"]):
            continue
        if isinstance(part, FieldNode):
            yield (*path, part.name.value)
            yield from _below(info, part, (*path, part.name.value))
            continue
        spread = hasattr(part, "name")
        within = (
            getattr(info.fragments[part.name.value], "definition", info.fragments[part.name.value]) if spread else part
        )
        yield from _below(info, within, path)
