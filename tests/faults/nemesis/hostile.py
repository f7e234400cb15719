"""Clients that mean harm, and everything at once."""

from __future__ import annotations

import asyncio

import orjson

from tests.faults.experiment import World
from tests.faults.nemesis.catalogue import KNOWN, experiment

DEEP = "{ nodes " * 60 + "{ id }" + " }" * 60
BOMB = "query { " + " ".join(f"a{number}: dossiers(first: 100) {{ nodes {{ id }} }}" for number in range(200)) + " }"
FRAGMENTS = "query { ...f0 } " + " ".join(
    f"fragment f{number} on Query {{ ...f{number + 1} ...f{number + 1} }}" for number in range(60)
)
BODIES = (
    orjson.dumps({"query": f"query {{ dossiers(first: 1) {DEEP} }}"}),
    orjson.dumps({"query": BOMB}),
    orjson.dumps({"query": FRAGMENTS}),
    b"[" * 20_000,
    b'{"query": "{ __typename }", "variables": ' + b'{"a":' * 5_000,
)
TOGETHER = ("F19", "F25", "F28", "F26", "F11", "F04", "F13", "F31")
"""Faults that may be at once."""


@experiment("F49", "two hundred costly or malformed requests a second, while officers work", pages=True)
async def flood(world: World) -> None:
    """Each is turned away before it costs anything, with a code."""
    answers: dict[str, int] = {}

    async def attack(number: int) -> None:
        for body in BODIES * 8:
            answer = await world.client.ask(world.client.another(), "officer", body)
            said = f"{answer.status} {answer.code}"
            answers[said] = answers.get(said, 0) + 1
            await asyncio.sleep(0.05)

    await world.machine.within(60, asyncio.gather(*(attack(number) for number in range(10))))
    world.tell("flooded", answers=answers)
    assert not [said for said in answers if not said.startswith("4") or "NO_CODE" in said], answers


@experiment("F50", "everything at once: kills, crashes, freezes, cut wires, lost doorbells, by the seed's choice")
async def everything(world: World) -> None:
    """Three rounds of several faults together, one of them a crash."""
    for _ in range(3):
        chosen = world.chance.sample(TOGETHER, 3)
        crash = world.chance.choice(("F01", "F07", "none"))
        world.tell("together", faults=[*chosen, crash])
        faults = [KNOWN[key].fault(world) for key in (*chosen, *([crash] if crash in KNOWN else []))]
        done = await asyncio.gather(*faults, return_exceptions=True)
        world.tell("met", problems=[f"{type(problem).__name__}: {problem}" for problem in done if problem])
        await world.cluster.heal()
        await world.cluster.ready()
