"""The requests made to a provider: bounded in time and size, to its own hosts alone, wherever it may point."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import quote_plus

import httpx
import orjson

from channels.logs import get_logger
from channels.oidc.kept import Away
from channels.oidc.providers import Provider

log = get_logger("laurel.oidc")

PATIENCE = 5.0
"""Seconds for a whole answer."""
LARGEST = 256_000
"""Bytes of it."""


class Declined(Exception):
    """The provider answered, and says no."""


@cache
def trusted() -> ssl.SSLContext:
    """Whose certificates are believed, read once: 30 ms in which nobody else is answered."""
    return httpx.create_ssl_context(trust_env=False)


class Remote:
    """Asks one provider. No redirect is followed, no proxy or netrc of the environment is heeded."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider

    async def get(self, url: str) -> dict[str, Any]:
        """The JSON object at an address. Raises Away."""
        status, said = await self._asked("GET", url)
        if status != 200:
            raise self._away("answered", status=status)
        return said

    async def post(self, url: str, form: Mapping[str, str]) -> dict[str, Any]:
        """What the provider answers to a form, as its client. Raises Declined or Away."""
        secret, more = self.provider.secret(), dict(form)
        known = httpx.BasicAuth(quote_plus(self.provider.client_id), quote_plus(secret)) if secret else None
        if known is None:
            more["client_id"] = self.provider.client_id
        status, said = await self._asked("POST", url, data=more, auth=known)
        if 400 <= status < 500:
            raise Declined
        if status != 200:
            raise self._away("answered", status=status)
        return said

    async def _asked(self, method: str, url: str, **more: Any) -> tuple[int, dict[str, Any]]:
        if not self.provider.reaches(url):
            raise self._away("an endpoint on a host that is not its own: see `hosts`")
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        try:
            async with (
                asyncio.timeout(PATIENCE),
                httpx.AsyncClient(
                    verify=trusted(), timeout=PATIENCE, follow_redirects=False, trust_env=False
                ) as client,
                client.stream(method, url, headers=headers, **more) as answer,
            ):
                body = await self._body(answer)
            said = orjson.loads(body) if answer.status_code == 200 else {}
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError, ValueError) as problem:
            raise self._away(type(problem).__name__) from None
        if not isinstance(said, dict):
            raise self._away("no JSON object")
        return answer.status_code, said

    async def _body(self, answer: httpx.Response) -> bytes:
        body = b""
        async for piece in answer.aiter_raw():
            body += piece
            if len(body) > LARGEST:
                raise self._away("too large an answer")
        return body

    def _away(self, problem: str, **more: Any) -> Away:
        log.warning("an identity provider cannot be asked", provider=self.provider.name, problem=problem, **more)
        return Away()
