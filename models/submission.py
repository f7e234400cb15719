"""What a dossier must hold to be submitted: nominees, papers, awards they can receive, an authority that decides."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.agency import Agency, AgencyKind
from models.award_type import Authority, AuthorityRight, AwardType
from models.dossier import Dossier
from models.nominee import Nominee
from models.refusals import RuleNotMet
from models.rule_set import DocumentKind, RequiredDocument, RuleSet
from models.workflow import Step

R = TypeVar("R", AwardType, Authority, RuleSet)


def in_force(row: type[R], day: date) -> Select[R]:
    """The rows of an effective-dated table that are in force on a day."""
    return select(row).where(row.valid_from <= day, or_(row.valid_to.is_(None), row.valid_to > day))


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
            raise RuleNotMet(
                rule="NO_AUTHORITY",
                article="Law 06/2022 arts 77–80",
                remedy=award.code,
                message=f"{kind.value} không có thẩm quyền quyết định «{award.name}». Hãy trình cơ quan có thẩm quyền.",
                message_en=f"An agency of this kind may not decide “{award.name_en}”. Send it to one that may.",
            )


def must_have_nominees(dossier: Dossier) -> None:
    """Raise RuleNotMet for a dossier without a line."""
    if not dossier.lines:
        raise RuleNotMet(
            rule="NO_NOMINEES",
            article="Law 06/2022 art 84",
            remedy="lines",
            message="Hồ sơ chưa có cá nhân, tập thể nào được đề nghị. Hãy thêm ít nhất một trường hợp.",
            message_en="The dossier names nobody. Add at least one nominee.",
        )


async def must_have_documents(session: AsyncSession, dossier: Dossier, rules: RuleSet) -> None:
    """Raise RuleNotMet unless every kind of document that the rules ask of these awards is there (art 84)."""
    awards = [line.award_type for line in dossier.lines]
    required = RequiredDocument
    wanted = await session.scalars(
        select(required)
        .where(
            required.rule_set_id == rules.id,
            required.due == Step.SUBMIT,
            or_(required.award_class.is_(None), required.award_class.in_({award.award_class for award in awards})),
            or_(required.award_code.is_(None), required.award_code.in_({award.code for award in awards})),
            or_(required.commendation_type.is_(None), required.commendation_type == dossier.commendation_type),
        )
        .order_by(required.kind)
    )
    held = {document.kind for document in dossier.documents}
    missing = {want.kind: want.article for want in wanted if want.kind not in held}
    if missing:
        kinds = sorted(missing, key=list(DocumentKind).index)
        raise RuleNotMet(
            rule="MISSING_DOCUMENTS",
            article="; ".join(sorted(set(missing.values()))),
            remedy=", ".join(kind.name for kind in kinds),
            message=f"Hồ sơ còn thiếu: {', '.join(kind.value for kind in kinds)}. Hãy bổ sung rồi gửi lại.",
            message_en=f"The dossier lacks: {', '.join(kind.name for kind in kinds)}. Add them, then submit again.",
        )


async def must_be_complete(session: AsyncSession, dossier: Dossier, rules: RuleSet, day: date) -> None:
    """Raise RuleNotMet for whatever keeps a dossier from being submitted; its lines and documents must be loaded."""
    must_have_nominees(dossier)
    for line in dossier.lines:
        must_suit(line.nominee, line.award_type, posthumous=line.posthumous)
    authority: Agency = dossier.authority
    await must_be_decided_by(session, authority.kind, [line.award_type for line in dossier.lines], day)
    await must_have_documents(session, dossier, rules)
