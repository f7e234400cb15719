"""The load: offices that move dossiers through their acts, each act under a key that is kept until it is answered."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

from tests.faults.client import Answer, Client, Outcome
from tests.faults.land import CULTURE, PROVINCE, Land
from tests.journey import Act, Seen, draft

THINKING = 0.5
"""Seconds between two acts of an office, at most."""
INSISTING = 45.0
"""Seconds after which an office gives up on an act of which nobody says whether it was done."""
JOURNEY = (
    Act("draftDossier", "officer", "DraftDossierInput", begins=True),
    Act("submitDossier", "head"),
    Act("receiveDossier", "desk"),
    Act("assignAppraiser", "chief", "AssignInput", says=lambda _: {"appraiser": "appraiser"}),
    Act("appraiseLine", "appraiser", "AppraiseLineInput", says=lambda seen: {"lineId": seen["line"], "eligible": True}),
    Act("issueDecision", "chairman", "IssueDecisionInput", "Decision", lambda _: {"title": "Về việc tặng Bằng khen"}),
    Act("publishDecision", "secretary", "PublishDecisionInput", "Decision"),
)


class Load:
    """Offices at work, until they are told to stop."""

    def __init__(self, client: Client, land: Land, chance: random.Random, offices: int, dossiers: int = 1_000) -> None:
        self.client, self.land, self.chance = client, land, chance
        self.offices, self.left = offices, dossiers
        self.doing = JOURNEY
        self.thinking = THINKING
        self.submitted: asyncio.Queue[str] = asyncio.Queue()
        """Dossiers that nominees can see now."""
        self._stopping = False
        self._acting = 0
        self._going = asyncio.Event()
        self._going.set()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Put the offices to work."""
        for _ in range(self.offices):
            self._tasks.append(asyncio.create_task(self._work(random.Random(self.chance.random()))))

    @contextlib.asynccontextmanager
    async def resting(self) -> AsyncIterator[None]:
        """Nobody acts until the end of the block; what was begun is finished before."""
        self._going.clear()
        try:
            async with asyncio.timeout(INSISTING):
                while self._acting:
                    await asyncio.sleep(0.02)
            yield
        finally:
            self._going.set()

    async def stop(self, patience: float = INSISTING + 15) -> None:
        """Let each office finish the act it is at; raises what broke an office, or TimeoutError."""
        self._stopping = True
        async with asyncio.timeout(patience):
            await asyncio.gather(*self._tasks)

    async def cancel(self) -> None:
        """End whatever the offices do."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def rehearse(self) -> None:
        """One journey by itself, so that a server has met every document before it is hurried."""
        await self._journey(random.Random(self.chance.random()))

    async def _work(self, chance: random.Random) -> None:
        await asyncio.sleep(chance.random() * self.thinking)
        while not self._stopping and self.left > 0:
            self.left -= 1
            await self._journey(chance)

    async def _journey(self, chance: random.Random) -> None:
        """A dossier's acts in turn; given up where one is not answered in time, or somebody else was there before."""
        seen: Seen = {}
        for act in self.doing:
            if self._stopping:
                return
            await self._going.wait()
            self._acting += 1
            try:
                answer = await self._do(act, seen, chance)
            finally:
                self._acting -= 1
            if answer.outcome is not Outcome.OK or answer.said is None:
                return
            seen = after(act, seen, answer.said)
            if act.name == "submitDossier":
                self.submitted.put_nowait(seen["id"])
            await asyncio.sleep(chance.random() * self.thinking)

    async def _do(self, act: Act, seen: Seen, chance: random.Random) -> Answer:
        """An act, sometimes sent twice at once: with the same key, or by somebody else with another."""
        said = self._input(act, seen, chance)
        twice, roll = [], chance.random()
        if roll < 0.08:
            twice = [said]
        elif roll < 0.16 and seen:
            twice = [said | {"idempotencyKey": new_key(chance)}]
        asked = [self.client.act(act.name, act.who, each, act.shows, act.input, INSISTING) for each in [said, *twice]]
        answers = await asyncio.gather(*asked)
        return min(answers, key=lambda answer: answer.outcome is not Outcome.OK)

    def _input(self, act: Act, seen: Seen, chance: random.Random) -> Seen:
        key = new_key(chance)
        if act.begins:
            title = f"Đề nghị tặng Bằng khen {key}"
            return {**draft(CULTURE[0], PROVINCE[0], self.land.nominee, title), "idempotencyKey": key}
        step = {"id": seen["id"], "expectedVersion": seen["version"]}
        return {"idempotencyKey": key, **step, **act.says(seen)}


def after(act: Act, seen: Seen, said: Mapping[str, Any]) -> Seen:
    """What is known after an act."""
    line = {"line": said["lines"]["nodes"][0]["id"]} if act.name == "draftDossier" else {}
    version = said["version"] if act.shows == "Decision" or not seen else seen["version"] + 1
    return {**seen, **line, "id": said["id"], "version": version}


def new_key(chance: random.Random) -> str:
    """An idempotency key that the seed decides."""
    return str(UUID(int=chance.getrandbits(128), version=4))
