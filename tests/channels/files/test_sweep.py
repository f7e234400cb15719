"""What uploads leave behind is removed, and nothing else, however near an upload the sweep comes (N-U10)."""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, update

import models as rows
from channels.files.store import Folder
from channels.files.sweep import IDLE, Swept, contents, sweep
from models.document import WAITS
from resolvers import document
from tests.channels.files import samples
from tests.channels.files.conftest import Desk


def aged(*paths: Path, by: float = IDLE + 60) -> None:
    """Make files look as if nobody had touched them for long."""
    for path in paths:
        os.utime(path, (time.time() - by,) * 2)


def place(desk: Desk, sha256: str) -> Path:
    return desk.folder / "kept" / sha256[:2] / sha256[2:4] / sha256


async def old(desk: Desk, *files: str) -> None:
    """Make it so that files were sent long ago."""
    keys = [UUID(file.removeprefix("DocumentFile_")) for file in files]
    sent = update(rows.DocumentFile).where(rows.DocumentFile.id.in_(keys))
    async with desk.site.province.sessions.begin() as session:
        await session.execute(sent.values(uploaded_at=func.now() - WAITS - timedelta(minutes=1)))


async def test_what_belongs_to_nothing_is_removed_and_all_else_stays(desk: Desk) -> None:
    paper, forgotten, waiting = [await desk.sent(samples.pdf(str(n).encode())) for n in range(3)]
    await desk.paper(paper["id"])
    await old(desk, paper["id"], forgotten["id"])
    loose = desk.folder / "incoming" / "loose"
    loose.write_bytes(b"whole, but its row was never written")
    Folder(desk.folder / "kept").keep(loose, "f" * 64)
    begun, left = desk.folder / "incoming" / "a.part", desk.folder / "incoming" / "b.part"
    begun.write_bytes(b"%PDF")
    left.write_bytes(b"%PDF")
    aged(left, *(place(desk, sha) for sha in desk.kept()))
    settings = desk.site.laurel.settings
    assert await sweep(settings) == Swept(begun=1, waiting=1, contents=2)
    assert desk.kept() == sorted([paper["sha256"], waiting["sha256"]])
    assert desk.begun() == [begun]
    assert [(await desk.get(file["id"])).status_code for file in (paper, forgotten)] == [200, 404]
    assert await sweep(settings) == Swept(0, 0, 0)


async def test_a_content_just_brought_again_is_not_swept(desk: Desk) -> None:
    first = await desk.sent()
    await old(desk, first["id"])
    aged(place(desk, first["sha256"]))
    again = await desk.sent()
    assert await sweep(desk.site.laurel.settings) == Swept(0, 1, 0)
    await desk.paper(again["id"])
    assert (await desk.get(again["id"])).status_code == 200


async def test_uploads_and_sweeps_at_once_never_leave_a_row_without_its_content(desk: Desk) -> None:
    sessions, store, going = desk.site.province.sessions, Folder(desk.folder / "kept"), True

    async def sweeping() -> None:
        while going:
            await document.forget_waiting(sessions)
            await contents(sessions, store, idle=-1)
            await asyncio.sleep(0.01)

    async def sending(n: int) -> None:
        for _ in range(6):
            await old(desk, (await desk.sent(samples.pdf(str(n % 2).encode())))["id"])

    task = asyncio.create_task(sweeping())
    await asyncio.gather(*(sending(n) for n in range(3)))
    last = await desk.sent(samples.pdf(b"0"))
    going = False
    await task
    await desk.paper(last["id"])
    assert (await desk.get(last["id"])).status_code == 200


async def test_of_many_it_forgets_a_bounded_number_at_a_time(desk: Desk) -> None:
    files = [await desk.sent() for _ in range(3)]
    await old(desk, *(file["id"] for file in files))
    sessions = desk.site.province.sessions
    assert [await document.forget_waiting(sessions, most=2) for _ in range(3)] == [2, 1, 0]


async def test_an_installation_without_a_file_has_nothing_to_sweep(desk: Desk, tmp_path: Path) -> None:
    assert await sweep(replace(desk.site.laurel.settings, data=tmp_path)) == Swept(0, 0, 0)


@pytest.mark.parametrize("again", [False, True])
def test_a_kept_content_is_whole_and_kept_once(tmp_path: Path, again: bool) -> None:
    store = Folder(tmp_path / "kept")
    for n in range(1 + again):
        arrived = tmp_path / f"{n}.part"
        arrived.write_bytes(b"content")
        store.keep(arrived, "ab" * 32)
        assert not arrived.exists()
    with store.opened("ab" * 32) as content:
        assert content.read() == b"content"
    assert list(store.kept(idle=-1)) == ["ab" * 32]
    store.remove("ab" * 32)
    store.remove("ab" * 32)
    with pytest.raises(FileNotFoundError):
        store.opened("ab" * 32)
