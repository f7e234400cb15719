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
from typing import Any

import pytest
from sqlalchemy import Date, cast, literal_column, true

from channels.settings import Settings
from models.access import ANONYMOUS, Permission
from models.award import AwardStatus
from models.search import SEARCHED
from resolvers.dimensions import part_of_day
from resolvers.engine import Engine
from resolvers.engine.selects import Key, in_order, keys_of
from resolvers.search import WORTH
from schema import schema
from tests.province import ROLES

from .oracle import NODES
from .oracle_again import Again
from .oracle_court import seated
from .oracle_covered import Covered, to_be_used
from .oracle_example import KEPT, Court, Example
from .oracle_maker import Maker
from .oracle_reach import SKIPPED, unknown
from .oracle_rows import KINDS
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
MOST = 4000
"""Within how many documents all is used that there is."""
NAMES = sorted(path.stem for path in KEPT.glob("*.graphql"))
"""The examples that are kept."""


@pytest.fixture(scope="module")
async def court(servers: Settings) -> AsyncIterator[Court]:
    """The engine and the oracle over the same rows, which nobody writes to."""
    async with seated(servers.database_url, "oracle") as court:
        yield court


def test_the_oracle_knows_every_field_argument_and_filter_but_those_it_names() -> None:
    assert unknown() - SKIPPED.keys() == set(), (
        "say them in oracle.py or oracle_filters.py, or in SKIPPED with a reason"
    )


def test_there_are_rows_of_every_kind_that_documents_ask_for(court: Court) -> None:
    assert [kind for kind in NODES if not court.oracle.found.all(KINDS[kind])] == []


def test_random_documents_come_to_use_all_there_is_in_every_way_it_may_be_asked(court: Court) -> None:
    covered, wanted = Covered(), set(to_be_used())
    for place in range(MOST):
        asker = replace(court.province.viewers["chief"], permissions=frozenset(Permission))  # nothing is kept from them
        covered.add(*Maker(random.Random(place), court.oracle.found, asker).document())
        if place % 100 == 99 and not wanted - covered.seen():
            return
    assert wanted - covered.seen() == set()


@pytest.mark.parametrize("name", NAMES)
async def test_a_kept_example_is_answered_as_the_oracle_does(court: Court, name: str) -> None:
    example = Example.kept(name)
    for who in WHO if example.who == "everybody" else (example.who,):
        wrong = await court.judge(replace(example, who=who), executed=True)
        assert wrong is None, wrong


def _turned(keys: list[Key]) -> list[Key]:
    return [*keys[:-1], replace(keys[-1], descending=not keys[-1].descending)]


def _seen_by_all(searched: dict[Any, Any]) -> dict[Any, Any]:
    return {kind: replace(where, visible=lambda *_: true()) for kind, where in searched.items()}


PLANTED: dict[str, tuple[str, Any]] = {
    "an absent row takes the row above along": ("resolvers.engine.record.may_miss", lambda _: False),
    "ties are broken the other way": ("resolvers.engine.selects.keys_of", lambda chosen: _turned(keys_of(chosen))),
    "a page to the back is not turned round": ("resolvers.engine.page.in_order", lambda keys, _=False: in_order(keys)),
    "a cursor is not looked at": ("resolvers.engine.page.beyond", lambda *_: "true"),
    "one row more than asked is shown": ("resolvers.engine.page.Listed.keep", lambda *_: None),
    "a plan for one size of pages is taken for another": ("resolvers.engine.document.SIZING", set()),
    "lines are shown to whom they do not concern": ("resolvers.dossier.visible_line", lambda *_: true()),
    "a page's count is of what others see": ("resolvers.decision.visible_decision", lambda *_: true()),
    "a day lasts until its first moment": ("resolvers.dossier.to_day", lambda moment, day: None),
    "one of several filters is enough for `and`": ("resolvers.filters.and_", lambda *asked: asked[-1]),
    "what was taken back counts": ("resolvers.award_statistics.STANDING", tuple(AwardStatus)),
    "a year ago is 365 days ago": ("resolvers.dimensions._year_before", lambda day: cast(day - 365, Date)),
    "a year begins a day early": (
        "resolvers.dossier_statistics.part_of_day",
        lambda part, day: part_of_day(part, day + 1),
    ),
    "the public is told of few": ("resolvers.disclosure._LEAST", literal_column("2")),
    "a search finds what is not for them": ("resolvers.search.SEARCHED", _seen_by_all(SEARCHED)),
    "accents count for nothing": ("resolvers.search.WORTH", {**WORTH, "titled_exactly": 0, "exactly": 0}),
}
"""Bugs: what is replaced, and by what."""


@pytest.mark.parametrize("bug", PLANTED)
async def test_a_planted_bug_is_seen_in_what_is_kept(court: Court, monkeypatch: pytest.MonkeyPatch, bug: str) -> None:
    """The control experiment: an oracle that agrees with this engine would agree with any."""
    monkeypatch.setattr(*PLANTED[bug])
    planted = Court(replace(court.province, engine=Engine(schema, court.engine.pool)), court.oracle, court.url)
    for name in NAMES[::-1]:
        for who in ("chairman", "nominee"):
            if await planted.judge(replace(Example.kept(name), who=who)) is not None:
                return
    pytest.fail("the oracle agrees")


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
    for said in (variables, again.variables(0), again.variables(0.12)):
        for asker in (who, *others):
            yield Example(asker, text, said, maker.wanted)
