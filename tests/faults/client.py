"""A client that goes from server to server in turn, and says of each answer what may be concluded from it."""

from __future__ import annotations

import asyncio
import enum
import itertools
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from tests.faults.history import History
from tests.faults.site import Site
from tests.web import http_client

PATIENCE = 10.0
"""Seconds for an answer. After that nobody knows whether it was done."""
LEFT_OPEN = {"BUSY", "UNAVAILABLE", "TIMEOUT", "INTERNAL_ERROR"}
"""Codes after which a request is sent again with the same key: perhaps it was done."""


class Outcome(enum.Enum):
    """What an answer says of what was asked."""

    OK = "ok"
    REFUSED = "refused"
    """A typed refusal: it was not done."""
    FAILED = "failed"
    """An error that says that it was not done."""
    UNKNOWN = "unknown"
    """No answer, or one that leaves it open: never to be taken for a failure."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    outcome: Outcome
    code: str = ""
    """Of a refusal or an error; of no answer, what ended the waiting."""
    said: Mapping[str, Any] | None = None
    """The member of the result."""
    status: int = 0


class Client:
    """Sends each request to the next server, over kept connections."""

    def __init__(self, sites: Sequence[Site], tokens: Mapping[str, str], history: History, chance: random.Random):
        self._sites, self._tokens, self._history, self._chance = sites, tokens, history, chance
        self._next, self._numbers = itertools.cycle(sites), itertools.count(1)
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=60, keepalive_expiry=3)
        self.http = http_client(timeout=PATIENCE, limits=limits)

    async def close(self) -> None:
        """Close the kept connections."""
        await self.http.aclose()

    def another(self) -> Site:
        """The server whose turn it is."""
        return next(self._next)

    async def act(self, act: str, who: str, said: dict[str, Any], shows: str, kind: str, patience: float) -> Answer:
        """Have an act done: sent again, with the same key and to the next server, while it is not known to be."""
        body = orjson.dumps({"query": mutation(act, kind, shows), "variables": {"input": said}})
        end = asyncio.get_running_loop().time() + patience
        while True:
            answer = await self._attempt(act, who, said, body)
            if answer.outcome is not Outcome.UNKNOWN or asyncio.get_running_loop().time() > end:
                return answer
            await asyncio.sleep(self._chance.uniform(0.05, 0.4))

    async def _attempt(self, act: str, who: str, said: dict[str, Any], body: bytes) -> Answer:
        number, site = next(self._numbers), self.another()
        facts = {"subject": said.get("id"), "expected": said.get("expectedVersion")}
        self._history.note("asked", op=number, who=who, act=act, key=said["idempotencyKey"], site=site.name, **facts)
        answer = await self.ask(site, who, body)
        told = answer.said or {}
        ack = {"subject": told.get("id"), "version": told.get("version"), "number": told.get("number")}
        more = ack if answer.outcome is Outcome.OK else {"code": answer.code}
        self._history.note(answer.outcome.value, op=number, status=answer.status, **more)
        return answer

    async def ask(self, site: Site, who: str, body: bytes) -> Answer:
        """One request to one server."""
        headers = {"Authorization": f"Bearer {self._tokens[who]}", "Content-Type": "application/json"}
        try:
            async with asyncio.timeout(PATIENCE):  # httpx bounds each step of it
                response = await self.http.post(f"{site.address}/web/graphql", content=body, headers=headers)
        except (httpx.HTTPError, OSError) as loss:
            return Answer(Outcome.UNKNOWN, type(loss).__name__)
        return judged(response.status_code, response.content)


def mutation(act: str, kind: str, shows: str) -> str:
    """The document of an act, whose refusals say their names."""
    members = {"Dossier": "id version status lines(first: 1) { nodes { id } }", "Decision": "id version number"}
    reply = f"__typename ... on {shows} {{ {members[shows]} }} ... on Refusal {{ messageEn }}"
    return f"mutation($input: {kind}!) {{ done: {act}(input: $input) {{ {reply} }} }}"


def judged(status: int, body: bytes) -> Answer:
    """What an answer says; one that is no answer of ours leaves everything open."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return Answer(Outcome.UNKNOWN, "NOT_JSON", status=status)
    if errors := said.get("errors"):
        code = str(errors[0].get("extensions", {}).get("code", "NO_CODE"))
        open_still = code in LEFT_OPEN or status >= 500
        return Answer(Outcome.UNKNOWN if open_still else Outcome.FAILED, code, status=status)
    done = said["data"]["done"]
    if "messageEn" in done:
        return Answer(Outcome.REFUSED, done["__typename"], done, status)
    return Answer(Outcome.OK, "", done, status)
