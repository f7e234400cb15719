"""An identity provider on a real socket that keeps to the book, and departs from it exactly where a test says so."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import secrets
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.channels.conftest import Quiet

CLIENT, SECRET = "laurel", "a secret / with + signs"


class Provider:
    """Signs everybody in as `subject`."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.key = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
        self.published: list[RSAKey] = [self.key]
        self.reform()

    def reform(self) -> None:
        """Keep to the book again, and forget what was asked."""
        self.subject, self.sid = "an@provider", "session-1"
        self.claims: dict[str, Any] = {}
        """What its tokens say otherwise; None: they do not say it."""
        self.metadata: dict[str, Any] = {"authorization_response_iss_parameter_supported": True}
        self.answers: dict[str, Response] = {}
        """What it answers instead, by path."""
        self.asked = Counter[str]()
        self.codes: dict[str, dict[str, str]] = {}
        self.token: str | None = None
        """What it gives as an ID token instead."""

    def signed(self, **more: Any) -> str:
        """A token by its key, for us, of now; None takes a claim out."""
        now = int(time.time())
        said = {"iss": self.issuer, "aud": CLIENT, "sub": self.subject, "iat": now, "exp": now + 120, **more}
        claims = {name: value for name, value in said.items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    async def describe(self, request: Request) -> Response:
        """OIDC Discovery."""
        here = {name: f"{self.issuer}/{name}" for name in ("authorize", "token", "jwks", "leave")}
        return self._answered(request) or JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": here["authorize"],
                "token_endpoint": here["token"],
                "jwks_uri": here["jwks"],
                "end_session_endpoint": here["leave"],
                **self.metadata,
            }
        )

    async def authorize(self, request: Request) -> Response:
        """Somebody is signed in already: back at once, with a code."""
        asked = dict(request.query_params)
        assert (asked["response_type"], asked["client_id"], asked["code_challenge_method"]) == ("code", CLIENT, "S256")
        code = secrets.token_urlsafe(12)
        self.codes[code] = asked
        said = {"code": code, "state": asked["state"], "iss": self.issuer}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(said)}", 303)

    async def give(self, request: Request) -> Response:
        """A code for tokens: once, to the client, by whoever knows the verifier."""
        form = dict(parse_qsl((await request.body()).decode()))
        scheme, _, said = request.headers.get("authorization", "").partition(" ")
        name, _, secret = base64.b64decode(said).decode().partition(":")
        asked = self.codes.pop(form["code"], None)
        shown = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=")
        known = scheme == "Basic" and (unquote_plus(name), unquote_plus(secret)) == (CLIENT, SECRET)
        if not known or asked is None or shown.decode() != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        if form["redirect_uri"] != asked["redirect_uri"] or form["grant_type"] != "authorization_code":
            return JSONResponse({"error": "invalid_grant"}, 400)
        token = self.token or self.signed(**{"nonce": asked["nonce"], "sid": self.sid, **self.claims})
        given = {"access_token": self.signed(aud="elsewhere"), "token_type": "Bearer", "id_token": token}
        return self._answered(request) or JSONResponse(given)

    async def keys(self, request: Request) -> Response:
        """What it signs by, and has signed by."""
        return self._answered(request) or JSONResponse(KeySet(list(self.published)).as_dict())

    def rotate(self) -> None:
        """Sign by a new key from now on."""
        self.key = RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig"})
        self.published = [*self.published, self.key]

    def app(self) -> Starlette:
        """Its addresses."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.describe),
                Route("/authorize", self.authorize),
                Route("/token", self.give, methods=["POST"]),
                Route("/jwks", self.keys),
            ]
        )

    def _answered(self, request: Request) -> Response | None:
        self.asked[request.url.path] += 1
        return self.answers.get(request.url.path)


@contextlib.asynccontextmanager
async def provided() -> AsyncIterator[Provider]:
    """A provider that answers, on a port of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    provider = Provider(f"http://127.0.0.1:{listener.getsockname()[1]}")
    server = Quiet(uvicorn.Config(provider.app(), log_config=None, lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.005)
    yield provider
    server.should_exit = True
    await task
