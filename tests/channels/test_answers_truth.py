"""What is kept against the truth, whatever is changed, asked, answered and heard in whichever order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncEngine

import models as rows
from channels.answers import KeptAnswers
from models import database, topics
from models.decision import DecisionStatus
from resolvers.engine import Engine, Pool
from resolvers.feed import Feed
from resolvers.feed.line import Line
from schema import schema
from tests.patience import HANGING
from tests.pristine import dsn
from tests.province import Province, settle

MANY = 3
QUESTIONS = (
    ("{ decisions(first: 20) { nodes { number title agency { name } } } }", {}),
    ("query($n: String!) { decision(number: $n) { number title agency { name } } }", {"n": "1/QĐ-UBND"}),
    (
        'query($n: String!) { eventHead decision(number: $n) { number title } agency(code: "H37") { name } }',
        {"n": "2/QĐ-UBND"},
    ),
    ("query($id: ID!) { node(id: $id) { ... on Decision { number title } } }", {"id": ""}),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("change"), st.integers(0, MANY)),
        st.tuples(st.just("commit here"), st.integers(0, MANY)),
        st.tuples(st.just("hear"), st.just(0)),
        st.tuples(st.just("ask"), st.integers(0, len(QUESTIONS) - 1)),
        st.tuples(st.just("ask and wait"), st.integers(0, len(QUESTIONS) - 1)),
        st.tuples(st.just("answer"), st.integers(0, 5)),
    ),
    min_size=5,
    max_size=40,
)


class SlowPool(Pool):
    """Reads from PostgreSQL at once and hands on what it read when it is told to."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.held: list[asyncio.Event] = []

    async def fetch(self, sql: str, values: Sequence[Any]) -> bytes | None:
        said = await super().fetch(sql, values)
        self.held.append(event := asyncio.Event())
        await event.wait()
        return said


class DeafLine(Line):
    """A line over which the feed hears only while it is let."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.ears = asyncio.Event()
        self.ears.set()

    async def fetch(self, query: str, *arguments: Any) -> list[asyncpg.Record]:
        await self.ears.wait()
        rows_ = await super().fetch(query, *arguments)
        await self.ears.wait()
        return rows_


@dataclass
class House:
    """A process that keeps answers, and rows that anybody may change: decisions, and an agency in no journal."""

    pool: SlowPool
    feed: Feed
    line: DeafLine
    province: Province
    answers: KeptAnswers
    decisions: list[UUID]
    committed: list[int] = field(default_factory=lambda: [0] * (MANY + 1))
    told: list[int] = field(default_factory=lambda: [0] * (MANY + 1))
    asked: list[tuple[list[int], asyncio.Task[Any]]] = field(default_factory=list)
    versions: int = 1

    async def take(self, step: str, which: int) -> None:
        """One step of a history."""
        if step in ("change", "commit here"):
            await self.change(which)
        if step == "commit here":
            self.feed.ring()
            self.told = self.committed.copy()
        if step == "hear":
            await self.hear()
        if step.startswith("ask"):
            self.ask(which)
        if step == "ask and wait":
            await self.answer_all()
        if step == "answer" and self.pool.held:
            self.pool.held.pop(which % len(self.pool.held)).set()
        await asyncio.sleep(0.002)

    async def change(self, which: int) -> None:
        """Change a row, with its entry where it has any, and ring nobody's bell."""
        self.versions += 1
        async with self.province.sessions.begin() as session:
            if which == MANY:
                (await session.get_one(rows.Agency, self.province.agencies["province"])).name = f"Tỉnh {self.versions}"
            else:
                decision = await session.get_one(rows.Decision, self.decisions[which])
                decision.title, decision.version = f"Quyết định {self.versions}", self.versions
                await session.flush()
                session.add(entry(decision.id, self.versions))
        self.committed[which] = self.versions

    async def hear(self) -> None:
        """Let the feed hear of everything."""
        now = time.monotonic()
        self.line.ears.set()
        async with asyncio.timeout(HANGING):
            while self.feed.sure <= now:
                await asyncio.sleep(0.002)
        self.line.ears.clear()
        self.told = self.committed.copy()

    def ask(self, which: int) -> None:
        """Ask a question, of which all must be known that was told by now."""
        text, variables = QUESTIONS[which]
        given_ = variables | ({"id": f"Decision_{self.decisions[0]}"} if "id" in variables else {})
        ready = self.answers.engine.ready(self.answers.engine.document(text), given_, None)
        assert ready is not None
        self.asked.append((self.told.copy(), asyncio.create_task(self.answers.answer(ready, 50))))

    async def answer_all(self) -> None:
        """Have everything answered, and look at it."""
        while not all(task.done() for _, task in self.asked):
            while self.pool.held:
                self.pool.held.pop(0).set()
            await asyncio.sleep(0.001)
        for told, task in self.asked:
            for which, version in said(task.result().body).items():
                assert version >= told[which], f"row {which} was {told[which]} by then, and {version} was answered"
        self.asked.clear()

    async def end(self) -> None:
        """In the end everything kept is the truth."""
        await self.hear()
        await self.answer_all()
        for _ in range(2):
            for which in range(len(QUESTIONS)):
                self.ask(which)
            results = [task for _, task in self.asked]
            await self.answer_all()
            for task in results:
                for which, version in said(task.result().body).items():
                    assert version == self.committed[which]
        self.line.ears.set()


def entry(decision: UUID, version: int) -> rows.Entry:
    told = topics.decisions_of("h37")
    return rows.Entry(act="CORRECT", subject_kind="Decision", subject_id=decision, subject_version=version, topics=told)


def said(body: bytes) -> dict[int, int]:
    """Which version of which row an answer shows."""
    found: dict[int, int] = {}

    def look(value: Any) -> None:
        if isinstance(value, dict):
            if "title" in value:
                found[int(value["number"].partition("/")[0]) - 1] = int(value["title"].rpartition(" ")[2])
            if "name" in value:
                found[MANY] = int(value["name"].rpartition(" ")[2])
        for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            look(part)

    look(orjson.loads(body)["data"])
    assert found
    return found


async def moved_in(url: str, engine: AsyncEngine) -> House:
    """A small province with a few decisions, and a process that follows its journal."""
    pool, feed, line = SlowPool(dsn(url)), Feed(url, None), DeafLine(url)
    feed._line = feed._hub._line = line
    answers = KeptAnswers(Engine(schema, pool), lambda: feed.sure)
    feed.on_change = answers.forget
    sessions = database.sessions(engine)
    province = await settle(answers.engine, feed, sessions)
    decisions = []
    async with sessions.begin() as session:
        (await session.get_one(rows.Agency, province.agencies["province"])).name = "Tỉnh 0"
        now = (await session.execute(func.now())).scalar_one()
        for number in range(1, MANY + 1):
            decision = rows.Decision(
                number=f"{number}/QĐ-UBND", title="Quyết định 0", agency_id=province.agencies["province"],
                signed_on=now.date(), signer_name="Nguyễn Văn Ký", signer_title="Chủ tịch",
                status=DecisionStatus.PUBLISHED, published_at=now,
            )  # fmt: skip
            session.add(decision)
            await session.flush()
            session.add(entry(decision.id, 1))
            decisions.append(decision.id)
    await feed.start()
    return House(pool, feed, line, province, answers, decisions)


def test_nobody_reads_what_was_before_a_change_that_was_told(
    fresh_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolvers.feed.hub.POLL", 0.01)
    with asyncio.Runner() as runner:
        engine = database.write_engine(fresh_database_url)
        house = runner.run(moved_in(fresh_database_url, engine))
        asked, sent = 0, house.pool.sent

        async def led(steps: list[tuple[str, int]]) -> None:
            await house.hear()
            for step, which in steps:
                await house.take(step, which)
            await house.end()

        @settings(suppress_health_check=list(HealthCheck))
        @example([("ask and wait", 0), ("change", MANY), ("hear", 0), ("ask and wait", 0)])
        @example([("ask", 1), ("change", 0), ("hear", 0), ("ask", 1)])
        @example([("ask", 1), ("change", 0), ("hear", 0), ("answer", 0), ("ask and wait", 1)])
        @example([("ask and wait", 1), ("commit here", 0), ("ask and wait", 1)])
        @given(STEPS)
        def histories(steps: list[tuple[str, int]]) -> None:
            nonlocal asked
            asked += sum(step.startswith("ask") for step, _ in steps) + 2 * len(QUESTIONS)
            runner.run(led(steps))

        histories()
        assert house.pool.sent - sent < 0.8 * asked, "something was kept, too"
        runner.run(house.feed.stop())
        runner.run(house.pool.close())
        runner.run(engine.dispose())
