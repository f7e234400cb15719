"""The peers that this machine can run: npm's packages by the lock, and a Node new enough for all of them."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from models.access import Viewer
from tests.conformance import node
from tests.conformance.node import NoNode, NotInstalled

__all__ = ["LISTENED", "PEERS", "NoNode", "NotInstalled", "install", "run", "versions"]

PEERS = {"postgraphile": "postgraphile", "mercurius": "mercurius", "yoga": "graphql-yoga"}
"""Each contender's name, and its package's."""
LISTENED = "graphql-ws"
"""The peer that tells many what happened."""
HERE = Path(__file__).parent
BROUGHT = HERE / "node_modules" / ".bin" / "node"
"""The Node that npm installs, where there is one for this machine."""
OLDEST = 22
"""PostGraphile 5 asks for it."""


def install() -> str:
    """Install what the lock names and give the Node to run it by; raises NoNode or NotInstalled."""
    node.find()
    node.install(HERE)
    return program()


def program() -> str:
    """The Node that the lock names, or else the machine's own; raises NoNode where neither is new enough."""
    own = str(BROUGHT) if BROUGHT.exists() else shutil.which("node") or ""
    if not own or node.major(said := node.version(own)) < OLDEST:
        raise NoNode(said if own else "none")
    return own


def versions() -> str:
    """What is measured, for a person."""
    lock = json.loads((HERE / "package-lock.json").read_text())["packages"]
    names = (*PEERS.values(), LISTENED, "graphql-jit", "graphql", "pg")
    said = [f"{name} {lock[f'node_modules/{name}']['version']}" for name in names]
    return " · ".join([f"Node {node.version(program()).removeprefix('v')}", *said])


def run(name: str, database_url: str, viewer: Viewer) -> None:
    """Become this peer's server: the process stays the same, and so do its core and its standard input."""
    who = {
        "proposesIn": list(viewer.proposes_in),
        "handlesIn": list(viewer.handles_in),
        "accountId": str(viewer.account_id),
    }
    given = {"DATABASE_URL": database_url, "BENCH_VIEWER": json.dumps(who)}
    modes = {"NODE_ENV": "production", "GRAPHILE_ENV": "production"}
    own = program()
    os.chdir(HERE)
    os.execve(own, [own, f"{name}.mjs"], {**os.environ, **given, **modes})
