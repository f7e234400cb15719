"""Why a request is turned away before it is answered: a stable code, an HTTP status, and what to do next."""

from __future__ import annotations

import math
from typing import Any

import orjson

from channels.reasons import Refusal
from resolvers.engine.refused import RETRY_AFTER

__all__ = ("IN_GRAPHQL", "Refusal", "Refused", "later", "over", "shortened")

IN_GRAPHQL = frozenset({Refusal.PARSE_ERROR, Refusal.VALIDATION_FAILED})
"""What GraphQL itself finds wrong: 200 to a client that takes only application/json, as the specification has it."""
_LONGEST = 500


class Refused(Exception):
    """The request is not answered. `errors` is the exact list a client gets."""

    def __init__(
        self,
        refusal: Refusal,
        errors: list[dict[str, Any]] | None = None,
        *,
        headers: dict[str, str] | None = None,
        act: str | None = None,
    ) -> None:
        super().__init__(refusal.name)
        self.act = act
        """What was asked for, and on what, where that matters to whoever looks later."""
        self.subject: object = None
        self.refusal = refusal
        self.headers = headers or {}
        self.errors = errors or [{"message": refusal.message, "extensions": {"code": refusal.name}}]

    def body(self) -> bytes:
        """The response body: errors and no data."""
        return orjson.dumps({"errors": self.errors})


def later(errors: list[dict[str, Any]] | None = None) -> Refused:
    """UNAVAILABLE, with when to ask again: in the header and, for who reads GraphQL alone, beside the code."""
    extensions = {"code": Refusal.UNAVAILABLE.name, "retryAfter": RETRY_AFTER}
    said = errors or [{"message": Refusal.UNAVAILABLE.message, "extensions": extensions}]
    return Refused(Refusal.UNAVAILABLE, said, headers={"Retry-After": str(RETRY_AFTER)})


def rate_limited(budget: str, wait: float) -> Refused:
    """RATE_LIMITED with when to come again; which numbers stand behind it is not told here.

    `RateLimit` is of draft-ietf-httpapi-ratelimit-headers-10: nothing remains (r) for so many seconds (t).
    """
    seconds = max(1, math.ceil(wait))
    said = {"code": Refusal.RATE_LIMITED.name, "retryAfter": seconds}
    headers = {"Retry-After": str(seconds), "RateLimit": f'"{budget}";r=0;t={seconds}'}
    return Refused(
        Refusal.RATE_LIMITED, [{"message": Refusal.RATE_LIMITED.message, "extensions": said}], headers=headers
    )


def over(refusal: Refusal, asked: int, limit: int, *, reveal: bool) -> Refused:
    """A limit passed; its number is told only to whom it may be revealed."""
    told: dict[str, Any] = {"code": refusal.name} | ({"asked": asked, "limit": limit} if reveal else {})
    return Refused(refusal, [{"message": refusal.message, "extensions": told}])


def shortened(words: str) -> str:
    """graphql-core's words, cut: they may repeat a whole value of the document, or a name of any length."""
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"
