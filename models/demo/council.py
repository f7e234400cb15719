"""The demo's council: the province's, its members, its past sittings, and one that is open (Law 06/2022 art 90)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

import models as rows
from models import topics
from models.access import Role
from models.agency import AgencyKind
from models.council import Seat, SessionKind, SessionStatus
from models.council_agenda import AgendaOutcome, Presence
from models.council_ballot import BallotKind
from models.council_interest import Judge, Judged, interest_of
from models.demo.accounts import Actor
from models.demo.agencies import DESK, PROVINCE, Office
from models.demo.books import key
from models.demo.dossiers import Written
from models.demo.worktime import DAY
from models.demo.world import World
from models.workflow import DossierStatus

_SINCE = date(2024, 1, 1)
_ON_AGENDA = 12
"""At how many dossiers a demo's sitting looks."""


@dataclass(frozen=True)
class _Member:
    """A member, the seat, and the agency they come from."""

    id: UUID
    actor: Actor
    seat: Seat
    unit: Office | None


def write_council(world: World, dossiers: list[Written]) -> None:
    """Writes the provincial council, its members, a sitting in each quarter since 2024, and one that is open now."""
    began = datetime(2024, 1, 1, tzinfo=UTC)
    council = key(began, world.chance)
    world.books.write(
        rows.Council,
        id=council,
        agency_id=world.agencies[PROVINCE].id,
        name="Hội đồng Thi đua – Khen thưởng tỉnh Lạng Sơn",
        name_en="Lạng Sơn Provincial Emulation and Commendation Council",
        valid_from=_SINCE,
    )
    members = [_Member(key(began, world.chance), *sits) for sits in _seats(world)]
    for member in members:
        world.books.write(
            rows.CouncilMember,
            id=member.id,
            council_id=council,
            account_id=member.actor.id,
            seat=member.seat,
            unit_id=member.unit and member.unit.id,
            valid_from=_SINCE,
        )
    for quarter in range((world.today.year - 2024) * 4 + 4):
        _past(world, council, 2024 + quarter // 4, quarter % 4 + 1)
    _open(world, council, members, [each for each in dossiers if each.case.status is DossierStatus.COUNCIL])


def _past(world: World, council: UUID, year: int, quarter: int) -> None:
    """The council's sitting of a quarter, if it is over: a meeting, or a round of written votes over three days."""
    written, opens = quarter % 2 == 0, world.time.opening(date(year, quarter * 3 - 1, 12)) + 30
    closes = opens + (3 * DAY if written else 200)
    if closes >= world.time.end:
        return
    kind = SessionKind.WRITTEN if written else SessionKind.MEETING
    title = f"{'Lấy phiếu bằng văn bản' if written else 'Phiên họp'} quý {quarter} năm {year}"
    minutes = {"CONVENE_SESSION": opens - DAY, "OPEN_SESSION": opens, "CLOSE_SESSION": closes}
    _session(world, council, kind, title, minutes)


def _session(world: World, council: UUID, kind: SessionKind, title: str, acts: dict[str, int]) -> UUID:
    """A sitting that stands where the last of its acts left it, with a journal entry for each."""
    stands = (SessionStatus.CONVENED, SessionStatus.OPEN, SessionStatus.CLOSED)
    at = {act: world.time.moment(minute) for act, minute in acts.items()}
    session = key(at["OPEN_SESSION"], world.chance)
    world.books.write(
        rows.CouncilSession,
        id=session,
        council_id=council,
        kind=kind,
        title=title,
        status=stands[len(acts) - 1],
        version=len(acts),
        opens_at=at["OPEN_SESSION"],
        closes_at=at.get("CLOSE_SESSION"),
        opened_at=at["OPEN_SESSION"],
        closed_at=at.get("CLOSE_SESSION"),
    )
    for version, (act, moment) in enumerate(at.items(), 1):
        said = {"status": stands[version - 1].name}
        _tell(world, council, (moment, act), ("CouncilSession", session, version), said)
    return session


def _tell(
    world: World, council: UUID, done: tuple[datetime, str], subject: tuple[str, UUID, int], said: dict[str, str]
) -> None:
    """An entry of the secretary's."""
    secretary = world.accounts.holding(Role.SECRETARY, DESK)[0]
    world.journal.tell(*done, secretary.id, subject, [topics.council(council)], None, said)


def _open(world: World, council: UUID, members: list[_Member], dossiers: list[Written]) -> None:
    """The sitting that is open: some dossiers that await the council, the demo's own among them, and who is there."""
    now = world.time.end - 3
    acts = {"CONVENE_SESSION": now, "OPEN_SESSION": now + 1}
    session = _session(world, council, SessionKind.MEETING, "Phiên họp thường kỳ của Hội đồng", acts)
    called = [each for each in dossiers if each.case.minutes[-1] < now]
    first = sorted(called, key=lambda each: (not each.case.told, each.case.minutes[-1], each.id))[:_ON_AGENDA]
    items = [
        _item(world, session, place, each, line)
        for place, (each, line) in enumerate(((each, n) for each in first for n in _eligible(each)), 1)
    ]
    for member in members:
        if member.seat is not Seat.SECRETARY:
            _attend(world, (council, session), member, items)


def _eligible(written: Written) -> range:
    return range(len(written.case.lines) - written.case.failing)


def _item(world: World, session: UUID, place: int, written: Written, line: int) -> tuple[UUID, Judged]:
    """A case on the agenda, and what makes somebody near to it."""
    case, opened = written.case, world.time.moment(world.time.end - 3)
    (listed, code), received = case.lines[line], world.time.day(case.minutes[2])
    rule = world.law.council_rule(code, case.commendation, received)
    item = key(opened, world.chance)
    world.books.write(
        rows.AgendaItem,
        id=item,
        session_id=session,
        position=place,
        dossier_id=written.id,
        line_id=written.line_ids[line],
        nominee_id=listed.id,
        award_type_id=written.award_ids[line],
        agency_id=case.office.id,
        rule_id=rule.id,
        ballot=rule.ballot,
        citation=written.citation,
        achievement_year=written.year,
        outcome=AgendaOutcome.PENDING,
    )
    if rule.ballot is BallotKind.SECRET:
        world.books.write(rows.SecretCount, item_id=item)
    return item, Judged(listed.id, case.office.code, case.office.code, frozenset())


def _attend(world: World, where: tuple[UUID, UUID], member: _Member, items: list[tuple[UUID, Judged]]) -> None:
    """A member who is there, and stands aside from what comes from their own agency."""
    council, session = where
    came = world.time.moment(world.time.end - 1)
    seat = key(came, world.chance)
    world.books.write(
        rows.CouncilAttendance,
        id=seat,
        session_id=session,
        member_id=member.id,
        presence=Presence.PRESENT,
        version=1,
    )
    said = {"session": str(session), "presence": Presence.PRESENT.name}
    _tell(world, council, (came, "RECORD_PRESENCE"), ("CouncilAttendance", seat, 1), said)
    judge = Judge(member.actor.id, None, frozenset({member.unit.code} if member.unit else ()))
    for item, case in items:
        if (interest := interest_of(judge, case, PROVINCE)) is not None:
            world.books.write(
                rows.Recusal, id=key(came, world.chance), item_id=item, attendance_id=seat, interest=interest
            )


def _seats(world: World) -> list[tuple[Actor, Seat, Office | None]]:
    """Who sits where: of the members all but the demo's own come from a department."""
    accounts = world.accounts
    chairman, deputy = accounts.holding(Role.CHAIRMAN, PROVINCE)
    own, *members = accounts.holding(Role.COUNCIL_MEMBER, PROVINCE)
    departments = world.agencies.of(AgencyKind.DEPARTMENT)
    return [
        (chairman, Seat.CHAIR, None),
        (deputy, Seat.FIRST_VICE_CHAIR, None),
        (accounts.holding(Role.OFFICE_HEAD, DESK)[0], Seat.VICE_CHAIR, None),
        (own, Seat.MEMBER, None),
        *((member, Seat.MEMBER, unit) for member, unit in zip(members, departments, strict=False)),
        (accounts.holding(Role.SECRETARY, DESK)[0], Seat.SECRETARY, None),
    ]
