"""What a dossier must hold to be submitted: nominees, papers, awards they can receive, an authority that decides."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Date, Select, Uuid, any_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from models.agency import Agency, AgencyKind
from models.award_type import Authority, AuthorityRight, AwardType
from models.base import array_of, in_force_on
from models.demand import Demand, must_meet
from models.dossier import Dossier, DossierDocument
from models.dossier_line import DossierLine, LineOutcome
from models.nominee import Nominee
from models.posting_duty import shown_here
from models.refusals import RuleNotMet
from models.rule_set import DocumentKind, RequiredDocument, RuleSet
from models.workflow import Step

R = TypeVar("R", AwardType, Authority, RuleSet)


def in_force(row: type[R], day: date) -> Select[R]:
    """The rows of an effective-dated table that are in force on a day."""
    return select(row).where(in_force_on(row, day))


def must_suit(nominee: Nominee, award: AwardType, *, posthumous: bool) -> None:
    """Raise RuleNotMet unless an award may go to this kind of nominee, and after death where that is asked."""
    if nominee.kind.name not in award.recipients:
        raise RuleNotMet(
            rule="RECIPIENT_NOT_ALLOWED",
            article=award.article,
            remedy=f"{award.code}: {', '.join(award.recipients)}",
            message=f"«{award.name}» không tặng cho {nominee.kind.value}. Hãy chọn hình thức khác: «{nominee.name}».",
            message_en=f"“{award.name_en}” is not for this kind of nominee. Choose another for “{nominee.name}”.",
        )
    if posthumous and not award.posthumous:
        raise RuleNotMet(
            rule="NOT_POSTHUMOUS",
            article=award.article,
            remedy=award.code,
            message=f"«{award.name}» không được truy tặng. Hãy chọn hình thức khác.",
            message_en=f"“{award.name_en}” is not given posthumously. Choose another award.",
        )


def decided_by(kind: AgencyKind, awards: Iterable[AwardType], day: date) -> Demand:
    """The demand that agencies of this kind may decide each of these awards on this day."""
    wanted = {award.id: award for award in awards}

    def refusal(decided: Collection[UUID]) -> RuleNotMet | None:
        award = next((award for key, award in wanted.items() if key not in decided), None)
        return may_not_decide(kind, award.code, award.name, award.name_en) if award else None

    given = {"deciders": kind, "decided_awards": list(wanted), "decided_on": day}
    return Demand(_decided(), given, refusal)


@cache
def _decided() -> ColumnElement[list[UUID]]:
    right = in_force_on(Authority, bindparam("decided_on", type_=Date)), Authority.right == AuthorityRight.DECIDES
    by = Authority.agency_kind == bindparam("deciders", type_=Authority.agency_kind.type)
    wanted = Authority.award_type_id == any_(bindparam("decided_awards", type_=ARRAY(Uuid)))
    decided: ColumnElement[list[UUID]] = array_of(select(Authority.award_type_id).where(*right, by, wanted))
    return decided


def may_not_decide(kind: AgencyKind, code: str, name: str, name_en: str) -> RuleNotMet:
    """The refusal where agencies of this kind may not decide an award."""
    return RuleNotMet(
        rule="NO_AUTHORITY",
        article="Law 06/2022 arts 77–80",
        remedy=code,
        message=f"{kind.value} không có thẩm quyền quyết định «{name}». Hãy trình cơ quan có thẩm quyền.",
        message_en=f"An agency of this kind may not decide “{name_en}”. Send it to one that may.",
    )


def must_have_nominees(dossier: Dossier) -> None:
    """Raise RuleNotMet for a dossier without a line."""
    if not dossier.lines:
        raise names_nobody()


def names_nobody() -> RuleNotMet:
    """The refusal of a dossier without a line."""
    return RuleNotMet(
        rule="NO_NOMINEES",
        article="Law 06/2022 art 84",
        remedy="lines",
        message="Hồ sơ chưa có cá nhân, tập thể nào được đề nghị. Hãy thêm ít nhất một trường hợp.",
        message_en="The dossier names nobody. Add at least one nominee.",
    )


def papers_due(
    dossiers: Iterable[Dossier], step: Step, rules: RuleSet | None = None, day: date | None = None
) -> Demand:
    """The demand that each paper is there which the rules ask for by this step (Law 06/2022 arts 84–85).

    Asked of what is written already: by these rules, else those each is bound to, else those in force on the day. What
    is asked for cases that have failed is asked for no more.
    """

    def refusal(found: Mapping[str, str] | None) -> RuleNotMet | None:
        return lacks({DocumentKind[kind]: article for kind, article in found.items()}) if found else None

    keys = [dossier.id for dossier in dossiers]
    given = {"holders": keys, "due_by": step, "due_rules": rules and rules.id, "due_on": day}
    return Demand(_lacking(), given, refusal)


@cache
def _lacking() -> ColumnElement[dict[str, str]]:
    dossier, required = aliased(Dossier), RequiredDocument
    today = select(RuleSet.id).where(in_force_on(RuleSet, bindparam("due_on", type_=Date))).scalar_subquery()
    rules = func.coalesce(bindparam("due_rules", type_=Uuid()), dossier.rule_set_id, today)
    asked = missing(dossier, rules).where(
        required.due == bindparam("due_by", type_=required.due.type),
        dossier.id == any_(bindparam("holders", type_=ARRAY(Uuid))),
    )
    kinds = func.jsonb_object_agg(required.kind, required.article, type_=JSONB)
    return asked.with_only_columns(kinds).scalar_subquery()


def rules_on(day: date) -> Demand:
    """The demand that rules are in force on a day."""

    def refusal(found: bool) -> RuleNotMet | None:
        return None if found else no_rules(day)

    return Demand(_rules(), {"rules_on": day}, refusal)


@cache
def _rules() -> ColumnElement[bool]:
    return select(RuleSet.id).where(in_force_on(RuleSet, bindparam("rules_on", type_=Date))).exists()


def no_rules(day: date) -> RuleNotMet:
    """The refusal where no rule set covers a day."""
    return RuleNotMet(
        rule="NO_RULE_SET",
        article="Law 06/2022 art 94",
        remedy=day.isoformat(),
        message="Chưa có bộ quy tắc cho ngày này. Hãy báo quản trị viên nạp danh mục.",
        message_en="No rule set covers this day. Ask an administrator to load the catalogue.",
    )


def lacks(found: Mapping[DocumentKind, str]) -> RuleNotMet:
    """The refusal that names the papers that are not there, each with its article."""
    kinds = sorted(found, key=list(DocumentKind).index)
    return RuleNotMet(
        rule="MISSING_DOCUMENTS",
        article="; ".join(sorted(set(found.values()))),
        remedy=", ".join(kind.name for kind in kinds),
        message=f"Hồ sơ còn thiếu: {', '.join(kind.value for kind in kinds)}. Hãy bổ sung rồi thực hiện lại.",
        message_en=f"The dossier lacks: {', '.join(kind.name for kind in kinds)}. Add them, then try again.",
    )


FAILED = (LineOutcome.INELIGIBLE, LineOutcome.NOT_PASSED, LineOutcome.NOT_AWARDED)
"""The outcomes of cases that go no further."""


def missing(dossier: Any, rules: Any) -> Select[DocumentKind, str, Step]:
    """Which kinds of paper a dossier does not hold, with the article and the step that wants them.

    The dossier and its rules as a row and a key, or as columns of the statement that this is put into.
    """
    required, line, award, paper = RequiredDocument, DossierLine, AwardType, DossierDocument
    asked = select(line.id).join(line.award_type)
    concerned = asked.where(
        line.dossier_id == dossier.id,
        line.outcome.not_in(FAILED),
        or_(required.award_class.is_(None), required.award_class == award.award_class),
        or_(required.award_code.is_(None), required.award_code == award.code),
    )
    held = select(paper.id).where(
        paper.dossier_id == dossier.id, paper.kind == required.kind, paper.removed_at.is_(None)
    )
    return select(required.kind, required.article, required.due).where(
        ~shown_here(required.kind, dossier),
        required.rule_set_id == rules,
        or_(required.commendation_type.is_(None), required.commendation_type == dossier.commendation_type),
        concerned.exists(),
        ~held.exists(),
    )


async def must_be_complete(session: AsyncSession, dossier: Dossier, rules: RuleSet | None, day: date) -> None:
    """Raise RuleNotMet for whatever keeps a dossier from being submitted; its lines must be loaded. One statement.

    Without rules by those in force on the day.
    """
    must_have_nominees(dossier)
    for line in dossier.lines:
        must_suit(line.nominee, line.award_type, posthumous=line.posthumous)
    authority: Agency = dossier.authority
    await must_meet(
        session,
        *(() if rules else (rules_on(day),)),
        decided_by(authority.kind, [line.award_type for line in dossier.lines], day),
        papers_due([dossier], Step.SUBMIT, rules, day),
    )
