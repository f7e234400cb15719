"""A whole sign-in by a provider that others wrote, run as a process of its own (oidc-provider-mock, on Authlib)."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from resolvers import identity
from tests.channels.conftest import Site, served
from tests.channels.oidc.conftest import VIEWER, here, settings_of, table
from tests.patience import HANGING
from tests.ports import kept_port
from tests.province import settle
from tests.web import http_client


@pytest.fixture
async def issuer(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """The provider's address, once it answers; for what it says one waits as long as it takes."""
    monkeypatch.setattr("channels.oidc.remote.PATIENCE", HANGING)
    with kept_port() as port:
        program = (sys.executable, "-m", "oidc_provider_mock", "--port", str(port))
        quiet = {"stdout": asyncio.subprocess.DEVNULL, "stderr": asyncio.subprocess.DEVNULL}
        process = await asyncio.create_subprocess_exec(*program, **quiet)
        try:
            yield await answering(f"http://localhost:{port}", process)
        finally:
            process.terminate()
            await process.wait()


async def answering(address: str, process: asyncio.subprocess.Process) -> str:
    """The address of a process, once it answers there."""
    async with asyncio.timeout(HANGING), http_client() as http:
        while True:
            try:
                assert (await http.get(address)).status_code == 200
            except httpx.TransportError:
                assert process.returncode is None
                await asyncio.sleep(0.1)
            else:
                return address


async def test_somebody_signs_in_by_a_provider_of_others_making(
    issuer: str, database_url: str, redis_url: str, sessions: async_sessionmaker[AsyncSession], tmp_path: Path
) -> None:
    secret, file = tmp_path / "client-secret", tmp_path / "oidc.toml"
    secret.write_text("any")
    file.write_text(table("mock", issuer, "web", secret, 'scopes = ["openid", "email"]'))
    listener = socket.create_server(("127.0.0.1", 0))
    address = here(listener)
    settings = await settings_of(file, database_url, redis_url, listener)
    async with served(settings, listener) as (_, laurel, server), http_client(address) as browser:
        site = Site(address, laurel, await settle(laurel.engine, laurel.feed, sessions), browser, server)
        account = site.province.viewers["officer"].account_id
        assert account is not None
        async with sessions.begin() as work:
            await identity.link(work, laurel.secret, account, issuer, "officer@example.vn")
        sent = await browser.get("/web/oidc/mock/sign-in?next=/desk")
        async with http_client() as web:
            back = await web.post(sent.headers["location"], data={"sub": "officer@example.vn"})
            denied = await web.post(sent.headers["location"], data={"action": "deny"})
        answer = await browser.get(back.headers["location"])
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
        said = await browser.post("/web/graphql", json={"query": VIEWER}, headers={"Origin": address})
        assert said.json()["data"] == {"viewer": {"account": {"username": "officer"}}}
        assert (await browser.get(denied.headers["location"])).status_code == 400
