"""What of a dossier its steps hang on, read in the statement that reads the dossier: one JSON value for the judges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Text, cast, exists, func, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased

from models.account import Account
from models.agency import Agency, AgencyKind, AgencyLevel
from models.asking import Asked, asked, asked_parts
from models.award_type import Authority, AuthorityRight, AwardType
from models.base import in_force_on
from models.council import CouncilSession
from models.council_agenda import AgendaItem, AgendaOutcome
from models.council_rule import unadvised
from models.dossier_line import DossierLine, LineOutcome
from models.reliance import AwardReliance
from models.rule_set import DocumentKind, RequiredDocument, RuleSet
from models.submission import FAILED, missing
from models.verdict import Facts, who_took
from models.workflow import Desk, DossierStatus, Step


@dataclass(frozen=True)
class Cases:
    """The cases of a dossier, counted."""

    total: int
    pending: int
    eligible: int
    passed: int
    other_forms: int
    """Those for which another form is proposed and not yet answered; the others are settled."""
    pending_settled: int
    eligible_settled: int
    passed_settled: int

    @property
    def settled(self) -> int:
        """Those that may be judged."""
        return self.total - self.other_forms


@dataclass(frozen=True)
class Standing:
    """How a dossier stands: who may take its steps, and what its cases and papers are ready for."""

    workflow_code: str
    facts: Facts
    cases: Cases
    code: str | None
    at_its_desk: bool
    """Whether it lies on the desk that receives it."""
    decided_above: bool
    """Whether its authority decides outside this register."""
    authority_kind: AgencyKind
    undecidable: tuple[tuple[str, str, str], ...]
    """Code and names of the awards asked for that its authority may not decide today."""
    on_agenda: str | None
    """The title of a sitting that is to answer one of its cases."""
    unadvised: tuple[str, str, str] | None
    """Article and names of an award that a council must pass first and has not."""
    leaning_on_the_fallen: UUID | None
    """A case that leans on an award which stands no more."""
    asked: Asked
    missing: dict[Step, dict[DocumentKind, str]]
    """By the step that wants them, the papers that are not there, each with its article."""


def standing(row: Any) -> ColumnElement[Any]:
    """What `told` makes a Standing of, from the columns of a dossier: no statement of its own."""
    parts = {
        "status": row.status,
        "workflow": row.workflow_code,
        "code": row.code,
        "drafted_by": row.drafted_by_id,
        "submitted_by": row.submitted_by_id,
        "appraiser": row.appraiser_id,
        "actors": row.actors,
        "declared": row.declared,
        "at_its_desk": func.coalesce(row.handler_id == row.receiver_id, literal_column("false")),
        "agencies": _agencies(row),
        "cases": _cases(row),
        "nominees": _nominees(row),
        "undecidable": _undecidable(row),
        "on_agenda": _on_agenda(row),
        "unadvised": _unadvised(row),
        "fallen": _fallen(row),
        **asked_parts(row),
        "missing": _missing(row),
    }
    return _object(parts)


def told(said: dict[str, Any]) -> Standing:
    """The Standing that `standing` gave as JSON."""
    agencies, papers = said["agencies"], dict[Step, dict[DocumentKind, str]]()
    for kind, article, due in said["missing"]:
        papers.setdefault(Step[due], {})[DocumentKind[kind]] = article
    return Standing(
        workflow_code=said["workflow"],
        facts=_facts(said),
        cases=Cases(**said["cases"]),
        code=said["code"],
        at_its_desk=said["at_its_desk"],
        decided_above=agencies["level"] == AgencyLevel.CENTRAL.name,
        authority_kind=AgencyKind[agencies["kind"]],
        undecidable=tuple(map(tuple, said["undecidable"])),
        on_agenda=said["on_agenda"],
        unadvised=said["unadvised"] and tuple(said["unadvised"]),
        leaning_on_the_fallen=said["fallen"] and UUID(said["fallen"]),
        asked=asked(said),
        missing=papers,
    )


def _facts(said: dict[str, Any]) -> Facts:
    drafted, submitted, appraiser = (
        said[key] and UUID(said[key]) for key in ("drafted_by", "submitted_by", "appraiser")
    )
    return Facts(
        status=DossierStatus[said["status"]],
        paths={desk: said["agencies"][desk.name] for desk in Desk},
        appraiser_id=appraiser,
        taken=who_took(said["actors"], drafted_by=drafted, submitted_by=submitted, appraiser=appraiser),
        declared=frozenset(map(UUID, said["declared"])),
        nominees=frozenset(map(UUID, said["nominees"])),
    )


def _object(parts: dict[str, Any]) -> ColumnElement[Any]:
    named: list[Any] = []
    for key, value in parts.items():
        named += [literal_column(f"'{key}'"), value]
    return func.jsonb_build_object(*named, type_=JSONB)


def _today() -> ColumnElement[date]:
    return func.vietnam_day(func.now(), type_=Date)


def _list(item: Any) -> ColumnElement[Any]:
    return func.coalesce(func.jsonb_agg(item), literal_column("'[]'::jsonb"), type_=JSONB)


def _agencies(row: Any) -> ColumnElement[Any]:
    """The paths of its agencies, and what the one that decides is."""
    at = {desk: aliased(Agency) for desk in Desk}
    paths = {desk.name: cast(agency.path, Text) for desk, agency in at.items()}
    authority = at[Desk.AUTHORITY]
    found = select(_object({**paths, "kind": authority.kind, "level": authority.level})).select_from(authority)
    for desk in (Desk.PROPOSER, Desk.HANDLER):
        found = found.join(at[desk], at[desk].id == getattr(row, f"{desk.value}_id"))
    return found.where(authority.id == row.authority_id).scalar_subquery()


def _cases(row: Any) -> ColumnElement[Any]:
    line = aliased(DossierLine)

    def with_outcome(outcome: LineOutcome, *others: Any) -> Any:
        return func.count().filter(line.outcome == literal_column(f"'{outcome.name}'"), *others)

    counts = {
        "total": func.count(),
        "pending": with_outcome(LineOutcome.PENDING),
        "eligible": with_outcome(LineOutcome.ELIGIBLE),
        "passed": with_outcome(LineOutcome.PASSED),
        "other_forms": func.count(line.other_form_id),
        "pending_settled": with_outcome(LineOutcome.PENDING, line.other_form_id.is_(None)),
        "eligible_settled": with_outcome(LineOutcome.ELIGIBLE, line.other_form_id.is_(None)),
        "passed_settled": with_outcome(LineOutcome.PASSED, line.other_form_id.is_(None)),
    }
    return select(_object(counts)).where(line.dossier_id == row.id).scalar_subquery()


def _nominees(row: Any) -> ColumnElement[Any]:
    """Those of its nominees who sign in: only they can be somebody who takes a step."""
    line, account = aliased(DossierLine), aliased(Account)
    found = select(_list(line.nominee_id)).join(account, account.nominee_id == line.nominee_id)
    return found.where(line.dossier_id == row.id).scalar_subquery()


def _undecidable(row: Any) -> ColumnElement[Any]:
    line, award, agency, authority = aliased(DossierLine), aliased(AwardType), aliased(Agency), aliased(Authority)
    may = exists().where(
        authority.award_type_id == line.award_type_id,
        authority.agency_kind == agency.kind,
        authority.right == literal_column(f"'{AuthorityRight.DECIDES.name}'"),
        in_force_on(authority, _today()),
    )
    found = select(_list(func.jsonb_build_array(award.code, award.name, award.name_en)))
    found = found.select_from(line).join(award, award.id == line.award_type_id)
    found = found.join(agency, agency.id == row.authority_id)
    return found.where(line.dossier_id == row.id, line.outcome.not_in(FAILED), ~may).scalar_subquery()


def _on_agenda(row: Any) -> ColumnElement[Any]:
    item, session, line = aliased(AgendaItem), aliased(CouncilSession), aliased(DossierLine)
    pending = item.outcome == literal_column(f"'{AgendaOutcome.PENDING.name}'")
    eligible = line.outcome == literal_column(f"'{LineOutcome.ELIGIBLE.name}'")
    found = select(session.title).join(item, item.session_id == session.id).join(line, line.id == item.line_id)
    return found.where(item.dossier_id == row.id, pending, eligible).limit(literal_column("1")).scalar_subquery()


def _unadvised(row: Any) -> ColumnElement[Any]:
    found = unadvised(row)
    return found.with_only_columns(func.jsonb_build_array(*found.selected_columns)).scalar_subquery()


def _fallen(row: Any) -> ColumnElement[Any]:
    leaning, line = aliased(AwardReliance), aliased(DossierLine)
    found = select(leaning.line_id).join(line, line.id == leaning.line_id)
    found = found.where(line.dossier_id == row.id, line.outcome.not_in(FAILED), leaning.fell_at.is_not(None))
    return found.limit(literal_column("1")).scalar_subquery()


def _missing(row: Any) -> ColumnElement[Any]:
    """The papers that its rules, or before reception those in force, ask for and it does not hold."""
    rules = aliased(RuleSet)
    today = select(rules.id).where(in_force_on(rules, _today())).scalar_subquery()
    found = missing(row, func.coalesce(row.rule_set_id, today))
    said = RequiredDocument
    return found.with_only_columns(_list(func.jsonb_build_array(said.kind, said.article, said.due))).scalar_subquery()
