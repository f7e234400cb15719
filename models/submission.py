"""What a dossier must hold to be submitted: nominees, papers, awards they can receive, an authority that decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.agency import Agency, AgencyKind
from models.award_type import Authority, AuthorityRight, AwardType
from models.base import in_force_on
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


async def must_be_decided_by(session: AsyncSession, kind: AgencyKind, awards: Iterable[AwardType], day: date) -> None:
    """Raise RuleNotMet unless agencies of this kind may decide each of these awards on this day."""
    decides = in_force(Authority, day).where(Authority.right == AuthorityRight.DECIDES, Authority.agency_kind == kind)
    decided = {authority.award_type_id: authority for authority in await session.scalars(decides)}
    for award in awards:
        if award.id not in decided:
            raise may_not_decide(kind, award.code, award.name, award.name_en)


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


async def must_have_documents(session: AsyncSession, dossier: Dossier, step: Step, rules: UUID) -> None:
    """Raise RuleNotMet unless each paper is there that a rule set asks for by this step (Law 06/2022 arts 84–85).

    One statement, over what is written already. What is asked for cases that have failed is asked for no more.
    """
    asked = missing(dossier, rules).where(RequiredDocument.due == step)
    found = {kind: article for kind, article, _ in await session.execute(asked)}
    if found:
        raise lacks(found)


async def must_have_due(session: AsyncSession, dossiers: Iterable[Dossier], step: Step) -> None:
    """Raise RuleNotMet unless each of these that were received holds what its rules want by now: one statement."""
    asked = missing(Dossier, Dossier.rule_set_id).where(RequiredDocument.due == step)
    found = await session.execute(asked.where(Dossier.id.in_([dossier.id for dossier in dossiers])))
    if lacking := {kind: article for kind, article, _ in found}:
        raise lacks(lacking)


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


async def must_be_complete(session: AsyncSession, dossier: Dossier, rules: RuleSet, day: date) -> None:
    """Raise RuleNotMet for whatever keeps a dossier from being submitted; its lines must be loaded."""
    must_have_nominees(dossier)
    for line in dossier.lines:
        must_suit(line.nominee, line.award_type, posthumous=line.posthumous)
    authority: Agency = dossier.authority
    await must_be_decided_by(session, authority.kind, [line.award_type for line in dossier.lines], day)
    await must_have_documents(session, dossier, Step.SUBMIT, rules.id)
