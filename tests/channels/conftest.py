"""The whole application on a real uvicorn server, over a small province."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import httpx
import pytest
import uvicorn
import websockets
from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

import models as rows
from channels.app import Laurel, create_app
from channels.budgets import Rates
from channels.database import as_application
from channels.fanout import Group
from channels.serving import configured
from channels.settings import Settings
from models import topics
from models.decision import DecisionStatus
from resolvers.account import token_hash
from resolvers.feed import Feed
from tests.channels.client import Client
from tests.history import until
from tests.patience import HANGING
from tests.province import Province, settle
from tests.web import http_client

UNCOUNTED = Rates(times=0)
"""All tests come from one address: those of budgets have an application of their own."""
PROTOCOL = websockets.Subprotocol("graphql-transport-ws")
Serving: TypeAlias = tuple[str, Laurel, uvicorn.Server]
"""A running application: its address, its parts, and its server."""


class Quiet(uvicorn.Server):
    """uvicorn beside other servers in one process: the process's signals are not its own."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass
class Site:
    """A running application: its address, its parts, and the province it serves."""

    address: str
    laurel: Laurel
    province: Province
    http: httpx.AsyncClient
    server: uvicorn.Server

    async def token(self, who: str, lasts: timedelta = timedelta(hours=1)) -> str:
        """A session of somebody's, as signing in leaves it."""
        token, account = secrets.token_urlsafe(32), self.province.viewers[who].account_id
        assert account is not None
        async with self.province.sessions.begin() as session:
            now = (await session.execute(func.now())).scalar_one()
            session.add(rows.Session(token_hash=token_hash(token), account_id=account, expires_at=now + lasts))
        return token

    async def end_session(self, token: str) -> None:
        """End a session where all processes see it: in the database."""
        async with self.province.sessions.begin() as session:
            ended = update(rows.Session).where(rows.Session.token_hash == token_hash(token))
            await session.execute(ended.values(ended_at=func.now()))

    async def bearer(self, who: str) -> dict[str, str]:
        """The header that says who asks."""
        return {"Authorization": f"Bearer {await self.token(who)}"}

    async def ask(self, channel: str, query: str = "", who: str | None = None, **more: Any) -> httpx.Response:
        """A POST to a channel; `headers` and other members of the body may be added."""
        headers = more.pop("headers", {}) | (await self.bearer(who) if who else {})
        body = ({"query": query} if query else {}) | more
        return await self.http.post(f"/{channel}/graphql", json=body, headers=headers)

    async def publish(self, number: str) -> str:
        """Make a decision public, as the journal tells it; gives its entry's id."""
        today = datetime.now(UTC)
        decision = rows.Decision(
            number=number,
            title="Về việc tặng Bằng khen",
            agency_id=self.province.agencies["province"],
            signed_on=today.date(),
            signer_name="Nguyễn Văn Ký",
            signer_title="Chủ tịch",
            status=DecisionStatus.PUBLISHED,
            published_at=today,
        )
        told = topics.decisions_of("h37")
        entry = {"act": "PUBLISH", "subject_kind": "Decision", "subject_id": decision.id, "topics": told}
        async with self.province.sessions.begin() as session:
            session.add(decision)
            await session.flush()
            session.add(rows.Entry(**entry, subject_version=1))
        self.laurel.feed.ring()
        return f"Decision_{decision.id}"

    async def followed(self, topic: str = topics.DECISIONS, by: int = 1) -> None:
        """Wait until this many follow a topic."""
        async with asyncio.timeout(HANGING):
            while sum(group.users for group in self.groups(topic)) != by:
                await asyncio.sleep(0.005)

    def groups(self, topic: str = topics.DECISIONS) -> list[Group]:
        """Those who ask alike, by what they ask, who follow a topic."""
        groups = (group for streams in self.laurel.streams.values() for group in streams.groups.values())
        return [group for group in groups if topic in group.following.topics]

    def allow(self, seconds: float) -> None:
        """Let a statement of staff's take so long."""
        for gate in self.laurel.admissions["web"].gates:
            gate.limits = replace(gate.limits, seconds=seconds)

    def socket(self, channel: str = "web", **more: Any) -> websockets.connect:
        """A WebSocket to a channel."""
        more.setdefault("subprotocols", [PROTOCOL])
        return websockets.connect(f"{self.address.replace('http', 'ws')}/{channel}/graphql", **more)


def codes(answer: httpx.Response) -> list[str]:
    """The codes of an answer's errors, each of which must say something in both languages."""
    said = answer.json()
    assert set(said) <= {"data", "errors"}
    for error in said["errors"]:
        assert set(error) <= {"message", "locations", "path", "extensions"}
        assert len(error["message"]) > 10
    return [error["extensions"]["code"] for error in said["errors"]]


@pytest.fixture(scope="session")
async def serving(
    database_url: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Serving]:
    """The application, serving; with plain cookies, for it speaks plain HTTP."""
    data = tmp_path_factory.mktemp("data")
    url = await as_application(database_url)  # whatever it does, the role that serves may do
    settings = Settings(
        database_url=url, redis_url=redis_url, secure_cookies=False, readers=4, data=data, rates=UNCOUNTED
    )
    async with served(settings) as running:
        yield running


@contextlib.contextmanager
def by_no_clock() -> Iterator[None]:
    """Nothing is done because some seconds have passed, and neighbours are waited for however busy the machine is.

    Applications begun meanwhile look for what is due once: they go on while others' tests have lists in public whose
    time is over. What is kept of the public's answers holds until something changes.
    """
    with pytest.MonkeyPatch.context() as patch:
        for module in ("timekeeper", "security_record", "last_use"):
            patch.setattr(f"channels.{module}.EVERY", 86_400.0)
        patch.setattr("channels.ws_socket.PING", 86_400.0)
        patch.setattr("channels.app._CLOSING", HANGING)  # what is not closed is a warning to whichever test comes next
        patch.setattr("channels.answers.FRESH", HANGING)
        patch.setattr("channels.leases.BOUND", HANGING)
        yield


@contextlib.asynccontextmanager
async def served(settings: Settings, listener: socket.socket | None = None) -> AsyncIterator[Serving]:
    """An application with these settings, on a port of its own, which does nothing by the clock."""
    with by_no_clock():
        app = create_app(settings)
        config = configured(app, settings)
        config.timeout_keep_alive = 86_400  # else who was slow may ask on a connection that is just being closed
        listener, server = listener or socket.create_server(("127.0.0.1", 0)), Quiet(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            assert not task.done(), task.result()
            await asyncio.sleep(0.005)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", app.state.laurel, server
        app.state.leave()
        server.should_exit = True
        await task


@pytest.fixture
async def site(serving: Serving, database_url: str, sessions: async_sessionmaker[AsyncSession]) -> AsyncIterator[Site]:
    """The application over a province just settled; its feed begins with this test, and knows what was before it."""
    address, laurel, server = serving
    province = await settle(laurel.engine, laurel.feed, sessions)
    await begin_anew(laurel)
    province.feed = laurel.feed
    async with http_client(address) as http:
        yield Site(address, laurel, province, http, server)


async def begin_anew(laurel: Laurel) -> None:
    """Have an application that serves many tests hear of this test's journal alone, of which it knows all there is."""
    await until(lambda: not laurel.crowds.addresses._there, "the streams of before to be gone")
    await laurel.feed.stop()
    laurel.feed = Feed(laurel.settings.database_url, laurel.settings.redis_url)
    laurel.hear()
    await laurel.feed.start(HANGING)
    await until(lambda: laurel.feed.sure > 0, "the feed to have looked")
    laurel.answers.forget()
    laurel.incidents.__init__()  # type: ignore[misc]  # nothing is noted from before


@pytest.fixture
async def client(site: Site) -> AsyncIterator[Client]:
    """An officer's socket, greeted."""
    async with site.socket() as socket:
        client = Client(socket)
        await client.greet(await site.token("officer"))
        yield client
