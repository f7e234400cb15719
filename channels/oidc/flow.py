"""One sign-in by a provider: sent with a state, a nonce and a code challenge, answered once, to the browser it is of.

The browser keeps a secret in a cookie; the state is in the address, and its hash in the database. The nonce and the
code verifier follow from the secret and the state together, so none of the three places alone can finish a sign-in.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from channels.contract import Channel
from channels.oidc.metadata import Described
from channels.oidc.remote import Declined
from channels.oidc.tokens import Untrusted, ends, identified
from resolvers import identity
from resolvers.client import Client, SignedIn
from resolvers.identity import Begun, Proof

LONGEST_NEXT = 500
_LONGEST = 2_000
"""Characters of anything a provider's answer says by its address."""
_ANSWER = ("state", "code", "iss", "error")


class NotSignedIn(Exception):
    """There is no session: the same for whatever was wrong."""


class NotLinked(Exception):
    """The provider says who it is, and that is no account of ours, or none that this channel serves."""


class Linked(Exception):
    """The identity, or the account, is linked otherwise already."""


@dataclass(frozen=True)
class Sent:
    """Where a browser is sent, and what it is to keep until it comes back."""

    url: str
    cookie: str
    secret: str


@dataclass(frozen=True)
class Flow:
    """The sign-ins by one provider."""

    described: Described
    channel: Channel
    address: str
    """https://…, by which the provider knows us: never what a request says of its host."""
    transactions: async_sessionmaker[AsyncSession]
    key: bytes

    @property
    def redirect_uri(self) -> str:
        """The one address the provider sends browsers back to."""
        return self.address + self.described.provider.path("callback")

    async def begin(self, next: str, account_id: UUID | None = None) -> Sent:
        """Where to send a browser that wants to sign in, or to link an account. Raises NotSignedIn or Away."""
        if not same_origin(next):
            raise NotSignedIn
        provider, metadata = self.described.provider, await self.described.metadata.get()
        state, secret = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        async with self.transactions.begin() as work:
            await identity.send(work, state, provider.name, next, account_id)
        asked = {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": " ".join(provider.scopes),
            "state": state,
            "nonce": derived(secret, "nonce", state),
            "code_challenge": challenge(derived(secret, "verifier", state)),
            "code_challenge_method": "S256",
        }
        if account_id is not None:
            asked["prompt"] = "login"  # whoever links shows that the identity is theirs, not what a browser was left in
        return Sent(_asking(metadata.authorization, asked), cookie_of(state), secret)

    async def finish(
        self, answer: Sequence[tuple[str, str]], secret: str | None, client: Client
    ) -> tuple[SignedIn, str]:
        """The session that an answer begins, and where to go. Raises NotSignedIn, NotLinked, Linked or Away."""
        said = _single(answer)
        state = said.get("state")
        if state is None:
            raise NotSignedIn
        async with self.transactions.begin() as work:
            sent = await identity.receive(work, state, self.described.provider.name)
        if sent is None or secret is None:
            raise NotSignedIn
        proof = await self._proof(said, secret, state)
        async with self.transactions.begin() as work:
            if sent.account_id is not None:
                await self._link(work, sent, sent.account_id, proof)
            known = await identity.known(work, self.key, proof)
            if known is None:
                raise NotLinked
            act = f"{self.described.provider.name} link" if sent.account_id is not None else None
            begun = await identity.begin(work, self.key, known, proof, client, act)
            if begun.viewer.audience is not self.channel.audience:
                raise NotLinked  # and nothing of the session remains
        return begun, sent.next

    async def end(self, token: str) -> Sequence[UUID]:
        """End what a provider's logout token ends. Raises Untrusted or Away."""
        claims = await self.described.verified(token)
        who, sid = ends(claims)
        claim = self.described.provider.claim
        named = claims.get(claim) if who is not None and isinstance(claims.get(claim), str) else None
        if named is None and sid is None:
            raise Untrusted
        at = datetime.fromtimestamp(float(claims["iat"]) + 1, UTC)  # a session of that very second is meant too
        async with self.transactions.begin() as work:
            return await identity.end(work, self.key, self.described.provider.issuer, named, sid, at)

    async def leave(self) -> str | None:
        """Where a browser signs out of the provider too, to come back to the start page; None where it cannot."""
        end = (await self.described.metadata.get()).end_session
        if end is None:
            return None
        said = {"client_id": self.described.provider.client_id, "post_logout_redirect_uri": f"{self.address}/"}
        return _asking(end, said)

    async def _link(self, work: AsyncSession, sent: Begun, account_id: UUID, proof: Proof) -> None:
        if not await identity.may_link_still(work, sent):
            raise NotSignedIn
        try:
            await identity.link(work, self.key, account_id, proof.issuer, proof.subject)
        except identity.AlreadyLinked:
            raise Linked from None

    async def _proof(self, said: dict[str, str], secret: str, state: str) -> Proof:
        """Who has signed in, as the provider vouches for. Raises NotSignedIn or Away."""
        provider, metadata = self.described.provider, await self.described.metadata.get()
        issuer = said.get("iss")
        if issuer != provider.issuer and (issuer is not None or metadata.says_issuer):
            raise NotSignedIn  # another provider's answer (RFC 9207)
        if "error" in said or not said.get("code"):
            raise NotSignedIn
        asked = {
            "grant_type": "authorization_code",
            "code": said["code"],
            "redirect_uri": self.redirect_uri,
            "code_verifier": derived(secret, "verifier", state),
        }
        try:
            given = await self.described.remote.post(metadata.token, asked)
            claims = await self.described.verified(given.get("id_token"))
            who = identified(claims, provider, derived(secret, "nonce", state))
        except (Declined, Untrusted):
            raise NotSignedIn from None
        sid = claims.get("sid")
        return Proof(provider.issuer, who, sid if isinstance(sid, str) and len(sid) <= _LONGEST else None)


def same_origin(next: str) -> bool:
    """Whether this is a path of our own, however a browser reads it: no other host, no scheme, nothing it drops."""
    if not next.startswith("/") or next.startswith("//") or len(next) > LONGEST_NEXT:
        return False
    if not next.isascii() or not next.isprintable() or any(sign in next for sign in '\\ "<>'):
        return False
    try:
        parts = urlsplit(next)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc


def derived(secret: str, purpose: str, state: str) -> str:
    """What follows from a browser's secret for one purpose of one sign-in: 43 characters."""
    return _text(hmac.digest(secret.encode(), f"{purpose}\0{state}".encode(), hashlib.sha256))


def challenge(verifier: str) -> str:
    """What is shown of a code verifier beforehand (RFC 7636, S256)."""
    return _text(hashlib.sha256(verifier.encode("ascii")).digest())


def cookie_of(state: str) -> str:
    """The name of the cookie of one sign-in: several may be under way in a browser."""
    return hashlib.sha256(state.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _asking(url: str, said: dict[str, str]) -> str:
    """The address with these parameters, after what it may have of its own."""
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(said)}"


def _text(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def _single(answer: Sequence[tuple[str, str]]) -> dict[str, str]:
    """What an answer says, each thing once. Raises NotSignedIn."""
    said = [(name, value) for name, value in answer if name in _ANSWER]
    if len(dict(said)) < len(said) or any(len(value) > _LONGEST for _, value in said):
        raise NotSignedIn
    return dict(said)
