"""A client of a socket that says exactly what a test wants said."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
from websockets.exceptions import ConnectionClosed

from tests.patience import HANGING

PUBLISHED = """
subscription($after: Cursor) {
  decisionPublished(after: $after) { cursor decision { number } resync { reason head } }
}
"""


class Client:
    """A raw client that says exactly what a test wants said."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket

    async def say(self, *messages: Any) -> None:
        for message in messages:
            await self.socket.send(message if isinstance(message, str | bytes) else orjson.dumps(message).decode())

    async def hear(self) -> dict[str, Any]:
        said = await asyncio.wait_for(self.socket.recv(), HANGING)
        assert isinstance(said, str), "text frames only"
        heard: dict[str, Any] = orjson.loads(said)
        return heard

    async def greet(self, token: str) -> None:
        await self.say({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
        assert await self.hear() == {"type": "connection_ack"}

    async def subscribe(self, key: str, query: str = PUBLISHED, **more: Any) -> None:
        await self.say({"id": key, "type": "subscribe", "payload": {"query": query, **more}})

    async def closed(self) -> tuple[int, str]:
        try:
            while True:
                await asyncio.wait_for(self.socket.recv(), HANGING)
        except ConnectionClosed as end:
            return (end.rcvd.code, end.rcvd.reason) if end.rcvd else (0, "")

    async def told(self, key: str) -> dict[str, Any]:
        """What the next event for this id says under its one root field."""
        said = await self.hear()
        assert (said["type"], said["id"]) == ("next", key), said
        (told,) = said["payload"]["data"].values()
        return told

    async def error(self, key: str) -> list[str]:
        """The codes in the error message for this id."""
        said = await self.hear()
        assert (said["type"], said["id"]) == ("error", key)
        return [error["extensions"]["code"] for error in said["payload"]]
