"""Reading posted lists: the list itself for everybody, what was said of it for those who judge."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, Select, and_, func, select

import models as rows
from models.access import Viewer
from models.consulting import stands_at
from models.posting import visible_case, visible_comment, visible_posting, visible_report
from models.posting_comment import CommentKind
from models.posting_report import report_text
from models.workflow import DossierStatus
from resolvers.engine import Order, seen
from resolvers.filters import (
    Condition,
    Filter,
    asked,
    at_least,
    at_most,
    but,
    equal,
    every,
    inside,
    narrowed,
    some,
    whether,
)


class PostingOrder(Order):
    """How posted lists are ordered."""

    NEWEST = "posted last first"
    CLOSING = "whose window ends soonest first"


@strawberry.input(description="Các điều kiện cùng phải thỏa. · All conditions must hold.")
class PublicPostingFilter(Filter):
    """Which lists; conditions left out do not count."""

    open: bool | None = asked("Còn trong thời gian lấy ý kiến. · Comments are taken.")
    agency_within: str | None = asked("Mã cơ quan trình, kể cả cấp dưới. · Proposed in this agency's subtree.")
    closes_from: date | None = None
    closes_to: date | None = None
    and_: list[PublicPostingFilter] | None = every()
    or_: list[PublicPostingFilter] | None = some()
    not_: PublicPostingFilter | None = but()

    def conditions(self, viewer: Viewer) -> Iterable[Condition]:
        """What this filter asks for by itself."""
        row = rows.PublicPosting
        return (
            whether(_open(), self.open),
            inside(row.agency_id, self.agency_within),
            at_least(row.closes_on, self.closes_from),
            at_most(row.closes_on, self.closes_to),
        )


def _open() -> ColumnElement[bool]:
    """Comments on the list are taken."""
    row, dossier = rows.PublicPosting, rows.Dossier
    posted = select(dossier.id).where(stands_at(dossier, DossierStatus.POSTED))
    return and_(row.closed_at.is_(None), row.closes_on >= func.vietnam_day(func.now()), row.dossier_id.in_(posted))


def postings(
    viewer: Viewer, filter: PublicPostingFilter | None = None, order_by: PostingOrder = PostingOrder.NEWEST
) -> Select[rows.PublicPosting]:
    """The lists posted for comments, and those that were, by filter and order."""
    row = rows.PublicPosting
    found = narrowed(select(row).where(visible_posting(row, viewer)), filter, viewer)
    return found.order_by(row.opened_at.desc() if order_by is PostingOrder.NEWEST else row.closes_on)


def postings_of(viewer: Viewer, parent: type[rows.Dossier]) -> Select[rows.PublicPosting]:
    """How a dossier's list was posted, the last time first."""
    row = rows.PublicPosting
    found = select(row).where(row.dossier_id == parent.id, visible_posting(row, viewer))
    return found.order_by(row.opened_at.desc())


def cases(viewer: Viewer, parent: type[rows.PublicPosting]) -> Select[rows.PostingCase]:
    """The list itself."""
    case = rows.PostingCase
    found = select(case).where(case.posting_id == parent.id, visible_case(case, viewer, seen(parent)))
    return found.order_by(case.position)


def comments(
    viewer: Viewer, parent: type[rows.PublicPosting], kind: CommentKind | None = None
) -> Select[rows.PostingComment]:
    """What was said of a list, first come first: for the desk and the council; others read their own."""
    comment = rows.PostingComment
    found = select(comment).where(comment.posting_id == parent.id, visible_comment(comment, viewer))
    same = equal(comment.kind, kind)
    return (found if same is None else found.where(same)).order_by(comment.at)


def report(viewer: Viewer, parent: type[rows.PublicPosting]) -> Select[rows.PublicPosting]:
    """What was said of a list, counted and told, for the desk and the council."""
    row = rows.PublicPosting
    return select(row).where(row.id == parent.id, visible_report(row, viewer)).order_by(row.id)


def report_to_council(viewer: Viewer, parent: type[rows.AgendaItem]) -> Select[rows.PublicPosting]:
    """The report on the last posting of the dossier before the council, where its list was posted."""
    row = rows.PublicPosting
    found = select(row).where(row.dossier_id == parent.dossier_id, ~row.called_off, visible_report(row, viewer))
    return found.order_by(row.opened_at.desc())


def report_texts(viewer: Viewer, given: list[tuple[Any, ...]]) -> list[str]:
    """The report drafted from the record, in Vietnamese."""
    return [report_text(*columns) for columns in given]
