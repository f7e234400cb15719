"""What posting demands of a dossier: that its list was posted where the law wants it, and that its window is over."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

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


async def must_be_posted(session: AsyncSession, dossier: Dossier) -> None:
    """Raise RuleNotMet where a case that goes on must have been posted (art 84.5) and was not, here or by the proposer.

    Its rule set, and its lines with their award types, must have been loaded. One statement, and none where nothing
    must be posted.
    """
    if dossier.rule_set is None:
        return  # nothing binds what was not received
    rule = posting_rule(dossier.rule_set.code)
    cases = {
        line.id: line.award_type
        for line in dossier.lines
        if line.outcome in PROPOSED and rule.covers(line.award_type.award_class, dossier.commendation_type)
    }
    if not cases:
        return
    paper = DossierDocument
    elsewhere = select(paper.id).where(
        paper.dossier_id == dossier.id, paper.kind == DocumentKind.PUBLIC_POSTING, paper.removed_at.is_(None)
    )
    case, posting = PostingCase, PublicPosting
    here = select(case.line_id).join(case.posting).where(posting.closed_at.is_not(None), ~posting.called_off)
    line = DossierLine
    missing = select(line.id).where(line.id.in_(cases), line.id.not_in(here), ~exists(elsewhere)).limit(1)
    unposted = await session.scalar(missing)
    if unposted is not None:
        award = cases[unposted]
        raise RuleNotMet(
            rule="NOT_POSTED",
            article=rule.article,
            remedy="postDossier",
            message=f"Danh sách đề nghị «{award.name}» phải được công khai lấy ý kiến trước. Hãy công khai danh sách.",
            message_en=f"A list proposed for “{award.name_en}” must be made public for comments first. Post it.",
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
        raise RuleNotMet(
            rule="POSTING_RUNNING",
            article="Law 06/2022 art 84.5",
            remedy=posting.last_day.isoformat(),
            message=f"Danh sách còn công khai lấy ý kiến đến hết ngày {posting.last_day:%d/%m/%Y}. Hãy chờ đến sau đó.",
            message_en=f"The list stands in public for comments until {posting.last_day} is over. Wait until then.",
        )
