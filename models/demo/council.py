"""The demo's council: the province's, with its members and its sittings (Law 06/2022 art 90)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import models as rows
from models.access import Role
from models.council import Seat, SessionKind
from models.demo.accounts import Accounts, Actor
from models.demo.agencies import DESK, PROVINCE
from models.demo.books import key
from models.demo.worktime import DAY
from models.demo.world import World

_SINCE = date(2024, 1, 1)


def write_council(world: World) -> None:
    """Writes the provincial council, its members, and a sitting in each quarter since 2024."""
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
    for actor, seat in _seats(world.accounts):
        world.books.write(
            rows.CouncilMember,
            id=key(began, world.chance),
            council_id=council,
            account_id=actor.id,
            seat=seat,
            valid_from=_SINCE,
        )
    for quarter in range((world.today.year - 2024) * 4 + 4):
        _sitting(world, council, 2024 + quarter // 4, quarter % 4 + 1)


def _sitting(world: World, council: UUID, year: int, quarter: int) -> None:
    """The council's sitting of a quarter, if it is over: a meeting, or a round of written votes over three days."""
    written, opens = quarter % 2 == 0, world.time.opening(date(year, quarter * 3 - 1, 12)) + 30
    closes = opens + (3 * DAY if written else 200)
    if closes >= world.time.end:
        return
    world.books.write(
        rows.CouncilSession,
        id=key(world.time.moment(opens), world.chance),
        council_id=council,
        kind=SessionKind.WRITTEN if written else SessionKind.MEETING,
        title=f"{'Lấy phiếu bằng văn bản' if written else 'Phiên họp'} quý {quarter} năm {year}",
        opens_at=world.time.moment(opens),
        closes_at=world.time.moment(closes),
    )


def _seats(accounts: Accounts) -> list[tuple[Actor, Seat]]:
    chairman, deputy = accounts.holding(Role.CHAIRMAN, PROVINCE)
    members = accounts.holding(Role.COUNCIL_MEMBER, PROVINCE)
    return [
        (chairman, Seat.CHAIR),
        (deputy, Seat.FIRST_VICE_CHAIR),
        (accounts.holding(Role.OFFICE_HEAD, DESK)[0], Seat.VICE_CHAIR),
        *((member, Seat.MEMBER) for member in members),
        (accounts.holding(Role.SECRETARY, DESK)[0], Seat.SECRETARY),
    ]
