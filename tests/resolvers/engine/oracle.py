"""The slow, independent answer over the register's small schema."""

# ruff: noqa: N802, N803  the methods are found by the names of the fields they answer

from __future__ import annotations

from datetime import date, datetime
from operator import attrgetter
from typing import Any

from graphql import build_schema
from strawberry.printer import print_schema

from models.access import Audience, Viewer
from tests.oracle import answer
from tests.oracle.answer import cut, in_python, say

from .computing import Refuted, piece_of
from .rows import Agency, Award, AwardType, Decision, Dossier, DossierLine, DossierStatus, Entry, Nominee
from .schema import schema
from .seed import Seed
from .selects import NEVER

SDL = build_schema(print_schema(schema))
KINDS: dict[str, type] = {
    "Agency": Agency,
    "Nominee": Nominee,
    "AwardType": AwardType,
    "Dossier": Dossier,
    "DossierLine": DossierLine,
    "Event": Entry,
    "Decision": Decision,
    "Award": Award,
}
ONES = {
    "parent": Agency,
    "agency": Agency,
    "award_type": AwardType,
    "nominee": Nominee,
    "recipient": Nominee,
    "dossier": Dossier,
    "decision": Decision,
}


class Oracle(answer.Oracle):
    """Answers documents from the seed's rows."""

    def __init__(self, seed: Seed) -> None:
        super().__init__(SDL, KINDS)
        lists = (
            seed.agencies,
            seed.nominees,
            seed.types,
            seed.decisions,
            seed.dossiers,
            seed.lines,
            seed.awards,
            seed.entries,
        )
        self.rows: dict[type, dict[Any, Any]] = {type(rows[0]): {row.id: row for row in rows} for rows in lists}

    def attribute(self, source: Any, kind: str, name: str, viewer: Viewer) -> Any:
        if name == "id":
            return f"{kind}_{source.key if kind == 'Event' else source.id}"
        name = in_python(name)
        if name not in ONES:
            value = getattr(source, name)
            return str(value) if name == "budget" else say(value)
        held = getattr(source, "subject_id" if kind == "Event" else f"{'nominee' if name == 'recipient' else name}_id")
        found = self.rows[ONES[name]].get(held)
        covered = kind == "DossierLine"
        return found if found is not None and (covered or self.sees(found, viewer)) else None

    def page(self, found: list[Any], page: dict[str, Any]) -> Any:
        keys = [str(row.id) for row in found]
        return cut(found, page, lambda key: (keys.index(key), keys.index(key) + 1))

    def sees(self, row: Any, viewer: Viewer) -> bool:
        """Whether this viewer sees this row, in Python's words."""
        if isinstance(row, Dossier):
            if viewer.audience is Audience.PUBLIC:
                return row.status is DossierStatus.DECIDED
            if viewer.audience is Audience.NOMINEE:
                return row.nominee_id == viewer.nominee_id
            path = self.rows[Agency][row.agency_id].path
            return any(f"{path}.".startswith(f"{scope}.") for scope in viewer.proposes_in)
        if isinstance(row, Decision):
            return viewer.audience is Audience.STAFF or row.published_at is not None
        if isinstance(row, Award):
            return self.sees(self.rows[Decision][row.decision_id], viewer)
        if isinstance(row, DossierLine):
            return self.sees(self.rows[Dossier][row.dossier_id], viewer)
        return self.sees(self.rows[Dossier][row.subject_id], viewer) if isinstance(row, Entry) else True

    # the resolvers again, in Python

    def of(self, kind: type, viewer: Viewer) -> list[Any]:
        return [row for row in self.rows[kind].values() if self.sees(row, viewer)]

    def Query_node(self, _: Any, viewer: Viewer, id: str) -> Any:
        name, _, said = id.partition("_")
        rows = self.rows.get(KINDS.get(name, object), {}).values()
        found = next((r for r in rows if str(r.key if name == "Event" else r.id) == said), None)
        return found if found is not None and self.sees(found, viewer) else None

    def Query_nodes(self, _: Any, viewer: Viewer, ids: list[str]) -> Any:
        return [self.Query_node(None, viewer, id) for id in ids]

    def Query_dossier(self, _: Any, viewer: Viewer, id: str) -> Any:
        return self.Query_node(None, viewer, id) if id.startswith("Dossier_") else None

    def Query_dossierByCode(self, _: Any, viewer: Viewer, code: str) -> Any:
        return next((d for d in self.of(Dossier, viewer) if d.code == code), None)

    def Query_agencies(self, _: Any, viewer: Viewer) -> Any:
        return sorted(self.of(Agency, viewer), key=attrgetter("code", "id"))

    def Query_decisions(self, _: Any, viewer: Viewer) -> Any:
        return sorted(self.of(Decision, viewer), key=attrgetter("signed_on", "id"), reverse=True)

    def Query_search(self, _: Any, viewer: Viewer, text: str) -> Any:
        dossiers = sorted((d for d in self.of(Dossier, viewer) if text in d.title), key=attrgetter("created_at", "id"))
        decisions = sorted((d for d in self.of(Decision, viewer) if text in d.title), key=attrgetter("number"))
        return dossiers[:5] + decisions[:5]

    def Query_firstHit(self, _: Any, viewer: Viewer, text: str) -> Any:
        return next(iter(self.Query_search(None, viewer, text)), None)

    def Query_dossiers(
        self, _: Any, viewer: Viewer, filter: Any = None, orderBy: str = "NEWEST", of: Any = None
    ) -> Any:
        rows = [d for d in self.of(Dossier, viewer) if of is None or d.agency_id == of.id]
        rows = [d for d in rows if all(TESTS[k](d, v) for k, v in (filter or {}).items() if v is not None)]
        rows.sort(key=attrgetter("id"), reverse=orderBy in ("NEWEST", "DUE"))
        keys = {"DUE": lambda d: d.due_on or NEVER, "TITLE": lambda d: d.title.encode()}
        rows.sort(key=keys.get(orderBy, attrgetter("created_at")), reverse=orderBy == "NEWEST")
        return rows

    def Agency_dossiers(self, agency: Any, viewer: Viewer, **args: Any) -> Any:
        return self.Query_dossiers(None, viewer, of=agency, **args)

    def Agency_children(self, agency: Any, _: Viewer) -> Any:
        return sorted((a for a in self.rows[Agency].values() if a.parent_id == agency.id), key=attrgetter("code"))

    def Nominee_awards(self, nominee: Any, viewer: Viewer) -> Any:
        return self._positioned(a for a in self.of(Award, viewer) if a.nominee_id == nominee.id)

    def Decision_awards(self, decision: Any, _: Viewer) -> Any:
        return self._positioned(a for a in self.rows[Award].values() if a.decision_id == decision.id)

    def Dossier_lines(self, dossier: Any, _: Viewer) -> Any:
        return self._positioned(a for a in self.rows[DossierLine].values() if a.dossier_id == dossier.id)

    def Dossier_lineCount(self, dossier: Any, viewer: Viewer) -> Any:
        return len(self.Dossier_lines(dossier, viewer))

    def Dossier_events(self, dossier: Any, _: Viewer, act: str | None = None) -> Any:
        found = [e for e in self.rows[Entry].values() if e.subject_id == dossier.id and act in (None, e.act)]
        return sorted(found, key=attrgetter("seq", "id"))

    def Dossier_lastEvent(self, dossier: Any, viewer: Viewer) -> Any:
        return max(self.Dossier_events(dossier, viewer), key=attrgetter("seq"), default=None)

    def Dossier_allowedSteps(self, dossier: Any, _: Viewer) -> Any:
        status = dossier.status.name
        return [{"step": "SUBMIT", "allowed": status == "DRAFT", "because": [f"status is {status}"]}]

    def Dossier_shout(self, dossier: Any, _: Viewer) -> Any:
        return dossier.title.upper()

    def Agency_motto(self, agency: Any, _: Viewer) -> Any:
        return ["no", "text"] if agency.code.endswith("2") else f"motto of {agency.code}"

    def Dossier_frail(self, dossier: Any, _: Viewer) -> Any:
        if dossier.version % 3 == 0:
            raise Refuted(f"frail: {dossier.title}")
        return dossier.title

    Dossier_brittle = Dossier_frail

    def Dossier_pieces(self, dossier: Any, _: Viewer) -> Any:
        return piece_of(dossier.version, dict)

    Dossier_parts = Dossier_pieces

    def Dossier_odd(self, dossier: Any, _: Viewer) -> Any:
        return dossier.title

    def _positioned(self, rows: Any) -> list[Any]:
        return sorted(rows, key=attrgetter("position", "id"))


TESTS: dict[str, Any] = {
    "status": lambda d, v: d.status.name == v,
    "statuses": lambda d, v: d.status.name in v,
    "agency": lambda d, v: f"Agency_{d.agency_id}" == v,
    "hasCode": lambda d, v: (d.code is not None) == v,
    "titleStarts": lambda d, v: d.title.startswith(v),
    "minVersion": lambda d, v: d.version >= v,
    "createdFrom": lambda d, v: d.created_at >= datetime.fromisoformat(v),
    "dueBy": lambda d, v: d.due_on is not None and d.due_on <= date.fromisoformat(v),
}
