"""The engine's answers against an independent oracle: random documents over random data, for every role.

Each is asked by several people, with other variables each time: what was answered once must not show in other answers.
`LAUREL_EXAMPLES=50000` asks for more than the usual 2,040 answers, `LAUREL_SEED=2` for others. A failing example is
made small, printed whole and kept in `examples/`, from where it is asked again before all others.
"""

from __future__ import annotations

import os
import random
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from channels.settings import Settings
from models.access import ANONYMOUS
from tests.province import ROLES

from .oracle_again import Again
from .oracle_court import seated
from .oracle_example import KEPT, Court, Example
from .oracle_maker import Maker
from .oracle_reach import SKIPPED, unknown
from .oracle_shrink import shrunk

EXAMPLES = int(os.environ.get("LAUREL_EXAMPLES", "2040"))
"""How many answers to random documents a run compares, all roles together."""
ASKERS, TIMES = 4, 3
"""By how many each document is asked, and how often by each."""
ASKED = ASKERS * TIMES
"""How many answers a document gives."""
PARTS = 1 + EXAMPLES // 120
"""Into how many tests they are parted: each must end in the time a test is given."""
SEED = int(os.environ.get("LAUREL_SEED", "1"))
WHO = ("public", *ROLES)


@pytest.fixture(scope="module")
async def court(servers: Settings) -> AsyncIterator[Court]:
    """The engine and the oracle over the same rows, which nobody writes to."""
    async with seated(servers.database_url, "oracle") as court:
        yield court


def test_the_oracle_knows_every_field_argument_and_filter_but_those_it_names() -> None:
    assert unknown() - SKIPPED.keys() == set(), (
        "say them in oracle.py or oracle_filters.py, or in SKIPPED with a reason"
    )


@pytest.mark.parametrize("name", sorted(path.stem for path in KEPT.glob("*.graphql")))
async def test_a_kept_example_is_answered_as_the_oracle_does(court: Court, name: str) -> None:
    example = Example.kept(name)
    for who in WHO if example.who == "everybody" else (example.who,):
        wrong = await court.judge(replace(example, who=who), executed=True)
        assert wrong is None, wrong


@pytest.mark.parametrize("part", range(PARTS))
async def test_random_documents_are_answered_as_the_oracle_does(court: Court, part: int) -> None:
    for place in range(part, EXAMPLES // ASKED, PARTS):
        for turn, example in enumerate(examples(court, place)):
            wrong = await court.judge(example, executed=place % 30 == turn)
            if wrong is not None:
                smaller = await shrunk(court, example)
                wrong = await court.judge(smaller, executed=True) or wrong
                path = smaller.keep(f"{example.who}-{SEED}-{place}", wrong.partition("\n")[0])
                pytest.fail(f"LAUREL_SEED={SEED}, example {place}, kept as {path}\n{wrong}", pytrace=False)


def examples(court: Court, place: int) -> Iterator[Example]:
    """One random document, made for somebody and asked by others too, with other variables each time."""
    chance, who = random.Random(f"{SEED}:{place}"), WHO[place % len(WHO)]
    maker = Maker(chance, court.oracle.found, court.province.viewers.get(who, ANONYMOUS))
    text, variables = maker.document()
    others = chance.sample([other for other in WHO if other != who], ASKERS - 1)
    again = Again(maker)
    for said in (variables, again.variables(0), again.variables(0.3)):
        for asker in (who, *others):
            yield Example(asker, text, said, maker.wanted)
