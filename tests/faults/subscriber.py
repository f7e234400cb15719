"""Subscribers over WebSocket and SSE: they leave, come back anywhere with their cursor, and note what they hear."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
import websockets
from websockets.exceptions import WebSocketException

from tests.faults.history import History
from tests.faults.site import Site
from tests.web import http_client

SILENCE = 10.0
"""Seconds without a word after which a subscriber takes its connection for dead and makes another."""
STAYING = 5.0
"""Seconds that a subscriber stays once it was let in, at most, before it leaves by itself."""
MOVED = "cursor event { id version } dossier { id version } resync { reason head }"
AGENCY = (
    "subscription($agency: String!, $after: Cursor) { agencyDossiersMoved(agency: $agency, after: $after)"
    f" {{ {MOVED} }} }}"
)


@dataclass(frozen=True)
class Wish:
    """What is subscribed to: by whom, on which channel and transport, and under which topic the journal tells it."""

    who: str | None
    channel: str
    transport: str
    topic: str
    payload: dict[str, Any]
    slow: bool = False
    """Reads seldom: it may be told only the last of several steps of one dossier."""
    partial: bool = False
    """Sees some of what is told under the topic: that all was told is not checked."""


def agency(who: str, code: str, path: str, transport: str = "ws", **more: Any) -> Wish:
    """The dossiers of an agency."""
    return Wish(who, "web", transport, f"agency:{path}", {"query": AGENCY, "variables": {"agency": code}}, **more)


def decisions() -> Wish:
    """What is published, on the portal."""
    return Wish(None, "portal", "sse", "decisions", {"documentId": "DecisionPublished", "variables": {}})


def dossier(who: str, key: str, transport: str) -> Wish:
    """One dossier, on the phone."""
    topic = f"dossier:{key.partition('_')[2]}"
    return Wish(who, "mobile", transport, topic, {"documentId": "DossierMoved", "variables": {"id": key}})


class Lost(Exception):
    """The connection ended, or said nothing for too long."""


class Subscriber:
    """One who follows, whatever happens to its connections."""

    def __init__(
        self, name: str, wish: Wish, after: str, sites: Sequence[Site], token: str | None, history: History, seed: float
    ) -> None:
        self.name, self.wish, self.after = name, wish, after
        self._sites, self._token, self._history = sites, token, history
        self._chance = random.Random(seed)
        self._task: asyncio.Task[None] | None = None
        self.staying = STAYING
        self.hurried = False
        """Reads as fast as it can, and stays."""
        self.forged = False
        """Its cursor was never told to anybody."""

    def start(self) -> None:
        """Begin to follow."""
        facts = {"who": self.wish.who, "topic": self.wish.topic, "slow": self.wish.slow or None}
        facts |= {"partial": self.wish.partial or None, "forged": self.forged or None}
        self._history.note("listens", listener=self.name, after=self.after, transport=self.wish.transport, **facts)
        self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Follow no more; raises what broke the subscriber itself."""
        task, self._task = self._task, None
        while task is not None and not task.done():
            task.cancel()  # again if need be: `wait_for` may lose a cancellation that meets its own timeout
            await asyncio.wait({task}, timeout=0.5)
        if task is not None and not task.cancelled():
            task.result()

    async def _follow(self) -> None:
        while True:
            site = self._chance.choice(self._sites)
            self._history.note("joined", listener=self.name, site=site.name, after=self.after)
            why = "as it likes"
            try:
                async with asyncio.timeout(None) as self._stay:
                    await self._listen(site)
            except TimeoutError:
                pass
            except (Lost, OSError, WebSocketException, httpx.HTTPError) as loss:
                why = f"{type(loss).__name__} {loss}"
            self._history.note("left", listener=self.name, why=why[:200])
            await asyncio.sleep(self._chance.uniform(0.02, 0.3))

    def _let_in(self) -> None:
        """Stay for a while from now on: on a slow machine too there is time to be told something."""
        if not self.hurried:
            staying = self._chance.uniform(0.3, 1) * self.staying
            self._stay.reschedule(asyncio.get_running_loop().time() + staying)

    async def _listen(self, site: Site) -> None:
        variables = {**self.wish.payload["variables"], "after": self.after}
        heard = self._by_socket if self.wish.transport == "ws" else self._by_events
        async with contextlib.aclosing(heard(site, {**self.wish.payload, "variables": variables})) as messages:
            async for message in messages:
                self._hear(message)
                if self.wish.slow and not self.hurried:
                    await asyncio.sleep(self._chance.random() * 0.2)

    def _hear(self, message: dict[str, Any]) -> None:
        """Note an event; what is no event is a refusal, which is noted too."""
        if message.get("errors"):
            code = message["errors"][0].get("extensions", {}).get("code")
            self._history.note("turned", listener=self.name, code=code)
            raise Lost(f"turned away: {code}")
        (told,) = message["data"].values()
        if told["resync"]:
            self.forged = False
            self._history.note("resync", listener=self.name, **told["resync"])
        else:
            subject = told.get("dossier") or told.get("decision")
            event = told.get("event") or {}
            facts = {"cursor": told["cursor"], "event": event.get("id"), "version": event.get("version")}
            self._history.note("told", listener=self.name, subject=subject["id"], **facts)
        self.after = told["cursor"] if not told["resync"] else told["resync"]["head"]

    async def _by_socket(self, site: Site, payload: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        address = f"{site.address.replace('http', 'ws')}/{self.wish.channel}/graphql"
        greeting = {"type": "connection_init", "payload": {"authorization": f"Bearer {self._token}"}}
        protocol = [websockets.Subprotocol("graphql-transport-ws")]
        async with websockets.connect(
            address, subprotocols=protocol, open_timeout=SILENCE, close_timeout=0.5
        ) as socket:
            await socket.send(orjson.dumps(greeting).decode())
            await socket.send(orjson.dumps({"id": "1", "type": "subscribe", "payload": payload}).decode())
            while True:
                said = orjson.loads(await self._soon(socket.recv()))
                if said["type"] == "next":
                    yield said["payload"]
                elif said["type"] == "error":
                    yield {"errors": said["payload"]}
                elif said["type"] == "complete":
                    return
                elif said["type"] == "connection_ack":
                    self._let_in()
                elif said["type"] == "ping":
                    await socket.send('{"type":"pong"}')

    async def _by_events(self, site: Site, payload: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        """By POST; half of the time the cursor is sent as an EventSource sends it."""
        headers = {"Accept": "text/event-stream", "Content-Type": "application/json"}
        headers |= {"Authorization": f"Bearer {self._token}"} if self._token else {}
        if self._chance.random() < 0.5:
            headers["Last-Event-ID"] = payload["variables"].pop("after")
        async with (
            http_client(timeout=SILENCE) as client,
            client.stream(
                "POST", f"{site.address}/{self.wish.channel}/graphql", json=payload, headers=headers
            ) as response,
        ):
            if response.status_code != 200:
                yield orjson.loads(await response.aread())
                return
            self._let_in()
            event = ""
            async for line in response.aiter_lines():
                if line.startswith("event: "):
                    event = line.removeprefix("event: ")
                elif line.startswith("data: {") and event == "next":
                    yield orjson.loads(line.removeprefix("data: "))
                elif event == "complete":
                    return

    async def _soon(self, waiting: Any) -> Any:
        try:
            return await asyncio.wait_for(waiting, SILENCE)
        except TimeoutError:
            raise Lost("silence") from None
