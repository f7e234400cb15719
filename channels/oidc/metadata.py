"""What a provider says of itself (OIDC Discovery), and the keys it signs by, each kept for as long as it is good."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from joserfc.jwk import KeySet

from channels.oidc.kept import Away, Kept
from channels.oidc.providers import Provider
from channels.oidc.remote import Remote
from channels.oidc.tokens import Claims, UnknownKey, read_keys, verified


@dataclass(frozen=True)
class Metadata:
    """Where a provider is asked what."""

    authorization: str
    token: str
    keys: str
    end_session: str | None
    says_issuer: bool
    """Whether its answers always say whose they are (RFC 9207)."""


class Described:
    """One provider, as it describes itself."""

    def __init__(self, provider: Provider, clock: Callable[[], float] = time.monotonic) -> None:
        self.provider, self.remote = provider, Remote(provider)
        self.metadata = Kept(self._metadata, clock)
        self.keys = Kept(self._keys, clock)

    async def verified(self, token: Any) -> Claims:
        """The claims of a token it signed for us; a key not known yet is looked for once. Raises Untrusted or Away."""
        try:
            return verified(token, await self.keys.get(), self.provider)
        except UnknownKey:
            return verified(token, await self.keys.get(anew=True), self.provider)

    async def _metadata(self) -> Metadata:
        said = await self.remote.get(self.provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
        if said.get("issuer") != self.provider.issuer:
            raise Away
        end = said.get("end_session_endpoint")
        return Metadata(
            authorization=self._url(said.get("authorization_endpoint")),
            token=self._url(said.get("token_endpoint")),
            keys=self._url(said.get("jwks_uri")),
            end_session=None if end is None else self._url(end),
            says_issuer=said.get("authorization_response_iss_parameter_supported") is True,
        )

    def _url(self, said: Any) -> str:
        if not isinstance(said, str) or not self.provider.reaches(said):
            raise Away
        return said

    async def _keys(self) -> KeySet:
        return read_keys(await self.remote.get((await self.metadata.get()).keys))
