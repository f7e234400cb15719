"""Forms that never end: neither of the two addresses that take one waits for it longer than for any other body."""

from __future__ import annotations

import asyncio

import pytest

from tests.channels.oidc.conftest import House
from tests.channels.raw import connected, status
from tests.patience import HANGING

BEGUN = (
    b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 100\r\n\r\nlogout_token="
)
FORMS = {
    "/web/oidc/sso/back-channel-logout": 400,
    "/lay-y-kien/PublicPosting_00000000-0000-7000-8000-000000000000/gui-y-kien": 404,
}


async def answered(house: House, said: bytes) -> int:
    """The status that is answered to these bytes."""
    async with connected(house.site) as (reader, writer):
        writer.write(said)
        async with asyncio.timeout(HANGING):
            return status(await reader.readline())


@pytest.mark.parametrize("path", FORMS)
async def test_n_t23_a_form_that_does_not_come_is_not_waited_for(
    house: House, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.form.BODY_PATIENCE", 0.2)
    assert await answered(house, BEGUN % path.encode()) == FORMS[path]


@pytest.mark.parametrize("path", FORMS)
async def test_n_t23_a_form_that_is_too_long_is_not_read_to_its_end(house: House, path: str) -> None:
    head = BEGUN.replace(b"Content-Length: 100", b"Content-Length: 1000000000") % path.encode()
    assert await answered(house, head + b"x" * 100_000) == FORMS[path]
