"""How asking others stands in the way of a dossier: opinions awaited, a window not over, a list not posted (art 84)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, exists, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased

from models import calendar
from models.award_type import AwardType
from models.dossier import DossierDocument
from models.dossier_line import DossierLine
from models.opinion import OpinionRequest
from models.posting import PostingCase, PublicPosting, last_day, posting_rule, rules_of_posting
from models.posting_duty import PROPOSED
from models.refusals import RuleNotMet
from models.rule_set import DocumentKind, RuleSet


@dataclass(frozen=True)
class Asked:
    """What others were asked about a dossier, as far as its steps hang on it."""

    awaited: int
    """How many agencies may still answer in time."""
    awaited_until: date | None
    """The last day of the last of them."""
    window: date | None
    """The last day of the window in which its list stands in public."""
    unposted: tuple[str, str, str] | None
    """Article and names of an award whose list must be posted and was not."""

    @property
    def in_window(self) -> bool:
        """Whether its list stands in public for comments today."""
        return self.window is not None and calendar.today() <= self.window


def asked_parts(row: Any) -> dict[str, ColumnElement[Any]]:
    """What `asked` makes an Asked of, in SQL over the columns of a dossier."""
    return {"awaited": _awaited(row), "window": _window(row), "unposted": _unposted(row)}


def asked(said: dict[str, Any]) -> Asked:
    """The Asked that `asked_parts` gave as JSON."""
    (count, until), window, unposted = said["awaited"], said["window"], said["unposted"]
    if window is not None:
        opened, days, closes = date.fromisoformat(window[0]), int(window[1]), date.fromisoformat(window[2])
        window = max(closes, last_day(opened, days))
    if unposted is not None:
        unposted = posting_rule(unposted[0]).article, unposted[1], unposted[2]
    return Asked(count, until and date.fromisoformat(until), window, unposted)


def _awaited(row: Any) -> ColumnElement[Any]:
    request = aliased(OpinionRequest)
    today = func.vietnam_day(func.now(), type_=Date)
    found = select(func.jsonb_build_array(func.count(), func.max(request.due_on), type_=JSONB))
    waits = request.answered_at.is_(None), request.closed_at.is_(None), request.due_on >= today
    return found.where(request.dossier_id == row.id, *waits).scalar_subquery()


def _window(row: Any) -> ColumnElement[Any]:
    posting = aliased(PublicPosting)
    parts = func.vietnam_day(posting.opened_at, type_=Date), posting.working_days, posting.closes_on
    found = select(func.jsonb_build_array(*parts, type_=JSONB))
    return found.where(posting.dossier_id == row.id, posting.closed_at.is_(None)).scalar_subquery()


def _unposted(row: Any) -> ColumnElement[Any]:
    """A case that goes on, must be posted by its rules, and was posted neither here nor by the proposer."""
    line, award, rules, paper = aliased(DossierLine), aliased(AwardType), aliased(RuleSet), aliased(DossierDocument)
    case, posting = aliased(PostingCase), aliased(PublicPosting)
    here = exists(select(case.id).join(posting, posting.id == case.posting_id)).where(
        case.line_id == line.id, posting.closed_at.is_not(None), ~posting.called_off
    )
    elsewhere = exists(select(paper.id)).where(
        paper.dossier_id == row.id, paper.kind == DocumentKind.PUBLIC_POSTING, paper.removed_at.is_(None)
    )
    covered = (
        and_(
            rules.code == rule.rule_set,
            award.award_class.in_(rule.award_classes),
            row.commendation_type.in_(rule.commendation_types),
        )
        for rule in rules_of_posting().values()
    )
    found = select(func.jsonb_build_array(rules.code, award.name, award.name_en, type_=JSONB)).select_from(line)
    found = found.join(award, award.id == line.award_type_id).join(rules, rules.id == row.rule_set_id)
    found = found.where(line.dossier_id == row.id, line.outcome.in_(PROPOSED), or_(*covered), ~here, ~elsewhere)
    return found.limit(literal_column("1")).scalar_subquery()


def opinions_awaited(count: int, until: date) -> RuleNotMet:
    """The refusal to conclude while agencies may still answer in time."""
    return RuleNotMet(
        rule="OPINIONS_AWAITED",
        article="Law 06/2022 art 84.3",
        remedy=until.isoformat(),
        message=f"Còn {count} cơ quan chưa trả lời, còn trong hạn. Hãy chờ hết {until:%d/%m/%Y}.",
        message_en=f"{count} agencies may still answer. Wait until {until} is over.",
    )


def nothing_to_post() -> RuleNotMet:
    """The refusal to post a list on which nobody would be."""
    return RuleNotMet(
        rule="NOTHING_TO_POST",
        article="Law 06/2022 art 84.5",
        remedy="appraiseLine",
        message="Hồ sơ không có trường hợp nào đủ điều kiện để công khai. Hãy thẩm định trước.",
        message_en="The dossier has no eligible case to post. Appraise it first.",
    )
