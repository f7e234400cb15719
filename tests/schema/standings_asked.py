"""Dossiers about which others were asked, written as rows: opinions awaited or overdue, lists posted or not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

import models as rows
from models.calendar import today
from models.catalogue.consulting import Silence
from models.rule_set import DocumentKind
from models.workflow import DossierStatus as S

if TYPE_CHECKING:
    from tests.schema.standings import Standings

TO_BE_POSTED = (DocumentKind.PROPOSAL, DocumentKind.ACHIEVEMENT_REPORT, DocumentKind.MINUTES, DocumentKind.OPINION)
"""The papers of a dossier for an order, but for the evidence of its posting."""


async def asked_others(session: AsyncSession, made: Standings, order: UUID) -> None:
    """Those that differ in what others were asked."""
    for name, days in (("opinions awaited", 5), ("opinions overdue", -5)):
        dossier = await made.add(session, name, S.CONSULTING)
        session.add(_request(made, dossier, today() + timedelta(days=days)))
    for name, ago in (("posting runs", 2), ("posting over", 60)):
        dossier = await made.add(session, name, S.POSTED)
        session.add(_posting(dossier, ago))
    for name, status in (("unposted", S.SIGNING), ("posted", S.SIGNING), ("nothing to post", S.APPRAISING)):
        above: dict[str, Any] = {"authority_id": made.above} if status is S.SIGNING else {}
        outcomes = ("INELIGIBLE",) if name == "nothing to post" else ("PASSED",)
        dossier = await made.add(session, name, status, award=order, papers=TO_BE_POSTED, outcomes=outcomes, **above)
        posting = _posting(dossier, 60, closed_at=datetime.now(UTC))
        session.add(posting)
        await session.flush()
        if name == "posted":
            session.add(_case(made, posting, name, order))
    await session.flush()


def _request(made: Standings, dossier: rows.Dossier, due_on: date) -> rows.OpinionRequest:
    asked_by = made.province.viewers["appraiser"].account_id
    assert asked_by is not None
    return rows.OpinionRequest(
        dossier_id=dossier.id,
        to_agency_id=made.province.agencies["health"],
        dossier_code=dossier.code or "",
        dossier_title=dossier.title,
        question="Đề nghị cho ý kiến",
        asked_at=datetime.now(UTC) - timedelta(days=10),
        asked_by_id=asked_by,
        due_on=due_on,
        silence=Silence.NO_ANSWER,
    )


def _posting(dossier: rows.Dossier, ago: int, **more: Any) -> rows.PublicPosting:
    opened = datetime.now(UTC) - timedelta(days=ago)
    return rows.PublicPosting(
        dossier_id=dossier.id,
        code=dossier.code or "",
        title=dossier.title,
        agency_id=dossier.agency_id,
        opened_at=opened,
        working_days=10,
        closes_on=opened.date() + timedelta(days=20),
        **more,
    )


def _case(made: Standings, posting: rows.PublicPosting, name: str, award: UUID) -> rows.PostingCase:
    place = made.province
    return rows.PostingCase(
        posting_id=posting.id,
        position=1,
        line_id=made.lines[name][0],
        name="Hoàng Thị An",
        agency_id=place.agencies["culture"],
        award_type_id=award,
    )
