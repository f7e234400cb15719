"""A small province to act in: a few agencies, one account for each role, nominees — written for real, by the ORM."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import orjson
from graphql import get_named_type
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

import models as rows
from models.access import ANONYMOUS, Role, Viewer
from models.agency import AgencyKind, AgencyLevel
from models.nominee import NomineeKind
from resolvers.account import viewer_for
from resolvers.context import Context
from resolvers.engine import Engine, render
from resolvers.feed import Feed
from tests.counted import counted
from tests.rows_again import RowsAgain

BEGUN = date(2024, 1, 1)
NO_PASSWORD = "-"
"""A hash that no password agrees with: these viewers are made, not signed in."""

SECRET = b"a key for the tests, long enough"
"""What keyed hashes are made by."""

AGENCIES = {
    "province": ("H37", "Ủy ban nhân dân tỉnh Lạng Sơn", AgencyKind.PROVINCE, AgencyLevel.PROVINCE, "h37", "UBND"),
    "office": ("H37.02", "Phòng Thi đua – Khen thưởng", AgencyKind.OFFICE, AgencyLevel.UNIT, "h37.office", None),
    "culture": (
        "H37.10",
        "Sở Văn hóa, Thể thao và Du lịch",
        AgencyKind.DEPARTMENT,
        AgencyLevel.DEPARTMENT,
        "h37.culture",
        "SVHTTDL",
    ),
    "health": ("H37.11", "Sở Y tế", AgencyKind.DEPARTMENT, AgencyLevel.DEPARTMENT, "h37.health", "SYT"),
    "commune": (
        "H37.51",
        "Ủy ban nhân dân xã Đồng Đăng",
        AgencyKind.COMMUNE,
        AgencyLevel.COMMUNE,
        "h37.dongdang",
        "UBND",
    ),
}
ROLES = {
    "officer": (Role.UNIT_OFFICER, "culture"),
    "head": (Role.AGENCY_HEAD, "culture"),
    "desk": (Role.ONE_STOP, "office"),
    "chief": (Role.OFFICE_HEAD, "office"),
    "appraiser": (Role.APPRAISER, "office"),
    "secretary": (Role.SECRETARY, "office"),
    "chairman": (Role.CHAIRMAN, "province"),
    "auditor": (Role.AUDITOR, "province"),
    "stranger": (Role.UNIT_OFFICER, "health"),
    "nominee": (Role.NOMINEE, "culture"),
}


@dataclass
class Province:
    """The rows of the small province, and a way to ask as anybody in it."""

    engine: Engine
    feed: Feed
    sessions: async_sessionmaker[AsyncSession]
    viewers: dict[str, Viewer] = field(default_factory=dict)
    agencies: dict[str, UUID] = field(default_factory=dict)
    nominees: dict[str, UUID] = field(default_factory=dict)

    async def ask(self, who: str | None, text: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """What somebody (None: the public) is answered, straight or by the executor, as a client reads it."""
        viewer = self.viewers[who] if who else ANONYMOUS
        document = self.engine.document(text)
        said = await self.engine.answer(document, variables or {}, None, viewer) if not document.errors else None
        if said is None:
            context = self.context(who)
            said = render(await self.engine.execute(document, variables or {}, None, context))
        answer: dict[str, Any] = orjson.loads(said)
        return answer

    def context(self, who: str | None) -> Context:
        """A request of somebody's."""
        viewer = self.viewers[who] if who else ANONYMOUS
        return Context(viewer, self.engine, self.feed, self.sessions, secret=lambda: SECRET)

    async def act(self, who: str | None, act: str, said: dict[str, Any]) -> dict[str, Any]:
        """What a mutation answers somebody; a key is made where none is given."""
        field = self.engine.schema.mutation_type.fields[act]  # type: ignore[union-attr]  # there are mutations
        kinds = {kind.name for kind in self.engine.schema.get_possible_types(get_named_type(field.type))}
        parts = [f"... on {kind} {{ {said} }}" for kind, said in REPLIES.items() if kind in kinds]
        reply = f"__typename ... on Refusal {{ message messageEn }} {' '.join(parts)}"
        text = f"mutation($input: {field.args['input'].type}) {{ done: {act}(input: $input) {{ {reply} }} }}"
        with counted() as sent:
            answer = await self.ask(who, text, {"input": {"idempotencyKey": str(uuid4()), **said}})
        assert "errors" not in answer, answer["errors"]
        done: dict[str, Any] = answer["data"]["done"]
        if isinstance(done, dict) and "message" not in done:
            assert len(sent) + READING <= MOST_STATEMENTS, (act, sent)
        return done

    def draft(self, **more: Any) -> dict[str, Any]:
        """The input of a draft with one nominee, all its papers, and whatever else is said."""
        return {
            "agency": "H37.10",
            "authority": "H37",
            "title": "Đề nghị tặng Bằng khen cho cán bộ ngành văn hóa",
            "commendationType": "MERIT",
            "lines": [self.line("an")],
            "documents": [
                {"kind": kind, "title": kind.title()} for kind in ("PROPOSAL", "ACHIEVEMENT_REPORT", "MINUTES")
            ],
            **more,
        }

    def line(self, nominee: str, award: str = "BK_T") -> dict[str, Any]:
        """One nominee for one award."""
        return {
            "nomineeId": f"Nominee_{self.nominees[nominee]}",
            "awardType": award,
            "citation": "Có thành tích xuất sắc trong bảo tồn di sản then Tày",
            "achievementYear": 2025,
        }

    async def count(self, row: type) -> int:
        """How many of these rows there are."""
        async with self.sessions() as session:
            return (await session.execute(select(func.count()).select_from(row))).scalar_one()


MOST_STATEMENTS, READING = 6, 1
"""So many statements an act may take that is done, whichever test does it; and how many of them read its reply."""

REPLIES = {
    "Dossier": "id code status version lines(first: 10) { nodes { id outcome } }",
    "Decision": "id number status version awards(first: 10) { nodes { id recipient { name } } }",
    "CouncilSession": "id version status",
    "Delegation": "id version revokedAt",
    "CouncilAttendance": "id version",
    "OpinionRequest": "id version status answer note dueOn silence withdrawalReason reminders",
    "PublicPosting": "id version status closesOn",
    "PostingComment": "id kind text source",
    "TrackingCode": "id code issuedAt nominee { name }",
    "IllegalStep": "step dossierStatus allowedFrom",
    "WrongStatus": "decisionStatus",
    "WrongSessionStatus": "sessionStatus",
    "NotPermitted": "whoCan",
    "SeparationOfDuties": "taken",
    "StaleVersion": "expected current whatChanged { version act at status }",
    "RuleNotMet": "rule article remedy",
    "InvalidInput": "field",
    "NumberTaken": "number",
}
"""What a test wants to know of each member of a result."""


FILLED = (rows.Agency, rows.Nominee, rows.NomineePersonal, rows.Account, rows.RoleHeld)
SETTLED: list[tuple[Province, RowsAgain]] = []
"""The province as this process settled it first."""


async def settle(engine: Engine, feed: Feed, sessions: async_sessionmaker[AsyncSession]) -> Province:
    """Write the province's rows, and give a way to ask as anybody in it.

    They are the same in each database of a process: made once, with what hangs on it, and then written as they were.
    """
    async with sessions.begin() as session:
        if not SETTLED:
            province = Province(engine, feed, sessions)
            await _agencies(session, province)
            await _nominees(session, province)
            await _accounts(session, province)
            SETTLED.append((province, await RowsAgain.remember(session, [kind.__table__ for kind in FILLED])))
        else:
            await SETTLED[0][1].write(session)
    first = SETTLED[0][0]
    return Province(engine, feed, sessions, {**first.viewers}, {**first.agencies}, {**first.nominees})


async def _agencies(session: AsyncSession, province: Province) -> None:
    for name, (code, said, kind, level, path, symbol) in AGENCIES.items():
        agency = rows.Agency(code=code, name=said, kind=kind, level=level, path=path, symbol=symbol, valid_from=BEGUN)
        if name != "province":
            agency.parent_id = province.agencies["province"]
        session.add(agency)
        await session.flush()
        province.agencies[name] = agency.id
    top = await session.get_one(rows.Agency, province.agencies["province"])
    top.desk_id = province.agencies["office"]


async def _nominees(session: AsyncSession, province: Province) -> None:
    culture = province.agencies["culture"]
    for name, said, kind in (
        ("an", "Hoàng Thị An", NomineeKind.INDIVIDUAL),
        ("binh", "Nông Văn Bình", NomineeKind.INDIVIDUAL),
        ("team", "Đội Tuyên truyền lưu động", NomineeKind.COLLECTIVE),
        ("family", "Hộ gia đình ông Lý Văn Dao", NomineeKind.HOUSEHOLD),
    ):
        nominee = rows.Nominee(kind=kind, name=said, agency_id=culture)
        session.add(nominee)
        await session.flush()
        province.nominees[name] = nominee.id
    session.add(rows.NomineePersonal(nominee_id=province.nominees["an"], birth_year=1985, phone="0900000000"))


async def _accounts(session: AsyncSession, province: Province) -> None:
    for name, (role, agency) in ROLES.items():
        account = rows.Account(username=name, full_name=f"Người {name}", title="Chuyên viên", password_hash=NO_PASSWORD)
        account.nominee_id = province.nominees["an"] if role is Role.NOMINEE else None
        session.add(account)
        await session.flush()
        session.add(
            rows.RoleHeld(account_id=account.id, role=role, agency_id=province.agencies[agency], valid_from=BEGUN)
        )
        await session.flush()
        province.viewers[name] = await viewer_for(session, account)
