"""One change of awards: who may decide on it, by which decision, and what it makes of them (Law 06/2022 art 93)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import strawberry
from sqlalchemy import select, true
from sqlalchemy.orm import aliased, joinedload, outerjoin

import models as rows
from models.agency import AgencyKind
from models.award import AwardStatus
from models.award_change import BECOMES, AwardGround, Decider, GroundRule, changeable, grounds
from models.decision import Decision, DecisionKind, DecisionStatus, Signature, visible_decision
from models.journal import Entry
from models.refusals import InvalidInput, NotFound, RuleNotMet, WrongStatus
from models.signing import deciders_of
from resolvers.award_fall import Ties
from resolvers.decision_acts import AGENCY
from resolvers.decision_paper import Paper, issued, publish, signed_on, told
from resolvers.dossier_draft import said
from resolvers.engine import Ref
from resolvers.inputs import DossierStepInput
from resolvers.work import Work, row_key

_SAYS = {
    DecisionKind.CORRECTION: "đính chính",
    DecisionKind.REVOCATION: "hủy bỏ khen thưởng",
    DecisionKind.STRIPPING: "tước danh hiệu",
    DecisionKind.RESTORATION: "phục hồi danh hiệu",
}


@strawberry.input(description="Quyết định thay đổi khen thưởng đã công bố. · The decision that changes public awards.")
class ChangeInput(DossierStepInput):
    """A decision that changes awards; `id` and `expectedVersion` are those of the decision that gave them."""

    reason: str = strawberry.field(description="Điều đã được kết luận; nội bộ. · What was found; for staff.")
    signed_on: date | None = strawberry.field(
        description="Ngày ký quyết định này; bỏ trống là hôm nay. · When this one was signed; left out: today.",
        default=None,
    )
    number: str | None = strawberry.field(
        description="Số của quyết định này; bắt buộc khi là của cấp trên, bỏ trống để hệ thống cấp. · Its number; "
        "compulsory where it comes from above, left out: the next.",
        default=None,
    )
    signature: Signature = strawberry.field(
        description="Ký trực tiếp, ký thay hay thừa ủy quyền. · Whether the signer signs for the head.",
        default=Signature.IN_PERSON,
    )


@dataclass
class Change:
    """A change under way: the decision that gave the awards and all of them, locked."""

    work: Work
    rule: GroundRule
    decision: Decision
    awards: list[rows.Award]
    kept: list[rows.AwardChange] = field(default_factory=list)
    held: list[UUID] = field(default_factory=list)
    """The dossiers that hang on the awards, locked."""

    @classmethod
    async def begin(cls, work: Work, input: ChangeInput, ground: AwardGround, kind: DecisionKind) -> Change:
        """Lock what is to be changed. Raises NotFound, StaleVersion, NotPermitted, WrongStatus or what forbids it."""
        decision, awards = await _given(work, input)
        roles, path = deciders_of(decision.agency)
        work.must_hold(roles, path)
        if decision.published_at is None or decision.kind is not DecisionKind.COMMENDATION:
            raise WrongStatus(decision_status=decision.status)
        rule = grounds()[ground]
        _must_lead_to(rule, kind, decision.agency)
        return cls(work, rule, decision, awards)

    def chosen(self, ids: Sequence[str] | None) -> list[rows.Award]:
        """The awards to change; None: all that stand for it. Raises NotFound, or RuleNotMet where one does not."""
        held = changeable(self.rule.change)
        wanted = None if ids is None else {row_key("Award", said) for said in ids}
        found = [award for award in self.awards if (award.status in held if wanted is None else award.id in wanted)]
        if wanted is not None and len(found) < len(wanted):
            raise NotFound
        if not found or any(award.status not in held for award in found):
            raise self._refused("AWARD_STANDS_OTHERWISE", "trạng thái", "state")
        classes = self.rule.award_classes
        if classes and any(award.award_type.award_class not in classes for award in found):
            raise self._refused("AWARD_OF_ANOTHER_CLASS", "loại hình thức", "class")
        return found

    def _refused(self, rule: str, what: str, what_en: str) -> RuleNotMet:
        return RuleNotMet(
            rule=rule,
            article=self.rule.article,
            remedy="awards",
            message=f"Có khen thưởng mà {what} không cho phép việc này. Hãy tải lại và chọn khen thưởng khác.",
            message_en=f"The {what_en} of an award does not allow this. Reload, and choose other awards.",
        )

    async def decide(self, awards: Sequence[rows.Award], input: ChangeInput, ties: Ties | None = None) -> Decision:
        """The decision that says so, public at once, and what it makes of the awards; what hangs on them is locked."""
        reason, kind = said("reason", input.reason), self.rule.change
        since = ("ngày ký quyết định khen thưởng", "the signature of the decision that gave the awards")
        paper = Paper(
            agency=self.decision.agency,
            kind=kind,
            title=f"Về việc {_SAYS[kind]} tại Quyết định số {self.decision.number}",
            signed_on=signed_on(input.signed_on, self.decision.signed_on, self.work, since=since),
            number=input.number,
            signature=input.signature,
        )
        first, then = ((ties.dossiers,), (ties.sittings, ties.decisions)) if ties else ((), ())
        made, found = await issued(self.work, paper, *first, then=then)
        self.held = (ties and found[0]) or []
        publish(made, self.work)
        for award in awards:
            self._keep(made, award, reason)
            award.status = BECOMES[kind]
        if all(award.status is AwardStatus.CANCELLED for award in self.awards):
            self.decision.status = DecisionStatus.CANCELLED
        self.decision.version += 1
        return made

    def _keep(self, made: Decision, award: rows.Award, reason: str) -> None:
        change = rows.AwardChange(
            award_id=award.id,
            decision_id=made.id,
            ground=self.rule.ground,
            article=self.rule.article,
            reason=reason,
            status_before=award.status,
            at=self.work.now,
        )
        self.kept.append(change)
        self.work.session.add(change)

    def emptied(self, awards: Sequence[rows.Award]) -> set[UUID]:
        """The dossiers none of whose awards is left once these are cancelled."""
        concerned = {award.line.dossier_id for award in awards if award.line}
        gone = {award.id for award in self.awards if award.status is AwardStatus.CANCELLED} | {
            each.id for each in awards
        }
        return concerned - {award.line.dossier_id for award in self.awards if award.line and award.id not in gone}

    async def reply(self, made: Decision, act: str, followed: Sequence[Entry]) -> Ref:
        """Answer with the decision that gave the awards; the public hears of both decisions."""
        says = f"Quyết định {self.decision.number}: {_SAYS[made.kind]} theo Quyết định {made.number}"
        awards = [f"Award_{change.award_id}" for change in self.kept]
        agency = self.decision.agency
        old = told(
            self.decision, agency, self.work, act, says, awards=awards, by=made.number, ground=self.rule.ground.name
        )
        new = told(made, agency, self.work, act, says)
        return await self.work.reply(self.decision, old, new, *followed)


async def _given(work: Work, input: ChangeInput) -> tuple[Decision, list[rows.Award]]:
    """A decision and, where it is public, the awards it gave, locked by one statement: the awards first, so that none
    is told as it was before the wait for the decision. Raises NotFound or StaleVersion.
    """
    given = select(rows.Award).where(rows.Award.decision_id == Decision.id, Decision.published_at.is_not(None))
    award = aliased(rows.Award, given.correlate(Decision).order_by(rows.Award.id).with_for_update().lateral())
    found = await work.read(
        select(Decision, award)
        .select_from(outerjoin(Decision, award, true()))
        .where(Decision.id == row_key("Decision", input.id), visible_decision(Decision, work.viewer))
        .options(AGENCY, joinedload(award.award_type), joinedload(award.recipient), joinedload(award.line))
        .with_for_update(of=Decision)
    )
    decision: Decision = found[0][0]
    if decision.version != input.expected_version:
        raise await work.stale(decision, input.expected_version)
    return decision, sorted((each[1] for each in found if each[1]), key=lambda award: award.position)


def _must_lead_to(rule: GroundRule, kind: DecisionKind, agency: rows.Agency) -> None:
    """Raise unless this ground leads to this kind of change, and whoever gave the awards is who decides on it."""
    if rule.change is not kind:
        possible = ", ".join(ground.name for ground, other in grounds().items() if other.change is kind)
        raise InvalidInput(
            field="ground",
            message=f"Căn cứ này không dẫn đến việc này. Hãy chọn một trong: {possible}.",
            message_en=f"This ground does not lead to this act. Choose one of {possible}.",
        )
    if rule.decider is Decider.PRESIDENT and agency.kind is not AgencyKind.PRESIDENT:
        raise RuleNotMet(
            rule="NO_AUTHORITY",
            article="Law 06/2022 art 93.7",
            remedy="id",
            message="Chỉ Chủ tịch nước tước và phục hồi danh hiệu. Hãy chọn quyết định của Chủ tịch nước.",
            message_en="The President alone strips and restores titles. Choose a decision of the President.",
        )
