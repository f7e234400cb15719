"""Many who come back at once: what they missed is read once and answered once, and each is told all of it in order."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from channels import missed
from channels.told import Told
from tests.channels.client import Client
from tests.channels.conftest import Site
from tests.history import until
from tests.patience import HANGING

MISSED = 130
"""Events: more than are answered by one statement."""
SELECTED = "cursor decision { number }"
QUERY = f"subscription($after: Cursor) {{ decisionPublished(after: $after) {{ {SELECTED} }} }}"


async def came_back(site: Site, token: str, key: str, after: str, upto: int) -> list[str]:
    """The numbers that one is told who comes back by a cursor."""
    async with site.socket() as socket:
        client = Client(socket)
        await client.greet(token)
        await client.subscribe(key, QUERY, variables={"after": after})
        numbers: list[str] = []
        while not numbers or numbers[-1] != f"{upto}/QĐ-UBND":
            numbers.append((await client.told(key))["decision"]["number"])
        await until(site.groups, "it to be followed")
        return numbers


async def test_what_many_missed_is_read_once_for_all_and_told_to_each_from_their_own_place(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site.laurel.crowds.sockets, "most", 100)
    cursors, token = [await site.laurel.feed.head()], await site.token("officer")
    for number in range(1, MISSED + 1):
        await site.publish(f"{number}/QĐ-UBND")
        if number in (3, 40):
            head = cursors[0].partition("-")[0]
            await until(lambda at=int(head) + number: site.laurel.feed._hub.head.seq == at, "it to be told")
            cursors.append(await site.laurel.feed.head())
    await until(lambda: site.laurel.feed._hub.head.seq >= int(head) + MISSED, "all to be told")
    answered, read = site.laurel.pool.sent, site.laurel.feed._replays.sent
    places = [0, 3, 40]
    async with asyncio.timeout(HANGING), asyncio.TaskGroup() as tasks:
        told = [
            (
                places[turn % 3],
                tasks.create_task(
                    came_back(site, token, "1" if turn % 2 else f"long-{turn:05}", cursors[turn % 3], MISSED)
                ),
            )
            for turn in range(30)
        ]
    for place, task in told:
        assert task.result() == [f"{number}/QĐ-UBND" for number in range(place + 1, MISSED + 1)]
    assert site.laurel.feed._replays.sent - read <= 30 + 6, "each cursor is judged; pages are read for all"
    assert site.laurel.pool.sent - answered <= 12, "so are answers"


async def test_nothing_is_kept_where_nobody_catches_up(site: Site) -> None:
    after, token = await site.laurel.feed.head(), await site.token("officer")
    for number in (1, 2):
        await site.publish(f"{number}/QĐ-UBND")
    async with contextlib.AsyncExitStack() as stack:
        client = Client(await stack.enter_async_context(site.socket()))
        await client.greet(token)
        await client.subscribe("1", QUERY, variables={"after": after})
        assert [(await client.told("1"))["decision"]["number"] for _ in range(2)] == ["1/QĐ-UBND", "2/QĐ-UBND"]
        [group] = site.groups()
        await until(lambda: group.members, "it to be told with the others")
        assert not group.missed._pages


async def test_whoever_comes_back_while_those_before_are_told_what_is_undone_waits_for_no_number_of_it(
    site: Site,
) -> None:
    """A database was set back: a group still tells what came after, and the journal's head is before it."""
    head = await site.laurel.feed.head()
    async with site.socket() as socket:
        client = Client(socket)
        await client.greet(await site.token("officer"))
        await client.subscribe("1")
        await site.followed()
        [group] = site.groups()
        group._floor, group._telling = 10**6, asyncio.create_task(asyncio.sleep(60))
        await client.subscribe("2", variables={"after": head})
        await until(lambda: len(group.members) == 2, "both to be told together")
        group._telling.cancel()


def test_large_answers_are_written_few_at_a_time_and_none_is_cut_or_left_out() -> None:
    sizes = [10, missed.WEIGHT, 1, 2, 3, missed.WEIGHT - 6, 1, 3 * missed.WEIGHT, 5]
    events = [Told(seq, str(seq), "", b"x" * size) for seq, size in enumerate(sizes, 1)]
    batches = list(missed.portions(events))
    assert [told for batch in batches for told in batch.events] == events
    assert all(
        len(batch.events) == 1 or sum(len(each.body) for each in batch.events) <= missed.WEIGHT for batch in batches
    )
    assert len(batches) == 6
