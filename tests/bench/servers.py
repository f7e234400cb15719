"""The contenders' servers, each a process of its own, and the session by which all of them are asked."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from channels.settings import Settings
from models.demo import PASSWORD
from tests.bench.contender import viewer_of
from tests.bench.cores import SERVER, pin
from tests.bench.load import Connection, Target, post
from tests.bench.peers import views
from tests.bench.postgres import Postgres, postgres_at

ROOT = Path(__file__).resolve().parent.parent.parent
WHO = "chutich"
"""The chairman sees every dossier that was submitted."""
SIGN_IN = "mutation ($input: SignInInput!) { signIn(input: $input) { ... on Session { token } } }"
SLOW = 2
"""Connections by which stock Strawberry is kept busy: with more, one turn of them takes seconds."""


@dataclass(frozen=True)
class Servers:
    """Where the contenders are, the token that Laurel is asked with, and the PostgreSQL behind all."""

    laurel: str
    limit: str
    stock: str
    peers: dict[str, str]
    token: str
    postgres: Postgres | None

    def of(self, contender: str) -> str:
        """The address of the server by which a contender answers."""
        ours = {"laurel": self.laurel, "trusted": self.laurel, "strawberry": self.stock}
        return ours.get(contender) or self.peers.get(contender) or self.limit

    def targets(self, query: str, body: bytes) -> dict[str, Target]:
        """Each contender's answer to one query."""
        said = orjson.loads(body)
        registered = orjson.dumps({"documentId": query, "variables": said["variables"]})
        foreign = {"postgraphile": orjson.dumps({**said, "query": views.document(query)})}
        asked = {
            "laurel": post("/web/graphql", body, authorization=f"Bearer {self.token}"),
            "trusted": post("/web/graphql", registered, authorization=f"Bearer {self.token}"),
            "hand": post(f"/hand/{query}", body),
            "fixed": post(f"/fixed/{query}", body),
            "strawberry": post("/graphql/", body),
            **{name: post("/graphql", foreign.get(name, body)) for name in self.peers},
        }
        at_once = {"strawberry": SLOW}
        return {
            name: Target(self.of(name), request, at_once.get(name, 8), self.postgres) for name, request in asked.items()
        }


@contextmanager
def running(settings: Settings, peers: Sequence[str] = ()) -> Iterator[Servers]:
    """Start them all; what they log goes to nowhere, yet is written."""
    with ExitStack() as stack:
        with started("laurel", settings) as door:  # to check a password takes 64 MB for a moment: not where we measure
            token = signed_in(door)
        laurel = stack.enter_context(started("laurel", settings))
        if peers:
            viewer = asyncio.run(viewer_of(settings.database_url, token))
            stack.enter_context(views.shown(settings.database_url, viewer))
        limit, stock, *others = (
            stack.enter_context(started(name, settings, token)) for name in ("limit", "stock", *peers)
        )
        postgres = postgres_at(settings.database_url)
        yield Servers(laurel, limit, stock, dict(zip(peers, others, strict=True)), token, postgres)


@contextmanager
def started(name: str, settings: Settings, token: str = "", **more: str) -> Iterator[str]:
    """One contender's server on a core of its own, until the end of the block; gives its address."""
    given = {"DATABASE_URL": settings.database_url, "REDIS_URL": settings.redis_url or "none", "BENCH_TOKEN": token}
    given["LAUREL_RATES"] = "none"  # one account asks as fast as it can, and answers are compared with others
    process = subprocess.Popen(
        (sys.executable, "-m", "tests.bench.contender", name),
        cwd=ROOT,
        env={**{key: value for key, value in os.environ.items() if not key.startswith("LAUREL_")}, **given, **more},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if not os.environ.get("BENCH_LOG") else None,
        text=True,
    )
    pin(SERVER, process.pid)
    assert process.stdin
    assert process.stdout
    try:
        address = process.stdout.readline().strip()
        if not address:
            raise RuntimeError(f"{name} did not start; run it with BENCH_LOG=1 to see why")
        yield address
    finally:
        process.stdin.close()
        process.wait(10)


def signed_in(laurel: str, who: str = WHO) -> str:
    """A session's token, as anybody signs in."""
    body = orjson.dumps({"query": SIGN_IN, "variables": {"input": {"username": who, "password": PASSWORD}}})
    with closing(Connection(laurel)) as connection:
        status, said = connection.ask(post("/web/graphql", body))
    token = orjson.loads(said).get("data", {}).get("signIn", {}).get("token") if status == 200 else None
    if not token:
        raise RuntimeError(f"{who} cannot sign in: {said!r}")
    return str(token)
