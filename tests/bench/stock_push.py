"""Stock Strawberry telling many, by its own subscriptions and sockets: an event is read once and handed to all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import joinedload
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from strawberry.asgi import GraphQL
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

import models as rows
from channels.settings import Settings
from models.access import Viewer
from models.decision import visible_decision

LISTENING: set[asyncio.Queue[Published]] = set()


@strawberry.type
class Agency:
    code: str
    name: str


@strawberry.type
class Decision:
    number: str
    title: str
    agency: Agency


@strawberry.type
class Published:
    cursor: str
    decision: Decision


@strawberry.type
class Query:
    here: bool = True


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def decision_published(self) -> AsyncIterator[Published]:
        """Each decision, as it is published."""
        news = asyncio.Queue[Published]()
        LISTENING.add(news)
        try:
            while True:
                yield await news.get()
        finally:
            LISTENING.discard(news)


def create_app(settings: Settings, viewer: Viewer) -> Starlette:
    """`/graphql`, and `/publish?id=`, which reads a decision and hands it to everybody."""
    engine = create_async_engine(settings.database_url, pool_size=4)
    sessions = async_sessionmaker(engine, expire_on_commit=False)

    async def publish(request: Request) -> PlainTextResponse:
        row, key = rows.Decision, UUID(request.query_params["id"])
        chosen = select(row).where(row.id == key, visible_decision(row, viewer)).options(joinedload(row.agency))
        async with sessions() as session:
            found = (await session.execute(chosen)).scalar_one()
        agency = Agency(code=found.agency.code, name=found.agency.name)
        decision = Decision(number=found.number, title=found.title, agency=agency)
        for news in LISTENING:
            news.put_nowait(Published(cursor=str(key), decision=decision))
        return PlainTextResponse("ok")

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    schema = strawberry.Schema(Query, subscription=Subscription)
    view = GraphQL[object, object](schema, subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL])
    routes = [Route("/publish", publish), Route("/graphql", view), WebSocketRoute("/graphql", view)]
    return Starlette(routes=routes, lifespan=lifespan)
