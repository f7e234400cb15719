"""The virus scanner: asked as clamd wants to be asked, believed when it finds something, and never done without."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import uvloop

from channels.files import scanner
from channels.files.scanner import ClamAV, Trusting
from channels.files.signature import EICAR
from channels.refusals import Refusal, Refused
from tests.channels.conftest import codes
from tests.channels.files import samples
from tests.channels.files.conftest import Desk

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def instream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """What clamd does with INSTREAM, as its manual has it: chunks behind their lengths, then a line."""
    assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
    content = b""
    while length := int.from_bytes(await reader.readexactly(4), "big"):
        content += await reader.readexactly(length)
    said = b"stream: Eicar-Test-Signature FOUND\0" if b"VIRUS" in content else b"stream: OK\0"
    writer.write(said)
    await writer.drain()
    writer.close()


@contextlib.asynccontextmanager
async def clamd(talk: Talk, place: Path) -> AsyncIterator[ClamAV]:
    """A daemon that talks so, on a socket of the file system."""
    server = await asyncio.start_unix_server(talk, place / "clamd.ctl")
    async with server:
        yield ClamAV(f"clamd://{place}/clamd.ctl")


async def judged(scanner: scanner.Scanner, content: bytes, place: Path) -> Refusal | None:
    path = place / "file"
    path.write_bytes(content)
    try:
        await scanner.must_be_clean(path)
    except Refused as refused:
        return refused.refusal
    return None


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a path short enough for a socket."""
    return tmp_path_factory.mktemp("s")


async def test_a_clean_file_passes_and_an_infected_one_does_not(place: Path) -> None:
    async with clamd(instream, place) as daemon:
        assert await judged(daemon, samples.pdf(padding=3_000_000), place) is None
        assert await judged(daemon, samples.pdf(b"VIRUS"), place) is Refusal.INFECTED_FILE


def test_one_that_hangs_up_amid_a_file_is_no_leave_to_pass_on_the_fast_event_loop_either(place: Path) -> None:
    """F40."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async def asked() -> set[Refusal | None]:
        async with clamd(talk, place) as daemon:
            return {await judged(daemon, samples.pdf(padding=2_000_000), place) for _ in range(20)}

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(asked()) == {Refusal.UNAVAILABLE}


async def test_it_listens_to_tcp_too(place: Path) -> None:
    server = await asyncio.start_server(instream, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        assert await judged(ClamAV(f"clamd://127.0.0.1:{port}"), b"VIRUS", place) is Refusal.INFECTED_FILE


@pytest.mark.parametrize(
    "answer", [b"", b"OK\0", b"stream: ok\0", b"stream: OK", b"INSTREAM size limit exceeded. ERROR\0", b"\xff\0"]
)
async def test_an_answer_that_is_not_understood_is_no_leave_to_pass(place: Path, answer: bytes) -> None:
    """N-U14: never open by failing."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\0")
        while length := int.from_bytes(await reader.readexactly(4), "big"):
            await reader.readexactly(length)
        writer.write(answer)
        writer.close()

    async with clamd(talk, place) as daemon:
        assert await judged(daemon, samples.pdf(), place) is Refusal.UNAVAILABLE


async def test_a_scanner_that_is_down_or_silent_lets_nothing_in(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """N-U14, F40."""
    monkeypatch.setattr(scanner, "PATIENCE", 0.2)

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(1)
        writer.close()

    assert await judged(ClamAV(f"clamd://{place}/nobody"), samples.pdf(), place) is Refusal.UNAVAILABLE
    assert await judged(ClamAV("clamd://127.0.0.1:9"), samples.pdf(), place) is Refusal.UNAVAILABLE
    async with clamd(silent, place) as daemon:
        assert await judged(daemon, samples.pdf(), place) is Refusal.UNAVAILABLE


async def test_without_a_scanner_files_pass_but_for_the_test_virus(desk: Desk) -> None:
    """N-U05."""
    assert isinstance(scanner.scanner(None), Trusting)
    assert (await desk.send(samples.pdf())).status_code == 201
    assert codes(await desk.send(samples.pdf(EICAR))) == ["INFECTED_FILE"]


async def test_what_the_scanner_says_of_an_upload_is_what_the_client_is_told_and_nothing_is_kept(
    desk: Desk, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N-U05, N-U14."""
    (uploads,) = [route.app for route in desk.site.server.config.app.routes if route.path == "/web/files"]  # type: ignore[union-attr]  # it is Starlette's
    async with clamd(instream, place) as daemon:
        monkeypatch.setattr(uploads, "scanner", daemon)
        infected = await desk.send(samples.pdf(b"VIRUS"))
        assert (infected.status_code, codes(infected)) == (422, ["INFECTED_FILE"])
        assert await desk.nothing()
    down = await desk.send(samples.pdf())
    assert (down.status_code, codes(down), down.headers["retry-after"]) == (503, ["UNAVAILABLE"], "60")
    assert await desk.nothing()
