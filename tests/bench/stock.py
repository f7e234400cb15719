"""Stock Strawberry over the same tables, as its documentation has it: resolvers, the ORM, DataLoaders."""

from __future__ import annotations

import enum
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import ARRAY, Text, func, literal, select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from starlette.applications import Starlette
from starlette.requests import Request
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.types import Info

import models as rows
from channels.settings import Settings
from models.access import Viewer
from models.agency import within_code
from models.decision import DecisionStatus, visible_decision
from models.dossier import visible_dossier
from models.dossier_line import LineOutcome
from models.nominee import NomineeKind
from models.workflow import DossierStatus
from tests.bench.stock_loaders import Sessions, loaders

for kind in (DecisionStatus, DossierStatus, LineOutcome, NomineeKind):
    strawberry.enum(kind)


@strawberry.type
class Agency:
    code: str
    name: str


@strawberry.type
class AwardType:
    code: str
    name: str


@strawberry.type
class Nominee:
    name: str
    kind: NomineeKind


@strawberry.type
class Movement:
    title: str


@strawberry.type
class Event:
    act: str
    at: datetime
    version: int = strawberry.field(resolver=lambda root: root.subject_version)
    status: DossierStatus | None = strawberry.field(resolver=lambda root: root.after)
    public_text: str | None


@strawberry.type
class Line:
    position: int
    citation: str
    outcome: LineOutcome

    @strawberry.field
    async def award_type(self, info: Info) -> AwardType:
        return await info.context["award_type"].load(self.award_type_id)

    @strawberry.field
    async def nominee(self, info: Info) -> Nominee:
        return await info.context["nominee"].load(self.nominee_id)


@strawberry.type
class Award:
    position: int
    citation: str

    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(f"Award_{self.id}")

    @strawberry.field
    async def award_type(self, info: Info) -> AwardType:
        return await info.context["award_type"].load(self.award_type_id)

    @strawberry.field
    async def recipient(self, info: Info) -> Nominee:
        return await info.context["nominee"].load(self.nominee_id)


@strawberry.type
class Lines:
    nodes: list[Line]


@strawberry.type
class Events:
    nodes: list[Event]


@strawberry.type
class Awards:
    nodes: list[Award]


@strawberry.type
class Dossier:
    code: str | None
    title: str
    status: DossierStatus
    version: int
    received_at: datetime | None
    created_at: datetime
    due_on: date | None

    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(f"Dossier_{self.id}")

    @strawberry.field
    async def agency(self, info: Info) -> Agency:
        return await info.context["agency"].load(self.agency_id)

    @strawberry.field
    async def authority(self, info: Info) -> Agency:
        return await info.context["agency"].load(self.authority_id)

    @strawberry.field
    async def handler(self, info: Info) -> Agency:
        return await info.context["agency"].load(self.handler_id)

    @strawberry.field
    async def movement(self, info: Info) -> Movement | None:
        return await info.context["movement"].load(self.movement_id) if self.movement_id else None

    @strawberry.field
    async def lines(self, info: Info, first: int) -> Lines:
        return Lines(nodes=await info.context["lines"].load((self.id, first)))

    @strawberry.field
    async def events(self, info: Info, first: int) -> Events:
        return Events(nodes=await info.context["events"].load((self.id, first)))

    @strawberry.field
    async def last_event(self, info: Info) -> Event | None:
        found = await info.context["last_events"].load((self.id, 1))
        return found[0] if found else None


@strawberry.type
class Decision:
    number: str
    title: str
    status: DecisionStatus
    signed_on: date
    signer_name: str

    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(f"Decision_{self.id}")

    @strawberry.field
    async def agency(self, info: Info) -> Agency:
        return await info.context["agency"].load(self.agency_id)

    @strawberry.field
    async def awards(self, info: Info, first: int) -> Awards:
        return Awards(nodes=await info.context["awards"].load((self.id, first)))


@strawberry.type
class Decisions:
    nodes: list[Decision]


@strawberry.type
class Dossiers:
    total_count: int
    nodes: list[Dossier]


@strawberry.type
class DossierStatistic:
    agency_id: strawberry.Private[UUID]
    status: DossierStatus
    count: int

    @strawberry.field
    async def agency(self, info: Info) -> Agency:
        return await info.context["agency"].load(self.agency_id)


@strawberry.enum
class DossierDimension(enum.Enum):
    AGENCY = "agency"
    STATUS = "status"


@strawberry.input
class DossierFilter:
    agency_within: str
    status: DossierStatus


@strawberry.type
class Query:
    @strawberry.field
    async def dossier_by_code(self, info: Info, code: str) -> Dossier | None:
        viewer = info.context["viewer"]
        chosen = select(rows.Dossier).where(rows.Dossier.code == code, visible_dossier(rows.Dossier, viewer))
        async with info.context["sessions"]() as session:
            return await session.scalar(chosen)

    @strawberry.field
    async def decisions(self, info: Info, first: int) -> Decisions:
        row = rows.Decision
        chosen = select(row).where(visible_decision(row, info.context["viewer"]))
        async with info.context["sessions"]() as session:
            found = await session.scalars(chosen.order_by(row.signed_on.desc(), row.id.desc()).limit(first))
            return Decisions(nodes=list(found))

    @strawberry.field
    async def dossiers(self, info: Info, first: int, filter: DossierFilter) -> Dossiers:
        row = rows.Dossier
        chosen = select(row).where(
            visible_dossier(row, info.context["viewer"]),
            row.agency_id.in_(within_code(filter.agency_within)),
            row.status == filter.status,
        )
        async with info.context["sessions"]() as session:
            found = await session.scalars(chosen.order_by(row.created_at.desc(), row.id.desc()).limit(first))
            total = await session.scalar(select(func.count()).select_from(chosen.subquery()))
            return Dossiers(total_count=total, nodes=list(found))

    @strawberry.field
    async def dossier_statistics(self, info: Info, group_by: list[DossierDimension]) -> list[DossierStatistic]:
        row, agency = rows.Dossier, rows.Agency
        place = func.array_position(literal([status.name for status in DossierStatus], ARRAY(Text)), row.status)
        by = (row.agency_id, row.status)
        chosen = select(*by, func.count()).join(agency, agency.id == row.agency_id).group_by(*by, agency.sort_key)
        chosen = chosen.where(visible_dossier(row, info.context["viewer"])).order_by(agency.sort_key, place)
        async with info.context["sessions"]() as session:
            found = await session.execute(chosen)
            return [DossierStatistic(agency_id=key, status=status, count=count) for key, status, count in found]


class Endpoint(GraphQL[Any, Any]):
    """Strawberry's own view, with loaders of each request's own."""

    def __init__(self, sessions: Sessions, viewer: Viewer) -> None:
        super().__init__(strawberry.Schema(Query))
        self.sessions, self.viewer = sessions, viewer
        self.loaders = loaders(sessions, viewer)

    async def get_context(self, request: Request, response: Any = None) -> dict[str, Any]:  # type: ignore[override]  # no sockets here
        made = {name: DataLoader(load_fn=load) for name, load in self.loaders.items()}
        return {"viewer": self.viewer, "sessions": self.sessions, **made}


def create_app(settings: Settings, viewer: Viewer) -> Starlette:
    """`/graphql`."""
    engine = create_async_engine(settings.database_url, pool_size=24, max_overflow=0)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    app = Starlette(lifespan=lifespan)
    app.mount("/graphql", Endpoint(async_sessionmaker(engine, expire_on_commit=False), viewer))
    return app
