"""What hangs on awards that change: dossiers without an award left are cancelled; what leaned on an award that falls
goes back to appraisal while it is open, and is marked for review once it is decided, until the award is restored.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, ColumnElement, Select, Uuid, and_, any_, bindparam, func, select, union_all
from sqlalchemy.orm import contains_eager, joinedload

import models as rows
from models.award import STANDING
from models.base import array_of
from models.council import CouncilSession
from models.council_agenda import AgendaItem, AgendaOutcome
from models.decision import Decision
from models.demand import Demand
from models.dossier import Dossier
from models.dossier_line import DossierLine
from models.journal import Entry
from models.workflow import Step, workflow
from resolvers.council_leaving import taken_off
from resolvers.decision_paper import told
from resolvers.dossier_steps import DESKS
from resolvers.work import Work

Leaning = rows.AwardReliance


@dataclass(frozen=True)
class Ties:
    """What hangs on awards that are locked. Its demands lock it, each kind in the order of its ids: the dossiers by a
    statement, then, by a later one that sees what happened during the wait, sittings and decisions.
    """

    awards: Sequence[UUID]
    emptied: Collection[UUID]
    """Dossiers that are cancelled."""
    fell: bool
    """Whether the awards fell once and are restored; else they fall now."""

    @property
    def dossiers(self) -> Demand:
        """Gives the ids of the dossiers that are cancelled or have a leaning case, or None."""
        return self._demand(_dossiers())

    @property
    def sittings(self) -> Demand:
        """Those that are to answer a case of such a dossier."""
        return self._demand(_sittings())

    @property
    def decisions(self) -> Demand:
        """Those that gave awards to leaning cases."""
        return self._demand(_decisions())

    def _demand(self, found: ColumnElement[Any]) -> Demand:
        return Demand(found, {**self._said, "emptied": list(self.emptied)}, lambda _: None)

    @property
    def _said(self) -> dict[str, Any]:
        return {"changed": list(self.awards), "fell": self.fell}

    async def follow(self, work: Work, dossiers: Sequence[UUID], reason: str) -> list[Entry]:
        """What follows for all that was locked, these dossiers among it: the entries of what changes."""
        if not dossiers:
            return []
        found = (await work.session.execute(_hanging(), {**self._said, "held": dossiers})).all()
        leaning = {each.line_id: line for _, line, each, *_ in found if each}
        for each in (row[2] for row in found if row[2]):
            each.fell_at = None if self.fell else work.now
        held = {dossier.id: dossier for dossier, *_ in found}.values()
        entries = [d.follow(Step.CANCEL, by=work.viewer, reason=reason) for d in held if d.id in self.emptied]
        if not self.fell:
            lean_on_it = {line.dossier_id for line in leaning.values()}
            reopened = [each for each in held if each.id in lean_on_it and _is_open(each)]
            asked = {dossier.id for dossier in reopened if dossier.before_council}
            entries += _reopened(work, reopened, leaning.values(), reason)
            entries += _off_the_agenda(work, (item for *_, item, _ in found if item and item.dossier_id in asked))
        given = {decision.id: decision for *_, decision in found if decision}
        return [*entries, *(self._reviewed(work, given[key], leaning) for key in sorted(given))]

    def _reviewed(self, work: Work, decision: Decision, lines: Iterable[UUID]) -> Entry:
        """The entry, for staff, about a decision that gave awards to these cases."""
        decision.version += 1
        act = "END_REVIEW" if self.fell else "REVIEW_AWARDS"
        return told(decision, decision.agency, work, act, lines=[f"DossierLine_{line}" for line in lines])


def _is_open(dossier: Dossier) -> bool:
    """Whether it goes back to appraisal; where one is held, its decision will be refused."""
    return dossier.status in workflow(dossier.workflow_code)[Step.REOPEN].before


def _reopened(work: Work, dossiers: Sequence[Dossier], lines: Iterable[DossierLine], reason: str) -> list[Entry]:
    keys = {dossier.id for dossier in dossiers}
    for line in lines:
        if line.dossier_id in keys:
            line.reopen()
    return [dossier.follow(Step.REOPEN, by=work.viewer, reason=reason) for dossier in dossiers]


def _off_the_agenda(work: Work, items: Iterable[AgendaItem]) -> list[Entry]:
    once = {item.id: item for item in items}.values()
    return taken_off(work, sorted(once, key=lambda item: (item.session_id, item.position)))


def _leaning() -> ColumnElement[bool]:
    """That a case leans on one of the awards, which falls or is restored now."""
    changed = Leaning.award_id == any_(bindparam("changed", type_=ARRAY(Uuid)))
    return and_(changed, Leaning.fell_at.is_not(None) == bindparam("fell", type_=Boolean))


def _locked(row: Any, ids: Any) -> ColumnElement[Any]:
    """The ids of these rows as an array, locked in their order; null where there are none."""
    held = select(row.id).where(row.id == any_(array_of(ids))).order_by(row.id).with_for_update().subquery()
    return select(func.array_agg(held.c.id, type_=ARRAY(Uuid))).scalar_subquery()


def _in_dossiers() -> Select[UUID]:
    return select(DossierLine.dossier_id).join(Leaning, Leaning.line_id == DossierLine.id).where(_leaning())


@cache
def _dossiers() -> ColumnElement[Any]:
    emptied = select(func.unnest(bindparam("emptied", type_=ARRAY(Uuid)), type_=Uuid()).label("id"))
    return _locked(Dossier, union_all(emptied, _in_dossiers()))


@cache
def _sittings() -> ColumnElement[Any]:
    asked = AgendaItem.dossier_id == any_(array_of(_in_dossiers())), AgendaItem.outcome == AgendaOutcome.PENDING
    return _locked(CouncilSession, select(AgendaItem.session_id).where(*asked))


@cache
def _decisions() -> ColumnElement[Any]:
    given = select(rows.Award.decision_id).join(Leaning, Leaning.line_id == rows.Award.line_id)
    return _locked(Decision, given.where(_leaning(), rows.Award.status.in_(STANDING)))


@cache
def _hanging() -> Select[Any, Any, Any, Any, Any]:
    """The dossiers with their lines; of each what it leans on, its case before a council, and who commended it."""
    line, item, award = DossierLine, AgendaItem, rows.Award
    found = select(Dossier, line, Leaning, item, Decision).join(line, line.dossier_id == Dossier.id)
    found = found.outerjoin(Leaning, and_(Leaning.line_id == line.id, _leaning()))
    found = found.outerjoin(item, and_(item.line_id == line.id, item.outcome == AgendaOutcome.PENDING))
    found = found.outerjoin(item.session)
    found = found.outerjoin(award, and_(award.line_id == Leaning.line_id, award.status.in_(STANDING)))
    found = found.outerjoin(Decision, Decision.id == award.decision_id)
    found = found.where(Dossier.id == any_(bindparam("held", type_=ARRAY(Uuid))))
    found = found.options(*DESKS, contains_eager(item.session), joinedload(Decision.agency))
    return found.order_by(Dossier.id, line.position)
