"""What posting demands of a dossier: that its list was posted where the law wants it, and that its window is over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, and_, any_, bindparam, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.catalogue.consulting import SaidPostingRule
from models.demand import Demand
from models.dossier import Dossier, DossierDocument
from models.dossier_line import DossierLine, LineOutcome
from models.opinion import OpinionRequest
from models.posting import PostingCase, PublicPosting, posting_rule
from models.refusals import RuleNotMet
from models.rule_set import DocumentKind

PROPOSED = (LineOutcome.ELIGIBLE, LineOutcome.PASSED)
"""The outcomes of cases that go on."""


def shown_here(kind: Any, dossier: Any) -> ColumnElement[bool]:
    """Of a kind of paper: the register itself shows what it would, an opinion that was given, a list that was posted.

    The dossier as a row, or as columns of the statement that this is put into.
    """
    answered = select(OpinionRequest.id).where(
        OpinionRequest.dossier_id == dossier.id, OpinionRequest.answered_at.is_not(None)
    )
    posted = select(PublicPosting.id).where(
        PublicPosting.dossier_id == dossier.id, PublicPosting.closed_at.is_not(None), ~PublicPosting.called_off
    )
    return or_(
        and_(kind == DocumentKind.OPINION, exists(answered)),
        and_(kind == DocumentKind.PUBLIC_POSTING, exists(posted)),
    )


def posted(dossiers: Iterable[Dossier]) -> tuple[Demand, ...]:
    """The demand that cases that go on were posted where they must be (art 84.5), here or by the proposer.

    Their rule sets, and their lines with their award types, must have been loaded. None where nothing must be posted.
    """
    cases = {line.id: (line.award_type, rule) for dossier in dossiers for line, rule in _to_be_posted(dossier)}

    def refusal(unposted: UUID | None) -> RuleNotMet | None:
        if unposted is None:
            return None
        award, rule = cases[unposted]
        return not_posted(rule.article, award.name, award.name_en)

    return (Demand(_unposted(), {"posted_cases": list(cases)}, refusal),) if cases else ()


def _to_be_posted(dossier: Dossier) -> Iterator[tuple[DossierLine, SaidPostingRule]]:
    """The cases that go on and must be posted; nothing binds what was not received."""
    if dossier.rule_set is None:
        return
    rule = posting_rule(dossier.rule_set.code)
    for line in dossier.lines:
        if line.outcome in PROPOSED and rule.covers(line.award_type.award_class, dossier.commendation_type):
            yield line, rule


@cache
def _unposted() -> ColumnElement[UUID]:
    paper, case, posting, line = DossierDocument, PostingCase, PublicPosting, DossierLine
    kept = paper.kind == DocumentKind.PUBLIC_POSTING, paper.removed_at.is_(None)
    elsewhere = select(paper.id).where(paper.dossier_id == line.dossier_id, *kept)
    here = select(case.line_id).join(case.posting).where(posting.closed_at.is_not(None), ~posting.called_off)
    asked = line.id == any_(bindparam("posted_cases", type_=ARRAY(Uuid)))
    return select(line.id).where(asked, line.id.not_in(here), ~exists(elsewhere)).limit(1).scalar_subquery()


def not_posted(article: str, name: str, name_en: str) -> RuleNotMet:
    """The refusal of a list that must be made public first."""
    return RuleNotMet(
        rule="NOT_POSTED",
        article=article,
        remedy="postDossier",
        message=f"Danh sách đề nghị «{name}» phải được công khai lấy ý kiến trước. Hãy công khai danh sách.",
        message_en=f"A list proposed for “{name_en}” must be made public for comments first. Post it.",
    )


async def must_not_be_running(session: AsyncSession, dossier: Dossier, today: date) -> None:
    """Raise RuleNotMet with the last day while a dossier's list stands in public."""
    posting = await session.scalar(
        select(PublicPosting).where(PublicPosting.dossier_id == dossier.id, PublicPosting.closed_at.is_(None))
    )
    if posting is not None:
        must_be_over(posting, today)


def must_be_over(posting: PublicPosting, today: date) -> None:
    """Raise RuleNotMet with the last day while a window is open."""
    if today <= posting.last_day:
        raise posting_running(posting.last_day)


def posting_running(last: date) -> RuleNotMet:
    """The refusal to go on while a list stands in public, with the last day of its window."""
    return RuleNotMet(
        rule="POSTING_RUNNING",
        article="Law 06/2022 art 84.5",
        remedy=last.isoformat(),
        message=f"Danh sách còn công khai lấy ý kiến đến hết ngày {last:%d/%m/%Y}. Hãy chờ đến sau đó.",
        message_en=f"The list stands in public for comments until {last} is over. Wait until then.",
    )
