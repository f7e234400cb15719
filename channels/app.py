"""The only place where the parts are put together. Nothing connects before the application starts."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute

from channels.admission import Admission
from channels.answers import KeptAnswers
from channels.attendance import Attendance
from channels.contract import CHANNELS, Channel, Transport
from channels.crowd import Crowds
from channels.documents import read_documents
from channels.files.routes import routes as files
from channels.headers import SecurityHeaders, security
from channels.http import GraphQLOverHTTP
from channels.last_use import LastUse
from channels.leases import Leases
from channels.limits import RateLimits
from channels.obstacles import CannotStart
from channels.portal.comment_form import CommentForm
from channels.portal.pages import Pages
from channels.prepared import prepare
from channels.proxies import place
from channels.secret import secret_of
from channels.security_record import SecurityRecord
from channels.session import Door, Found, Sessions
from channels.settings import Settings
from channels.site import Site
from channels.streams import SetSession, Streams
from channels.timekeeper import Timekeeper
from channels.toll import Toll
from channels.turned_away import TurnedAway
from channels.web.composer import Composer
from channels.ws import GraphQLTransportWS
from models import database
from models.access import Viewer
from models.secret import keyed
from resolvers.account import viewer_by_token
from resolvers.client import Client
from resolvers.context import Context
from resolvers.engine import Engine, Pool
from resolvers.feed import Feed
from resolvers.incidents import Incidents
from resolvers.tracking import PASS, viewer_by_pass
from schema import schema

_SOON = 2.0
"""Seconds a database that is well answers in."""
_LATE = 30.0
"""Seconds the first look at its revision may take, however often it is asked for meanwhile."""
_CLOSING = 3.0
"""Seconds to take leave of the database in."""


@dataclass
class Laurel:
    """The parts of a running application."""

    settings: Settings
    pool: Pool
    engine: Engine
    feed: Feed
    writing: AsyncEngine
    transactions: async_sessionmaker[AsyncSession]
    sessions: Sessions
    attendance: Attendance
    crowds: Crowds
    limits: RateLimits = field(init=False)
    """How often whom."""
    answers: KeptAnswers = field(init=False)
    """Those of the channels that ask nobody who they are."""
    admissions: dict[str, Admission] = field(default_factory=dict)
    streams: dict[str, Streams] = field(default_factory=dict)
    incidents: Incidents = field(default_factory=Incidents)
    """What was tried in vain of late."""
    migrated: bool = False
    looking: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        url = self.settings.redis_url
        self.limits = RateLimits(self.settings.rates.budgets(), Leases(url, lambda: self.secret) if url else None)
        self.answers = KeptAnswers(self.engine, lambda: self.feed.sure)
        self.hear()

    def hear(self) -> None:
        """Have what the feed tells reach what is kept here."""
        self.feed.on_rights, self.feed.on_change = self.attendance.changed, self.answers.forget
        self.sessions.now = self.feed.now

    def context(self, channel: Channel, viewer: Viewer, set_session: SetSession) -> Context:
        """What the resolvers of one request are given."""
        return Context(
            viewer=viewer,
            engine=self.engine,
            feed=self.feed,
            sessions=self.transactions,
            client=self.client(channel),
            set_session=set_session,
            secret=lambda: self.secret,
            incidents=self.incidents,
        )

    def client(self, channel: Channel) -> Client:
        """What is known of everybody who asks on a channel."""
        return Client(channel.name, self.settings.session_length, self.settings.session_idle, hashed=self.hashed)

    def hashed(self, address: str) -> bytes | None:
        """What is kept of an address; nothing where the key cannot be read, for what happens is kept all the same."""
        with contextlib.suppress(CannotStart):
            return keyed(self.secret, "address", place(address).encode())
        return None

    def turned_away(self, channel: Channel) -> TurnedAway:
        """Who notes whom a channel turns away."""
        return TurnedAway(channel.name, self.incidents, self.hashed)

    @cached_property
    def secret(self) -> bytes:
        """The key of keyed hashes, read when it is first needed."""
        return secret_of(self.settings)

    def leave(self) -> None:
        """Tell every open stream to come back elsewhere; the process is about to end."""
        for streams in self.streams.values():
            streams.leaving.set()

    async def ready(self) -> bool:
        """Whether the database answers soon, at the newest revision, the feed looks, and the process is not to end."""
        try:
            async with asyncio.timeout(_SOON):
                await self.pool.fetch("select 'ready'::text", [])
                if not self.migrated:
                    await asyncio.shield(self._look())
        except Exception:  # whatever it is, we are not ready
            return False
        return self.migrated and self.feed.ready and not self.leaving

    def _look(self) -> asyncio.Task[None]:
        """The look at the revision that is under way: over a slow wire it takes longer than who asks has time."""

        async def look() -> None:
            with contextlib.suppress(Exception):  # whatever it is, the next who asks has it looked again
                async with asyncio.timeout(_LATE):
                    self.migrated = await database.at_head(self.settings.database_url)

        if self.looking is None or self.looking.done():
            self.looking = asyncio.create_task(look())
        return self.looking

    @property
    def leaving(self) -> bool:
        """Whether the process is about to end."""
        return any(streams.leaving.is_set() for streams in self.streams.values())


def create_app(settings: Settings) -> Starlette:
    """The ASGI application: three channels, the pages, and whether it lives and is ready."""
    laurel = assembled(settings)
    routes: list[BaseRoute] = [
        Route("/livez", _livez),
        Route("/readyz", partial(_readyz, laurel)),
        *(route for channel in CHANNELS for route in _routes(laurel, channel)),
        *files(laurel),
    ]
    pages, doors = Pages(laurel), _doors(routes)
    if settings.oidc is not None:
        routes += _providers(laurel, pages, settings.oidc, doors)
    app = Site(
        routes=[
            *routes,
            *pages.routes(),
            *CommentForm(pages, doors["portal"]).routes(),
            *Composer(pages, doors["web"]).routes(),
        ],
        proxies=settings.proxies,
        origins=settings.origins,
        exception_handlers={404: pages.missing},
        middleware=[Middleware(SecurityHeaders, secure=settings.secure_cookies)],
        lifespan=partial(_lifespan, laurel),
    )
    app.state.laurel, app.state.leave = laurel, laurel.leave
    return app


def assembled(settings: Settings) -> Laurel:
    """The parts, not yet connected to anything."""
    pool = Pool(settings.database_url, size=settings.readers)
    writing = database.write_engine(settings.database_url, settings.readers)
    transactions = database.sessions(writing)

    async def load(token: str) -> Found | None:
        async with transactions() as session:
            found = await (viewer_by_pass if token.startswith(PASS) else viewer_by_token)(session, token)
        return Found(*found) if found else None

    feed = Feed(settings.database_url, settings.redis_url)
    sessions = Sessions(load)
    attendance = Attendance(sessions)
    crowds = Crowds.up_to(settings.sockets_per_account, settings.streams_per_address)
    return Laurel(settings, pool, Engine(schema, pool), feed, writing, transactions, sessions, attendance, crowds)


def _routes(laurel: Laurel, channel: Channel) -> list[BaseRoute]:
    """One channel's way in, over HTTP and, where it has them, sockets."""
    documents = read_documents(channel, laurel.engine.schema)
    admission = laurel.admissions[channel.name] = Admission(channel, documents, laurel.engine)
    prepare(admission)
    context = partial(laurel.context, channel)
    noted = laurel.turned_away(channel)
    parts = laurel.engine, laurel.attendance, context, laurel.crowds, noted
    streams = laurel.streams[channel.name] = Streams(channel, *parts)
    door = Door(channel, laurel.sessions, frozenset(laurel.settings.origins), laurel.settings.secure_cookies)
    headers = security(secure=laurel.settings.secure_cookies, varies=bool(laurel.settings.origins))
    toll = Toll(admission, laurel.limits)
    answers = None if channel.sessions else laurel.answers
    endpoint = GraphQLOverHTTP(admission, door, streams, context, headers, toll, noted, answers)
    routes: list[BaseRoute] = [Route(channel.path, endpoint)]
    if Transport.WS in channel.transports:
        routes.append(WebSocketRoute(channel.path, GraphQLTransportWS(admission, door, streams, toll)))
    return routes


def _doors(routes: Sequence[BaseRoute]) -> dict[str, Door]:
    """The door of each channel."""
    endpoints = [route.endpoint for route in routes if isinstance(route, Route)]
    return {end.channel.name: end.door for end in endpoints if isinstance(end, GraphQLOverHTTP)}


def _providers(laurel: Laurel, pages: Pages, file: Path, doors: dict[str, Door]) -> list[BaseRoute]:
    """Signing in by identity providers; read only where there are any, for what verifies signatures is 10 MB."""
    from channels.oidc.providers import must_have_address, read_providers
    from channels.oidc.routes import routes

    providers = read_providers(file)
    must_have_address(laurel.settings.address)
    return routes(laurel, pages, providers, doors)


async def _livez(_: Request) -> PlainTextResponse:
    """The event loop turns."""
    return PlainTextResponse("ok", headers={"Cache-Control": "no-store"})


async def _readyz(laurel: Laurel, _: Request) -> PlainTextResponse:
    """Requests can be answered. Redis has no say in it."""
    ready = await laurel.ready()
    return PlainTextResponse("ok" if ready else "not ready", 200 if ready else 503, {"Cache-Control": "no-store"})


@asynccontextmanager
async def _lifespan(laurel: Laurel, _: Starlette) -> AsyncIterator[None]:
    """Start the feed; at the end send streams away first, then close what was opened."""
    await laurel.feed.start()
    laurel.limits.start()
    timekeeper = Timekeeper(laurel.transactions, laurel.feed.ring)
    timekeeper.start()
    last_use = LastUse(laurel.sessions, laurel.transactions)
    last_use.start()
    record = SecurityRecord(laurel.incidents, laurel.transactions)
    record.start()
    gc.collect()
    gc.freeze()  # what was made at start stays: half of the time spent on collecting was on it
    gc.set_threshold(10_000, 20, 100)  # a warm read leaves nothing to collect; of a new document 2 MB less wait for it
    try:
        yield
    finally:
        laurel.leave()
        with contextlib.suppress(TimeoutError):  # a database that is frozen says no goodbye
            async with asyncio.timeout(_CLOSING):
                await timekeeper.stop()
                await laurel.limits.stop()
                await last_use.stop()
                await record.stop()
                await laurel.feed.stop()
                await laurel.pool.close()
                await laurel.writing.dispose()
