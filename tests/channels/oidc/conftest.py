"""The application with identity providers, and browsers that go from one to the other."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from channels.app import Laurel
from channels.database import as_application
from channels.settings import Settings
from resolvers import identity
from tests.channels.conftest import UNCOUNTED, Site, begin_anew, served
from tests.channels.oidc.provider import CLIENT, SECRET, Provider, provided
from tests.patience import HANGING
from tests.province import settle
from tests.web import http_client

VIEWER = "{ viewer { account { username } } }"


@dataclass
class House:
    """The application and its providers, and a way to sign in by them."""

    site: Site
    provider: Provider
    other: Provider
    browser: httpx.AsyncClient
    """One browser: it keeps cookies and follows nothing by itself."""

    @property
    def laurel(self) -> Laurel:
        """The application's parts."""
        return self.site.laurel

    async def link(self, who: str, subject: str = "an@provider", issuer: str | None = None) -> None:
        """Have an identity stand for somebody's account, as an administrator has."""
        account = self.site.province.viewers[who].account_id
        assert account is not None
        async with self.site.province.sessions.begin() as work:
            await identity.link(work, self.laurel.secret, account, issuer or self.provider.issuer, subject)

    async def sent(self, path: str = "/web/oidc/sso/sign-in", **more: Any) -> str:
        """Where a browser that wants to sign in is sent."""
        answer = await self.browser.get(path, **more)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def back(self, url: str) -> str:
        """Where the provider sends a browser back to."""
        async with http_client() as web:
            return (await web.get(url)).headers["location"]

    async def signed_in(self, path: str = "/web/oidc/sso/sign-in") -> httpx.Response:
        """The answer to a whole sign-in."""
        return await self.browser.get(await self.back(await self.sent(path)))

    async def who(self, browser: httpx.AsyncClient | None = None, channel: str = "web") -> str | None:
        """As whom a browser is signed in."""
        headers = {"Origin": self.site.address}
        asked = {"query": VIEWER} if channel == "web" else {"documentId": "MyDossiers"}
        said = (await (browser or self.browser).post(f"/{channel}/graphql", json=asked, headers=headers)).json()
        if channel != "web":
            return "a nominee" if "data" in said and "errors" not in said else None
        return said["data"]["viewer"]["account"]["username"] if "data" in said else None


def table(name: str, issuer: str, channel: str, secret: Path, more: str = "") -> str:
    """A provider as the file of settings says it."""
    return (
        f'[{name}]\nchannel = "{channel}"\nissuer = "{issuer}"\nclient_id = "{CLIENT}"\n'
        f'client_secret_file = "{secret}"\n{more}\n'
    )


async def settings_of(file: Path, database_url: str, redis_url: str, listener: socket.socket) -> Settings:
    """An application's that has the providers of a file and listens there."""
    return Settings(
        database_url=await as_application(database_url),
        redis_url=redis_url,
        secure_cookies=False,
        readers=2,
        data=file.parent,
        address=here(listener),
        oidc=file,
        rates=UNCOUNTED,
    )


def here(listener: socket.socket) -> str:
    """The address of who listens."""
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


@dataclass
class Housing:
    """The application and the providers, for all tests."""

    running: tuple[str, Laurel, uvicorn.Server]
    provider: Provider
    other: Provider


@pytest.fixture(scope="session")
async def housing(
    database_url: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Housing]:
    """An application of its own, with a provider for staff, another one, and one for citizens."""
    folder = tmp_path_factory.mktemp("oidc")
    secret, file = folder / "client-secret", folder / "oidc.toml"
    secret.write_text(SECRET + "\n")
    listener = socket.create_server(("127.0.0.1", 0))
    async with provided() as provider, provided() as other:
        file.write_text(
            table("sso", provider.issuer, "web", secret, 'hosts = ["localhost"]')
            + table("other", other.issuer, "web", secret)
            + table("citizen", provider.issuer, "mobile", secret, 'claim = "personal_number"')
        )
        settings = await settings_of(file, database_url, redis_url, listener)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("channels.oidc.remote.PATIENCE", HANGING)
            async with served(settings, listener) as running:
                yield Housing(running, provider, other)


@pytest.fixture
async def house(housing: Housing, sessions: async_sessionmaker[AsyncSession]) -> AsyncIterator[House]:
    """The application over a province just settled, with providers that keep to the book."""
    address, laurel, server = housing.running
    province = await settle(laurel.engine, laurel.feed, sessions)
    await begin_anew(laurel)
    province.feed = laurel.feed
    housing.provider.reform()
    housing.other.reform()
    async with http_client(address) as http:
        yield House(Site(address, laurel, province, http, server), housing.provider, housing.other, http)
