"""What a council's vote needs: ballot, threshold, base and quorum by award and rule set (Law 06/2022 art 90)."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    Uuid,
    any_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, aliased, mapped_column

from models.award_type import AwardClass, AwardType
from models.base import Base, Identified, closed
from models.council_ballot import BallotKind
from models.demand import Demand
from models.dossier import Dossier
from models.dossier_line import DossierLine, LineOutcome
from models.refusals import RuleNotMet
from models.rule_set import CommendationType

if TYPE_CHECKING:
    from models.catalogue.law import SaidAwardType


class VoteBase(enum.Enum):
    """Of whom the share of yes is worked out; who stands aside counts in none of them."""

    MEMBERS = "trên tổng số thành viên được biểu quyết"
    PRESENT = "trên số thành viên tham gia"
    VALID = "trên số phiếu tán thành và không tán thành"


class CouncilRule(Identified, Base):
    """What a council's vote on some awards needs under a rule set; an absent condition stands for any."""

    __tablename__ = "council_rule"

    rule_set_id: Mapped[UUID] = mapped_column(ForeignKey("rule_set.id"))
    award_class: Mapped[AwardClass | None] = mapped_column(closed(AwardClass), default=None)
    award_code: Mapped[str | None] = mapped_column(default=None)
    commendation_type: Mapped[CommendationType | None] = mapped_column(closed(CommendationType), default=None)
    needed: Mapped[bool]
    """Whether a council must have passed the case before it is decided."""
    ballot: Mapped[BallotKind] = mapped_column(closed(BallotKind))
    threshold: Mapped[str]
    """The share of yes that passes a case, as an exact fraction: `9/10`."""
    more_than: Mapped[bool]
    """Whether the share must be exceeded; else reaching it is enough."""
    base: Mapped[VoteBase] = mapped_column(closed(VoteBase))
    """Of whom the share is worked out."""
    quorum: Mapped[str]
    """The share of the members with a vote on the case who must be present, as an exact fraction."""
    chair_breaks_ties: Mapped[bool] = mapped_column(default=False)
    """Whether the chair's own vote decides an open ballot that stands at one half."""
    party_opinion: Mapped[bool] = mapped_column(default=False)
    """Whether the Party committee is asked before it is submitted for signature."""
    article: Mapped[str]
    """Where it comes from."""
    confirmed: Mapped[bool]
    """Whether the text was read; else it is a setting to be confirmed."""
    note: Mapped[str | None] = mapped_column(default=None)
    """What is open, and by which source it was set."""

    __table_args__ = (
        CheckConstraint("threshold ~ '^[1-9][0-9]?/[1-9][0-9]?$'", name="threshold_is_a_fraction"),
        CheckConstraint("quorum ~ '^[1-9][0-9]?/[1-9][0-9]?$'", name="quorum_is_a_fraction"),
        CheckConstraint("not chair_breaks_ties or (threshold = '1/2' and more_than)", name="ties_are_of_majorities"),
        Index(
            "uq_council_rule",
            "rule_set_id",
            text("coalesce(award_class, '')"),
            text("coalesce(award_code, '')"),
            text("coalesce(commendation_type, '')"),
            unique=True,
        ),
    )

    @property
    def share(self) -> Fraction:
        """The threshold as a number."""
        return Fraction(self.threshold)

    @property
    def attendance(self) -> Fraction:
        """The quorum as a number."""
        return Fraction(self.quorum)

    def covers(self, award: AwardType | SaidAwardType, commendation: CommendationType) -> bool:
        """Whether it speaks of this award, given in this way."""
        return (
            self.award_class in (None, award.award_class)
            and self.award_code in (None, award.code)
            and self.commendation_type in (None, commendation)
        )

    def closeness(self) -> tuple[bool, bool, bool]:
        """How closely it names what it covers: an award by its code first, then by its class, then by the procedure."""
        return self.award_code is not None, self.award_class is not None, self.commendation_type is not None


def rule_for(
    rules: Iterable[CouncilRule], award: AwardType | SaidAwardType, commendation: CommendationType
) -> CouncilRule:
    """The rule that names this case most closely, of those of its rule set; raises RuleNotMet where there is none."""
    found = max((rule for rule in rules if rule.covers(award, commendation)), key=CouncilRule.closeness, default=None)
    if found is None:
        raise RuleNotMet(
            rule="NO_COUNCIL_RULE",
            article="Law 06/2022 art 90",
            remedy=award.code,
            message=f"Chưa có quy định biểu quyết cho «{award.name}». Hãy báo quản trị viên nạp danh mục.",
            message_en=f"There is no voting rule for “{award.name_en}”. Ask an administrator to load the catalogue.",
        )
    return found


def unadvised(dossier: Any) -> Select[str, str, str]:
    """Of a dossier's eligible cases those that need a council to pass them first: the article and the award's names.

    Of the dossier only its columns are asked, so that it may be a row of whatever statement this becomes a part of.
    """
    line, award, rule, law = aliased(DossierLine), aliased(AwardType), aliased(CouncilRule), aliased(CouncilRule)
    alike = (
        (rule.award_code, award.code),
        (rule.award_class, award.award_class),
        (rule.commendation_type, dossier.commendation_type),
    )
    nearest = select(rule.id).where(rule.rule_set_id == dossier.rule_set_id)
    nearest = nearest.where(*(or_(said.is_(None), said == asked) for said, asked in alike))
    nearest = nearest.order_by(*(said.is_(None) for said, _ in alike)).limit(literal_column("1"))
    nearest = nearest.correlate_except(rule)
    found = select(law.article, award.name, award.name_en).select_from(line)
    found = found.join(award, award.id == line.award_type_id)
    bound = (
        law.rule_set_id == dossier.rule_set_id,
        law.id == nearest.scalar_subquery(),
        or_(law.award_code.is_(None), law.award_code == award.code),  # known of the nearest, and joins the two
    )
    eligible = line.outcome == literal_column(f"'{LineOutcome.ELIGIBLE.name}'")
    return found.where(line.dossier_id == dossier.id, eligible, *bound, law.needed).limit(literal_column("1"))


def advised(dossiers: Sequence[Dossier]) -> Demand:
    """The demand that a council has passed each case about to be commended that needs one."""

    def refusal(found: tuple[str, str, str] | None) -> RuleNotMet | None:
        return not_advised(*found) if found else None

    return Demand(_unadvised(), {"advised": [dossier.id for dossier in dossiers]}, refusal)


@cache
def _unadvised() -> ColumnElement[Any]:
    dossier = aliased(Dossier)
    found = unadvised(dossier).where(dossier.id == any_(bindparam("advised", type_=ARRAY(Uuid))))
    said = func.jsonb_build_array(*found.selected_columns, type_=JSONB)
    return found.with_only_columns(said).scalar_subquery()


def not_advised(article: str, name: str, name_en: str) -> RuleNotMet:
    """The refusal to decide what a council has not passed."""
    return RuleNotMet(
        rule="COUNCIL_NOT_CONSULTED",
        article=article,
        remedy="conveneSession",
        message=f"«{name}» phải có ý kiến của Hội đồng. Hãy đưa hồ sơ ra Hội đồng trước.",
        message_en=f"“{name_en}” needs the council's advice. Put it before the council first.",
    )
