"""The contenders' servers, each a process of its own, and the session by which all of them are asked."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from channels.settings import Settings
from models.demo import PASSWORD
from tests.bench.contender import viewer_of
from tests.bench.load import Connection, Target, post
from tests.bench.peers import views

ROOT = Path(__file__).resolve().parent.parent.parent
WHO = "chutich"
"""The chairman sees every dossier that was submitted."""
SIGN_IN = "mutation ($input: SignInInput!) { signIn(input: $input) { ... on Session { token } } }"


@dataclass(frozen=True)
class Servers:
    """Where the contenders are, and the token that Laurel is asked with."""

    laurel: str
    limit: str
    stock: str
    peers: dict[str, str]
    token: str

    def targets(self, query: str, body: bytes) -> dict[str, Target]:
        """Each contender's answer to one query."""
        bodies = {"postgraphile": orjson.dumps({**orjson.loads(body), "query": views.document(query)})}
        return {
            "laurel": Target(self.laurel, post("/web/graphql", body, authorization=f"Bearer {self.token}")),
            "hand": Target(self.limit, post(f"/hand/{query}", body)),
            "fixed": Target(self.limit, post(f"/fixed/{query}", body)),
            "strawberry": Target(self.stock, post("/graphql/", body)),
            **{name: Target(address, post("/graphql", bodies.get(name, body))) for name, address in self.peers.items()},
        }


@contextmanager
def running(settings: Settings, peers: Sequence[str] = ()) -> Iterator[Servers]:
    """Start them all; what they log goes to nowhere, yet is written."""
    with ExitStack() as stack:
        laurel = stack.enter_context(started("laurel", settings))
        token = signed_in(laurel)
        if peers:
            viewer = asyncio.run(viewer_of(settings.database_url, token))
            stack.enter_context(views.shown(settings.database_url, viewer))
        limit, stock, *others = (
            stack.enter_context(started(name, settings, token)) for name in ("limit", "stock", *peers)
        )
        yield Servers(laurel, limit, stock, dict(zip(peers, others, strict=True)), token)


@contextmanager
def started(name: str, settings: Settings, token: str = "") -> Iterator[str]:
    """One contender's server, until the end of the block; gives its address."""
    given = {"DATABASE_URL": settings.database_url, "REDIS_URL": settings.redis_url or "none", "BENCH_TOKEN": token}
    process = subprocess.Popen(
        (sys.executable, "-m", "tests.bench.contender", name),
        cwd=ROOT,
        env={**{key: value for key, value in os.environ.items() if not key.startswith("LAUREL_")}, **given},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if not os.environ.get("BENCH_LOG") else None,
        text=True,
    )
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


def signed_in(laurel: str) -> str:
    """A session's token, as anybody signs in."""
    body = orjson.dumps({"query": SIGN_IN, "variables": {"input": {"username": WHO, "password": PASSWORD}}})
    status, said = Connection(laurel).ask(post("/web/graphql", body))
    token = orjson.loads(said).get("data", {}).get("signIn", {}).get("token") if status == 200 else None
    if not token:
        raise RuntimeError(f"{WHO} cannot sign in: {said!r}")
    return str(token)
