"""What a document costs that Laurel never saw: read, validated, weighed, planned, prepared by PostgreSQL, answered."""

from __future__ import annotations

import re
import time
from itertools import count

import orjson

from tests.bench.load import Measured, Target, post, spent

TIMES = 9
"""Documents of each query."""
_ROOT = re.compile(r"(\{\s*)(\w+)")
_numbers = count(1)


def cold(target: Target, body: bytes, token: str) -> list[Measured]:
    """The first answers to so many documents that ask what this body asks, each in words of its own."""
    return [first_answer(target, never_seen(body), token) for _ in range(TIMES)]


def never_seen(body: bytes) -> bytes:
    """The same question under a new response key: neither a document, nor a plan, nor a statement is there for it."""
    said = orjson.loads(body)
    said["query"] = _ROOT.sub(rf"\1cold{next(_numbers)}: \2", said["query"], count=1)
    return orjson.dumps(said)


def first_answer(target: Target, body: bytes, token: str) -> Measured:
    """The server's CPU and the round trip of one request that was never made before."""
    request = post("/web/graphql", body, authorization=f"Bearer {token}")
    before, begun = spent(target.address), time.perf_counter()
    target.answer(request)
    trip = 1000 * (time.perf_counter() - begun)
    return Measured(1, spent(target.address) - before, trips_ms=(trip,))
