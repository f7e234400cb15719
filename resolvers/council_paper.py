"""Paper ballots of members who are not there, recorded by the council's secretary."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, select, text

from models.council import CouncilSession, SessionKind, SessionStatus
from models.council_agenda import AgendaItem, CouncilAttendance, Presence, Recusal
from models.council_ballot import Ballot, BallotChoice, BallotKind
from models.refusals import InvalidInput, NotFound, RuleNotMet
from models.workflow import Step
from resolvers.context import Context
from resolvers.council_desk import sitting
from resolvers.council_inputs import PaperBallotsInput
from resolvers.council_opening import seats_of
from resolvers.council_voting import already_cast, must_be_asked
from resolvers.engine import Ref
from resolvers.work import Work, row_key


async def record_paper_ballots(context: Context, input: PaperBallotsInput) -> Ref:
    """Record ballots that members who are not there sent on paper (art 90.4).

    Secret ones are opened together and told as sums. Open ones are recorded a choice at a time, so that each is known.
    """
    async with context.work("recordPaperBallots", input) as work:
        session = await sitting(work, input, Step.CONVENE, SessionStatus.OPEN)
        item, voted, aside = await _item(work, session, input)
        seats = await seats_of(work, session, input.members)
        choice = _choice(item, input, len(seats))
        _must_be_free(session, seats, voted=voted, aside=aside)
        work.session.add_all(_on_paper(item, seat.id, choice) for seat in seats)
        if item.ballot is BallotKind.SECRET:
            await work.session.execute(
                _SUMS, {"item": item.id, "yes": input.yes, "no": input.no, "abstain": input.abstain}
            )
        for seat in seats:
            seat.version += 1
            if session.kind is SessionKind.WRITTEN:
                seat.presence = Presence.PRESENT
        told = {"item": str(item.id), "on_paper": True}
        entries = [seat.entry("CAST_BALLOT", work.viewer, session.council_id, **told) for seat in seats]
        return await work.reply(session, *entries)


_SUMS = text("""
update secret_count set yes = yes + :yes, no = no + :no, abstain = abstain + :abstain where item_id = :item
""")


def _on_paper(item: AgendaItem, seat_id: UUID, choice: BallotChoice | None) -> Ballot:
    return Ballot(item_id=item.id, attendance_id=seat_id, kind=item.ballot, choice=choice, on_paper=True)


async def _item(work: Work, session: CouncilSession, input: PaperBallotsInput) -> tuple[AgendaItem, bool, bool]:
    """The case, and whether one of the members has voted on it, or stands aside; nobody votes meanwhile."""
    item, seats = AgendaItem, {row_key("CouncilAttendance", member) for member in input.members}
    voted = select(Ballot.id).where(Ballot.item_id == item.id, Ballot.attendance_id.in_(seats))
    aside = select(Recusal.id).where(Recusal.item_id == item.id, Recusal.attendance_id.in_(seats))
    asked = select(item, voted.exists(), aside.exists())
    same: ColumnElement[bool] = item.id == row_key("AgendaItem", input.item)
    found = (await work.session.execute(asked.where(item.session_id == session.id, same))).one_or_none()
    if found is None:
        raise NotFound
    must_be_asked(found[0])
    return found[0], found[1], found[2]


def _choice(item: AgendaItem, input: PaperBallotsInput, members: int) -> BallotChoice | None:
    """What open ballots say; None of secret ones. Raises InvalidInput where members and ballots do not go together."""
    sums = {BallotChoice.YES: input.yes, BallotChoice.NO: input.no, BallotChoice.ABSTAIN: input.abstain}
    if not members or min(sums.values()) < 0 or sum(sums.values()) != members:
        raise InvalidInput(
            field="members",
            message="Số phiếu phải bằng số thành viên gửi phiếu, và có ít nhất một phiếu.",
            message_en="There must be as many ballots as members who sent them, and at least one.",
        )
    if item.ballot is BallotKind.SECRET:
        return None
    said_ = [choice for choice, count in sums.items() if count]
    if len(said_) > 1:
        raise InvalidInput(
            field="members",
            message="Phiếu công khai: mỗi lần chỉ ghi những thành viên có cùng ý kiến.",
            message_en="Open ballots: record those that say the same together, one choice at a time.",
        )
    return said_[0]


def _must_be_free(session: CouncilSession, seats: list[CouncilAttendance], *, voted: bool, aside: bool) -> None:
    """Raise RuleNotMet where one of these members is there, stands aside, or has voted."""
    if session.kind is SessionKind.MEETING and any(seat.presence is Presence.PRESENT for seat in seats):
        raise RuleNotMet(
            rule="IS_PRESENT",
            article="province",
            remedy="castBallot",
            message="Một thành viên đang có mặt tự biểu quyết. Chỉ ghi phiếu giấy của người vắng mặt.",
            message_en="A member who is there votes for themself. Record paper ballots of those who are not.",
        )
    if voted:
        raise already_cast()
    if aside:
        raise RuleNotMet(
            rule="STANDS_ASIDE",
            article="province",
            remedy="recusals",
            message="Một thành viên không tham gia biểu quyết trường hợp này vì có liên quan. Hãy bỏ phiếu ấy ra.",
            message_en="A member stands aside from this case. Leave that ballot out.",
        )
