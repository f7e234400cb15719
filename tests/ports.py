"""Ports for servers that are begun as processes of their own."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def kept_port() -> Iterator[int]:
    """A port of this machine that nobody else is given until the end of the block; a server may listen there."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: who only binds is in no one's way
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]
