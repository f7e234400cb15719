"""The slow, independent answer over the whole schema: every resolver said again over rows in Python lists."""

# ruff: noqa: N802, N803  the methods are found by the names of the fields they answer

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import nh3
from graphql import GraphQLSchema, build_schema, get_named_type, is_leaf_type
from markdown_it import MarkdownIt

import models as rows
from models import calendar
from models.access import Audience, Viewer
from models.award_type import AuthorityRight
from models.outward import exchange_status, portal_status
from schema import schema
from tests.oracle import answer
from tests.oracle.answer import cut, in_python, say

from .oracle_awards import Awards
from .oracle_clock import Clocks
from .oracle_consulting import Consulting
from .oracle_council import Councils
from .oracle_delegation import Delegations
from .oracle_figures import Figured, counted, paths_asked
from .oracle_filters import passes, row_key
from .oracle_list import Listed, listed
from .oracle_rows import KEYED, KINDS, Rows, called
from .oracle_search import Hits, Searches
from .oracle_session import Sessions
from .oracle_text import number_key, order
from .oracle_tracking import Trackings

SDL: GraphQLSchema = build_schema(schema.as_str())
NODES = sorted(kind.name for kind in SDL.get_possible_types(SDL.type_map["Node"]))
COVERED = {
    "DossierLine.nominee",
    "Award.recipient",
    "Award.decision",
    "AwardChange.award",
    "AwardChange.decision",
    "AwardReliance.award",
    "AwardReliance.line",
    "AwardVerification.decision",
    "TrackingCode.nominee",
}
"""To-one fields whose row is seen by whoever sees the row that names it."""
KEYS = {"Award.recipient": "nominee_id", "Award.prizeMoney": "id", "Nominee.personal": "id"}
"""Which column names a to-one row, where it is not called after the field."""
EARLIEST = datetime.min.replace(tzinfo=UTC)


def by_name(row: Any) -> str:
    """A row's place in the Vietnamese order."""
    return order(row.title if isinstance(row, rows.Movement) else row.name)


def ordinal(decision: rows.Decision) -> int:
    """What a decision's number begins with."""
    met = re.match("[0-9]{1,9}", decision.number)
    return int(met[0]) if met else 0


class Oracle(Awards, Clocks, Consulting, Councils, Delegations, Figured, Searches, Sessions, Trackings, answer.Oracle):
    """Answers documents from all rows of a database."""

    def __init__(self, found: Rows) -> None:
        super().__init__(SDL, KINDS)
        self.found, self.counted = found, counted(found)
        keyed = (*found.all(rows.Entry), *found.all(rows.SecurityEvent))
        self.by_key = {str(row.key): row for row in keyed}

    def attribute(self, source: Any, kind: str, name: str, viewer: Viewer) -> Any:
        gtype = self.sdl.type_map[kind].fields[name].type
        if name == "id":
            return f"{kind}_{called(source)}"
        if is_leaf_type(get_named_type(gtype)):
            value = getattr(source, in_python(name))
            return [say(item) for item in value] if isinstance(value, list) else say(value)
        held = getattr(source, KEYS.get(f"{kind}.{name}", f"{in_python(name)}_id"))
        row = self.found.one(KINDS[get_named_type(gtype).name], held)
        return row if row is not None and (f"{kind}.{name}" in COVERED or self.found.sees(row, viewer)) else None

    def resolve(self, source: Any, info: Any, **args: Any) -> Any:
        asked = {"asked": frozenset(paths_asked(info))} if info.field_name == "awardStatistics" else {}
        return super().resolve(source, info, **args, **asked)

    def page(self, found: Listed, page: dict[str, Any]) -> Any:
        made = self._cut(found, page)
        return self.shown(found, made) if isinstance(found, Hits) else made

    def _cut(self, found: Listed, page: dict[str, Any]) -> dict[str, Any]:
        ranks = [found.rank(row) for row in found.rows]
        ranks = ranks[::-1] if found.descending else ranks

        def place(key: str) -> tuple[int, int]:
            at = found.rank(self.row(found, key))
            low, high = bisect_left(ranks, at), bisect_right(ranks, at)
            return (len(ranks) - high, len(ranks) - low) if found.descending else (low, high)

        return cut(found.rows, page, place)

    def row(self, listed: Listed, key: str) -> Any:
        """The row of a cursor, which may lie in another list of the same field."""
        if key.isdigit():
            kind = type(listed.rows[0]) if listed.rows else rows.Entry
            return self.found.one(kind, int(key)) or self.found.one(rows.SecurityEvent, int(key))
        return next(row for kind in KINDS.values() if (row := self.found.one(kind, UUID(key))) is not None)

    def filtered(self, kind: type, viewer: Viewer, filter: Any) -> list[Any]:
        """What a viewer sees of a table and a filter lets through."""
        seen = self.found.seen(kind, viewer)
        return [row for row in seen if passes(self.found, f"{kind.__name__}Filter", row, filter, viewer)]

    # rows by their ids

    def Query_node(self, _: Any, viewer: Viewer, id: str) -> Any:
        kind, _, said = id.rpartition("_")
        held = self.by_key.get(said) if kind in KEYED else None
        if held is not None and f"{type(held).__name__} {getattr(held, 'subject_kind', '')}" != KEYED[kind]:
            return None
        if kind in NODES and kind not in KEYED and row_key(id):
            held = self.found.one(KINDS[kind], row_key(id))
        return held if held is not None and self.found.sees(held, viewer) else None

    def Query_nodes(self, _: Any, viewer: Viewer, ids: list[str]) -> Any:
        return [self.Query_node(None, viewer, id) for id in ids]

    def Query_dossier(self, _: Any, viewer: Viewer, id: str) -> Any:
        return self.Query_node(None, viewer, id) if id.startswith("Dossier_") else None

    def Query_movement(self, _: Any, viewer: Viewer, id: str) -> Any:
        return self.Query_node(None, viewer, id) if id.startswith("Movement_") else None

    # agencies and nominees

    def Query_agency(self, _: Any, viewer: Viewer, code: str) -> Any:
        return self._first(rows.Agency, "code", code, viewer)

    def _first(self, kind: type, column: str, value: Any, viewer: Viewer) -> Any:
        return next((row for row in self.found.of(kind, column, value) if self.found.sees(row, viewer)), None)

    def Query_agencies(self, _: Any, viewer: Viewer, filter: Any = None, orderBy: str = "NAME") -> Listed:
        return listed(self.filtered(rows.Agency, viewer, filter), by_name if orderBy == "NAME" else "code")

    def Agency_children(self, agency: Any, viewer: Viewer) -> Listed:
        return listed(self.found.of(rows.Agency, "parent_id", agency.id), by_name)

    def Agency_successors(self, agency: Any, viewer: Viewer) -> Any:
        heirs = self.found.heirs.get(agency.id, set())
        return listed([self.found.one(rows.Agency, heir) for heir in heirs], by_name).rows

    def Agency_dossiers(self, agency: Any, viewer: Viewer, **asked: Any) -> Listed:
        return self._among(self.Query_dossiers(None, viewer, **asked), "agency_id", agency.id)

    def Agency_awards(self, agency: Any, viewer: Viewer, **asked: Any) -> Listed:
        return self._among(self.Query_awards(None, viewer, **asked), "agency_id", agency.id)

    def _among(self, found: Listed, column: str, value: Any) -> Listed:
        return Listed([row for row in found.rows if getattr(row, column) == value], found.rank, found.descending)

    def Query_nominees(self, _: Any, viewer: Viewer, filter: Any = None, orderBy: str = "NAME") -> Listed:
        found = self.filtered(rows.Nominee, viewer, filter)
        return listed(found, by_name) if orderBy == "NAME" else listed(found, descending=True)

    def Nominee_awards(self, nominee: Any, viewer: Viewer) -> Listed:
        return self._among(self.Query_awards(None, viewer), "nominee_id", nominee.id)

    # awards and decisions

    def Query_awardTypes(self, _: Any, viewer: Viewer, on: str | None = None, filter: Any = None) -> Any:
        day = date.fromisoformat(on) if on else calendar.today()
        found = self.filtered(rows.AwardType, viewer, filter)
        return listed(
            [t for t in found if t.valid_from <= day and (t.valid_to is None or day < t.valid_to)], "rank"
        ).rows

    def AwardType_authorities(self, award_type: Any, viewer: Viewer) -> Any:
        right: Callable[[Any], str] = lambda row: AuthorityRight(row.right).name  # noqa: E731  a key, said once
        found = self.found.of(rows.Authority, "award_type_id", award_type.id)
        return listed(found, right, "valid_from", lambda row: row.agency_kind.name).rows

    def Query_awards(self, _: Any, viewer: Viewer, filter: Any = None, orderBy: str = "NEWEST") -> Listed:
        return listed(self.filtered(rows.Award, viewer, filter), "awarded_on", descending=orderBy == "NEWEST")

    def Query_decision(self, _: Any, viewer: Viewer, number: str) -> Any:
        found = self.filtered(rows.Decision, viewer, None)
        same = [row for row in found if number_key(row.number) == number_key(number)]
        best: Callable[[Any], Any] = lambda row: (row.signed_on.year, row.void_reason is None, row.signed_on)  # noqa: E731  a key
        return next(iter(listed(same, best, descending=True).rows), None)

    def Query_decisions(self, _: Any, viewer: Viewer, filter: Any = None, orderBy: str = "NEWEST") -> Listed:
        found = self.filtered(rows.Decision, viewer, filter)
        if orderBy == "NUMBER":
            return listed(found, lambda row: row.signed_on.year, ordinal, descending=True)
        if orderBy == "PUBLISHED":
            return listed(found, lambda row: row.published_at or EARLIEST, descending=True)
        return listed(found, "signed_on", descending=orderBy == "NEWEST")

    def Decision_awards(self, decision: Any, viewer: Viewer) -> Listed:
        return listed(self.found.of(rows.Award, "decision_id", decision.id), "position")

    # movements and content

    def Query_movements(self, _: Any, viewer: Viewer, filter: Any = None, orderBy: str = "NEWEST") -> Listed:
        found = self.filtered(rows.Movement, viewer, filter)
        return listed(found, by_name if orderBy == "TITLE" else "starts_on", descending=orderBy == "NEWEST")

    def Query_exemplaryModel(self, _: Any, viewer: Viewer, slug: str) -> Any:
        return self._first(rows.ExemplaryModel, "slug", slug, viewer)

    def Query_exemplaryModels(self, _: Any, viewer: Viewer, filter: Any = None) -> Listed:
        return listed(self.filtered(rows.ExemplaryModel, viewer, filter), "created_at", descending=True)

    def Query_guidanceDocuments(self, _: Any, viewer: Viewer, filter: Any = None) -> Listed:
        return listed(self.filtered(rows.GuidanceDocument, viewer, filter), "issued_on", descending=True)

    def Query_articles(self, _: Any, viewer: Viewer, filter: Any = None) -> Listed:
        return listed(self.filtered(rows.Article, viewer, filter), "created_at", descending=True)

    def Article_bodyHtml(self, article: Any, viewer: Viewer) -> str:
        return nh3.clean(MarkdownIt("commonmark", {"html": False}).render(article.body))

    ExemplaryModel_bodyHtml = Article_bodyHtml

    # dossiers

    def Query_dossierByCode(self, _: Any, viewer: Viewer, code: str) -> Any:
        return self._first(rows.Dossier, "code", code, viewer)

    def Query_dossiers(self, _: Any, viewer: Viewer, filter: Any = None, orderBy: str = "NEWEST") -> Listed:
        found = self.filtered(rows.Dossier, viewer, filter)
        if orderBy == "DUE":
            return listed(found, lambda row: row.due_on or date.max)
        if orderBy == "RECEIVED":
            return listed(found, lambda row: row.received_at or EARLIEST, descending=True)
        return listed(found, "created_at", descending=orderBy == "NEWEST")

    def Dossier_portalStatus(self, dossier: Any, viewer: Viewer) -> str:
        return portal_status(dossier.status).name

    def Dossier_exchangeStatus(self, dossier: Any, viewer: Viewer) -> str:
        return exchange_status(dossier.status).name

    def DossierEvent_portalStatus(self, entry: Any, viewer: Viewer) -> str | None:
        return portal_status(entry.after).name if entry.after else None

    def DossierEvent_exchangeStatus(self, entry: Any, viewer: Viewer) -> str | None:
        return exchange_status(entry.after).name if entry.after else None

    def Dossier_eventHead(self, dossier: Any, viewer: Viewer) -> str:
        return self.found.head

    Query_eventHead = Dossier_eventHead

    def Dossier_lines(self, dossier: Any, viewer: Viewer) -> Listed:
        return listed(self._parts(rows.DossierLine, "dossier_id", dossier, viewer), "position")

    def Dossier_documents(self, dossier: Any, viewer: Viewer) -> Any:
        return listed(self._parts(rows.DossierDocument, "dossier_id", dossier, viewer), "position").rows

    def DossierDocument_files(self, document: Any, viewer: Viewer) -> Any:
        return listed(self._parts(rows.DocumentFile, "document_id", document, viewer), "edition", descending=True).rows

    def _parts(self, kind: type, column: str, dossier: Any, viewer: Viewer) -> list[Any]:
        return [row for row in self.found.of(kind, column, dossier.id) if self.found.sees(row, viewer)]

    def Dossier_events(self, dossier: Any, viewer: Viewer) -> Listed:
        return listed(self._parts(rows.Entry, "subject_id", dossier, viewer), "subject_version")

    def Dossier_lastEvent(self, dossier: Any, viewer: Viewer) -> Any:
        return next(reversed(self.Dossier_events(dossier, viewer).rows), None)

    def Decision_events(self, subject: Any, viewer: Viewer) -> Listed:
        staff = viewer.audience is Audience.STAFF
        return listed(self.found.of(rows.Entry, "subject_id", subject.id) if staff else [], "subject_version")

    CouncilSession_events = Decision_events

    def DossierEvent_onBehalfOf(self, event: Any, viewer: Viewer) -> Any:
        lender = self.found.one(rows.Account, event.on_behalf_of_id)
        return lender if lender is not None and self.found.sees(lender, viewer) else None

    RegisterEvent_onBehalfOf = DossierEvent_onBehalfOf

    def RegisterEvent_version(self, event: Any, viewer: Viewer) -> int:
        return int(event.subject_version)

    def DossierEvent_version(self, event: Any, viewer: Viewer) -> int:
        return int(event.subject_version)

    def DossierEvent_status(self, event: Any, viewer: Viewer) -> str | None:
        return event.data.get("after")
