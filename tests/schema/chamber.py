"""A council in the small province: a chair, four members from different places, a secretary; and its sittings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

import models as rows
from models.access import Role
from models.council import Seat
from resolvers.account import viewer_for
from tests.province import BEGUN, NO_PASSWORD, Province
from tests.schema.journey import awaiting_decision
from tests.schema.refusing import refused

MEMBERS = ("first", "second", "third", "fourth")
"""Members without another role; the chairman has the chair."""
VOTERS = ("chairman", *MEMBERS)
SESSION = """id version status kind openedAt closedAt minutes minutesSha256
  agenda(first: 20) { nodes { id position ballot outcome members recused present base yes no abstain chairDecided
    ballotsCast nominee { name } rule { threshold moreThan base quorum } ownBallot { kind choice onPaper }
    dossier { id } recusals(first: 9) { nodes { interest reason attendance { member { account { username } } } } } } }
  attendances(first: 20) { nodes { id version presence ballotsCast member { seat account { username } } } }"""
READ = f"query($id: ID!) {{ node(id: $id) {{ ... on CouncilSession {{ {SESSION} ownAttendance {{ id version }} }} }} }}"
TRACES = (
    rows.CouncilSession, rows.AgendaItem, rows.CouncilAttendance, rows.Recusal, rows.Ballot, rows.SecretCount,
    rows.Entry, rows.StoredReply,
)  # fmt: skip
"""What a council may leave behind."""


@dataclass
class Chamber:
    """The council's rows, and a way to act in it."""

    province: Province
    council: UUID = field(init=False)

    async def read(self, who: str, id: str) -> Any:
        """A sitting as somebody reads it; None where they may not."""
        answer = await self.province.ask(who, READ, {"id": id})
        assert "errors" not in answer, answer["errors"]
        return answer["data"]["node"]

    async def convene(self, *dossiers: dict[str, Any], kind: str = "MEETING", **more: Any) -> dict[str, Any]:
        """A sitting called by the secretary for these dossiers."""
        return await self.province.act("secretary", "conveneSession", self.calling(*dossiers, kind=kind, **more))

    def calling(self, *dossiers: dict[str, Any], kind: str = "MEETING", **more: Any) -> dict[str, Any]:
        """The input of it."""
        now = datetime.now(UTC)
        return {
            "council": f"Council_{self.council}",
            "kind": kind,
            "title": "Phiên họp quý III",
            "opensAt": now.isoformat(),
            "closesAt": (now + timedelta(days=3)).isoformat() if kind == "WRITTEN" else None,
            "agenda": [{"id": each["id"], "expectedVersion": each["version"]} for each in dossiers],
            **more,
        }

    async def opened(self, *dossiers: dict[str, Any], kind: str = "MEETING") -> dict[str, Any]:
        """An open sitting, as the secretary reads it."""
        session = await self.convene(*dossiers, kind=kind)
        await self.province.act("secretary", "openSession", step(session))
        return dict(await self.read("secretary", session["id"]))

    async def present(self, session: dict[str, Any], *who: str) -> dict[str, Any]:
        """The sitting once these are noted as there."""
        ids = [self.seat(session, one)["id"] for one in who]
        done = await self.province.act("secretary", "recordPresence", step(session, present=ids))
        assert done["__typename"] == "CouncilSession", done
        return dict(await self.read("secretary", session["id"]))

    def seat(self, session: dict[str, Any], who: str) -> dict[str, Any]:
        """Somebody's attendance at a sitting as it was read."""
        seats = session["attendances"]["nodes"]
        found: dict[str, Any] = next(seat for seat in seats if seat["member"]["account"]["username"] == who)
        return found

    async def vote(self, who: str, session: dict[str, Any], choice: str, place: int = 1, **more: Any) -> dict[str, Any]:
        """Somebody's ballot on a case."""
        own = (await self.read(who, session["id"]))["ownAttendance"]
        item = session["agenda"]["nodes"][place - 1]["id"]
        return await self.province.act(who, "castBallot", step(own, item=item, choice=choice, **more))

    async def close(self, session: dict[str, Any], **more: Any) -> dict[str, Any]:
        """What closing the sitting answers."""
        return await self.province.act("secretary", "closeSession", step(session, **more))


def step(row: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The input of an act on a row as it was read."""
    return {"id": row["id"], "expectedVersion": row["version"], **more}


async def seated(province: Province) -> Chamber:
    """Seat the council."""
    chamber = Chamber(province)
    async with province.sessions.begin() as session:
        council = rows.Council(
            agency_id=province.agencies["province"], name="Hội đồng Thi đua – Khen thưởng tỉnh", valid_from=BEGUN
        )
        session.add(council)
        await session.flush()
        chamber.council = council.id
        units = {"second": province.agencies["health"]}
        for name in MEMBERS:
            account = rows.Account(username=name, full_name=f"Ủy viên {name}", password_hash=NO_PASSWORD)
            session.add(account)
            await session.flush()
            at = province.agencies["province"]
            session.add(rows.RoleHeld(account_id=account.id, role=Role.COUNCIL_MEMBER, agency_id=at, valid_from=BEGUN))
            await session.flush()
            province.viewers[name] = await viewer_for(session, account)
            _sit(session, council.id, account.id, Seat.MEMBER, unit_id=units.get(name))
        for name, seat in (("chairman", Seat.CHAIR), ("secretary", Seat.SECRETARY)):
            _sit(session, council.id, province.viewers[name].account_id, seat)
        former = province.viewers["auditor"].account_id
        _sit(session, council.id, former, Seat.MEMBER, valid_to=date(2025, 1, 1))
    return chamber


def _sit(session: Any, council: UUID, account: UUID | None, seat: Seat, **more: Any) -> None:
    assert account is not None
    session.add(rows.CouncilMember(council_id=council, account_id=account, seat=seat, valid_from=BEGUN, **more))


async def appraised(province: Province, *nominees: str, award: str = "BK_T") -> dict[str, Any]:
    """A dossier whose cases were all found eligible, and which awaits the decision."""
    documents = ("PROPOSAL", "ACHIEVEMENT_REPORT", "MINUTES", "INITIATIVE_CERTIFICATE")
    return await awaiting_decision(
        province,
        lines=[province.line(nominee, award) for nominee in nominees or ("an",)],
        documents=[{"kind": kind, "title": kind.title()} for kind in documents],
    )


async def denied(chamber: Chamber, who: str | None, act: str, said: dict[str, Any]) -> dict[str, Any]:
    """The refusal of an act, having looked that the council's tables and every dossier are as they were."""
    before = [await chamber.province.count(row) for row in TRACES]
    stood = await states(chamber)
    answer = await refused(chamber.province, who, act, said)
    assert [await chamber.province.count(row) for row in TRACES] == before
    assert await states(chamber) == stood
    return answer


async def states(chamber: Chamber) -> list[Any]:
    """Versions and states of sittings, attendances and dossiers, and every sum."""
    async with chamber.province.sessions() as session:
        return [
            sorted((tuple(row) for row in await session.execute(select(*columns))), key=str)
            for columns in (
                (rows.CouncilSession.id, rows.CouncilSession.version, rows.CouncilSession.status),
                (rows.CouncilAttendance.id, rows.CouncilAttendance.version, rows.CouncilAttendance.presence),
                (rows.Dossier.id, rows.Dossier.version, rows.Dossier.status),
                (rows.SecretCount.item_id, rows.SecretCount.yes, rows.SecretCount.no, rows.SecretCount.abstain),
                (rows.Ballot.id, rows.Ballot.choice),
            )
        ]


async def dossier_of(chamber: Chamber, dossier: dict[str, Any]) -> dict[str, Any]:
    """A dossier as it stands now."""
    asked = """query($id: ID!) { dossier(id: $id) { id status version lines(first: 9) { nodes { outcome } }
      events(first: 30) { nodes { act version } } } }"""
    answer = await chamber.province.ask("secretary", asked, {"id": dossier["id"]})
    found: dict[str, Any] = answer["data"]["dossier"]
    return found


def outcomes(dossier: dict[str, Any]) -> list[str]:
    return [line["outcome"] for line in dossier["lines"]["nodes"]]


async def asking_the_party(chamber: Chamber) -> None:
    async with chamber.province.sessions.begin() as session:
        await session.execute(update(rows.CouncilRule).values(party_opinion=True))
