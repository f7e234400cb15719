"""What one does not see makes no difference: it is reworded, removed and multiplied, and no answer is another.

So no list, count, filter, order, cursor, search, figure or lookup tells of it, whichever the client thinks of: N-A01,
N-A02, N-A05, N-A07, N-A08. `LAUREL_SEED=2` asks others, `LAUREL_UNSEEN=200` more of each kind.
"""

from __future__ import annotations

import os
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import orjson
import pytest
from sqlalchemy import true

from channels.settings import Settings
from models.access import ANONYMOUS, Viewer
from resolvers.engine import Engine, Pool
from schema import schema
from tests.conftest import apart
from tests.pristine import clone, drop
from tests.unhurried import patient_pool

from .oracle_court import seated
from .oracle_example import Court, Example
from .rights_asked import asked, surely
from .rights_people import WHO, move_in
from .rights_unseen import Unseen

SEED = int(os.environ.get("LAUREL_SEED", "1"))
DOCUMENTS = int(os.environ.get("LAUREL_UNSEEN", "12"))
"""How many random documents, searches and groupings of each person."""
ALIKE = (
    {"head", "secretary", "chief", "chairman", "auditor", "lent_later", "lent_before", "ended"}
    if DOCUMENTS < 50
    else set()
)
"""Who sees as somebody else does, or so far that little is unseen: they are asked by a longer run."""


@pytest.fixture(scope="module")
async def ground(servers: Settings) -> AsyncIterator[tuple[Court, str]]:
    """Random rows of every kind, and a copy of them that nobody is connected to."""
    async with seated(servers.database_url, "unseen", move_in) as court:
        kept = apart(lambda: clone(court.url, f"{court.url.rpartition('/')[2]}_kept"))
        yield court, kept
        apart(lambda: drop(kept))


@asynccontextmanager
async def otherwise(court: Court, kept: str, who: str) -> AsyncIterator[Pool]:
    """The same rows, but for what this person does not see."""
    viewer, other = viewer_of(court, who), apart(lambda: clone(kept, f"{kept.rpartition('/')[2]}_other"))
    connection = await asyncpg.connect(other)
    done = await Unseen(court.oracle, viewer).remake(connection, random.Random(f"{SEED}:{who}"))
    await connection.close()
    assert sum(done.values()) > 20, done
    pool = patient_pool(other, size=2)
    try:
        yield pool
    finally:
        await pool.close()
        apart(lambda: drop(other))


def viewer_of(court: Court, who: str) -> Viewer:
    return court.province.viewers.get(who, ANONYMOUS)


async def answered(court: Court, example: Example, text: str, variables: dict[str, Any], pool: Pool) -> bytes:
    """What the same engine answers over this database."""
    engine, viewer = court.engine, viewer_of(court, example.who)
    own, engine.pool = engine.pool, pool
    try:
        document = engine.document(text)
        assert document.errors == [], (text, document.errors)
        said = await engine.answer(document, variables, None, viewer)
        return said or await court.executed(example, document, variables)
    finally:
        engine.pool = own


async def first_difference(court: Court, kept: str, who: str, examples: Iterator[Example]) -> str | None:
    """The first question that is answered otherwise, shown whole."""
    async with otherwise(court, kept, who) as pool:
        for example in examples:
            text, variables = await court.bound(example)
            one, two = [await answered(court, example, text, variables, each) for each in (court.engine.pool, pool)]
            if one != two:
                return court.shown(example, text, variables, told_apart(orjson.loads(one), orjson.loads(two)))
    return None


def told_apart(one: Any, two: Any, path: str = "") -> str:
    """Where two answers differ first."""
    if isinstance(one, dict) and isinstance(two, dict) and one.keys() == two.keys():
        return next(told_apart(one[k], two[k], f"{path}.{k}") for k in one if one[k] != two[k])
    if isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        return next(told_apart(a, b, f"{path}[{n}]") for n, (a, b) in enumerate(zip(one, two, strict=True)) if a != b)
    return f"{path}: {one!r:.300} became {two!r:.300}"


@pytest.mark.parametrize("who", [who for who in WHO if who not in ALIKE])
async def test_what_one_does_not_see_makes_no_difference(ground: tuple[Court, str], who: str) -> None:
    court, kept = ground
    chance = random.Random(f"{SEED}:{who}:asked")
    examples = asked(court.oracle.found, who, viewer_of(court, who), chance, DOCUMENTS)
    assert await first_difference(court, kept, who, examples) is None


PLANTED = {
    "a search looks into all dossiers": ("models.search.SEARCHED", "stranger"),
    "who is named is looked for in all lines": ("resolvers.dossier.visible_beside", "nominee"),
    "figures are of all dossiers": ("resolvers.dossier.visible_among_all", "stranger"),
    "an appraiser is looked for whoever asks": ("resolvers.dossier.visible_account", "nominee"),
    "awards are counted before they are public": ("resolvers.award.visible_award", "public"),
}
"""Bugs: which predicate holds for everything, and who must notice."""


@pytest.mark.parametrize("bug", PLANTED)
async def test_a_planted_leak_makes_a_difference(
    ground: tuple[Court, str], monkeypatch: pytest.MonkeyPatch, bug: str
) -> None:
    """The control experiment: what everybody is surely asked finds each, whatever else chance asks."""
    court, kept = ground
    place, who = PLANTED[bug]
    if place.endswith("SEARCHED"):
        from dataclasses import replace

        from models.search import SEARCHED

        monkeypatch.setattr(
            "resolvers.search.SEARCHED",
            {kind: replace(each, visible=lambda *_: true()) for kind, each in SEARCHED.items()},
        )
    else:
        monkeypatch.setattr(place, lambda *_: true())
    planted = Court(court.province, court.oracle, court.url)
    planted.engine = Engine(schema, court.engine.pool)
    assert await first_difference(planted, kept, who, surely(court.oracle.found, who)) is not None
