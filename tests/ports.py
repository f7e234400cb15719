"""Ports for servers that are begun as processes of their own."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import finalize


@contextmanager
def kept_port() -> Iterator[int]:
    """A port of this machine that nobody else is given until the end of the block; a server may listen there."""
    with _bound() as holder:
        yield holder.getsockname()[1]


def port_of(owner: object) -> int:
    """A port that nobody else is given for as long as its owner lives, also while its server is down."""
    holder = _bound()
    finalize(owner, holder.close)
    port: int = holder.getsockname()[1]
    return port


def _bound() -> socket.socket:
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: who only binds is in no one's way
    holder.bind(("127.0.0.1", 0))
    return holder
