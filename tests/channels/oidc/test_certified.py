"""A whole sign-in by a certified provider (npm oidc-provider), which wants PKCE, and tells us when somebody leaves it.

It is there once `./run conformance oidc` was run.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

import models as rows
from resolvers import identity
from tests.channels.conftest import Site, served
from tests.channels.oidc.conftest import VIEWER, here, settings_of, table
from tests.channels.oidc.provider import SECRET
from tests.conformance import node
from tests.patience import HANGING
from tests.ports import kept_port
from tests.province import settle
from tests.web import http_client

FOLDER = node.HERE / "oidc"


@pytest.fixture
def listener() -> socket.socket:
    """Where the application will listen: the provider must know it first."""
    return socket.create_server(("127.0.0.1", 0))


@pytest.fixture
async def issuer(listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """The provider's address, once it answers."""
    if not (FOLDER / "node_modules" / "oidc-provider").is_dir():
        listener.close()
        pytest.skip(
            "signing in by a certified provider: `./run conformance oidc` installs it, where there is a Node ≥ 20"
        )
    monkeypatch.setattr("channels.oidc.remote.PATIENCE", HANGING)
    with kept_port() as port:
        program = (node.find(), "provider.mjs", str(port), here(listener))
        process = await asyncio.create_subprocess_exec(*program, cwd=FOLDER, stdout=asyncio.subprocess.PIPE)
        try:
            assert process.stdout is not None
            assert await asyncio.wait_for(process.stdout.readline(), HANGING) == b"ready\n"
            yield f"http://localhost:{port}"
        finally:
            process.terminate()
            await process.communicate()  # to the end of what it says, or its pipe stays open


async def led(web: httpx.AsyncClient, where: str, back: str) -> str:
    """Where a provider at last sends a browser back to."""
    while not where.startswith(back):
        said = await web.get(where)
        assert said.status_code in (302, 303), said.text
        where = str(httpx.URL(where).join(said.headers["location"]))
    return where


async def test_somebody_signs_in_by_a_certified_provider_and_is_signed_out_where_they_leave_it(
    issuer: str,
    listener: socket.socket,
    database_url: str,
    redis_url: str,
    sessions: async_sessionmaker[AsyncSession],
    tmp_path: Path,
) -> None:
    secret, file, address = tmp_path / "client-secret", tmp_path / "oidc.toml", here(listener)
    secret.write_text(SECRET)
    file.write_text(table("certified", issuer, "web", secret))
    settings = await settings_of(file, database_url, redis_url, listener)
    async with (
        served(settings, listener) as (_, laurel, server),
        http_client(address) as browser,
        http_client() as web,
    ):
        site = Site(address, laurel, await settle(laurel.engine, laurel.feed, sessions), browser, server)
        account = site.province.viewers["officer"].account_id
        assert account is not None
        async with sessions.begin() as work:
            await identity.link(work, laurel.secret, account, issuer, "an")
        sent = await browser.get("/web/oidc/certified/sign-in?next=/decisions")
        answer = await browser.get(await led(web, sent.headers["location"], address))
        assert (answer.status_code, answer.headers["location"]) == (303, "/decisions")
        said = await browser.post("/web/graphql", json={"query": VIEWER}, headers={"Origin": address})
        assert said.json()["data"] == {"viewer": {"account": {"username": "officer"}}}
        asked = re.search(
            r'name="xsrf" value="([^"]+)"', (await web.get(f"{issuer}/session/end?client_id=laurel")).text
        )
        assert asked is not None
        await web.post(f"{issuer}/session/end/confirm", data={"xsrf": asked[1], "logout": "yes"})
        async with sessions() as session:
            assert (await session.scalars(select(rows.Session.ended_at))).one() is not None
