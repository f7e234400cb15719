"""What happens to awards once they are public: correction, cancelling, stripping, restoring, by a decision (art 93)."""

from __future__ import annotations

import strawberry

from models.award_change import FALLS, AwardGround
from models.decision import DecisionKind
from models.refusals import InvalidInput
from resolvers.award_change import Change, ChangeInput
from resolvers.award_fall import Ties
from resolvers.context import Context
from resolvers.dossier_draft import said
from resolvers.engine import Ref
from resolvers.work import Work


@strawberry.input(description="Đính chính một khen thưởng. · A misprint, and how it reads when corrected.")
class CorrectAwardInput(ChangeInput):
    """A correction; `id` and `expectedVersion` are those of the decision that gave the award."""

    award: strawberry.ID
    citation: str | None = strawberry.field(
        description="Thành tích in đúng; bỏ trống là giữ nguyên. · As it should read; left out: as it is.", default=None
    )
    recipient_name: str | None = strawberry.field(
        description="Tên in đúng; bỏ trống là giữ nguyên. · As it should read; left out: as it is.", default=None
    )


@strawberry.input(description="Hủy bỏ, tước hoặc phục hồi khen thưởng. · Awards to cancel, strip or restore.")
class AwardChangeInput(ChangeInput):
    """A change of awards; `id` and `expectedVersion` are those of the decision that gave them."""

    ground: AwardGround
    awards: list[strawberry.ID] | None = strawberry.field(
        description="Những khen thưởng thay đổi; bỏ trống là toàn bộ quyết định. · Which; left out: all of them.",
        default=None,
    )


async def correct_award(context: Context, input: CorrectAwardInput) -> Ref:
    """Correct a misprint in an award's citation or name, by a decision of whoever gave it; what was printed is kept."""
    async with context.work("correctAward", input) as work:
        change = await Change.begin(work, input, AwardGround.MISPRINT, DecisionKind.CORRECTION)
        (award,) = change.chosen([input.award])
        printed = award.printed_name
        citation = award.citation if input.citation is None else said("citation", input.citation)
        name = printed if input.recipient_name is None else said("recipientName", input.recipient_name, 200)
        if (citation, name) == (award.citation, printed):
            raise InvalidInput(
                field="citation",
                message="Chưa có gì được đính chính. Hãy nhập thành tích hoặc tên đúng.",
                message_en="Nothing is corrected. Enter the right citation or name.",
            )
        made = await change.decide([award], input)
        (kept,) = change.kept
        kept.citation_before = award.citation if citation != award.citation else None
        kept.recipient_before = printed if name != printed else None
        award.citation, award.recipient_name = citation, None if name == award.recipient.name else name
        return await change.reply(made, "CORRECT_AWARD", [])


async def revoke_award(context: Context, input: AwardChangeInput) -> Ref:
    """Cancel awards by a decision of whoever gave them (art 93.2, 93.8); what leaned on them is judged again."""
    async with context.work("revokeAward", input) as work:
        return await _changed(work, input, DecisionKind.REVOCATION, "REVOKE_AWARD")


async def strip_title(context: Context, input: AwardChangeInput) -> Ref:
    """Record that the President stripped a State title (art 93.3–93.5, 93.7); what leaned on it is judged again."""
    async with context.work("stripTitle", input) as work:
        return await _changed(work, input, DecisionKind.STRIPPING, "STRIP_TITLE")


async def restore_award(context: Context, input: AwardChangeInput) -> Ref:
    """Record that the President restored a title that was stripped (art 93.6)."""
    async with context.work("restoreAward", input) as work:
        return await _changed(work, input, DecisionKind.RESTORATION, "RESTORE_AWARD")


async def _changed(work: Work, input: AwardChangeInput, kind: DecisionKind, act: str) -> Ref:
    change = await Change.begin(work, input, input.ground, kind)
    awards = change.chosen(input.awards)
    emptied = change.emptied(awards) if kind is DecisionKind.REVOCATION else set()
    ties = Ties([award.id for award in awards], emptied, fell=kind not in FALLS)
    made = await change.decide(awards, input, ties)
    followed = await ties.follow(work, change.held, f"{input.ground.value} ({change.rule.article})")
    return await change.reply(made, act, followed)
