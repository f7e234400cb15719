"""Events that are larger than an answer may be: said so in their place, and read few at a time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from channels.told import at_once
from tests.channels.client import Client
from tests.channels.conftest import Site
from tests.channels.test_fanout import number


async def test_an_event_larger_than_an_answer_may_be_is_told_as_that_and_the_stream_lives_on(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it happens and to who catches up; its cursor leads past it."""
    head = await site.laurel.feed.head()
    async with site.socket() as socket:
        client = Client(socket)
        await client.greet(await site.token("officer"))
        await client.subscribe("1")
        await site.followed()
        [group] = site.groups()
        monkeypatch.setattr(group, "_limits", replace(group._limits, response_bytes=400))
        await site.publish("1/QĐ-UBND")
        assert number(await client.told("1")) == 1
        await site.publish(f"2/{'Đ' * 300}")
        said = await client.hear()
        assert (said["id"], said["type"], said["payload"]["data"]) == ("1", "next", None)
        (error,) = said["payload"]["errors"]
        assert error["extensions"]["code"] == "RESPONSE_TOO_LARGE"
        assert error["extensions"]["limit"] == 400 < error["extensions"]["asked"]
        await site.publish("3/QĐ-UBND")
        assert number(await client.told("1")) == 3
        await client.subscribe("2", variables={"after": head})
        again = [await client.hear() for _ in range(3)]
        assert [bool(each["payload"].get("errors")) for each in again] == [False, True, False]
        await client.subscribe("3", variables={"after": error["extensions"]["cursor"]})
        assert number(await client.told("3")) == 3


def test_large_events_are_read_few_at_a_time() -> None:
    assert [at_once(cost) for cost in (0, 1, 200, 201, 5_000, 20_000, 10**9)] == [100, 100, 100, 99, 4, 1, 1]
