"""Opening a council's sitting, and noting who is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from uuid import UUID

from sqlalchemy import ARRAY, Date, Select, Uuid, any_, bindparam, select
from sqlalchemy.orm import joinedload

import models as rows
from models import calendar
from models.access import PROPOSING
from models.base import in_force_on
from models.council import VOTING, CouncilSession, SessionKind, SessionStatus
from models.council_agenda import AgendaItem, CouncilAttendance, Presence, Recusal
from models.council_interest import Judge, Judged, interest_of, judges
from models.refusals import InvalidInput, NotFound, RuleNotMet
from models.workflow import Interest, Step
from resolvers.context import Context
from resolvers.council_desk import sitting
from resolvers.council_inputs import PresenceInput, SessionStepInput
from resolvers.engine import Ref
from resolvers.work import Work, row_key

_BEFORE = "Đã khai báo xung đột lợi ích trong hồ sơ"
"""Why somebody stands aside who declared it earlier, in the dossier."""


async def open_session(context: Context, input: SessionStepInput) -> Ref:
    """Open the sitting: whoever has a seat with a vote today may vote, but on no case they are too near to."""
    async with context.work("openSession", input) as work:
        session = await sitting(work, input, Step.CONVENE, SessionStatus.CONVENED)
        members = await _members(work, session, calendar.day_of(work.now))
        seats = [CouncilAttendance(session_id=session.id, member_id=member.id) for member in members]
        work.session.add_all(seats)
        work.session.add_all(await _recusals(work, session, members, seats))
        session.status, session.opened_at = SessionStatus.OPEN, work.now
        session.version += 1
        return await work.reply(session, session.entry("OPEN_SESSION", work.viewer))


async def _members(work: Work, session: CouncilSession, day: date) -> list[rows.CouncilMember]:
    """Whoever has a seat with a vote on this day; raises RuleNotMet where that is nobody."""
    asked = {"council": session.council_id, "day": day}
    found = list(await work.session.scalars(_seated(), asked))
    if not found:
        raise RuleNotMet(
            rule="NO_MEMBERS",
            article="Law 06/2022 art 90",
            remedy="council.members",
            message="Hôm nay Hội đồng không có thành viên nào được biểu quyết. Hãy cập nhật thành viên Hội đồng.",
            message_en="Nobody has a seat with a vote on this council today. Bring its members up to date.",
        )
    return found


@cache
def _seated() -> Select[rows.CouncilMember]:
    member, day = rows.CouncilMember, bindparam("day", type_=Date)
    found = select(member).where(member.council_id == bindparam("council", type_=Uuid()), member.seat.in_(VOTING))
    found = found.where(in_force_on(member, day)).order_by(member.id)
    return found.options(joinedload(member.account), joinedload(member.unit))


async def _recusals(
    work: Work, session: CouncilSession, members: Sequence[rows.CouncilMember], seats: Sequence[CouncilAttendance]
) -> list[Recusal]:
    """Who stands aside from what, unasked."""
    agenda = await work.session.scalars(_agenda(), {"sitting": session.id})
    known = await _judges(work, members)
    near = [
        (each, seat, interest_of(known[member.account_id], _judged(each), session.council.agency.path))
        for each in agenda
        for member, seat in zip(members, seats, strict=True)
    ]
    return [
        Recusal(
            item_id=each.id,
            attendance_id=seat.id,
            interest=interest,
            reason=_BEFORE if interest is Interest.DECLARED else None,
        )
        for each, seat, interest in near
        if interest is not None
    ]


@cache
def _agenda() -> Select[AgendaItem]:
    item = AgendaItem
    near = joinedload(item.nominee).joinedload(rows.Nominee.agency), joinedload(item.agency), joinedload(item.dossier)
    return select(item).where(item.session_id == bindparam("sitting", type_=Uuid())).options(*near)


async def _judges(work: Work, members: Sequence[rows.CouncilMember]) -> dict[UUID, Judge]:
    """What makes each member near to a case: who they are, where they come from, for whom they propose today."""
    asked = {"members": [member.account_id for member in members], "day": calendar.day_of(work.now)}
    proposing = await work.session.execute(_proposing(), asked)
    return judges(
        ((one.account_id, one.account.nominee_id, one.unit.path if one.unit else None) for one in members),
        ((row.account_id, row.path) for row in proposing),
    )


@cache
def _proposing() -> Select[UUID, str]:
    held, day = rows.RoleHeld, bindparam("day", type_=Date)
    found = select(held.account_id, rows.Agency.path).join(rows.Agency, rows.Agency.id == held.agency_id)
    found = found.where(held.account_id == any_(bindparam("members", type_=ARRAY(Uuid))), held.role.in_(PROPOSING))
    return found.where(in_force_on(held, day))


def _judged(item: AgendaItem) -> Judged:
    return Judged(item.nominee_id, item.nominee.agency.path, item.agency.path, frozenset(item.dossier.declared))


async def record_presence(context: Context, input: PresenceInput) -> Ref:
    """Note who is at a meeting and who is not; whoever is noted as there may vote."""
    async with context.work("recordPresence", input) as work:
        session = await sitting(work, input, Step.CONVENE, SessionStatus.OPEN)
        if session.kind is SessionKind.WRITTEN:
            raise RuleNotMet(
                rule="WRITTEN_VOTES",
                article="province",
                remedy="castBallot",
                message="Lấy phiếu bằng văn bản không điểm danh: ai gửi phiếu là tham gia. Hãy chờ phiếu.",
                message_en="Written votes have no roll call: whoever votes takes part. Wait for the ballots.",
            )
        seats = await seats_of(work, session, _once(input))
        entries = []
        for seat in seats:
            there = Presence.PRESENT if f"CouncilAttendance_{seat.id}" in input.present else Presence.ABSENT
            if seat.presence is not there:
                seat.presence, seat.version = there, seat.version + 1
                entries.append(seat.entry("RECORD_PRESENCE", work.viewer, session.council_id, presence=there.name))
        return await work.reply(session, *entries)


def _once(input: PresenceInput) -> list[str]:
    named: list[str] = [*input.present, *input.absent]
    if not named or len(set(named)) < len(named):
        raise InvalidInput(
            field="present",
            message="Hãy nêu ít nhất một thành viên, mỗi người một lần, có mặt hoặc vắng mặt.",
            message_en="Name at least one member, each once: there or not there.",
        )
    return named


async def seats_of(work: Work, session: CouncilSession, named: Iterable[str]) -> list[CouncilAttendance]:
    """These members at this sitting, locked in the order of their keys; raises NotFound for anybody else."""
    keys, seat = {row_key("CouncilAttendance", one) for one in named}, CouncilAttendance
    found = list(
        await work.session.scalars(
            select(seat).where(seat.session_id == session.id, seat.id.in_(keys)).order_by(seat.id).with_for_update()
        )
    )
    if len(found) < len(keys):
        raise NotFound
    return found
