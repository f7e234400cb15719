"""Random requests for opinions and posted lists, and what the oracle says of them: who sees what, how they stand."""

# ruff: noqa: N802, N803  the methods are found by the names of the fields they answer

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import models as rows
from models import calendar
from models.access import Audience, Viewer
from models.catalogue.consulting import Silence
from models.opinion import OpinionAnswer
from models.posting_comment import CommentKind, CommentSource
from models.posting_report import report_text

from .oracle_list import listed
from .oracle_seed import NOON, Chance, Seed

if TYPE_CHECKING:
    from .oracle_rows import Rows


def _stands(found: Rows, row: Any, status: str) -> bool:
    dossier = found.one(rows.Dossier, row.dossier_id)
    return dossier.status.name == status or status in dossier.came_from


def _on_desk(found: Rows, row: Any, viewer: Viewer) -> bool:
    dossier = found.one(rows.Dossier, row.dossier_id)
    own = dossier.appraiser_id is not None and dossier.appraiser_id == viewer.account_id
    return own or any(found.under(desk, viewer.handles_in) for desk in (dossier.handler_id, dossier.authority_id))


def opinion(found: Rows, row: rows.OpinionRequest, viewer: Viewer) -> bool:
    """Who is asked, and the desks."""
    if viewer.audience is not Audience.STAFF:
        return False
    return found.under(row.to_agency_id, viewer.proposes_in) or _on_desk(found, row, viewer)


def posting(found: Rows, row: rows.PublicPosting, viewer: Viewer) -> bool:
    """Staff all; others what was not called off."""
    if viewer.audience is Audience.STAFF:
        return True
    return not row.called_off and (row.closed_at is not None or _stands(found, row, "POSTED"))


def case(found: Rows, row: rows.PostingCase, viewer: Viewer) -> bool:
    """A case, with its list."""
    return found.sees(found.one(rows.PublicPosting, row.posting_id), viewer)


def reports(found: Rows, row: rows.PublicPosting, viewer: Viewer) -> bool:
    """Whether the report on a list is for a viewer: the desks, and who is at a sitting that has the dossier."""
    if viewer.audience is not Audience.STAFF:
        return False
    items = found.of(rows.AgendaItem, "dossier_id", row.dossier_id)
    return _on_desk(found, row, viewer) or any(found.sees(item, viewer) for item in items)


def comment(found: Rows, row: rows.PostingComment, viewer: Viewer) -> bool:
    """One's own, and all for whoever reads the report."""
    own = row.author_id is not None and row.author_id == viewer.account_id
    return own or reports(found, found.one(rows.PublicPosting, row.posting_id), viewer)


SIGHT = {
    rows.OpinionRequest: opinion,
    rows.PublicPosting: posting,
    rows.PostingCase: case,
    rows.PostingComment: comment,
}


def is_awaited(found: Rows, row: rows.OpinionRequest) -> bool:
    """Whether a request still waits for an answer."""
    return row.answered_at is None and row.closed_at is None and _stands(found, row, "CONSULTING")


def is_overdue(found: Rows, row: rows.OpinionRequest) -> bool:
    """Whether it waits for one past its last day."""
    return is_awaited(found, row) and row.due_on < calendar.today()


def is_open(found: Rows, row: rows.PublicPosting) -> bool:
    """Whether comments on a list are taken."""
    return row.closed_at is None and row.closes_on >= calendar.today() and _stands(found, row, "POSTED")


class Consulting:
    """The part of the oracle that answers for opinions and postings."""

    found: Rows

    def Query_opinionRequests(self, _: Any, viewer: Viewer, filter: Any = None, orderBy: str = "DUE") -> Any:
        found = self.filtered(rows.OpinionRequest, viewer, filter)  # type: ignore[attr-defined]  # the oracle's own
        return listed(found, "due_on") if orderBy == "DUE" else listed(found, "asked_at", descending=True)

    def Dossier_opinionRequests(self, dossier: Any, viewer: Viewer) -> Any:
        return listed(self._of(rows.OpinionRequest, "dossier_id", dossier.id, viewer), "asked_at")

    def OpinionRequest_status(self, row: Any, viewer: Viewer) -> str:
        if row.answered_at is not None:
            return "ANSWERED"
        if row.withdrawal_reason is not None:
            return "WITHDRAWN"
        if not is_awaited(self.found, row):
            return "CLOSED"
        return "OVERDUE" if is_overdue(self.found, row) else "SENT" if row.seen_at is None else "SEEN"

    def OpinionRequest_cases(self, row: Any, viewer: Viewer) -> Any:
        requests = self.found.of(rows.OpinionRequest, "dossier_id", row.dossier_id)
        asked = any(
            is_awaited(self.found, each) and self.found.under(each.to_agency_id, viewer.proposes_in)
            for each in requests
        )
        lines = self.found.of(rows.DossierLine, "dossier_id", row.dossier_id)
        return listed([line for line in lines if asked or self.found.sees(line, viewer)], "position")

    def Query_postings(self, _: Any, viewer: Viewer, filter: Any = None, orderBy: str = "NEWEST") -> Any:
        found = self.filtered(rows.PublicPosting, viewer, filter)  # type: ignore[attr-defined]  # the oracle's own
        return listed(found, "opened_at", descending=True) if orderBy == "NEWEST" else listed(found, "closes_on")

    def Dossier_postings(self, dossier: Any, viewer: Viewer) -> Any:
        return listed(self._of(rows.PublicPosting, "dossier_id", dossier.id, viewer), "opened_at", descending=True)

    def PublicPosting_status(self, row: Any, viewer: Viewer) -> str:
        if row.called_off or (row.closed_at is None and not _stands(self.found, row, "POSTED")):
            return "CALLED_OFF"
        return "OPEN" if is_open(self.found, row) else "ENDED"

    def PublicPosting_cases(self, row: Any, viewer: Viewer) -> Any:
        return listed(self._of(rows.PostingCase, "posting_id", row.id, viewer), "position")

    def PublicPosting_comments(self, row: Any, viewer: Viewer, kind: str | None = None) -> Any:
        found = self._of(rows.PostingComment, "posting_id", row.id, viewer)
        return listed([each for each in found if kind in (None, each.kind.name)], "at")

    def PublicPosting_report(self, row: Any, viewer: Viewer) -> Any:
        return row if reports(self.found, row, viewer) else None

    def AgendaItem_postingReport(self, item: Any, viewer: Viewer) -> Any:
        found = self.found.of(rows.PublicPosting, "dossier_id", item.dossier_id)
        told = [row for row in found if not row.called_off and reports(self.found, row, viewer)]
        return next(iter(listed(told, "opened_at", descending=True).rows), None)

    def PostingReport_supports(self, row: Any, viewer: Viewer) -> int:
        return self._said(row, CommentKind.SUPPORT)

    def PostingReport_remarks(self, row: Any, viewer: Viewer) -> int:
        return self._said(row, CommentKind.REMARK)

    def PostingReport_objections(self, row: Any, viewer: Viewer) -> int:
        return self._said(row, CommentKind.OBJECTION)

    def PostingReport_text(self, row: Any, viewer: Viewer) -> str:
        closed = row.closed_at.isoformat() if row.closed_at else None
        days = row.opened_at.isoformat(), row.working_days, row.closes_on.isoformat(), closed
        return report_text(row.code, row.title, *days, *(self._said(row, kind) for kind in CommentKind))

    def _said(self, row: Any, kind: CommentKind) -> int:
        return sum(each.kind is kind for each in self.found.of(rows.PostingComment, "posting_id", row.id))

    def _of(self, kind: type, column: str, value: Any, viewer: Viewer) -> list[Any]:
        return [row for row in self.found.of(kind, column, value) if self.found.sees(row, viewer)]


async def plant(session: AsyncSession, seed: Seed) -> None:
    """Write some of each, open, ended and left behind."""
    made = _Making(seed)
    dossiers = [d for d in await session.scalars(select(rows.Dossier).order_by(rows.Dossier.id)) if d.code]
    for dossier in dossiers:
        if dossier.status.name in ("HELD", "SUPPLEMENT_REQUESTED"):
            dossier.came_from = made.chance.choice([[], ["CONSULTING"], ["SIGNING", "POSTED"]])
    lines = list(await session.scalars(select(rows.DossierLine).order_by(rows.DossierLine.id)))
    session.add_all(each for dossier in dossiers for each in made.requests(dossier))
    for dossier in dossiers:
        for posted in made.postings(dossier):
            session.add(posted)
            await session.flush()
            session.add_all(made.cases(posted, [line for line in lines if line.dossier_id == dossier.id]))
            session.add_all(made.comments(posted))
    await session.flush()


class _Making:
    def __init__(self, seed: Seed) -> None:
        self.seed, self.chance = seed, Chance(92)  # its own luck: what else is planted stays as it was
        self.staff = [viewer.account_id for viewer in seed.province.viewers.values() if viewer.account_id]
        self.asked = [seed.province.agencies[name] for name in ("culture", "health", "commune")]

    def requests(self, dossier: rows.Dossier) -> Iterator[rows.OpinionRequest]:
        chance = self.chance
        often = dossier.status.name in ("CONSULTING", "HELD", "SUPPLEMENT_REQUESTED")
        for agency in self.asked if often or chance.luck(0.2) else ():
            asked, answer = chance.moment(), chance.perhaps(chance.choice(list(OpinionAnswer)), 0.4)
            made = rows.OpinionRequest(
                id=chance.key(),
                dossier_id=dossier.id,
                to_agency_id=agency,
                dossier_code=dossier.code or "",
                dossier_title=dossier.title,
                question=chance.text(3),
                asked_at=asked,
                asked_by_id=chance.choice(self.staff),
                due_on=chance.choice([chance.day(), date(2200, 1, 1)]),
                silence=chance.choice(list(Silence)),
                seen_at=chance.perhaps(asked),
                answered_at=asked if answer else None,
                answered_by_id=chance.choice(self.staff) if answer else None,
                answer=answer,
                note=chance.text(1) if answer else None,
                closed_at=None if answer else chance.perhaps(asked, 0.2),
                version=chance.randint(1, 3),
            )
            if made.version > 1:
                made.reminders, made.reminded_at = made.version - 1, asked
            if made.closed_at is not None and made.version < 3:
                made.withdrawal_reason = "Hỏi nhầm cơ quan"
            yield made

    def postings(self, dossier: rows.Dossier) -> Iterator[rows.PublicPosting]:
        chance = self.chance
        often = dossier.status.name in ("POSTED", "HELD", "SUPPLEMENT_REQUESTED")
        for n in range(chance.choice([1, 2]) if often else chance.choice([0, 0, 1])):
            opened = chance.moment()
            closed = opened if n else chance.perhaps(opened, 0.4)
            yield rows.PublicPosting(
                id=chance.key(),
                dossier_id=dossier.id,
                code=dossier.code or "",
                title=dossier.title,
                agency_id=dossier.agency_id,
                opened_at=opened,
                working_days=10,
                closes_on=chance.choice([NOON.date() + timedelta(days=chance.randint(3, 9)), date(2200, 1, 1)]),
                closed_at=closed,
                called_off=closed is not None and chance.luck(0.3),
                version=chance.randint(1, 3),
            )

    def cases(self, posted: rows.PublicPosting, lines: list[rows.DossierLine]) -> Iterator[rows.PostingCase]:
        for place, line in enumerate(lines, start=1):
            yield rows.PostingCase(
                id=self.chance.key(),
                posting_id=posted.id,
                position=place,
                line_id=line.id,
                name=self.chance.text(place),
                agency_id=self.chance.choice(self.seed.agencies).id,
                award_type_id=line.award_type_id,
            )

    def comments(self, posted: rows.PublicPosting) -> Iterator[rows.PostingComment]:
        chance = self.chance
        for n in range(chance.choice([0, 0, 1, 5])):
            author = chance.perhaps(chance.choice(self.staff))
            yield rows.PostingComment(
                id=chance.key(),
                posting_id=posted.id,
                kind=chance.choice(list(CommentKind)),
                text=chance.text(n),
                author_name=chance.text(n + 1),
                author_id=author,
                source=CommentSource.ONLINE if author else chance.choice(list(CommentSource)[1:]),
                received_on=chance.day(),
                at=chance.moment(),
            )
